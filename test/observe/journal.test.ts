import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Journal, ownKinds } from '../../src/observe/journal.ts';
import { foldStatus, statusSentence } from '../../src/observe/status.ts';
import type { InstanceView } from '../../src/observe/status.ts';
import { causeOf, stateChanged } from './samples.ts';

function entry(subject: string, sentence: string, kind: 'StateChanged' | 'MasterChanged') {
  return { wallMs: 0, kind, subject, sentence, event: undefined };
}

describe('the journal', () => {
  it('is bounded and counts on', () => {
    const journal = new Journal({ maxEntries: 10, maxTransitions: 3 });
    for (let n = 1; n <= 100; n++) journal.add(entry('VI_1', String(n), 'MasterChanged'));
    expect(journal.since().map((one) => one.number)).toEqual([
      91, 92, 93, 94, 95, 96, 97, 98, 99, 100,
    ]);
    expect(journal.since(98).map((one) => one.sentence)).toEqual(['99', '100']);
  });

  it('keeps the transitions of a quiet instance while another floods', () => {
    const journal = new Journal({ maxEntries: 10, maxTransitions: 3 });
    journal.add(entry('quiet', 'why', 'StateChanged'));
    for (let n = 0; n < 100; n++) journal.add(entry('loud', String(n), 'StateChanged'));
    expect(journal.transitions('quiet').map((one) => one.sentence)).toEqual(['why']);
    expect(journal.transitions('loud').map((one) => one.sentence)).toEqual(['97', '98', '99']);
  });

  it('puts what another process had found out before its own', () => {
    const before = new Journal();
    before.add(entry('a', 'old', 'StateChanged'));
    const journal = new Journal();
    journal.add(entry('a', 'own', 'StateChanged'));
    journal.adopt(before.carried(10));
    const numbered = journal.since().map(({ number, sentence }) => `${number} ${sentence}`);
    expect(numbered).toEqual(['1 old', '2 own']);
    expect(journal.transitions('a').map(({ sentence }) => sentence)).toEqual(['old', 'own']);
  });

  it('keeps once what happens to many, and tells it of each', () => {
    const journal = new Journal();
    const all = [1, 2].map((instance) => {
      const event = stateChanged({ instance, to: 'master' });
      const subject = `VI_${instance}`;
      const sentence = `${subject}: BACKUP -> MASTER`;
      const chain = { revision: 1 };
      const number = instance;
      const added = { wallMs: instance, kind: event.kind, subject, sentence, event, chain };
      journal.add(added);
      return { number, ...added };
    });
    expect(JSON.parse(JSON.stringify(journal.since()))).toEqual(JSON.parse(JSON.stringify(all)));
    expect(Object.keys(journal.since()[0]?.event ?? {}).slice(0, 2)).toEqual(['kind', 'instance']);
    expect(journal.transitions('VI_2')[0]).toMatchObject({ sentence: 'VI_2: BACKUP -> MASTER' });
    expect(journal.since()[0]?.chain).toBe(journal.since()[1]?.chain);
  });

  it('tells followers until they leave', () => {
    const journal = new Journal();
    const heard: number[] = [];
    const leave = journal.follow((one) => heard.push(one.number));
    journal.add(entry('a', 'x', 'StateChanged'));
    leave();
    journal.add(entry('a', 'y', 'StateChanged'));
    expect(heard).toEqual([1]);
  });
});

it('has the kinds of entries that the schema of events lists', () => {
  const file = path.resolve(import.meta.dirname, '../../docs/events.schema.json');
  const listed = /"kind": \{\s*"enum": (\[[^\]]*\])/.exec(readFileSync(file, 'utf8'))?.[1];
  expect(JSON.parse(listed ?? '[]')).toEqual(expect.arrayContaining([...ownKinds]));
});

describe('the status fold', () => {
  it('follows state, cause, priority and master', () => {
    const view = new Map<number, InstanceView>();
    foldStatus(view, stateChanged({ from: 'init', to: 'backup' }), 5);
    const master = { kind: 'MasterChanged', instance: 1, master: '192.0.2.1' } as const;
    foldStatus(view, { ...master, priority: 200, advertInterval: 1_000_000 }, 6);
    expect(view.get(1)).toMatchObject({
      state: 'backup',
      since: 5,
      master: { address: '192.0.2.1', priority: 200 },
    });
    const cause = causeOf({ kind: 'masterSilent' });
    foldStatus(view, stateChanged({ to: 'master', effectivePriority: 150, cause }), 9);
    expect(view.get(1)).toMatchObject({ state: 'master', since: 9, effectivePriority: 150 });
    expect(view.get(1)?.master).toBeUndefined();
    expect(statusSentence(view)).toBe('1 MASTER');
  });

  it('does not count a repeated MASTER as a change', () => {
    const view = new Map<number, InstanceView>();
    foldStatus(view, stateChanged({ to: 'master' }), 5);
    foldStatus(view, stateChanged({ from: 'master', to: 'master', repeated: true }), 8);
    expect(view.get(1)?.since).toBe(5);
  });
});
