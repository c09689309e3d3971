/** The queue of one instance in virtual time: order, lateness, patience, retries and the end. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultScriptPolicy } from '../../src/base/script.ts';
import type { NotifyEvent, NotifyState } from '../../src/notify/event.ts';
import { plannedRuns } from '../../src/notify/order.ts';
import { defaultQueueLimits, NotifyQueue } from '../../src/notify/queue.ts';
import type { QueueLimits } from '../../src/notify/queue.ts';
import { VirtualClock } from '../base/virtualClock.ts';
import { virtualScripts } from '../base/virtualScripts.ts';
import type { Behaviour } from '../base/virtualScripts.ts';

const scripts = { any: { argv: ['/notify'] }, masterRxLowerPriority: { argv: ['/rx', 'RX'] } };

function world(behaviour: (run: number) => Behaviour, more: Partial<QueueLimits> = {}) {
  const clock = new VirtualClock();
  const { start, ran } = virtualScripts(clock, behaviour);
  const limits = { ...defaultQueueLimits, ...more };
  const queue = new NotifyQueue({ clock, start, limits });
  let pushed = 0;
  /** The priority is the number of the event, so that what was delivered can be told apart. */
  const push = (what: NotifyEvent['what'], ready?: Promise<void>): void => {
    const context = {};
    const event = {
      kind: 'INSTANCE',
      name: 'V',
      what,
      priority: pushed++,
      at: 0,
      context,
    } as const;
    queue.push(event, { runs: plannedRuns(scripts, event), policy: defaultScriptPolicy, ready });
  };
  const told = () => ran.map(({ words }) => words.replace('INSTANCE V ', ''));
  return { clock, queue, push, ran, told };
}

const quick: Behaviour = { takesMs: 10 };
const states = ['MASTER', 'BACKUP', 'FAULT'] as const;

interface Push {
  readonly afterMs: number;
  readonly what: NotifyState | 'MASTER_RX_LOWER_PRI';
}

const pushes = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3000 })),
    what: fc.constantFrom(...states, 'MASTER_RX_LOWER_PRI' as const),
  }),
  { minLength: 1, maxLength: 60 },
);

const lengths = fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 10 });

async function play(given: readonly Push[], takes: readonly number[]) {
  const made = world((run) => ({ takesMs: takes[run % takes.length] ?? 0 }));
  for (const { afterMs, what } of given) {
    await made.clock.advanceTo(made.clock.now() + afterMs);
    made.push(what);
  }
  await made.clock.advanceTo(made.clock.now() + 1_000_000);
  return made;
}

describe('whatever happens, whenever, however long scripts take', () => {
  it('one runs at a time, in order, and the last state is told last', async () => {
    await fc.assert(
      fc.asyncProperty(pushes, lengths, async (given, takes) => {
        const { ran, told, queue, clock } = await play(given, takes);
        ran.forEach(({ from }, index) =>
          expect(from).toBeGreaterThanOrEqual(ran[index - 1]?.to ?? 0),
        );
        const tellings = told().filter((words) => words !== 'RX');
        const numbers = tellings.map((words) => Number(words.split(' ')[1]));
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        expect(new Set(numbers).size).toBe(numbers.length);
        const last = given.findLastIndex(({ what }) => what !== 'MASTER_RX_LOWER_PRI');
        if (last >= 0) expect(tellings.at(-1)).toBe(`${given[last]?.what} ${last}`);
        const { delivered, skipped } = queue.view();
        expect(delivered + skipped).toBe(given.length);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('nothing is left out that scripts can keep up with', async () => {
    await fc.assert(
      fc.asyncProperty(pushes, async (given) => {
        const slow = given.map((push) => ({ ...push, afterMs: Math.max(push.afterMs, 100) }));
        const { ran } = await play(slow, [100]);
        expect(ran).toHaveLength(given.length);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a queue that is late', () => {
  it('goes straight to the newest state and says what it left out', async () => {
    const { clock, push, told, ran, queue } = world((run) =>
      run === 0 ? { takesMs: 5000 } : quick,
    );
    for (const what of ['MASTER', 'BACKUP', 'MASTER', 'FAULT'] as const) push(what);
    expect(queue.view()).toMatchObject({ waiting: ['BACKUP', 'MASTER', 'FAULT'] });
    await clock.advanceTo(10_000);
    expect(told()).toEqual(['MASTER 0', 'FAULT 3']);
    expect(ran[1]?.env).toMatchObject({
      FAILOVERD_SKIPPED: 'BACKUP MASTER',
      FAILOVERD_SKIPPED_COUNT: '2',
    });
  });

  it('holds a bounded number of events', async () => {
    const { clock, push, told, queue } = world((run) => (run === 0 ? { takesMs: 500 } : quick));
    for (let n = 0; n < 1000; n += 1) push(states[n % 3] ?? 'MASTER');
    expect(queue.view().waiting.length).toBeLessThanOrEqual(defaultQueueLimits.pendingMax);
    await clock.advanceTo(10_000);
    expect(told().at(-1)).toBe('MASTER 999');
  });

  it('keeps a lower-priority advert that came after the newest state, once', async () => {
    const { clock, push, told } = world((run) => (run === 0 ? { takesMs: 5000 } : quick));
    push('BACKUP');
    for (const what of ['MASTER', 'FAULT', 'MASTER'] as const) push(what);
    for (let n = 0; n < 5; n += 1) push('MASTER_RX_LOWER_PRI');
    await clock.advanceTo(10_000);
    expect(told()).toEqual(['BACKUP 0', 'MASTER 3', 'RX']);
  });
});

describe('a script that hangs', () => {
  it('is left alone while nothing waits behind it, and ended when something does', async () => {
    const { clock, push, ran, told } = world((run) => (run === 0 ? { takesMs: 1e9 } : quick));
    push('MASTER');
    await clock.advanceTo(100_000);
    expect(ran[0]?.to).toBe(Infinity);
    push('BACKUP');
    await clock.advanceTo(100_100);
    expect(ran[0]).toMatchObject({ kind: 'stopped', to: 100_000 });
    expect(told()).toEqual(['MASTER 0', 'BACKUP 1']);
  });

  it('has all of its patience when the next event comes early', async () => {
    const { clock, push, ran } = world((run) => (run === 0 ? { takesMs: 1e9 } : quick));
    push('MASTER');
    await clock.advanceTo(1000);
    push('BACKUP');
    await clock.advanceTo(1e6);
    expect(ran[0]).toMatchObject({ kind: 'stopped', to: defaultQueueLimits.patienceMs });
  });
});

describe('a script that cannot be started', () => {
  it('is tried again, later and later, until it can', async () => {
    const { clock, push, ran, queue } = world((run) => ({ takesMs: 0, broken: run < 4 }));
    push('MASTER');
    await clock.advanceTo(100_000);
    expect(ran.map(({ from }) => from)).toEqual([0, 100, 300, 700, 1500]);
    expect(ran.map(({ env }) => env['FAILOVERD_ATTEMPT'])).toEqual(['1', '2', '3', '4', '5']);
    expect(queue.view()).toMatchObject({ delivered: 1, failed: 0 });
  });

  it('is given up after a number of tries', async () => {
    const { clock, push, ran, queue } = world(() => ({ takesMs: 0, broken: true }));
    push('MASTER');
    await clock.advanceTo(1_000_000);
    expect(ran).toHaveLength(defaultQueueLimits.attempts);
    expect(queue.view()).toMatchObject({ delivered: 0, failed: 1, waiting: [] });
    expect(clock.pending).toBe(0);
  });

  it('gives way to a newer state at once', async () => {
    const { clock, push, told, ran } = world((run) => ({ takesMs: 0, broken: run < 4 }));
    push('MASTER');
    await clock.advanceTo(1000); // In the pause from 700 to 1500.
    push('BACKUP');
    await clock.advanceTo(1001);
    expect(told().at(-1)).toBe('BACKUP 1');
    expect(ran.at(-1)?.from).toBe(1000);
  });
});

describe('the end', () => {
  it('delivers STOP after what runs, and nothing that waited', async () => {
    const { clock, push, told, queue } = world(() => ({ takesMs: 300 }));
    for (const what of ['MASTER', 'BACKUP', 'STOP'] as const) push(what);
    let closed = 0;
    const closing = queue.close(5000).then(() => (closed = clock.now()));
    await clock.advanceTo(10_000);
    await closing;
    expect(told()).toEqual(['MASTER 0', 'STOP 2']);
    expect(closed).toBe(600);
    expect(clock.pending).toBe(0);
  });

  it('gives half of the time to what hangs and the other half to STOP', async () => {
    const { clock, push, ran, told, queue } = world(() => ({ takesMs: 1e9 }));
    push('MASTER');
    push('STOP');
    const closing = queue.close(5000);
    await clock.advanceTo(10_000);
    await closing;
    expect(told()).toEqual(['MASTER 0', 'STOP 1']);
    expect(ran.map(({ to }) => to)).toEqual([2500, 5000]);
    expect(clock.pending).toBe(0);
  });

  it('does not try again what cannot be started', async () => {
    const { clock, push, ran, queue } = world(() => ({ takesMs: 0, broken: true }));
    push('MASTER');
    await clock.advanceTo(50);
    push('STOP');
    const closing = queue.close(5000);
    await clock.advanceTo(100);
    await closing;
    expect(ran).toHaveLength(2);
  });
});

describe('an event that waits for others', () => {
  it('waits until they are through, but not for ever', async () => {
    const { clock, push, ran } = world(() => quick);
    let through: () => void = () => undefined;
    push('MASTER', new Promise((resolve) => (through = resolve)));
    push('BACKUP', new Promise(() => undefined));
    await clock.advanceTo(700);
    expect(ran).toHaveLength(0);
    through();
    await clock.advanceTo(100_000);
    expect(ran.map(({ from }) => from)).toEqual([700, 710 + defaultQueueLimits.memberWaitMs]);
  });
});
