/**
 * Units of measure. A quantity with a unit is a plain number whose type says which unit it is;
 * the names keep the reader honest, the compiler does not tell the aliases apart.
 */

/** A span of time in integer microseconds. */
export type Micros = number;

/** A size in bytes. */
export type Bytes = number;

/** Address family, written as the version of the Internet Protocol. */
export type Family = 4 | 6;

export const microsPerSecond = 1_000_000;

/** `seconds` as integer microseconds, rounded to the nearest. */
export function fromSeconds(seconds: number): Micros {
  return Math.round(seconds * microsPerSecond);
}

/** `micros` as seconds with a fraction. */
export function toSeconds(micros: Micros): number {
  return micros / microsPerSecond;
}

/** Rounds down to whole milliseconds, as Node's timers take them. */
export function toMilliseconds(micros: Micros): number {
  return Math.floor(micros / 1000);
}
