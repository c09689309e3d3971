/** What every step of lowering shares. */

import type { Findings } from '../findings.ts';
import type { Entry, Level, Settings } from '../keywords/types.ts';
import type { Span } from '../source.ts';

/** Where things of the model stand in the files; kept beside the model, not in it. */
export class Origins {
  private readonly places = new WeakMap<object, Map<string, Span>>();

  /** `field` is a keyword, or empty for the thing itself. */
  set(thing: object, field: string, span: Span | null | undefined): void {
    if (span === null || span === undefined) return;
    const fields = this.places.get(thing) ?? new Map<string, Span>();
    fields.set(field, span);
    this.places.set(thing, fields);
  }

  /** `copy` stands where `original` does. */
  copy(original: object, copy: object): void {
    const fields = this.places.get(original);
    if (fields !== undefined) this.places.set(copy, fields);
  }

  /** The place of a keyword, or that of the thing where the keyword was not written. */
  of(thing: object, field = ''): Span | null {
    const fields = this.places.get(thing);
    return fields?.get(field) ?? fields?.get('') ?? null;
  }

  /** The keyword was written in the file. */
  has(thing: object, field: string): boolean {
    return this.places.get(thing)?.has(field) ?? false;
  }

  /** Remembers where each setting of a block was written. */
  setAll(thing: object, settings: object): void {
    for (const [keyword, entries] of Object.entries(settings)) {
      const list = entries as readonly Entry<unknown>[] | undefined;
      this.set(thing, keyword, list?.at(-1)?.span);
    }
  }
}

export interface Lowering {
  readonly findings: Findings;
  readonly origins: Origins;
}

/** All occurrences of a block that may be repeated, as if they were one. */
export function mergeSettings<L extends Level>(
  level: L,
  blocks: readonly Settings<L>[],
): Settings<L> {
  const merged = new Map<string, Entry<unknown>[]>();
  for (const settings of blocks) {
    for (const [keyword, entries] of Object.entries(settings)) {
      const list = entries as readonly Entry<unknown>[];
      const before = merged.get(keyword) ?? [];
      const repeat = level.keywords[keyword]?.repeat ?? 'last';
      if (repeat === 'first' && before.length > 0) continue;
      merged.set(keyword, repeat === 'each' ? [...before, ...list] : [...list]);
    }
  }
  // The rows decide the type of each value; the map has forgotten it.
  return Object.fromEntries(merged) as unknown as Settings<L>;
}
