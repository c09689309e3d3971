/** Polling in virtual time: how soon things are seen, and at what cost. */
import { describe, expect, it } from 'vitest';
import { ProcessMonitor } from '../../src/trackers/process.ts';
import type { ProcessSource } from '../../src/trackers/processSource.ts';
import { VirtualClock } from '../base/virtualClock.ts';

function world(others: number) {
  const clock = new VirtualClock();
  const comms = new Map<number, string>();
  for (let pid = 1000; pid < 1000 + others; pid += 1) comms.set(pid, 'other');
  let reads = 0;
  const shortage = { now: false };
  const unlessShort = (): void => {
    if (shortage.now) throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
  };
  const list = async () => {
    unlessShort();
    return Promise.resolve([...comms.keys()]);
  };
  const source: ProcessSource = {
    pids: list,
    inventory: list,
    identify: (pid) => {
      unlessShort();
      reads += 1;
      const comm = comms.get(pid);
      return comm === undefined ? undefined : { pid, comm, startTime: '1' };
    },
    commandLine: () => Promise.resolve(undefined),
  };
  const seen: { at: number; pids: number[] }[] = [];
  const monitor = new ProcessMonitor(
    { kind: 'poll', reason: 'a test' },
    { clock, source, emit: ({ pids }) => void seen.push({ at: clock.now(), pids: [...pids] }) },
  );
  const start = async () => {
    const started = monitor.start([{ name: 't', process: 'httpd', args: [], fullCommand: false }]);
    await clock.advanceTo(0);
    await started;
  };
  return { clock, comms, seen, monitor, start, shortage, reads: () => reads };
}

describe('without descriptors', () => {
  it('keeps who was known, and goes on when there are some again', async () => {
    const { clock, comms, seen, start, shortage } = world(10);
    comms.set(7, 'httpd');
    await start();
    await clock.advanceTo(1000);
    const before = seen.length;
    shortage.now = true;
    comms.set(8, 'httpd');
    await clock.advanceTo(10_000);
    expect(seen.length).toBe(before);
    shortage.now = false;
    await clock.advanceTo(12_000);
    expect(seen.at(-1)?.pids).toEqual([7, 8]);
  });

  it('waits with the first set', async () => {
    const { clock, comms, seen, start, shortage } = world(10);
    comms.set(7, 'httpd');
    shortage.now = true;
    await start();
    await clock.advanceTo(5000);
    expect(seen).toEqual([]);
    shortage.now = false;
    await clock.advanceTo(7000);
    expect(seen.at(-1)?.pids).toEqual([7]);
  });
});

describe('polling', () => {
  it('sees a new process, and one that takes its name a little later, within 250 ms', async () => {
    const { clock, comms, seen, start } = world(10);
    await start();
    await clock.advanceTo(300);
    comms.set(7, 'httpd');
    comms.set(8, 'sh');
    await clock.advanceTo(600);
    expect(seen.at(-1)).toEqual({ at: 500, pids: [7] });
    await clock.advanceTo(1400);
    comms.set(8, 'httpd');
    await clock.advanceTo(1700);
    expect(seen.at(-1)).toEqual({ at: 1500, pids: [7, 8] });
  });

  it('sees a late exec of anybody within five seconds, of a tracked one at once', async () => {
    const { clock, comms, seen, start } = world(10);
    await start();
    for (const pid of [1000, 1003, 1009]) {
      await clock.advanceTo(clock.now() + 10_000);
      comms.set(pid, 'httpd');
      const from = clock.now();
      await clock.advanceTo(from + 6000);
      expect(seen.at(-1)?.pids).toEqual([pid]);
      expect((seen.at(-1)?.at ?? Infinity) - from).toBeLessThanOrEqual(5000);
      comms.set(pid, 'other');
      const again = clock.now();
      await clock.advanceTo(again + 300);
      expect(seen.at(-1)?.pids).toEqual([]);
    }
  });

  it('looks at few of those who have been there for a while', async () => {
    const { clock, start, reads } = world(1000);
    await start();
    await clock.advanceTo(10_000);
    const before = reads();
    await clock.advanceTo(20_000);
    // Each of a thousand twice in ten seconds, not forty times.
    expect(reads() - before).toBeLessThanOrEqual(2000);
  });

  it('stops', async () => {
    const { clock, monitor, start } = world(1);
    await start();
    monitor.stop();
    await clock.advanceTo(1000);
    expect(clock.pending).toBe(0);
  });
});

it('a death that nobody told of is not sent on', async () => {
  const { clock, comms, seen, monitor, start } = world(0);
  comms.set(7, 'httpd');
  comms.set(8, 'httpd');
  await start();
  monitor.setMode({ kind: 'events' });
  await clock.advanceTo(1000);
  comms.delete(7);
  comms.set(9, 'httpd');
  monitor.onExecuted(9);
  await clock.advanceTo(1001);
  expect(seen.at(-1)?.pids).toEqual([8, 9]);
});
