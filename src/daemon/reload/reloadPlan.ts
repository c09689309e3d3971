/**
 * What a reload would do, in words: made of the plan that a reload would carry out, of what differs
 * in the file, and of what a copy of the core makes of the commands.
 */
import { positionOf } from '../../config/source.ts';
import { changesOf, findingsToJson, formatDiagnostics } from '../../config/index.ts';
import type { Change, Finding, Instance, Model, Origins, Plan, Span } from '../../config/index.ts';
import type {
  PlannedChange,
  PlannedEffect,
  PlannedInstance,
  PlannedThing,
  PlannedTracker,
  ReloadPlan,
} from '../../observe/reloadPlan.ts';
import { stateWord } from '../../observe/explain.ts';
import type { Played } from './rehearsal.ts';

/** The two ends of a reload. */
export interface Step {
  readonly old: Model;
  readonly next: Model;
  readonly origins: Origins;
  /** As told to the engine, and as it would be. */
  readonly told: Plan;
  readonly plan: Plan;
  readonly played: ReadonlyMap<number, Played>;
}

type Description = Pick<ReloadPlan, 'instances' | 'groups' | 'trackers' | 'settings'>;

const nothing: Description = { instances: [], groups: [], trackers: [], settings: [] };

/** The file would be refused. */
export function refusedPlan(
  file: string,
  sentence: string,
  findings: readonly Finding[],
): ReloadPlan {
  return { file, ok: false, sentence, disturbs: false, ...told(findings), ...nothing };
}

export function describePlan(file: string, step: Step, findings: readonly Finding[]): ReloadPlan {
  const description = describe(step);
  const disturbs = description.instances.some(({ effects }) => effects.length > 0);
  const sentence = summary(description, disturbs);
  return { file, ok: true, sentence, disturbs, ...told(findings), ...description };
}

function told(findings: readonly Finding[]) {
  return { findings: findingsToJson(findings), findingsText: formatDiagnostics(findings) };
}

function describe(step: Step): Description {
  const { old, next, origins, told: before, plan } = step;
  const names = new Map([...before.instances].map(([name, { id }]) => [id, name]));
  const renamed = new Map(
    [...plan.instances].flatMap(([name, { id }]) => {
      const was = names.get(id);
      return was === undefined || was === name ? [] : [[name, was] as const];
    }),
  );
  const changes = changesOf(old, next, origins, renamed);
  const oldest = new Map(old.instances.map((one) => [one.name, one]));
  const instances = next.instances.map((one) => {
    const id = plan.instances.get(one.name)?.id ?? 0;
    const told = before.instances.get(names.get(id) ?? '');
    const other = told !== undefined && told.revision !== plan.instances.get(one.name)?.revision;
    return instanceOf({
      one,
      was: oldest.get(renamed.get(one.name) ?? one.name),
      isNew: told === undefined,
      applied: other,
      change: changes.instances.get(one.name),
      at: origins.of(one),
      played: step.played.get(id),
    });
  });
  const kept = new Set([...plan.instances.values()].map(({ id }) => id));
  const removed = [...before.instances].filter(([, { id }]) => !kept.has(id));
  return {
    instances: [
      ...instances,
      ...removed.map(([name, { id }]) => removedInstance(name, step.played.get(id))),
    ],
    groups: thingsOf(old.syncGroups, next.syncGroups, changes.groups),
    trackers: trackersOf(step, changes.trackers),
    settings: changes.settings.map(changeOf),
  };
}

interface InstanceStep {
  readonly one: Instance;
  readonly was: Instance | undefined;
  readonly isNew: boolean;
  /** The engine is told of it. */
  readonly applied: boolean;
  readonly change: { readonly changes: readonly Change[] } | undefined;
  readonly at: Span | null;
  readonly played: Played | undefined;
}

function instanceOf(step: InstanceStep): PlannedInstance {
  const { one, was, isNew, applied, change, at, played } = step;
  const { name } = one;
  if (isNew || was === undefined) {
    return { name, what: 'added', changes: [], ...placeOf(at), effects: [] };
  }
  const changed = applied || change !== undefined || was.name !== name;
  const restarted = played?.restarted === true;
  const { before, after } = played ?? {};
  const [from, to] = [before?.effectivePriority, after?.effectivePriority];
  return {
    name,
    what: restarted ? 'restarted' : changed ? 'changed' : 'untouched',
    ...(was.name !== name && { was: was.name }),
    ...(before !== undefined && { state: stateWord(before.state) }),
    ...(from !== undefined &&
      to !== undefined &&
      from !== to && { priority: { before: from, after: to } }),
    changes: (change?.changes ?? []).map(changeOf),
    ...(changed ? placeOf(at) : {}),
    effects: played === undefined ? [] : effectsOf(was, one, played),
  };
}

function removedInstance(name: string, played: Played | undefined): PlannedInstance {
  const state = played?.before?.state;
  const isMaster = state === 'master';
  const sentence = 'it is no longer MASTER: a goodbye, and its addresses go';
  return {
    name,
    what: 'removed',
    ...(state !== undefined && { state: stateWord(state) }),
    changes: [],
    effects: isMaster ? [{ kind: 'losesMaster', sentence }] : [],
  };
}

/** What others would notice. */
function effectsOf(was: Instance, one: Instance, played: Played): readonly PlannedEffect[] {
  const { before, after, restarted, released, faults } = played;
  if (before === undefined || after === undefined) return [];
  const effects: PlannedEffect[] = [];
  const wasMaster = before.state === 'master';
  const staysMaster = wasMaster && after.state === 'master' && !restarted;
  if (wasMaster && !staysMaster) {
    const how = restarted
      ? 'leaves and begins again as one that has started'
      : 'is no longer MASTER';
    effects.push({ kind: 'losesMaster', sentence: `it ${how}: a goodbye, and its addresses go` });
  } else if (released.length > 0) {
    effects.push({ kind: 'losesAddresses', sentence: `it loses ${released.join(', ')}` });
  }
  if (after.state === 'fault' && before.state !== 'fault') {
    effects.push({ kind: 'fault', sentence: `it is in FAULT: ${faults.join('; ')}` });
  }
  const [from, to] = [before.effectivePriority, after.effectivePriority];
  if (staysMaster && to < from) {
    const sentence = `a peer with a priority above ${to} takes over, unless it has nopreempt`;
    effects.push({ kind: 'mayLoseMaster', sentence });
  }
  const takes = !restarted && after.state === 'backup' && takesOver(was, one, played);
  if (takes) {
    const sentence = `it takes over from ${before.master}, whose priority is ${before.masterPriority}`;
    effects.push({ kind: 'takesOver', sentence });
  }
  const agreed = disagreement(was, one);
  if (agreed.length > 0 && !restarted) {
    const words = `${agreed.join(' and ')} must be the same on all routers: until the peers have it, too,`;
    const sentence = `${words} they do not hear each other and there are two masters`;
    effects.push({ kind: 'disagrees', sentence });
  }
  return effects;
}

/** It would not now, and would then. */
function takesOver(was: Instance, one: Instance, { before, after }: Played): boolean {
  if (before?.master === undefined || before.state !== 'backup' || after === undefined)
    return false;
  const better = (instance: Instance, priority: number): boolean =>
    instance.preempt && priority > before.masterPriority;
  return better(one, after.effectivePriority) && !better(was, before.effectivePriority);
}

/** What makes an advert one that the other side throws away. */
function disagreement(was: Instance, one: Instance): string[] {
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const interval = one.version === 2 && was.advertInt !== one.advertInt;
  return [
    ...(same(was.authentication, one.authentication) ? [] : ['authentication']),
    ...(was.hmac !== null && one.hmac === null ? ['auth_hmac'] : []),
    ...(interval ? ['advert_int of VRRPv2'] : []),
  ];
}

function thingsOf(
  old: readonly { readonly name: string }[],
  next: readonly { readonly name: string }[],
  changes: ReadonlyMap<string, { readonly changes: readonly Change[]; readonly at: Span | null }>,
): PlannedThing[] {
  const [before, after] = [old, next].map((list) => new Set(list.map(({ name }) => name)));
  const present = next.map(({ name }): PlannedThing => {
    const change = changes.get(name);
    const what = before?.has(name) !== true ? 'added' : change ? 'changed' : 'untouched';
    const place = placeOf(change?.at ?? null);
    return { name, what, changes: (change?.changes ?? []).map(changeOf), ...place };
  });
  const gone = old.filter(({ name }) => after?.has(name) !== true);
  return [...present, ...gone.map(({ name }) => ({ name, what: 'removed' as const, changes: [] }))];
}

const trackerLists = {
  script: ['scripts', 'trackScripts'],
  process: ['processes', 'trackProcesses'],
  file: ['files', 'trackFiles'],
  probe: ['probes', 'trackProbes'],
} as const;

/** Only those that somebody uses run. */
function trackersOf(
  { old, next, told: before, plan }: Step,
  changes: ReturnType<typeof changesOf>['trackers'],
): PlannedTracker[] {
  return Object.entries(trackerLists).flatMap(([key, [list, uses]]) => {
    const kind = key as keyof typeof trackerLists;
    const used = (by: Plan) => (one: { readonly name: string }) =>
      by.trackers.has(`${kind} ${one.name}`);
    const things = thingsOf(
      old[list].filter(used(before)),
      next[list].filter(used(plan)),
      changes[kind],
    );
    const users = [...next.instances, ...next.syncGroups].flatMap((user) => user[uses]);
    return things.map((thing) => {
      const unweighted = users.some((use) => use.name === thing.name && use.weight === 0);
      const name = `${kind} ${thing.name}`;
      const [was, is] = [before.trackers.get(name), plan.trackers.get(name)];
      const asksAnew = was !== undefined && is !== undefined && was.revision !== is.revision;
      return { kind, ...thing, asksAnew, unweighted };
    });
  });
}

function changeOf({ keyword, before, after, at }: Change): PlannedChange {
  return { keyword, before, after, ...placeOf(at) };
}

function placeOf(span: Span | null): { readonly file?: string; readonly line?: number } {
  if (span === null) return {};
  return { file: span.source.path, line: positionOf(span.source, span.start).line };
}

function summary(
  { instances, groups, trackers, settings }: Description,
  disturbs: boolean,
): string {
  const touched = (list: readonly { readonly what: string }[]): number =>
    list.filter(({ what }) => what !== 'untouched').length;
  const many = (count: number, word: string): string[] =>
    count === 0 ? [] : [`${count} ${word}${count === 1 ? '' : 's'}`];
  const parts = [
    ...many(touched(instances), 'instance'),
    ...many(touched(groups), 'sync group'),
    ...many(touched(trackers), 'tracker'),
    ...many(settings.length, 'other setting'),
  ];
  if (parts.length === 0) return 'a reload would change nothing';
  const last = parts.pop() ?? '';
  const list = parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
  const effect = disturbs ? 'and disturb what runs' : 'and disturb nothing';
  return `a reload would change ${list}, ${effect}`;
}
