/** Which trackers an instance or a sync group uses, and with which weight. */

import type { ListEntry } from '../keywords/blocks.ts';
import type { TrackLine } from '../keywords/tracking.ts';
import type { Entry } from '../keywords/types.ts';
import type { TrackerUse } from '../model.ts';
import type { Span } from '../source.ts';
import { nearest } from '../suggest.ts';
import type { Lowering } from './context.ts';

export type TrackEntries = readonly Entry<readonly ListEntry<TrackLine>[]>[] | undefined;

/** What a tracker itself says; used where a line says nothing. */
interface Defaults {
  readonly name: string;
  readonly weight: number;
  readonly reverse: boolean;
}

/** The trackers of one kind that exist, and which of them stand before a place in the file. */
export interface Known {
  readonly what: string;
  readonly things: ReadonlyMap<string, Defaults>;
  /** The kind of tracker that has this name instead, and the block that lists its kind. */
  elsewhere(name: string): { readonly what: string; readonly list: string } | undefined;
  /** True when it is defined, and unusable. */
  isLeftOut(name: string): boolean;
  /** True when the tracker is defined after the user. */
  isLater(name: string): boolean;
}

const nothing: readonly TrackerUse[] = [];

export function lowerTracks(
  keyword: string,
  entries: TrackEntries,
  known: Known | null,
  context: Lowering,
): readonly TrackerUse[] {
  if (entries === undefined) return nothing;
  const uses = new Map<string, TrackerUse>();
  for (const { value: lines } of entries) {
    for (const line of lines) {
      const use = lowerTrack(line, known, context);
      if (use === null) continue;
      if (uses.has(use.name)) {
        const message = `'${use.name}' is already listed; the first one counts`;
        context.findings.report('tracker-twice', line.span, message);
        continue;
      }
      context.origins.set(use, '', line);
      if (line.value.weight !== null) context.origins.set(use, 'weight', line);
      uses.set(use.name, use);
    }
  }
  reportEmpty(keyword, entries, context);
  return [...uses.values()];
}

function reportEmpty(keyword: string, entries: TrackEntries, context: Lowering): void {
  for (const entry of entries ?? []) {
    if (entry.statement.block?.statements.length !== 0) continue;
    context.findings.report('empty-block', entry.keywordSpan, `'${keyword}' lists nothing`);
  }
}

function lowerTrack(
  { value, span }: ListEntry<TrackLine>,
  known: Known | null,
  context: Lowering,
): TrackerUse | null {
  const { name } = value;
  if (known === null && Buffer.byteLength(name) > 15) {
    const message = `'${name}' is longer than an interface name can be; it is left out`;
    context.findings.report('bad-value', span, message);
    return null;
  }
  if (known === null) return { name, weight: value.weight ?? 0, reverse: value.reverse ?? false };
  const defaults = known.things.get(name);
  if (defaults === undefined) {
    reportUnknown(name, span, known, context);
    return null;
  }
  if (known.isLater(name)) {
    const related = context.origins.of(defaults);
    const message = `${known.what} '${name}' is defined further down`;
    context.findings.report('used-before-definition', span, `${message}; it is used all the same`, {
      hint: 'move the definition before the instance',
      keepalived: 'keepalived does not find it and runs the instance unguarded',
      related: related === null ? [] : [{ span: related, message: 'defined here' }],
    });
  }
  const { weight, reverse } = defaults;
  return { name, weight: value.weight ?? weight, reverse: value.reverse ?? reverse };
}

function reportUnknown(name: string, span: Span, known: Known, context: Lowering): void {
  const { what } = known;
  const keepalived = 'keepalived runs the instance without it';
  if (known.isLeftOut(name)) {
    const message = `${what} '${name}' cannot be used; the instance runs without it`;
    context.findings.report('unknown-tracker', span, message, { keepalived });
    return;
  }
  context.findings.report('unknown-tracker', span, `there is no ${what} '${name}'`, {
    hint: hintFor(name, known),
    keepalived,
  });
}

function hintFor(name: string, known: Known): string {
  const { what, things } = known;
  const other = known.elsewhere(name);
  if (other !== undefined) return `it is a ${other.what}: list it in '${other.list}'`;
  const meant = nearest(name, things.keys());
  return meant === null ? `define it with '${what} ${name} {'` : `did you mean '${meant}'?`;
}

/** Trackers that an address owner may have: those without a weight. */
export function withoutWeights(
  uses: readonly TrackerUse[],
  owner: string,
  context: Lowering,
): TrackerUse[] {
  return uses.filter((use) => {
    if (use.weight === 0) return true;
    const message = `the weight of '${use.name}' cannot change the priority of an address owner`;
    context.findings.report('owner-weight', context.origins.of(use, 'weight'), message, {
      hint: `give '${owner}' a priority below 255, or '${use.name}' the weight 0`,
      keepalived: 'keepalived drops the tracker',
    });
    return false;
  });
}

/**
 * Trackers of a member of a sync group without sync_group_tracking_weight: weights are dropped
 * with their tracker, or (interfaces, files by default) only the weight is.
 */
export function withoutGroupWeights(
  uses: readonly TrackerUse[],
  keep: 'tracker' | 'nothing',
  context: Lowering,
): TrackerUse[] {
  const result: TrackerUse[] = [];
  for (const use of uses) {
    if (use.weight === 0) {
      result.push(use);
      continue;
    }
    const span = context.origins.of(use, 'weight');
    const kept = keep === 'tracker';
    const effect = kept ? 'the weight is ignored' : 'the tracker is dropped';
    const message = `'${use.name}' has a weight, but its sync group has none to share; ${effect}`;
    context.findings.report('group-weight', span, message, {
      hint: "add 'sync_group_tracking_weight' to the group, or use weight 0",
    });
    if (!kept) continue;
    const plain = { ...use, weight: 0 };
    context.origins.set(plain, '', { span });
    result.push(plain);
  }
  return result;
}
