import { describe, expect, it } from 'vitest';
import type { Input } from '../../src/engine/messages.generated.ts';
import { NotATrace, replay, stepJson } from '../../src/observe/replay.ts';
import { lineDefaults, over } from '../conformance/defaults.ts';

/** A line of a trace, with the defaults of the conformance stories. */
function line(at: number, kind?: Input['kind'], fields: object = {}): string {
  if (kind === undefined) return JSON.stringify({ at });
  return JSON.stringify({
    at,
    input: { ...(over(lineDefaults[kind] ?? {}, fields) as object), kind },
  });
}

/** A router that becomes MASTER, because nobody else is heard. */
const takeover = [
  JSON.stringify({ options: { startupDelay: 0, restoresPerMinute: 60 } }),
  line(1_000_000, 'LinkChanged'),
  line(1_000_000, 'LocalAddressAppeared'),
  line(1_000_000, 'KernelListed'),
  line(1_000_000, 'ApplyInstance', {
    config: { addresses: [] },
  }),
  line(1_000_000, 'ListenResult', { instance: 1, errorNumber: 0 }),
  '',
  line(2_000_000),
  line(3_000_000),
  line(4_000_000),
  line(4_609_375),
];

describe('replay', () => {
  it('comes to the same outputs, byte for byte', () => {
    const once = [...replay(takeover)].map(stepJson);
    expect([...replay(takeover)].map(stepJson)).toEqual(once);
    expect(once).toHaveLength(9);
    const last = [...replay(takeover)].at(-1);
    expect(last?.outputs.map(({ kind }) => kind)).toEqual(['SendAdvert', 'StateChanged']);
    expect(last?.outputs).toContainEqual(
      expect.objectContaining({ from: 'backup', to: 'master', instance: 1 }),
    );
  });

  it('writes lines that are a trace again, with what came of each', () => {
    const [, ...told] = [...replay(takeover)].map(stepJson);
    for (const text of told) expect(JSON.parse(text)).toHaveProperty('outputs');
    const again = [takeover[0] ?? '', ...[...replay(takeover)].map(stepJson)];
    expect([...replay(again)].map(stepJson)).toEqual(again.slice(1));
  });

  it('takes the options from the first line', () => {
    const late = JSON.stringify({ options: { startupDelay: 9_000_000, restoresPerMinute: 60 } });
    const steps = [...replay([late, ...takeover.slice(1)])];
    expect(steps.at(-1)?.outputs).toEqual([]);
  });

  it.each([
    ['no JSON', 'nonsense', /^line 2 is not a line of a trace/],
    ['an unknown input', '{"at":1,"input":{"kind":"Wonder"}}', /^line 2 is not a line/],
    ['no time', '{}', /^line 2 has no time/],
  ])('refuses a line with %s and says which it is', (_, text, message) => {
    expect(() => [...replay([takeover[0] ?? '', text])]).toThrow(NotATrace);
    expect(() => [...replay([takeover[0] ?? '', text])]).toThrow(message);
  });
});
