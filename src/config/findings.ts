/** What a finding is, and the one place where findings are collected. */

import { catalogue } from './catalogue.ts';
import type { RuleId, Severity } from './catalogue.ts';
import type { Span } from './source.ts';

export type { RuleId, Severity } from './catalogue.ts';

/** A second place that helps to understand the first. */
export interface Related {
  readonly span: Span;
  readonly message: string;
}

/** One thing worth telling about a configuration. */
export interface Finding {
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly message: string;
  /** null for what concerns no place in a file. */
  readonly span: Span | null;
  /** What to do about it. */
  readonly hint: string | null;
  /** What keepalived does with the same text, where that differs. */
  readonly keepalived: string | null;
  readonly related: readonly Related[];
}

export interface FindingDetails {
  readonly hint?: string | null;
  readonly keepalived?: string | null;
  readonly related?: readonly Related[];
}

/** Collects findings; knows nothing about printing them. */
export class Findings {
  readonly list: Finding[] = [];
  private readonly limit: number;
  private dropped = 0;

  constructor(limit = 2_000) {
    this.limit = limit;
  }

  report(rule: RuleId, span: Span | null, message: string, details: FindingDetails = {}): void {
    const { severity } = catalogue[rule];
    // Errors are never dropped: they decide whether the file may run.
    if (this.list.length >= this.limit && severity !== 'error') {
      this.dropped += 1;
      return;
    }
    this.list.push({
      rule,
      severity,
      message,
      span,
      hint: details.hint ?? null,
      keepalived: details.keepalived ?? null,
      related: details.related ?? [],
    });
  }

  /**
   * Findings about failoverd rather than about the file are told once for each keyword, with the
   * number of uses: fifty instances with use_vmac need no fifty notes.
   */
  private mergeStatus(): Finding[] {
    const counts = new Map<string, number>();
    for (const { rule, message } of this.list) {
      const key = `${rule} ${message}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const told = new Set<string>();
    return this.list.flatMap((finding) => {
      const key = `${finding.rule} ${finding.message}`;
      const count = counts.get(key) ?? 1;
      if (catalogue[finding.rule].class !== 'status' || count === 1) return [finding];
      if (told.has(key)) return [];
      told.add(key);
      return [{ ...finding, message: `${finding.message} (${count} uses)` }];
    });
  }

  /** The findings, with one more that says how many were left out, if any were. */
  finish(): readonly Finding[] {
    if (this.dropped > 0) {
      const message = `${this.dropped} further findings are not shown`;
      const { severity } = catalogue['too-many-findings'];
      const rest = { span: null, hint: null, keepalived: null, related: [] };
      this.list.push({ rule: 'too-many-findings', severity, message, ...rest });
      this.dropped = 0;
    }
    return this.mergeStatus();
  }
}
