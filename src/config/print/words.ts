/** How values are written so that the parser reads the same ones back. */

import type { Micros } from '../../base/units.ts';
import type { Command, ScriptUser } from '../model.ts';

/** Lines with their indentation. */
export type Lines = readonly string[];

/** A word as it stands, or in double quotes where something in it would be taken apart. */
export function quote(word: string): string {
  const plain = /^[^\s{}#!"@$~][^\s{}#!"]*$/.test(word) && !word.startsWith('include');
  return plain ? word : `"${word}"`;
}

/** One argument of a command, with every character escaped that means something somewhere. */
function escapeArgument(argument: string): string {
  if (argument === '') return "''";
  return Array.from(argument, (character) => {
    if (/[A-Za-z0-9_./:=,+@%^-]/.test(character) || character > '\u007f') return character;
    if (character >= ' ' && character !== '\u007f') return `\\${character}`;
    return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
  }).join('');
}

function userWords({ user, group, supplementaryGroups }: ScriptUser): string {
  if (group === null) return quote(supplementaryGroups ? `${user}:` : user);
  return `${quote(user)} ${quote(supplementaryGroups ? `:${group}` : group)}`;
}

export function userText(user: ScriptUser): string {
  return userWords(user);
}

/** A command with its account, as the keywords for scripts take it. */
export function commandText({ argv, user }: Command): string {
  const text = `"${argv.map(escapeArgument).join(' ')}"`;
  return user === null ? text : `${text} ${userWords(user)}`;
}

/** A number without a needless fraction, exact to the sixth decimal. */
function fixed(value: number, decimals: number): string {
  return value.toFixed(decimals).replace(/\.?0+$/, '');
}

export function secondsText(micros: Micros): string {
  return fixed(micros / 1_000_000, 6);
}

export function millisecondsText(micros: Micros): string {
  return fixed(micros / 1_000, 3);
}

function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}

/** A block; nothing at all when it would be empty. */
export function blockLines(head: string, body: Lines, keepEmpty = false): string[] {
  if (body.length === 0 && !keepEmpty) return [];
  return [`${head} {`, ...body.map((line) => `    ${line}`), '}'];
}

/** A block of failoverd's own: keepalived skips it line by line. */
export function ownBlock(head: string, body: Lines): string[] {
  return blockLines(head, body).map((line) => `@failoverd ${line}`);
}

/** Collects lines for the settings that are not what they would be anyway. */
export class Setting {
  readonly lines: string[] = [];

  /** `keyword text` when `value` differs from `standard`. */
  add(keyword: string, value: unknown, standard: unknown, text: string): void {
    if (value !== standard) this.lines.push(text === '' ? keyword : `${keyword} ${text}`);
  }

  number(keyword: string, value: number | null, standard: number | null): void {
    if (value !== null) this.add(keyword, value, standard, String(value));
  }

  seconds(keyword: string, value: Micros, standard: Micros): void {
    this.add(keyword, value, standard, secondsText(value));
  }

  bool(keyword: string, value: boolean, standard: boolean): void {
    this.add(keyword, value, standard, onOff(value));
  }

  flag(keyword: string, value: boolean): void {
    if (value) this.lines.push(keyword);
  }

  word(keyword: string, value: string | null, standard: string | null = null): void {
    if (value !== null) this.add(keyword, value, standard, quote(value));
  }

  command(keyword: string, value: Command | null): void {
    if (value !== null) this.lines.push(`${keyword} ${commandText(value)}`);
  }

  block(keyword: string, body: Lines): void {
    this.lines.push(...blockLines(keyword, body));
  }
}
