/**
 * From one model to the next: which commands bring the engine from what it runs to what it should.
 *
 * `plan` is a pure function. It hands out the numbers by which the core knows instances, groups
 * and trackers, and keeps them over reloads: a number stands for one virtual router for as long
 * as the daemon runs. An object whose desired value did not change gets no command at all, so
 * that a reload cannot disturb it; one that changed gets its whole value with a new revision.
 *
 * The daemon calls it at the start (with null) and at every reload, and sends the commands in
 * the order given: trackers before their users, members before their groups, removals of users
 * before what they used. The same virtual router (VRID, family, interface) keeps its number under
 * any name, and with it state and counters, as in keepalived.
 */

import { createHash } from 'node:crypto';
import type {
  Command,
  ObjectConfig,
  TrackerKind,
  TrackerUse as NativeUse,
} from '../engine/messages.generated.ts';
import type { Instance, Model, SyncGroup, TrackerUse } from './model.ts';
import { builtInNames } from './kernel/names.ts';
import type { IprouteNames } from './kernel/names.ts';
import { frameFilter } from './kernel/filter.ts';
import { instanceObjects, staticObjects } from './kernel/objects.ts';
import { nativeInterfaces } from './nativeInterfaces.ts';
import { instanceConfig, interfaceUses, processTracker, reportedTracker } from './native.ts';

/** One object as the core has it after the commands of a plan. */
export interface Applied {
  readonly id: number;
  readonly revision: number;
  /** A digest of the desired value; what is compared. The text itself would weigh a kilobyte. */
  readonly value: string;
}

export interface AppliedInstance extends Applied {
  /** What makes it the same virtual router under another name. */
  readonly router: string;
}

export interface Plan {
  /** To be sent in this order. */
  readonly commands: readonly Command[];
  readonly instances: ReadonlyMap<string, AppliedInstance>;
  readonly groups: ReadonlyMap<string, Applied>;
  /** By `trackerKey`. Trackers that nobody uses are not here. */
  readonly trackers: ReadonlyMap<string, Applied>;
  /** Static addresses, routes and rules, as text. */
  readonly statics: string;
  /** What holds for interfaces, as text. */
  readonly interfaces: string;
  /** Sentences about entries that cannot be put into this host's kernel. */
  readonly problems: readonly string[];
  /** The next number to hand out. */
  readonly nextId: number;
}

/** What a plan has to know of the host. */
export interface Host {
  readonly names: IprouteNames;
  /** The macvlan of an instance by its name, and by name and interface those of its addresses. */
  readonly vmacs: ReadonlyMap<string, string>;
  /** Whether macvlans can be shut for frames to their MAC addresses. */
  readonly filters: boolean;
}

/** By what `Host.vmacs` knows the macvlan of an instance's addresses on one interface. */
export function vmacKey(instance: string, device: string | null): string {
  return `${instance}\0${device ?? ''}`;
}

const anyHost: Host = { names: builtInNames, vmacs: new Map(), filters: true };

/** Scripts, files and processes may share a name; together with the kind it is unique. */
export function trackerKey(kind: TrackerKind, name: string): string {
  return `${kind} ${name}`;
}

const nothing: Plan = {
  commands: [],
  instances: new Map(),
  groups: new Map(),
  trackers: new Map(),
  statics: '{"objects":[],"uses":[]}',
  interfaces: '{"limits":[],"delays":[]}',
  problems: [],
  nextId: 1,
};

/** Commands that bring the engine from `old` (null: an engine that knows nothing) to `next`. */
export function plan(old: Plan | null, next: Model, host = anyHost): Plan {
  const before = old ?? nothing;
  const ids = { next: before.nextId };
  const trackers = planTrackers(before, next, ids);
  const instances = planInstances(before, next, { trackers: trackers.applied, host }, ids);
  const groups = planGroups(before, next, instances.applied, trackers.applied, ids);
  const statics = planStatics(before, next, instances.applied, host);
  const interfaces = planInterfaces(before, next, host);
  return {
    commands: [
      ...statics.commands,
      ...interfaces.commands,
      ...groups.removals,
      ...instances.removals,
      ...trackers.changes,
      ...instances.changes,
      ...groups.changes,
      ...trackers.removals,
    ],
    instances: instances.applied,
    groups: groups.applied,
    trackers: trackers.applied,
    statics: statics.value,
    interfaces: interfaces.value,
    problems: [...statics.problems, ...instances.problems],
    nextId: ids.next,
  };
}

/**
 * The plan as it was before the engine had heard of any of it: with the model that runs, `plan`
 * makes of it the commands that would bring another engine to where this one is, by the same
 * numbers and revisions.
 */
export function untold(told: Plan): Plan {
  const forget = <A extends Applied>(applied: ReadonlyMap<string, A>): ReadonlyMap<string, A> =>
    new Map(
      [...applied].map(([key, one]) => [key, { ...one, revision: one.revision - 1, value: '' }]),
    );
  const { instances, groups, trackers } = told;
  return {
    ...told,
    instances: forget(instances),
    groups: forget(groups),
    trackers: forget(trackers),
    statics: '',
    interfaces: '',
  };
}

/** Part of a plan that is about one kind of object. */
interface Part<A extends Applied> {
  readonly applied: ReadonlyMap<string, A>;
  readonly changes: readonly Command[];
  readonly removals: readonly Command[];
}

interface Ids {
  next: number;
}

function takeId(ids: Ids): number {
  ids.next += 1;
  return ids.next - 1;
}

/** Of a desired value: the same for the same value, and for no other. Half of a SHA-256. */
function digestOf(value: object): string {
  const digest = createHash('sha256').update(textOf(value)).digest();
  return digest.toString('base64url', 0, 16);
}

/** Desired values as text; bytes are written as numbers. */
function textOf(value: object): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner instanceof Uint8Array ? [...inner] : inner,
  );
}

/** The object with its new revision, or unchanged when its value is the same. */
function renew(before: Applied | undefined, value: string, ids: Ids): Applied {
  if (before === undefined) return { id: takeId(ids), revision: 1, value };
  if (before.value === value) return before;
  return { id: before.id, revision: before.revision + 1, value };
}

/** Objects of `before` whose numbers are not in `after`. */
function gone(before: ReadonlyMap<string, Applied>, after: ReadonlyMap<string, Applied>): number[] {
  const kept = new Set([...after.values()].map((applied) => applied.id));
  return [...before.values()].map((applied) => applied.id).filter((id) => !kept.has(id));
}

function usedNames(model: Model, pick: (user: Instance | SyncGroup) => readonly TrackerUse[]) {
  const users = [...model.instances, ...model.syncGroups];
  return new Set(users.flatMap((user) => pick(user).map((use) => use.name)));
}

function trackerConfigs(model: Model) {
  const scripts = usedNames(model, (user) => user.trackScripts);
  const files = usedNames(model, (user) => user.trackFiles);
  const processes = usedNames(model, (user) => user.trackProcesses);
  const probes = usedNames(model, (user) => user.trackProbes);
  return [
    // The definition belongs to the value: a report about another command must not count.
    ...model.scripts
      .filter(({ name }) => scripts.has(name))
      .map((one) => ({ config: reportedTracker('script', one.name), watched: one.command })),
    ...model.files
      .filter(({ name }) => files.has(name))
      .map((one) => ({ config: reportedTracker('file', one.name), watched: one.path })),
    ...model.probes
      .filter(({ name }) => probes.has(name))
      .map((one) => ({ config: reportedTracker('probe', one.name), watched: one.target })),
    ...model.processes
      .filter(({ name }) => processes.has(name))
      .map((one) => ({
        config: processTracker(one),
        watched: [one.process, one.parameters, one.paramMatch, one.fullCommand],
      })),
  ];
}

function planTrackers(before: Plan, model: Model, ids: Ids): Part<Applied> {
  const applied = new Map<string, Applied>();
  const changes: Command[] = [];
  for (const tracker of trackerConfigs(model)) {
    const { config } = tracker;
    const key = trackerKey(config.kind, config.name);
    const old = before.trackers.get(key);
    const made = renew(old, digestOf(tracker), ids);
    applied.set(key, made);
    if (made === old) continue;
    const { id, revision } = made;
    changes.push({ kind: 'ApplyTracker', config: { id, revision, ...config } });
  }
  const removals = gone(before.trackers, applied).map((tracker): Command => ({
    kind: 'RemoveTracker',
    tracker,
  }));
  return { applied, changes, removals };
}

function nativeUses(
  user: Instance | SyncGroup,
  trackers: ReadonlyMap<string, Applied>,
): NativeUse[] {
  const list = (kind: TrackerKind, uses: readonly TrackerUse[]): NativeUse[] =>
    uses.flatMap(({ name, weight, reverse }) => {
      const tracker = trackers.get(trackerKey(kind, name))?.id;
      return tracker === undefined ? [] : [{ tracker, weight, reverse }];
    });
  return [
    ...list('script', user.trackScripts),
    ...list('file', user.trackFiles),
    ...list('process', user.trackProcesses),
    ...list('probe', user.trackProbes),
  ];
}

function routerKey(instance: Instance): string {
  const { virtualRouterId, family, unicast, sourceAddress, multicastGroup } = instance;
  const where = unicast === null ? multicastGroup : `unicast ${sourceAddress ?? ''}`;
  return [virtualRouterId, family, instance.interface ?? '', where].join(' ');
}

/**
 * Which applied instance goes on as which new one: the same virtual router whatever its name, as in
 * keepalived, so that two VRIDs that change places move nothing; otherwise the one of the same name.
 */
function matchInstances(before: Plan, model: Model): Map<string, AppliedInstance> {
  const routers = new Map([...before.instances.values()].map((one) => [one.router, one]));
  const matches = new Map<string, AppliedInstance>();
  for (const instance of model.instances) {
    const key = routerKey(instance);
    const same = routers.get(key);
    if (same === undefined) continue;
    matches.set(instance.name, same);
    routers.delete(key);
  }
  const left = new Set(routers.values());
  for (const { name } of model.instances) {
    const named = before.instances.get(name);
    if (named !== undefined && left.has(named) && !matches.has(name)) matches.set(name, named);
  }
  return matches;
}

/** They come first: adverts may be sent from a static address. */
function planStatics(
  before: Plan,
  model: Model,
  instances: ReadonlyMap<string, Applied>,
  { names }: Host,
) {
  const { objects, groups, problems } = staticObjects(model, names);
  const membersOf = new Map(model.trackGroups.map(({ name, members }) => [name, members]));
  const uses = groups.flatMap((group, object) =>
    (membersOf.get(group ?? '') ?? []).flatMap((member) => {
      const instance = instances.get(member)?.id;
      return instance === undefined ? [] : [{ instance, object }];
    }),
  );
  const wanted = { objects, uses };
  const value = textOf(wanted);
  const commands: Command[] = value === before.statics ? [] : [{ kind: 'ApplyStatics', ...wanted }];
  return { value, problems, commands };
}

/** Before the instances, so that their first announcement is paced already. */
function planInterfaces(before: Plan, model: Model, { vmacs }: Host) {
  const wanted = nativeInterfaces(model, (name, device) => vmacs.get(vmacKey(name, device)));
  const value = textOf(wanted);
  const commands: Command[] =
    value === before.interfaces ? [] : [{ kind: 'ApplyInterfaces', ...wanted }];
  return { value, commands };
}

interface Surroundings {
  readonly trackers: ReadonlyMap<string, Applied>;
  readonly host: Host;
}

function planInstances(
  before: Plan,
  model: Model,
  { trackers, host }: Surroundings,
  ids: Ids,
): Part<AppliedInstance> & { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const applied = new Map<string, AppliedInstance>();
  const changes: Command[] = [];
  const matches = matchInstances(before, model);
  const groups = new Map(model.syncGroups.map((group) => [group.name, group]));
  for (const instance of model.instances) {
    const own = withoutShared(instance, groups.get(instance.syncGroup ?? ''));
    const lowered = instanceObjects(instance, host.names);
    problems.push(...lowered.problems.map((problem) => `${instance.name}: ${problem}`));
    const config = instanceConfig(instance, {
      trackers: nativeUses(own, trackers),
      interfaces: own.trackInterfaces,
      objects: lowered.objects,
      filters: filtersOf(instance, host),
      vmacName: host.vmacs.get(instance.name) ?? '',
      vmacOf: ({ interface: device }) =>
        host.vmacs.get(vmacKey(instance.name, device ?? instance.interface)),
    });
    const old = matches.get(instance.name);
    const { id, revision, value } = renew(old, digestOf(config), ids);
    // Spelt out, since what spreading makes takes half as much memory again.
    applied.set(instance.name, { id, revision, value, router: routerKey(instance) });
    if (revision === old?.revision) continue;
    // The numbers come first: what is added behind a spread gives each object a shape of its own.
    changes.push({ kind: 'ApplyInstance', config: { id, revision, ...config } });
  }
  const removals = gone(before.instances, applied).map((instance): Command => ({
    kind: 'RemoveInstance',
    instance,
  }));
  return { applied, changes, removals, problems };
}

/** One for each macvlan of the instance. */
export function filtersOf(instance: Instance, { vmacs, filters }: Host): ObjectConfig[] {
  const { name, family, vmac, addresses, excludedAddresses } = instance;
  const keys = [...addresses, ...excludedAddresses].map((address) =>
    vmacKey(name, address.interface ?? instance.interface),
  );
  if (vmac !== null) keys.unshift(name);
  const macvlans = new Set(keys.flatMap((key) => vmacs.get(key) ?? []));
  return filters ? [...macvlans].map((macvlan) => frameFilter(macvlan, family)) : [];
}

/**
 * A tracker that the sync group has as well counts once, with the group's weight; without a weight
 * of its own the instance's use stays, since a failure means FAULT then.
 */
function withoutShared(instance: Instance, group: SyncGroup | undefined): Instance {
  if (group === undefined) return instance;
  const keep = (uses: readonly TrackerUse[], shared: readonly TrackerUse[]): TrackerUse[] =>
    uses.filter(({ name, weight }) => weight === 0 || !shared.some((use) => use.name === name));
  return {
    ...instance,
    trackInterfaces: keep(instance.trackInterfaces, group.trackInterfaces),
    trackScripts: keep(instance.trackScripts, group.trackScripts),
    trackFiles: keep(instance.trackFiles, group.trackFiles),
    trackProcesses: keep(instance.trackProcesses, group.trackProcesses),
    trackProbes: keep(instance.trackProbes, group.trackProbes),
  };
}

function planGroups(
  before: Plan,
  model: Model,
  instances: ReadonlyMap<string, Applied>,
  trackers: ReadonlyMap<string, Applied>,
  ids: Ids,
): Part<Applied> {
  const applied = new Map<string, Applied>();
  const changes: Command[] = [];
  for (const group of model.syncGroups) {
    const members = group.members.flatMap((name) => instances.get(name)?.id ?? []);
    const config = {
      name: group.name,
      members,
      trackers: nativeUses(group, trackers),
      interfaces: interfaceUses(group.trackInterfaces),
    };
    const old = before.groups.get(group.name);
    const made = renew(old, digestOf(config), ids);
    applied.set(group.name, made);
    if (made === old) continue;
    const { id, revision } = made;
    changes.push({ kind: 'ApplyGroup', config: { id, revision, ...config } });
  }
  const removals = gone(before.groups, applied).map((group): Command => ({
    kind: 'RemoveGroup',
    group,
  }));
  return { applied, changes, removals };
}
