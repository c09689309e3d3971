// How long the long run takes: so many minutes in all, of which each part has its share.

/** What `npm run test:long -- --minutes N` asked for. */
const MINUTES = Number(process.env['FAILOVERD_LONG_MINUTES'] ?? 12);

/** Hundredths of the whole. Building, starting and ending come on top. */
const SHARES = { worlds: 25, fuzzers: 50, files: 5, soak: 20 } as const;

/** The time that a part has, in seconds. */
export function secondsFor(part: keyof typeof SHARES): number {
  return (MINUTES * 60 * SHARES[part]) / 100;
}
