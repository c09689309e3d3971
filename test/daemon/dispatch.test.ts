import { describe, expect, it } from 'vitest';
import type { Log, LogLevel } from '../../src/base/log.ts';
import { Dispatch } from '../../src/daemon/dispatch.ts';
import type { EngineEvent, EventRecord } from '../../src/engine/messages.generated.ts';
import { Journal } from '../../src/observe/journal.ts';
import { causeOf, names, stateChanged } from '../observe/samples.ts';

function stage(snapshot: unknown = { seq: 2, core: { at: 9, instances: [] } }) {
  const said: string[] = [];
  const write = (level: LogLevel) => (message: string) => void said.push(`${level} ${message}`);
  const log: Log = {
    debug: write('debug'),
    info: write('info'),
    notice: write('notice'),
    warning: write('warning'),
    error: write('error'),
  };
  const journal = new Journal();
  const statuses: string[] = [];
  const dispatch = new Dispatch({
    log,
    journal,
    names,
    told: () => undefined,
    culprits: { suspect: () => undefined },
    snapshot: () => Promise.resolve(snapshot as never),
    onStatus: (view) => statuses.push([...view.values()].map((one) => one.state).join()),
  });
  return { dispatch, said, journal, statuses };
}

function records(...events: EngineEvent[]): EventRecord[] {
  return events.map((event, index) => ({ seq: index + 1, at: index, event }));
}

describe('dispatch', () => {
  it('journals and logs a transition before it tells anybody else', () => {
    const { dispatch, said, journal, statuses } = stage();
    const seen: unknown[] = [];
    dispatch.listen(() => seen.push([journal.transitions('VI_1').length, said.length]));
    const cause = causeOf({ kind: 'masterSilent', silence: 3_000_000 });
    dispatch.take(records(stateChanged({ cause })));
    expect(seen).toEqual([[1, 1]]);
    expect(said[0]).toMatch(/^notice VI_1: BACKUP -> MASTER .* for 3 s$/);
    expect(statuses).toEqual(['master']);
  });

  it('goes on when a listener throws, and says so', () => {
    const { dispatch, said } = stage();
    const heard: string[] = [];
    dispatch.listen(() => {
      throw new Error('broken');
    });
    dispatch.listen((event) => heard.push(event.kind));
    dispatch.take(records(stateChanged({}), { kind: 'Stopped' }));
    expect(heard).toEqual(['StateChanged', 'Stopped']);
    expect(said.filter((line) => line.startsWith('error'))[0]).toContain('broken');
  });

  it('finds out what lost events must have said, and tells it', async () => {
    const cause = causeOf({ kind: 'interfaceDown', interfaceName: 'eth0' });
    const one = { instance: 1, name: 'VI_1', state: 'fault', since: 4, cause, revision: 1 };
    const fault = { ...one, effectivePriority: 100, master: undefined };
    const { dispatch, statuses, said } = stage({ seq: 9, core: { at: 9, instances: [fault] } });
    const heard: string[] = [];
    dispatch.listen((event) => event.kind === 'StateChanged' && heard.push(event.to));
    dispatch.take(records(stateChanged({}), { kind: 'Lost', count: 7 }));
    await new Promise(setImmediate);
    expect(heard).toEqual(['master', 'fault']);
    expect(statuses.at(-1)).toBe('fault');
    expect(said).toContain('warning 7 events were lost, because they were not read in time');
    expect(said.at(-1)).toMatch(/VI_1: MASTER -> FAULT .* interface eth0 is down/);
  });

  it('keeps a second master that goes on for hours from filling the journal', () => {
    const { dispatch, journal } = stage();
    const event = {
      kind: 'LowerPriorityReceived',
      instance: 1,
      source: '10.0.1.9',
      priority: 50,
    } as const;
    const second = 1_000_000;
    dispatch.take(Array.from({ length: 3600 }, (_, seq) => ({ seq, at: seq * second, event })));
    const kept = journal.since().map(({ sentence }) => sentence);
    expect(kept).toHaveLength(6 * 20);
    expect(kept[19]).not.toContain('more');
    expect(kept[20]).toMatch(/MASTER \(and 580 times more since the last entry like this\)$/);
    dispatch.take(records(stateChanged({})));
    expect(journal.recent(1)[0]?.kind).toBe('StateChanged');
  });

  it('does not let an old picture undo what came after it', async () => {
    const cause = causeOf({ kind: 'started' });
    const one = { instance: 1, name: 'VI_1', state: 'backup', since: 4, cause, revision: 1 };
    const backup = { ...one, effectivePriority: 100, master: undefined };
    const { dispatch } = stage({ seq: 2, core: { at: 9, instances: [backup] } });
    dispatch.take([
      { seq: 2, at: 2, event: { kind: 'Lost', count: 1 } },
      { seq: 3, at: 3, event: stateChanged({ to: 'master' }) },
    ]);
    await new Promise(setImmediate);
    expect(dispatch.view.get(1)?.state).toBe('master');
  });

  it('publishes the status once for a batch', () => {
    const { dispatch, statuses } = stage();
    dispatch.take(records(stateChanged({}), stateChanged({ from: 'master', to: 'backup' })));
    dispatch.take(records({ kind: 'ProcessExited', pid: 1 }));
    expect(statuses).toEqual(['backup']);
  });
});
