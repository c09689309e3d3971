/** The file system as the preprocessor sees it; small, so that texts can also come from memory. */

import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../../base/regularFile.ts';
import { decodeBytes } from '../source.ts';

export type FileKind = 'file' | 'executable' | 'directory' | 'other' | 'missing';

export interface FileReader {
  /** The text of a file; throws what the file system throws. */
  read(path: string): string;
  kind(path: string): FileKind;
  /** Names in a directory, unsorted; none when it cannot be read. */
  list(directory: string): readonly string[];
  /** The path without symbolic links, or the path itself when it does not exist. */
  real(path: string): string;
}

function kindOf(path: string): FileKind {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 'missing';
  if (stat.isDirectory()) return 'directory';
  if (!stat.isFile()) return 'other';
  return (stat.mode & 0o111) === 0 ? 'file' : 'executable';
}

/** A configuration with all that it includes, in bytes. Ten thousand instances have some 3 MiB. */
export const largestConfiguration = 16 * 2 ** 20;

export const hostFiles: FileReader = {
  read: (path) => decodeBytes(readRegularFile(path, largestConfiguration)),
  kind: (path) => {
    try {
      return kindOf(path);
    } catch {
      return 'missing';
    }
  },
  list: (directory) => {
    try {
      accessSync(directory, constants.R_OK);
      return readdirSync(directory);
    } catch {
      return [];
    }
  },
  real: (path) => {
    try {
      return realpathSync(path);
    } catch {
      return path;
    }
  },
};

/** Alternatives of `{a,b}` in a pattern, nested ones too; at most `limit` of them. */
export function expandBraces(pattern: string, limit = 1_000): string[] {
  const open = pattern.indexOf('{');
  const close = open === -1 ? -1 : matchingBrace(pattern, open);
  if (close === -1) return [pattern];
  const before = pattern.slice(0, open);
  const after = pattern.slice(close + 1);
  const results: string[] = [];
  for (const alternative of splitAlternatives(pattern.slice(open + 1, close))) {
    for (const rest of expandBraces(before + alternative + after, limit)) {
      if (results.length < limit) results.push(rest);
    }
  }
  return results;
}

function matchingBrace(pattern: string, open: number): number {
  let depth = 0;
  for (let index = open; index < pattern.length; index += 1) {
    if (pattern[index] === '{') depth += 1;
    if (pattern[index] === '}') {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return -1;
}

function splitAlternatives(body: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let current = '';
  for (const character of body) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (character === ',' && depth === 0) {
      parts.push(current);
      current = '';
    } else {
      current += character;
    }
  }
  return [...parts, current];
}

/** True where glob(7) would look at the file system rather than take the text as it is. */
export function hasWildcard(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/** A path component with `*`, `?` and `[...]` as an anchored expression. */
function componentMatcher(component: string): (name: string) => boolean {
  let source = '';
  for (let index = 0; index < component.length; index += 1) {
    const character = component[index] ?? '';
    const bracket = character === '[' ? component.indexOf(']', index + 2) : -1;
    if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else if (bracket !== -1) {
      const body = component.slice(index + 1, bracket).replace(/^!/, '^');
      source += `[${body.replaceAll('\\', '\\\\').replaceAll('[', '\\[')}]`;
      index = bracket;
    } else source += character.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  }
  try {
    const expression = new RegExp(`^${source}$`, 's');
    // A leading dot has to be matched by a dot (glob(7)).
    return (name) => expression.test(name) && (!name.startsWith('.') || component.startsWith('.'));
  } catch {
    return (name) => name === component;
  }
}

/** Paths that one pattern without braces names, in byte order; only existing ones. */
export function globFiles(reader: FileReader, pattern: string): string[] {
  const absolute = pattern.startsWith('/');
  let found = [absolute ? '/' : '.'];
  for (const component of pattern.split('/').filter((part) => part !== '')) {
    if (!hasWildcard(component)) {
      found = found.map((base) => join(base, component));
      continue;
    }
    const matches = componentMatcher(component);
    found = found.flatMap((base) =>
      reader
        .list(base)
        .filter(matches)
        .toSorted((a, b) => (a < b ? -1 : 1))
        .map((name) => join(base, name)),
    );
  }
  return found.filter((path) => reader.kind(path) !== 'missing');
}
