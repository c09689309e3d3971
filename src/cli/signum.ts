/** Signals by what they mean, as `--signum` tells them to scripts. */

/** Real-time signals as glibc numbers them on Linux: SIGRTMIN is 34, SIGRTMAX is 64. */
const numbers: Readonly<Record<string, number>> = {
  STOP: 15,
  RELOAD: 1,
  DATA: 10,
  STATS: 12,
  STATS_CLEAR: 63,
  JSON: 36,
  TDUMP: 64,
};

/** The number of a signal; undefined when there is none of that name. */
export function signalNumber(name: string): number | undefined {
  return Object.hasOwn(numbers, name) ? numbers[name] : undefined;
}
