/** Argument types that are numbers. */

import type { Token } from '../read/tokens.ts';
import type { ArgumentType, Use } from './types.ts';

interface Range {
  readonly min: number;
  readonly max: number;
}

/** What a number's text says: a value, and what follows it (`5s`). */
interface Parsed {
  readonly value: number;
  readonly rest: string;
}

export const uintMax = 0xffff_ffff;
export const intMax = 0x7fff_ffff;

function describeRange({ min, max }: Range): string {
  if (max >= uintMax) return `${min} or more`;
  return max === intMax ? `${min} or more` : `${min} to ${max}`;
}

function parseNumber(text: string, fraction: boolean): Parsed | null {
  const pattern = fraction ? /^([+-]?(?:\d+\.?\d*|\.\d+))(.*)$/s : /^([+-]?\d+)(.*)$/s;
  const match = pattern.exec(text);
  // Adding zero makes -0 the zero that it is written as.
  return match === null ? null : { value: Number(match[1]) + 0, rest: match[2] ?? '' };
}

/** The first argument (or the one at this place), or undefined with a finding. */
export function firstArgument(use: Use, what: string, at = 0): Token | undefined {
  const token = use.args[at];
  if (token === undefined) {
    use.findings.report('missing-argument', use.span, `'${use.keyword}' needs ${what}`, {
      keepalived: 'keepalived ends at once with exit code 2, even during a reload',
    });
  }
  return token;
}

/** Reads a number out of `token`; a unit or other text after it is reported, the rest is used. */
export function readNumber(
  use: Use,
  token: Token,
  range: Range,
  form: { readonly fraction: boolean; readonly unit: string },
): number | undefined {
  const parsed = parseNumber(token.value, form.fraction);
  const span = use.spanOf(token);
  const expected = `expected a number${form.unit}, ${describeRange(range)}`;
  if (parsed === null) {
    const message = `'${token.value}' is not a number (${expected}); it is ignored`;
    use.findings.report('bad-value', span, message);
    return undefined;
  }
  if (parsed.rest !== '') reportTrailing(use, token, parsed, form);
  if (parsed.value < range.min || parsed.value > range.max) {
    const message = `${parsed.value} is out of range (${expected}); it is ignored`;
    use.findings.report('out-of-range', span, message);
    return undefined;
  }
  return parsed.value;
}

function reportTrailing(
  use: Use,
  token: Token,
  parsed: Parsed,
  form: { readonly fraction: boolean; readonly unit: string },
): void {
  // keepalived appends the zeros of its fixed point after the letters and stops at the letter.
  const tiny = form.fraction
    ? `keepalived reads ${parsed.value} of its smallest unit, milli- or microseconds`
    : `keepalived uses ${parsed.value}, and its configuration test fails`;
  const read = `${parsed.value}${form.unit.replace(' of', '')}`;
  use.findings.report(
    'trailing-unit',
    use.spanOf(token),
    `'${parsed.rest}' after the number is ignored; read as ${read}`,
    { hint: `write ${parsed.value}`, keepalived: tiny },
  );
}

/** A whole number. */
export function integer(min: number, max: number, what = 'NUMBER'): ArgumentType<number> {
  return {
    syntax: `${what} (${describeRange({ min, max })})`,
    block: 'none',
    shape: null,
    most: 1,
    read: (use) => {
      const token = firstArgument(use, `a number, ${describeRange({ min, max })}`);
      return token && readNumber(use, token, { min, max }, { fraction: false, unit: '' });
    },
  };
}

/** Seconds (or milliseconds) with a fraction, as integer microseconds. */
export function decimal(min: number, max: number, unit: 's' | 'ms' = 's'): ArgumentType<number> {
  const name = unit === 's' ? 'seconds' : 'milliseconds';
  const scale = unit === 's' ? 1_000_000 : 1_000;
  const range = { min, max };
  return {
    syntax: `${unit === 's' ? 'SECONDS' : 'MILLISECONDS'} (${describeRange(range)})`,
    block: 'none',
    shape: null,
    most: 1,
    read: (use) => {
      const token = firstArgument(use, `a number of ${name}, ${describeRange(range)}`);
      if (token === undefined) return undefined;
      const form = { fraction: true, unit: ` of ${name}` };
      const value = readNumber(use, token, range, form);
      return value === undefined ? undefined : Math.round(value * scale);
    },
  };
}

/** Whole seconds, as integer microseconds. */
export function seconds(min: number, max: number): ArgumentType<number> {
  const range = { min, max };
  return {
    syntax: `SECONDS (${describeRange(range)})`,
    block: 'none',
    shape: null,
    most: 1,
    read: (use) => {
      const token = firstArgument(use, `a whole number of seconds, ${describeRange(range)}`);
      if (token === undefined) return undefined;
      const value = readNumber(use, token, range, { fraction: false, unit: ' of seconds' });
      return value === undefined ? undefined : value * 1_000_000;
    },
  };
}

/** A number given in microseconds. */
export function micros(min: number, max: number): ArgumentType<number> {
  return { ...integer(min, max, 'MICROSECONDS') };
}
