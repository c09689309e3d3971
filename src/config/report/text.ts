/** Findings as a person reads them: place, message, the line, a caret, what to do. */

import { paint } from '../../base/terminal.ts';
import type { Finding, Related } from '../findings.ts';
import { describeSpan, lineText, positionOf } from '../source.ts';
import type { Span } from '../source.ts';

export interface TextOptions {
  readonly color: boolean;
}

const paints = { error: 'bad', warning: 'warning', note: 'bold' } as const;

const shownWidth = 160;

/** Control characters would upset a terminal; tabs are kept so that the caret fits. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters to be replaced
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '?');
}

/** Findings go into logs, where passwords and keys have no place. */
function withoutSecrets(line: string): string {
  return line.replace(
    /(\b(?:auth_pass|key\s+\S+|smtp_auth\s+\S+)\s+)(\S.*)$/,
    (_all, before: string, secret: string) => before + '*'.repeat(secret.length),
  );
}

/** The line of a span with a caret line under it. */
function excerpt(span: Span, options: TextOptions): string[] {
  const { line, column } = positionOf(span.source, span.start);
  const whole = printable(withoutSecrets(lineText(span.source, line)));
  const from = column > shownWidth - 40 ? column - 41 : 0;
  const text = whole.slice(from, from + shownWidth);
  const before = text.slice(0, column - 1 - from).replace(/[^\t]/g, ' ');
  const room = Math.max(1, text.length - before.length);
  const width = Math.min(Math.max(1, span.end - span.start), room);
  const number = String(line);
  const margin = ' '.repeat(number.length);
  const caret = paint('^'.repeat(width), 'good', options.color);
  return [
    `${paint(` ${number} |`, 'dim', options.color)} ${text}`,
    `${paint(` ${margin} |`, 'dim', options.color)} ${before}${caret}`,
  ];
}

function relatedLines({ span, message }: Related, options: TextOptions): string[] {
  const label = paint('note', paints.note, options.color);
  return [`  ${describeSpan(span)}: ${label}: ${message}`, ...excerpt(span, options)];
}

/** The chain of files that led to the one of this place. */
function includeLines(span: Span): string[] {
  const lines: string[] = [];
  for (let at = span.source.includedAt; at !== null; at = at.source.includedAt) {
    lines.push(`  included from ${describeSpan(at)}`);
  }
  return lines;
}

export function formatFinding(finding: Finding, options: TextOptions): string {
  const { severity, span } = finding;
  const label = paint(severity, paints[severity], options.color);
  const place = span === null ? '' : `${paint(describeSpan(span), 'bold', options.color)}: `;
  const rule = paint(`[${finding.rule}]`, 'dim', options.color);
  const lines = [`${place}${label}: ${finding.message} ${rule}`];
  if (span !== null) {
    lines.push(...excerpt(span, options), ...includeLines(span));
    if (span.definition !== null) {
      const written = { span: span.definition, message: 'the text was written here' };
      lines.push(...relatedLines(written, options));
    }
  }
  if (finding.hint !== null)
    lines.push(`  ${paint('help', 'good', options.color)}: ${finding.hint}`);
  if (finding.keepalived !== null) lines.push(`  keepalived: ${finding.keepalived}`);
  for (const other of finding.related) lines.push(...relatedLines(other, options));
  return lines.join('\n');
}

/** "2 errors, 1 warning"; notes are counted only where there is nothing else. */
export function summarize(findings: readonly Finding[]): string {
  const count = (severity: string): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const parts = (['error', 'warning', 'note'] as const)
    .map((severity) => ({ severity, number: count(severity) }))
    .filter(({ number }) => number > 0)
    .map(({ severity, number }) => `${number} ${severity}${number === 1 ? '' : 's'}`);
  return parts.length === 0 ? 'no findings' : parts.join(', ');
}
