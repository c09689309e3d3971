import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/observe/journal.ts';
import { chainOf, whyOf } from '../../src/observe/why.ts';
import type { ChainParts, Told } from '../../src/observe/why.ts';
import { explainTransition } from '../../src/observe/explain.ts';
import { causeOf, names, stateChanged } from './samples.ts';

const now = 1_800_000_000_000;
const event = stateChanged({ cause: causeOf({ kind: 'higherPriority', peer: '192.0.2.2' }) });

function chain(told: Told | undefined, recent: readonly JournalEntry[] = []) {
  const parts: ChainParts = {
    event,
    view: undefined,
    told,
    recent,
    trackerName: (tracker) => `script chk_${tracker}`,
    instance: 'VI_1',
    wallMs: now,
  };
  return chainOf(parts);
}

function sentences(told: Told | undefined, recent: readonly JournalEntry[] = []): string {
  const entry: JournalEntry = {
    number: 9,
    wallMs: now,
    kind: 'StateChanged',
    subject: 'VI_1',
    sentence: explainTransition(event, names),
    event,
    chain: chain(told, recent),
  };
  return whyOf('VI_1', 'MASTER', [entry], []).sentences.join(' ');
}

const reload: JournalEntry = {
  number: 3,
  wallMs: now - 100,
  kind: 'reload',
  subject: undefined,
  sentence: 'reloaded /x.conf',
  event: undefined,
};

describe('why', () => {
  it('names the revision of the configuration', () => {
    expect(sentences({ revision: 1, wallMs: now - 10 })).toMatch(
      /In effect was revision 1 of its configuration\.$/,
    );
    expect(sentences(undefined)).not.toContain('revision');
  });

  it('does not say twice that an operator drained it', () => {
    const drained = stateChanged({ cause: causeOf({ kind: 'drained' }) });
    const told: JournalEntry = {
      ...reload,
      kind: 'operator',
      subject: 'VI_1',
      sentence: 'VI_1: an operator drained it',
    };
    const parts = {
      view: undefined,
      told: undefined,
      recent: [told],
      instance: 'VI_1',
      wallMs: now,
    };
    const trackerName = () => '';
    expect(chainOf({ ...parts, event: drained, trackerName })).toEqual({});
    expect(chainOf({ ...parts, event, trackerName })).toEqual({
      operator: 'an operator drained it',
    });
  });

  it('names what had changed the priority, where priorities decided', () => {
    const changed: JournalEntry = {
      number: 3,
      wallMs: now - 60_000,
      kind: 'PriorityChanged',
      subject: 'VI_1',
      sentence: 'VI_1: effective priority 110 -> 90, because of script chk_7',
      event: {
        kind: 'PriorityChanged',
        instance: 1,
        from: 110,
        to: 90,
        tracker: 7,
        interfaceName: '',
      },
    };
    const failed: JournalEntry = {
      ...reload,
      number: 2,
      kind: 'tracker',
      subject: 'script chk_7',
      sentence: 'script chk_7: failed: the script exited with status 1',
    };
    const said = sentences(undefined, [failed, changed]);
    expect(said).toContain(
      'Before that: effective priority 110 -> 90, because of script chk_7. ' +
        "The tracker's last word: script chk_7: failed: the script exited with status 1.",
    );
    const earlier: JournalEntry = { ...changed, number: 4, kind: 'StateChanged', event };
    expect(sentences(undefined, [failed, changed, earlier])).not.toContain('Before that');
  });

  it('names a reload that has just changed the instance, once', () => {
    const told = { revision: 2, wallMs: now - 200 };
    expect(chain(told)).toEqual({ revision: 2, sinceReload: 200_000 });
    const said = sentences(told, [reload]);
    expect(said).toMatch(/A reload had just applied revision 2 of its configuration\.$/);
    expect(said).not.toContain('Shortly before');
    // Long ago, or of another instance only: it is not the story of this one.
    expect(sentences({ revision: 2, wallMs: now - 60_000 })).toMatch(/In effect was revision 2/);
    expect(sentences({ revision: 2, wallMs: now - 60_000 }, [reload])).toMatch(
      /Shortly before: reloaded \/x\.conf\. In effect was revision 2/,
    );
  });
});

it('names the address that is removed again and again', () => {
  const cause = causeOf({ kind: 'addressLost', address: '192.0.2.200' });
  const fault = stateChanged({ from: 'master', to: 'fault', cause });
  expect(explainTransition(fault, names)).toMatch(
    /something else on this host keeps removing 192\.0\.2\.200$/,
  );
});
