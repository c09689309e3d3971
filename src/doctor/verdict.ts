/** What a check says. */
import type { Facts } from './host/facts.ts';

export type VerdictKind = 'ok' | 'warning' | 'problem' | 'unknown';

export interface Verdict {
  /** Name of the check. */
  readonly check: string;
  readonly verdict: VerdictKind;
  /** One sentence without its full stop. */
  readonly sentence: string;
  /** A command that cures it, or shows more where a command cannot cure. */
  readonly cure: string | undefined;
}

export type Said = Omit<Verdict, 'check'>;

/** Nothing to say is said with an empty list: the check does not apply to this host. */
export type Check = (facts: Facts) => readonly Said[];

export const ok = (sentence: string): Said => ({ verdict: 'ok', sentence, cure: undefined });
export const unknown = (sentence: string, cure?: string): Said => ({
  verdict: 'unknown',
  sentence,
  cure,
});
export const warning = (sentence: string, cure: string): Said => ({
  verdict: 'warning',
  sentence,
  cure,
});
export const problem = (sentence: string, cure: string): Said => ({
  verdict: 'problem',
  sentence,
  cure,
});
