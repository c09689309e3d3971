// How long an address was dark for a client that asks it all the time.

interface Moment {
  /** Microseconds since 1970. */
  readonly at: number;
}

/**
 * The longest time that a question waited for an answer, to it or to a later one, in microseconds; to the last
 * question where none came any more; NaN without questions. Both in the order of their times. Not the distance
 * of two answers: a machine that stands still for two milliseconds, so that nobody asks, has no dark address.
 */
export function longestWait(questions: readonly Moment[], answers: readonly Moment[]): number {
  const last = questions.at(-1);
  if (last === undefined) return Number.NaN;
  let longest = 0;
  let next = 0;
  for (const { at } of questions) {
    while (next < answers.length && (answers[next]?.at ?? at) < at) next++;
    longest = Math.max(longest, (answers[next] ?? last).at - at);
  }
  return longest;
}
