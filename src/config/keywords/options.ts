/** Options after the first word of an entry (`ADDRESS dev eth0 label eth0:1`), table-driven. */

import { parsePrefix } from '../address.ts';
import type { Token } from '../read/tokens.ts';
import { nearest } from '../suggest.ts';
import type { Line } from './blocks.ts';

/** Drafts are filled option by option and become readonly when the entry is complete. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** Walks over the words of an entry. */
export class Cursor {
  readonly line: Line;
  private index: number;

  constructor(line: Line, index: number) {
    this.line = line;
    this.index = index;
  }

  get current(): Token | undefined {
    return this.line.tokens[this.index];
  }

  next(): Token | undefined {
    const token = this.line.tokens[this.index];
    this.index += 1;
    return token;
  }

  /** The next word, or undefined with a finding. */
  argument(option: Token): Token | undefined {
    const token = this.next();
    if (token === undefined) {
      const message = `'${option.value}' needs a value; it is ignored`;
      this.line.findings.report('unknown-option', this.line.spanOf(option), message);
    }
    return token;
  }

  bad(token: Token, message: string): void {
    this.line.findings.report('bad-value', this.line.spanOf(token), message);
  }
}

export interface Option<T> {
  readonly syntax: string;
  readonly help: string;
  readonly since: string;
  read(draft: Draft<T>, cursor: Cursor, word: Token): void;
}

export type Options<T> = Readonly<Record<string, Option<T>>>;

/** An option without a value. */
export function mark<T>(help: string, set: (draft: Draft<T>) => void, since = ''): Option<T> {
  return { syntax: '', help, since, read: (draft) => set(draft) };
}

/** An option with one word after it. */
export function word<T>(
  syntax: string,
  help: string,
  set: (draft: Draft<T>, value: string) => void,
  since = '',
): Option<T> {
  return {
    syntax,
    help,
    since,
    read: (draft, cursor, option) => {
      const token = cursor.argument(option);
      if (token !== undefined) set(draft, token.value);
    },
  };
}

/** An option with a number after it. */
export function number<T>(
  min: number,
  max: number,
  help: string,
  set: (draft: Draft<T>, value: number) => void,
  since = '',
): Option<T> {
  return {
    syntax: `NUMBER (${min} to ${max})`,
    help,
    since,
    read: (draft, cursor, option) => {
      const token = cursor.argument(option);
      if (token === undefined) return;
      const value = /^(0x[0-9a-fA-F]+|\d+)$/.test(token.value) ? Number(token.value) : NaN;
      if (value >= min && value <= max) set(draft, value);
      else cursor.bad(token, `'${token.value}' is not a number from ${min} to ${max}`);
    },
  };
}

/** Reads options until the words are used up. `other` may take words that are no option. */
export function readOptions<T>(
  cursor: Cursor,
  options: Options<T>,
  draft: Draft<T>,
  other: (token: Token) => boolean = () => false,
): void {
  let unknown = false;
  for (let token = cursor.next(); token !== undefined; token = cursor.next()) {
    const option = Object.hasOwn(options, token.value) ? options[token.value] : undefined;
    if (option !== undefined) option.read(draft, cursor, token);
    else if (!other(token)) {
      // What follows an unknown option is most likely its value.
      if (!unknown) reportOption(cursor.line, token, Object.keys(options));
      unknown = true;
    }
  }
}

export function reportOption(line: Line, token: Token, known: readonly string[]): void {
  const meant = nearest(token.value, known);
  const another = parsePrefix(token.value) !== null;
  const onItsOwn = another ? 'each address goes on a line of its own' : null;
  const hint = meant === null ? onItsOwn : `did you mean '${meant}'?`;
  const message = `'${token.value}' is no option of an entry of '${line.keyword}'; it is ignored`;
  line.findings.report('unknown-option', line.spanOf(token), message, { hint });
}
