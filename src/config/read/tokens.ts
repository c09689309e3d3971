/** Words of a line: the plain ones, and the shell-like ones of scripts. */

import type { Text } from '../text.ts';

export interface Token {
  readonly value: string;
  readonly quoted: boolean;
  /** Indexes in the text of the line, quotes included. */
  readonly start: number;
  readonly end: number;
}

export interface Tokens {
  readonly tokens: readonly Token[];
  /** Index of a quote without a partner, or -1; what follows it is dropped. */
  readonly unmatchedQuote: number;
}

/**
 * Splits at blanks; `"..."` is one token without escapes, and ends a word it stands in. The first
 * `most` words are enough.
 */
export function tokenize(text: Text, most = Infinity): Tokens {
  const { value } = text;
  const tokens: Token[] = [];
  let index = 0;
  while (index < value.length && tokens.length < most) {
    const character = value[index];
    if (character === ' ' || character === '\t') {
      index += 1;
    } else if (character === '"') {
      const close = value.indexOf('"', index + 1);
      if (close === -1) return { tokens, unmatchedQuote: index };
      const inner = value.slice(index + 1, close);
      tokens.push({ value: inner, quoted: true, start: index, end: close + 1 });
      index = close + 1;
    } else {
      const end = endOfWord(value, index);
      tokens.push({ value: value.slice(index, end), quoted: false, start: index, end });
      index = end;
    }
  }
  return { tokens, unmatchedQuote: -1 };
}

function endOfWord(value: string, start: number): number {
  let index = start;
  for (; index < value.length; index += 1) {
    const character = value[index];
    if (character === ' ' || character === '\t' || character === '"') break;
  }
  return index;
}

/**
 * Splits a script line: quotes of both kinds group and may be joined to other text, escapes are
 * kept for `splitCommand`. The first word is the whole command, then user and group.
 */
export function tokenizeScript(text: Text, from: number): Tokens {
  const { value } = text;
  const tokens: Token[] = [];
  let index = from;
  for (;;) {
    while (value[index] === ' ' || value[index] === '\t') index += 1;
    if (index >= value.length) return { tokens, unmatchedQuote: -1 };
    const word = scriptWord(value, index);
    if (word.unmatched !== -1) return { tokens, unmatchedQuote: word.unmatched };
    const quoted = value[index] === '"' || value[index] === "'";
    tokens.push({ value: word.value, quoted, start: index, end: word.end });
    index = word.end;
  }
}

function scriptWord(value: string, start: number) {
  let index = start;
  let word = '';
  while (index < value.length) {
    const character = value[index] ?? '';
    if (character === ' ' || character === '\t') break;
    if (character === '\\') {
      word += value.slice(index, index + 2);
      index += 2;
    } else if (character === '"' || character === "'") {
      const close = closingQuote(value, index);
      if (close === -1) return { value: word, end: index, unmatched: index };
      word += value.slice(index + 1, close);
      index = close + 1;
    } else {
      word += character;
      index += 1;
    }
  }
  return { value: word, end: Math.min(index, value.length), unmatched: -1 };
}

function closingQuote(value: string, open: number): number {
  const quote = value[open];
  for (let index = open + 1; index < value.length; index += 1) {
    if (value[index] === '\\') index += 1;
    else if (value[index] === quote) return index;
  }
  return -1;
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The character an escape stands for, and how many characters it took after the backslash. */
function readEscape(text: string, at: number): { value: string; length: number } {
  const rest = text.slice(at, at + 3);
  const octal = /^[0-7]{1,3}/.exec(rest)?.[0];
  if (octal !== undefined) {
    return { value: String.fromCharCode(parseInt(octal, 8) & 0xff), length: octal.length };
  }
  const hex = /^x([0-9a-fA-F]{1,2})/.exec(rest)?.[1];
  if (hex !== undefined) {
    return { value: String.fromCharCode(parseInt(hex, 16)), length: hex.length + 1 };
  }
  const control = /^c([\x40-\x7f])/.exec(rest)?.[1];
  if (control !== undefined) {
    return { value: String.fromCharCode(control.charCodeAt(0) & 0x1f), length: 2 };
  }
  const character = text[at] ?? '\\';
  return { value: simpleEscapes[character] ?? character, length: 1 };
}

/** The argument vector of a command; null when a quote has no partner. */
export function splitCommand(command: string): string[] | null {
  const argv: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let index = 0; index < command.length; index += 1) {
    const character = command[index] ?? '';
    if (character === '\\') {
      const escape = readEscape(command, index + 1);
      word = (word ?? '') + escape.value;
      index += escape.length;
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === ' ' || character === '\t') {
      if (word !== null) argv.push(word);
      word = null;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') return null;
  if (word !== null) argv.push(word);
  return argv;
}
