// How long the long run takes: so many minutes in all, of which each part has its share.

/** What `npm run test:long -- --minutes N` asked for. */
const MINUTES = Number(process.env['FAILOVERD_LONG_MINUTES'] ?? 18);

/**
 * Hundredths of the whole. What has a number and not a time (kills, thefts), and building, come on top: some
 * ten minutes.
 */
const SHARES = { worlds: 27, fuzzers: 28, files: 10, soak: 28 } as const;

/** The time that a part has, in seconds. */
export function secondsFor(part: keyof typeof SHARES): number {
  return (MINUTES * 60 * SHARES[part]) / 100;
}
