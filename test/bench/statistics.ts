// Numbers out of many measurements. Ratios are what counts: a shared machine's own times mean nothing.

/** The value below which a share of the sorted numbers lies; NaN of nothing. */
export function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1);
  return sorted[Math.max(0, at)] ?? Number.NaN;
}

export interface Spread {
  readonly count: number;
  readonly median: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((left, right) => left - right);
  return {
    count: sorted.length,
    median: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    p999: quantile(sorted, 0.999),
    max: sorted.at(-1) ?? Number.NaN,
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Differences of neighbours. */
export function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? time));
}

/**
 * How many adverts are missing where they leave every `interval` and have these distances. One that is only
 * late is not: who keeps to its schedule sends the next one the sooner. Who counts anew from a late one and never makes
 * up for it has sent one less.
 */
export function missing(distances: readonly number[], interval: number): number {
  let count = 0;
  for (let at = 0; at < distances.length; at++) {
    if ((distances[at] ?? 0) <= 1.5 * interval) continue;
    // Together with the one after it, if there is one.
    const both = distances.slice(at, at + 2);
    const wanted = Math.round(both.reduce((sum, each) => sum + each) / interval);
    count += Math.max(0, wanted - both.length);
    at++;
  }
  return count;
}
