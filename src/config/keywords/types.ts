/**
 * The shape of the keyword table. One row says all there is to know of a keyword: its argument
 * and the value that comes of it, its default, where it stands, what it is for, and how far
 * failoverd goes along. Parsing, `check`, the manual page and the reference are made from it.
 */

import type { Findings } from '../findings.ts';
import { registerHome } from './homes.ts';
import type { Shape } from '../read/parse.ts';
import type { Statement } from '../read/tree.ts';
import type { Token } from '../read/tokens.ts';
import type { Span } from '../source.ts';

/**
 * supported: in effect. notInEffectYet: read into the model, nothing acts on it yet.
 * noEffect: accepted, there is nothing for it to do. lvs: about IPVS, keep keepalived for it.
 * deprecated: another spelling, or obsolete in keepalived too.
 */
export type Status = 'supported' | 'notInEffectYet' | 'noEffect' | 'lvs' | 'deprecated';

/** What a second occurrence means: it replaces the first, is refused, or stands beside it. */
export type Repeat = 'last' | 'first' | 'each';

/** One use of a keyword, as its argument type sees it. */
export interface Use {
  readonly keyword: string;
  readonly statement: Statement;
  /** Without the keyword itself. */
  readonly args: readonly Token[];
  readonly findings: Findings;
  spanOf(token: Token): Span;
  /** The place of the keyword. */
  readonly span: Span;
}

export interface ArgumentType<T> {
  /** As in a manual: `SECS (0.01 to 255)`. */
  readonly syntax: string;
  readonly block: BlockKind;
  readonly shape: Shape | null;
  /** Number of arguments it can take; the rest is reported. */
  readonly most: number;
  /** undefined: reported, and the keyword is as good as absent. */
  read(use: Use): T | undefined;
}

/** none: takes no block. skip: anything may stand inside, and nothing of it is looked at. */
export type BlockKind = 'none' | 'optional' | 'required' | 'skip';

export interface Keyword<T> {
  readonly type: ArgumentType<T>;
  readonly status: Status;
  /** As written in a file; empty for keywords without one. */
  readonly default: string;
  readonly help: string;
  readonly repeat: Repeat;
  /** The spelling to use instead of a deprecated one. */
  readonly insteadUse: string | null;
  /** Why a keyword has no effect, after a colon; empty for all others. */
  readonly why: string;
  readonly since: string;
  /** A setting of failoverd's own: only behind `@failoverd`. */
  readonly own: boolean;
}

export type Keywords = Readonly<Record<string, Keyword<unknown>>>;

export interface Level<K extends Keywords = Keywords> {
  /** The keyword that opens it, or what the documents call it. */
  readonly name: string;
  readonly title: string;
  readonly keywords: K;
  readonly shape: Shape;
}

/** One occurrence of a keyword with its value. */
export interface Entry<T> {
  readonly value: T;
  readonly statement: Statement;
  /** The place of the first argument, or of the keyword where there is none. */
  readonly span: Span;
  readonly keywordSpan: Span;
}

export type ValueOf<W> = W extends Keyword<infer T> ? T : never;

/** What a block says, keyword by keyword. */
export type Settings<L extends Level> = {
  readonly [W in keyof L['keywords']]?: readonly Entry<ValueOf<L['keywords'][W]>>[];
};

export function defineLevel<const K extends Keywords>(
  name: string,
  title: string,
  keywords: K,
): Level<K> {
  const known = new Map<string, Keyword<unknown>>(Object.entries(keywords));
  const shape: Shape = {
    inside: (keyword) => known.get(keyword)?.type.shape ?? null,
    has: (keyword) => known.has(keyword),
    needsBlock: (keyword) => known.get(keyword)?.type.block === 'required',
    entries: false,
  };
  registerHome(name === '' ? '' : `'${name}'`, Object.keys(keywords));
  return { name, title, keywords, shape };
}

interface Remarks {
  readonly default?: string;
  readonly repeat?: Repeat;
  readonly insteadUse?: string;
  readonly why?: string;
  readonly since?: string;
  readonly own?: boolean;
}

/** A row of the table. */
export function keyword<T>(
  status: Status,
  type: ArgumentType<T>,
  help: string,
  remarks: Remarks = {},
): Keyword<T> {
  return {
    type,
    status,
    help,
    default: remarks.default ?? '',
    repeat: remarks.repeat ?? 'last',
    insteadUse: remarks.insteadUse ?? null,
    why: remarks.why ?? '',
    since: remarks.since ?? '',
    own: remarks.own ?? false,
  };
}

/** The value of a keyword that occurs at most once. */
export function valueOf<T>(entries: readonly Entry<T>[] | undefined): T | undefined {
  return entries?.at(-1)?.value;
}

export function spanFor<T>(entries: readonly Entry<T>[] | undefined): Span | null {
  return entries?.at(-1)?.span ?? null;
}
