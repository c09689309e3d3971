/** Which files an `include` line names. */

import { dirname, isAbsolute, join } from 'node:path';
import type { Findings, RuleId } from '../findings.ts';
import type { Span } from '../source.ts';
import { expandBraces, globFiles, hasWildcard } from './files.ts';
import type { FileReader } from './files.ts';

/** Which shortcomings of an include are errors (keepalived.conf(5): include_check). */
export interface IncludeChecks {
  readonly read: boolean;
  readonly match: boolean;
  readonly wildcard: boolean;
  readonly brace: boolean;
}

export const noChecks: IncludeChecks = { read: false, match: false, wildcard: false, brace: false };
export const allChecks: IncludeChecks = { read: true, match: true, wildcard: true, brace: true };

const letters: Readonly<Record<string, Partial<IncludeChecks>>> = {
  r: { read: true },
  m: { read: true, match: true },
  w: { read: true, wildcard: true },
  b: { read: true, brace: true },
  a: allChecks,
};

/** The checks of one include line: the file's own and those of its letter. */
export function checksOf(letter: string, base: IncludeChecks): IncludeChecks {
  return { ...base, ...letters[letter] };
}

/** The checks after an `include_check` line: a set, or `+word` and `-word` changes to one. */
export function changeChecks(words: readonly string[], base: IncludeChecks): IncludeChecks {
  if (words.length === 0) return allChecks;
  const names: Readonly<Record<string, keyof IncludeChecks>> = {
    read: 'read',
    readable: 'read',
    match: 'match',
    wildcard_match: 'wildcard',
    brace_match: 'brace',
  };
  const relative = /^[+-]/.test(words[0] ?? '');
  const result: { -readonly [K in keyof IncludeChecks]: boolean } = {
    ...(relative ? base : noChecks),
  };
  for (const word of words) {
    const name = names[word.replace(/^[+-]/, '')];
    if (name !== undefined) result[name] = !word.startsWith('-');
  }
  if (result.match || result.wildcard || result.brace) result.read = true;
  return result;
}

/** Paths to read, in order; what is wrong with the pattern is reported. */
export function resolveInclude(
  pattern: string,
  from: string,
  checks: IncludeChecks,
  world: { readonly reader: FileReader; readonly findings: Findings },
  at: Span | null,
): string[] {
  const { reader, findings } = world;
  const complain = (check: boolean, message: string): void => {
    const rule: RuleId = check ? 'include-failed' : 'include-empty';
    findings.report(rule, at, message, {
      keepalived: check ? null : 'keepalived continues silently',
    });
  };
  const whole = isAbsolute(pattern) ? pattern : join(dirname(from), pattern);
  const alternatives = expandBraces(whole);
  const found = alternatives.map((alternative) => globFiles(reader, alternative));
  const wild = hasWildcard(pattern);
  if (found.every((paths) => paths.length === 0)) {
    const check = wild ? checks.wildcard : checks.match;
    complain(check, wild ? `no file matches '${pattern}'` : `'${pattern}' does not exist`);
    return [];
  }
  for (const [index, paths] of found.entries()) {
    if (paths.length > 0) continue;
    complain(checks.brace, `no file matches '${alternatives[index] ?? ''}'`);
  }
  return found.flat().filter((path) => {
    const kind = reader.kind(path);
    // A directory that a wildcard caught is nothing to talk about.
    if (kind === 'directory' && wild) return false;
    if (kind !== 'file') complain(checks.read, `'${path}' is skipped: it is ${whatIsIt(kind)}`);
    return kind === 'file';
  });
}

function whatIsIt(kind: string): string {
  if (kind === 'executable') return 'an executable file (chmod a-x it to have it read)';
  if (kind === 'directory') return 'a directory';
  return 'not a regular file';
}
