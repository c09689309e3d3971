/**
 * Whatever the order of events, deaths, reused numbers and slow reads of command lines: when all is
 * quiet, the set that was sent last is the set of processes that really match, and no set
 * ever holds a process that was not there when it was sent.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ProcessMonitor } from '../../src/trackers/process.ts';
import type { ProcessMode } from '../../src/trackers/process.ts';
import type { ProcessPattern } from '../../src/trackers/processMatch.ts';
import type { ProcessSource } from '../../src/trackers/processSource.ts';
import { VirtualClock } from '../base/virtualClock.ts';

interface Living {
  comm: string;
  startTime: string;
}

type Step =
  | { do: 'exec'; pid: number; comm: string }
  | { do: 'fork'; parent: number; pid: number }
  | { do: 'exit'; pid: number }
  | { do: 'daemon'; pid: number }
  | { do: 'lose' }
  | { do: 'wait'; ms: number };

const pid = fc.integer({ min: 10, max: 16 });
const comm = fc.constantFrom('httpd', 'sh');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('exec' as const), pid, comm }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('fork' as const), parent: pid, pid }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('exit' as const), pid }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('daemon' as const), pid }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.integer({ min: 0, max: 150 }),
    }),
  },
);

const patterns: readonly ProcessPattern[] = [
  { name: 'comm', process: 'httpd', args: [], fullCommand: false },
  { name: 'line', process: 'httpd', args: [], fullCommand: true },
];

function world(delays: readonly number[]) {
  const clock = new VirtualClock();
  const living = new Map<number, Living>();
  let born = 0;
  let reads = 0;
  const source: ProcessSource = {
    pids: () => Promise.resolve([...living.keys()]),
    inventory: () => Promise.resolve([...living.keys()]),
    identify: (id) => {
      const found = living.get(id);
      return found && { pid: id, ...found };
    },
    // Reads whose answers come late and out of order.
    commandLine: (id) =>
      new Promise((resolve) => {
        const argv = living.get(id)?.comm;
        const delay = delays[reads++ % delays.length] ?? 0;
        clock.at(clock.now() + delay, () => resolve(argv === undefined ? undefined : [argv]));
      }),
  };
  const birth = (id: number, name: string) =>
    living.set(id, { comm: name, startTime: String((born += 1)) });
  const birthOfStranger = (name: string) => birth(1000 + born, name);
  return { clock, living, source, birth, birthOfStranger };
}

const delays = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 5 });

/** Lets the step happen in the world, and be heard of unless events are being lost. */
function happen(given: Step, made: ReturnType<typeof world>, hear: Hearing): void {
  const { living, birth, birthOfStranger } = made;
  switch (given.do) {
    case 'exec': {
      const old = living.get(given.pid);
      if (old === undefined) birth(given.pid, given.comm);
      else old.comm = given.comm;
      return hear((monitor) => monitor.onExecuted(given.pid));
    }
    case 'fork': {
      const parent = living.get(given.parent);
      if (parent === undefined || living.has(given.pid)) return;
      birth(given.pid, parent.comm);
      return hear((monitor) => monitor.onForked(given.parent, given.pid));
    }
    case 'daemon':
      // Into the background at once: who began is gone before anybody looks, and nobody is told of
      // its child, whose number the kernel has not given to anybody for long.
      if (living.has(given.pid)) return;
      birthOfStranger('httpd');
      return hear((monitor) => monitor.onExecuted(given.pid));
    case 'exit':
      if (living.delete(given.pid)) hear((monitor) => monitor.onExited(given.pid));
      return;
    case 'lose':
    case 'wait':
  }
}

type Hearing = (event: (monitor: ProcessMonitor) => void) => void;

async function live(kind: ProcessMode['kind'], steps: readonly Step[], slow: readonly number[]) {
  const made = world(slow);
  const { clock, living, source } = made;
  const sets = new Map<string, ReadonlySet<number>>();
  const emit = ({ tracker, pids }: { tracker: string; pids: ReadonlySet<number> }) => {
    for (const id of pids) expect(living.has(id)).toBe(true);
    sets.set(tracker, pids);
  };
  const mode: ProcessMode = kind === 'events' ? { kind } : { kind, reason: 'a test' };
  const monitor = new ProcessMonitor(mode, { clock, source, emit });
  const started = monitor.start(patterns);
  let deaf = false;
  const hear: Hearing = (event) => {
    if (kind === 'events' && !deaf) event(monitor);
  };
  for (const given of steps) {
    happen(given, made, hear);
    if (given.do === 'wait') await clock.advanceTo(clock.now() + given.ms);
    if (given.do === 'lose' && deaf) monitor.onEventsLost();
    if (given.do === 'lose') deaf = !deaf;
  }
  if (deaf) monitor.onEventsLost();
  await clock.advanceTo(clock.now() + 10_000);
  await started;
  monitor.stop();
  const truth = [...living].filter(([, { comm: is }]) => is === 'httpd').map(([id]) => id);
  return { sets, truth: truth.sort((a, b) => a - b) };
}

for (const kind of ['events', 'poll'] as const) {
  it(`the sets end up true, by ${kind}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), delays, async (steps, slow) => {
        const { sets, truth } = await live(kind, steps, slow);
        for (const name of ['comm', 'line']) {
          expect([...(sets.get(name) ?? [])].sort((a, b) => a - b)).toEqual(truth);
        }
      }),
      { numRuns: Number(process.env['FAILOVERD_RUNS'] ?? 500) },
    );
  });
}
