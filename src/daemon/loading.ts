/** A configuration from the disk, or in plain words why there is none. */
import type { Log } from '../base/log.ts';
import {
  describeSpan,
  formatDiagnostics,
  hasErrors,
  loadConfig,
  summarize,
  whyNotRead,
} from '../config/index.ts';
import type { Finding, Model, Origins } from '../config/index.ts';

export type Loaded =
  | {
      readonly kind: 'loaded';
      readonly model: Model;
      readonly findings: readonly Finding[];
      /** Where everything stands in the file. Weighs as much as the file: not to be kept. */
      readonly origins: Origins;
    }
  | {
      readonly kind: 'refused';
      /** Why the file could not be read at all, as a sentence. */
      readonly unread: string | undefined;
      readonly findings: readonly Finding[];
    };

/** Reads the file anew. Nothing is changed by it. */
export function load(file: string, configId: string | undefined): Loaded {
  const options = configId === undefined ? {} : { configId };
  const { model, diagnostics, origins } = loadConfig(file, options);
  if (!hasErrors(diagnostics)) return { kind: 'loaded', model, findings: diagnostics, origins };
  return { kind: 'refused', unread: whyNotRead(file, diagnostics), findings: diagnostics };
}

/** Every finding as one line of the log, with its place and what to do; the notes only with detail. */
export function logFindings(findings: readonly Finding[], log: Log): void {
  for (const finding of findings) {
    const [first = ''] = formatDiagnostics([finding]).split('\n');
    const line = finding.hint === null ? first : `${first}: ${finding.hint}`;
    const level = { error: 'error', warning: 'warning', note: 'info' } as const;
    // Without a place it begins with the word that the log puts before it.
    const text = line.replace(`${finding.severity}: `, (word, at) => (at === 0 ? '' : word));
    log[level[finding.severity]](text, { event: 'config', rule: finding.rule });
  }
}

/**
 * Why a file was refused, as it is shown to a person: with the line and a caret under the character.
 * Warnings are among it, since the mistake behind an error often is one: a keyword with a typo is
 * ignored, and the error is that the keyword is missing.
 */
export function findingsForPeople(findings: readonly Finding[], color: boolean): string {
  const told = findings.filter((finding) => finding.severity !== 'note');
  return formatDiagnostics(told, { color });
}

/** Why a file was refused, for a sentence: how many errors it has, and the first with its place. */
export function refusalOf({ unread, findings }: Extract<Loaded, { kind: 'refused' }>): string {
  if (unread !== undefined) return unread;
  const first = findings.find(({ severity }) => severity === 'error');
  if (first === undefined) return `it has ${countFindings(findings)}`;
  const { span, message } = first;
  const place = span === null ? '' : ` at ${describeSpan(span)}`;
  const all = findings.length > 1 ? ' (failoverd check lists them)' : '';
  return `it has ${countFindings(findings)}${all}: ${message}${place}`;
}

/** "1 error, 2 warnings". */
export function countFindings(findings: readonly Finding[]): string {
  return summarize(findings.filter((finding) => finding.severity !== 'note'));
}
