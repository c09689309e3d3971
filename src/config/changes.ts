/**
 * What another file says otherwise, setting by setting in the words of the file: old value, new
 * value, and where the new one stands. Pure; made from two models, so that what is written in
 * another way and means the same is no change.
 */

import { Origins } from './lower/context.ts';
import type { Model, TrackerUse, VrrpDefaults } from './model.ts';
import { addressText, printInstance, printSyncGroup } from './print/instance.ts';
import {
  printDaemon,
  printFile,
  printGarpGroup,
  printProbe,
  printProcess,
  printScript,
  printStatics,
} from './print/print.ts';
import { printGlobals } from './print/globals.ts';
import { quote } from './print/words.ts';
import type { Lines } from './print/words.ts';
import type { Span } from './source.ts';

/** One setting. null: it was not, or is no longer, set; '': a word that stands alone. */
export interface Change {
  readonly keyword: string;
  readonly before: string | null;
  readonly after: string | null;
  /** In the new file; null where nothing there says it. */
  readonly at: Span | null;
}

/** One block that differs, or is in one of the two only. */
export interface ThingChange {
  readonly name: string;
  /** What of it differs; nothing where it is new or gone. */
  readonly changes: readonly Change[];
  /** Of the block in the new file. */
  readonly at: Span | null;
}

export interface Changes {
  /** Those of instances, groups and trackers that are in both and differ, by name. */
  readonly instances: ReadonlyMap<string, ThingChange>;
  readonly groups: ReadonlyMap<string, ThingChange>;
  readonly trackers: Readonly<Record<TrackerBlock, ReadonlyMap<string, ThingChange>>>;
  /** global_defs, and what stands in blocks without a name. */
  readonly settings: readonly Change[];
}

type TrackerBlock = 'script' | 'process' | 'file' | 'probe';

/** Everything is printed: what equals a default may have been changed with it. */
const nothingIsDefault = { garp: {} } as unknown as VrrpDefaults;

/** `renamed`: names in `before` of what has another one in `after`. */
export function changesOf(
  before: Model,
  after: Model,
  origins: Origins,
  renamed: ReadonlyMap<string, string> = new Map(),
): Changes {
  const told = { origins, renamed };
  const named = <T extends object & { readonly name: string }>(
    old: readonly T[],
    next: readonly T[],
    print: (one: T) => Lines,
  ) => namedChanges(old, next, (one) => inner(print(one)), told);
  return {
    instances: named(before.instances, after.instances, (one) =>
      printInstance(one, nothingIsDefault),
    ),
    groups: named(before.syncGroups, after.syncGroups, (one) =>
      printSyncGroup(one, nothingIsDefault),
    ),
    trackers: {
      script: named(before.scripts, after.scripts, printScript),
      process: named(before.processes, after.processes, printProcess),
      file: named(before.files, after.files, printFile),
      probe: named(before.probes, after.probes, printProbe),
    },
    settings: settingChanges(before, after, origins),
  };
}

interface Told {
  readonly origins: Origins;
  readonly renamed: ReadonlyMap<string, string>;
}

function namedChanges<T extends object & { readonly name: string }>(
  before: readonly T[],
  after: readonly T[],
  print: (one: T) => Lines,
  { origins, renamed }: Told,
): Map<string, ThingChange> {
  const known = new Map(before.map((one) => [one.name, one]));
  const changed = new Map<string, ThingChange>();
  for (const one of after) {
    const old = known.get(renamed.get(one.name) ?? one.name);
    const at = origins.of(one);
    if (old === undefined) {
      changed.set(one.name, { name: one.name, changes: [], at });
      continue;
    }
    // Thousands of instances are the same; text is made of the others.
    if (JSON.stringify(old) === JSON.stringify(one)) continue;
    const changes = difference(print(old), print(one), placesOf(one, origins));
    if (changes.length > 0) changed.set(one.name, { name: one.name, changes, at });
  }
  return changed;
}

function settingChanges(before: Model, after: Model, origins: Origins): readonly Change[] {
  const lines = (model: Model): Lines => [
    ...printDaemon(model.globals),
    ...printGlobals(model.globals),
    ...model.garpGroups.flatMap(printGarpGroup),
    ...printStatics(model).flat(),
  ];
  return difference(lines(before), lines(after), (keyword) => origins.of(after.globals, keyword));
}

/** Where a setting of `one` stands; an entry of a list has a place of its own. */
function placesOf(one: object, origins: Origins): PlaceOf {
  const entries = new Map<string, object>();
  const lists = one as Partial<Record<string, readonly unknown[]>>;
  for (const list of [lists['addresses'], lists['excludedAddresses']]) {
    for (const entry of (list ?? []) as Parameters<typeof addressText>[0][]) {
      entries.set(addressText(entry), entry);
    }
  }
  for (const [key, list] of Object.entries(lists)) {
    if (!key.startsWith('track') || !Array.isArray(list)) continue;
    for (const use of list as readonly TrackerUse[]) entries.set(`${key} ${quote(use.name)}`, use);
  }
  return (keyword, value) => {
    const [first = ''] = value.split(' ');
    const use = `${keyword.replace(/^track_(.)/, (_all, letter: string) => `track${letter.toUpperCase()}`)}`;
    const entry = entries.get(value) ?? entries.get(`${plural(use)} ${first}`);
    const own = entry === undefined ? null : origins.of(entry);
    return own ?? origins.of(one, keyword);
  };
}

/** trackProcess -> trackProcesses, trackFile -> trackFiles: the model's name of a list. */
function plural(word: string): string {
  return word.endsWith('s') ? `${word}es` : `${word}s`;
}

type PlaceOf = (keyword: string, value: string) => Span | null;

interface Said {
  readonly keyword: string;
  readonly value: string;
}

/** Blocks whose lines are settings of their own, not entries of one list. */
const blocksOfSettings = new Set(['authentication', 'auth_hmac']);
const secrets = new Set(['auth_pass', 'key', 'smtp_auth']);
export const hidden = '********';

/** Lines without the block around them. */
function inner(lines: Lines): Lines {
  return lines.slice(1, -1).map((line) => line.replace(/^(@failoverd )? {4}/, '$1'));
}

/** Each setting with the keyword that it belongs to: an entry of a list with that of the list. */
function said(lines: Lines): Said[] {
  const all: Said[] = [];
  let block: string | undefined;
  for (const line of lines) {
    const text = line.replace(/^@failoverd /, '').trim();
    if (text === '}') {
      block = undefined;
    } else if (text.endsWith(' {')) {
      block = text.slice(0, -2);
    } else if (block !== undefined && !blocksOfSettings.has(block)) {
      // A tracker's use is printed with the word that says it is not reversed.
      all.push({ keyword: block, value: text.replace(/ noreverse$/, '') });
    } else {
      const [keyword = '', ...rest] = text.split(' ');
      all.push({ keyword, value: rest.join(' ') });
    }
  }
  return all;
}

/** Entries of a list are the same one when their first word is. */
function difference(before: Lines, after: Lines, placeOf: PlaceOf): readonly Change[] {
  const [old, next] = [said(before), said(after)];
  const gone = without(old, next);
  const changes: Change[] = [];
  for (const { keyword, value } of without(next, old)) {
    const single = count(old, keyword) < 2 && count(next, keyword) < 2;
    const [first] = value.split(' ');
    const index = gone.findIndex(
      (one) => one.keyword === keyword && (single || one.value.split(' ')[0] === first),
    );
    const [was] = index === -1 ? [] : gone.splice(index, 1);
    changes.push(change(keyword, was?.value ?? null, value, placeOf(keyword, value)));
  }
  for (const { keyword, value } of gone) {
    changes.push(change(keyword, value, null, placeOf(keyword, value)));
  }
  return changes;
}

function change(keyword: string, before: string | null, after: string | null, at: Span | null) {
  const shown = (value: string | null): string | null =>
    value !== null && secrets.has(keyword) ? hidden : value;
  return { keyword, before: shown(before), after: shown(after), at };
}

function count(list: readonly Said[], keyword: string): number {
  return list.filter((one) => one.keyword === keyword).length;
}

/** What of `list` is not in `other`, as often as it is not. */
function without(list: readonly Said[], other: readonly Said[]): Said[] {
  const left = other.map(({ keyword, value }) => `${keyword} ${value}`);
  return list.filter(({ keyword, value }) => {
    const at = left.indexOf(`${keyword} ${value}`);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}
