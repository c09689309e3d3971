/** Findings for programs: plain JSON, and SARIF 2.1.0 for code scanners. */

import { catalogue } from '../catalogue.ts';
import type { RuleId } from '../catalogue.ts';
import type { Finding } from '../findings.ts';
import { positionOf } from '../source.ts';
import type { Span } from '../source.ts';

function place(span: Span) {
  const start = positionOf(span.source, span.start);
  const end = positionOf(span.source, span.end);
  const { line, column } = start;
  return { file: span.source.path, line, column, endLine: end.line, endColumn: end.column };
}

/** One object for each finding; field names are stable. */
export function findingsToJson(findings: readonly Finding[]): object[] {
  return findings.map((finding) => ({
    rule: finding.rule,
    severity: finding.severity,
    class: catalogue[finding.rule].class,
    message: finding.message,
    ...(finding.span && place(finding.span)),
    ...(finding.span?.definition && { definition: place(finding.span.definition) }),
    ...(finding.hint !== null && { hint: finding.hint }),
    ...(finding.keepalived !== null && { keepalived: finding.keepalived }),
    related: finding.related.map(({ span, message }) => ({ message, ...place(span) })),
  }));
}

function region(span: Span) {
  const { line, column, endLine, endColumn } = place(span);
  return { startLine: line, startColumn: column, endLine, endColumn };
}

function sarifLocation(span: Span, message?: string) {
  const uri = encodeURI(span.source.path.replace(/^\.\//, ''));
  return {
    physicalLocation: { artifactLocation: { uri }, region: region(span) },
    ...(message !== undefined && { message: { text: message } }),
  };
}

function sarifResult(finding: Finding) {
  const details = [finding.message, finding.hint, finding.keepalived].filter((t) => t !== null);
  return {
    ruleId: finding.rule,
    level: finding.severity,
    message: { text: details.join('. ') },
    locations: finding.span === null ? [] : [sarifLocation(finding.span)],
    relatedLocations: finding.related.map(({ span, message }) => sarifLocation(span, message)),
  };
}

/** A SARIF log with one run (OASIS SARIF 2.1.0). */
export function findingsToSarif(findings: readonly Finding[], version: string): object {
  const used = [...new Set(findings.map((finding) => finding.rule))] as RuleId[];
  const rules = used.map((id) => ({
    id,
    shortDescription: { text: catalogue[id].about },
    defaultConfiguration: { level: catalogue[id].severity },
  }));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'failoverd', version, rules } },
        columnKind: 'utf16CodeUnits',
        results: findings.map(sarifResult),
      },
    ],
  };
}
