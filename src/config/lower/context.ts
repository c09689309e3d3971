/** What every step of lowering shares. */

import type { Findings } from '../findings.ts';
import type { Entry, Level, Settings } from '../keywords/types.ts';
import type { Span } from '../source.ts';

/** Whatever knows its place; the place itself is made when somebody asks. */
interface Placed {
  readonly span: Span | null;
}

/** Where one thing stands. */
interface Places {
  /** Of the thing itself. */
  own: Placed | null;
  /** Most things have none: thousands of maps would be empty. */
  fields: Map<string, Placed> | null;
  /** The settings of its block, whose entries know their places. */
  settings: Readonly<Record<string, readonly Entry<unknown>[] | undefined>>;
}

const nothing: Places['settings'] = {};

/** Where things of the model stand in the files; kept beside the model, not in it. */
export class Origins {
  /** Not a WeakMap: it lives no longer than the model, and a collector looks at those again and again. */
  private readonly places = new Map<object, Places>();

  /** `field` is a keyword, or empty for the thing itself. */
  set(thing: object, field: string, at: Placed): void {
    const places = this.placesOf(thing);
    if (field === '') places.own = at;
    else (places.fields ??= new Map()).set(field, at);
  }

  /** `copy` stands where `original` does. */
  copy(original: object, copy: object): void {
    const places = this.places.get(original);
    if (places !== undefined) this.places.set(copy, places);
  }

  /** The place of a keyword, or that of the thing where the keyword was not written. */
  of(thing: object, field = ''): Span | null {
    const places = this.places.get(thing);
    if (places === undefined) return null;
    const { own, fields, settings } = places;
    const place = fields?.get(field) ?? settings[field]?.at(-1) ?? own;
    return place?.span ?? null;
  }

  /** The keyword was written in the file. */
  has(thing: object, field: string): boolean {
    const places = this.places.get(thing);
    if (places === undefined) return false;
    return places.fields?.has(field) === true || (places.settings[field]?.length ?? 0) > 0;
  }

  /** Each setting of a block stands where it was written. */
  setAll(thing: object, settings: object): void {
    this.placesOf(thing).settings = settings as Places['settings'];
  }

  private placesOf(thing: object): Places {
    const known = this.places.get(thing);
    if (known !== undefined) return known;
    const places: Places = { own: null, fields: null, settings: nothing };
    this.places.set(thing, places);
    return places;
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
