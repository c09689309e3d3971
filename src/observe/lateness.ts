/**
 * Why the engine's thread was late, from what the kernel counts before and after. Pure.
 */
import { duration } from './explain.ts';

/** Totals at one moment, microseconds. Undefined: the kernel does not tell. */
export interface TimeLost {
  /** On the clock of the engine's events (CLOCK_BOOTTIME). */
  readonly at: number;
  /** How long this machine has slept since it was started. */
  readonly suspended: number;
  /** How often this process has been stopped and continued: a count, not a time. */
  readonly continued: number;
  /** The control groups of this process had used up their quota. */
  readonly throttled: number | undefined;
  /** The hypervisor ran somebody else, on all processors together. */
  readonly stolen: number | undefined;
  /** The engine's thread could have run and had no processor. */
  readonly waited: number | undefined;
}

export type LateCause = 'suspended' | 'stopped' | 'throttled' | 'stolen' | 'waited' | 'unknown';

/** In this order: a thread that is throttled waits too, and a machine that sleeps runs nothing. */
const measured = ['suspended', 'throttled', 'stolen', 'waited'] as const;

/** The kernel counts these two in hundredths of a second. */
const coarse: Readonly<Partial<Record<LateCause, number>>> = { suspended: 50_000, stolen: 20_000 };

/** What accounts for at least half of `lateness`, microseconds. */
export function causeOfLateness(before: TimeLost, after: TimeLost, lateness: number): LateCause {
  const accounts = (cause: (typeof measured)[number]): boolean => {
    const [was, is] = [before[cause], after[cause]];
    return (
      was !== undefined &&
      is !== undefined &&
      is - was >= Math.max(lateness / 2, coarse[cause] ?? 0)
    );
  };
  if (accounts('suspended')) return 'suspended';
  // Only whole stops are counted; one that others explain better was not a long one.
  const stopped = after.continued > before.continued;
  return measured.find(accounts) ?? (stopped ? 'stopped' : 'unknown');
}

const explanations: Readonly<Record<LateCause, string>> = {
  suspended: 'the machine was suspended',
  stopped: 'the process was stopped (SIGSTOP, a debugger) and continued',
  throttled:
    'its control group had used up its CPU quota; give the service more (CPUQuota=, cpu.max) or none',
  stolen: 'the hypervisor gave the processors to other machines (steal)',
  waited:
    'other threads had the processors; vrrp_rt_priority and RLIMIT_RTPRIO let failoverd go first',
  unknown:
    'the kernel does not tell why; a paused virtual machine or a frozen control group leave no trace',
};

/** One sentence without its full stop. */
export function latenessSentence(cause: LateCause, lateness: number): string {
  return `this host was ${duration(lateness)} late: ${explanations[cause]}`;
}
