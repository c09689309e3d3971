/** From the settings of the top level to the model. */

import type { ListEntry } from '../keywords/blocks.ts';
import { globalLevel } from '../keywords/root.ts';
import type { rootLevel } from '../keywords/root.ts';
import type { garpGroupLevel } from '../keywords/objects.ts';
import { valueOf } from '../keywords/types.ts';
import type { Entry, Settings } from '../keywords/types.ts';
import type { BlockValue } from '../keywords/blocks.ts';
import type { RuleEntry } from '../model-routes.ts';
import type { GarpGroup, Instance, Model, TrackGroup, VirtualAddress } from '../model.ts';
import type { Statement } from '../read/tree.ts';
import { listAddresses } from './addresses.ts';
import { mergeSettings } from './context.ts';
import type { Lowering } from './context.ts';
import { lowerGlobals } from './globals.ts';
import { lowerGroup, lowerMemberships } from './groups.ts';
import { lowerInstance } from './instance.ts';
import type { Surroundings } from './instance.ts';
import { lowerBfd, lowerFile, lowerNamed, lowerProbe, lowerProcess } from './trackers.ts';
import { lowerScript } from './trackers.ts';
import type { Known } from './tracking.ts';

type Root = Settings<typeof rootLevel>;

/** The place of each statement in the order of reading, includes and all. */
type Order = ReadonlyMap<Statement, number>;

export function lower(root: Root, statements: readonly Statement[], context: Lowering): Model {
  const order: Order = new Map(statements.map((statement, index) => [statement, index]));
  const globalSettings = mergeSettings(
    globalLevel,
    (root.global_defs ?? []).map((entry) => entry.value.settings),
  );
  const globals = lowerGlobals(globalSettings, root);
  context.origins.setAll(globals, globalSettings);
  const trackers = lowerTrackers(root, context);
  const instanceNames = new Set((root.vrrp_instance ?? []).map((entry) => entry.value.name));
  const memberships = lowerMemberships(root.vrrp_sync_group, instanceNames, context);
  const groups = new Map(memberships.flatMap((m) => m.members.map((name) => [name, m] as const)));
  const known = knownTrackers(root, trackers, order);
  const around = (user: Statement): Surroundings => ({
    globals,
    ...known(order.get(user) ?? Infinity),
    groupOf: (name) => groups.get(name) ?? null,
  });
  const instances = lowerNamed('vrrp_instance', root.vrrp_instance, context, (block) =>
    lowerInstance(block, around(block.statement), context),
  );
  const statics = lowerStatics(root, instances, context);
  const numbered = numberRules([statics.staticRules, ...instances.map((one) => one.rules)]);
  return {
    globals,
    instances: instances.map((instance, index) => {
      if (instance.rules.length === 0) return instance;
      const made = { ...instance, rules: numbered[index + 1] ?? [] };
      context.origins.copy(instance, made);
      return made;
    }),
    syncGroups: memberships.map((membership) =>
      lowerGroup(membership, around(membership.block.statement), globals, context),
    ),
    ...trackers,
    ...statics,
    staticRules: numbered[0] ?? [],
  };
}

/** Rules without a preference get one, downwards for each family, as keepalived gives it. */
function numberRules(lists: readonly (readonly RuleEntry[])[]): RuleEntry[][] {
  const next = { 4: 16_384, 6: 16_384 };
  return lists.map((list) =>
    list.map((rule) => {
      if (rule.preference !== null) return rule;
      const preference = next[rule.family];
      next[rule.family] -= 1;
      return { ...rule, preference };
    }),
  );
}

function lowerTrackers(root: Root, context: Lowering) {
  const files = [...(root.track_file ?? []), ...(root.vrrp_track_file ?? [])];
  return {
    scripts: lowerNamed('vrrp_script', root.vrrp_script, context, lowerScript),
    processes: lowerNamed('vrrp_track_process', root.vrrp_track_process, context, lowerProcess),
    files: lowerNamed('track_file', files, context, lowerFile),
    probes: lowerNamed('vrrp_probe', root.vrrp_probe, context, lowerProbe),
    bfds: lowerNamed('bfd_instance', root.bfd_instance, context, lowerBfd),
  };
}

type Trackers = ReturnType<typeof lowerTrackers>;
type NamedEntries = readonly Entry<{ name: string; statement: Statement }>[] | undefined;

/** One kind of tracker with the places of its definitions. */
function catalogueOf(
  what: string,
  things: readonly { name: string; weight: number; reverse: boolean }[],
  entries: NamedEntries,
  order: Order,
  elsewhere: Known['elsewhere'],
): (user: number) => Known {
  const byName = new Map(things.map((thing) => [thing.name, thing]));
  const places = new Map<string, number>();
  for (const { value } of entries ?? []) {
    if (!places.has(value.name)) places.set(value.name, order.get(value.statement) ?? 0);
  }
  return (user) => ({
    what,
    things: byName,
    elsewhere,
    isLeftOut: (name) => places.has(name) && !byName.has(name),
    isLater: (name) => (places.get(name) ?? 0) > user,
  });
}

/** What a user at some place in the file can know of the trackers. */
function knownTrackers(root: Root, trackers: Trackers, order: Order) {
  const files = [...(root.track_file ?? []), ...(root.vrrp_track_file ?? [])];
  const { scripts, processes, probes, bfds } = trackers;
  const kinds = {
    vrrp_script: { list: 'track_script', things: scripts, entries: root.vrrp_script },
    track_file: { list: 'track_file', things: trackers.files, entries: files },
    vrrp_track_process: {
      list: 'track_process',
      things: processes,
      entries: root.vrrp_track_process,
    },
    vrrp_probe: { list: 'track_probe', things: probes, entries: root.vrrp_probe },
    bfd_instance: { list: 'track_bfd', things: bfds, entries: root.bfd_instance },
  };
  const elsewhere: Known['elsewhere'] = (name) => {
    const found = Object.entries(kinds).find(([, { things }]) =>
      things.some((thing) => thing.name === name),
    );
    return found && { what: found[0], list: found[1].list };
  };
  const known = (what: keyof typeof kinds) =>
    catalogueOf(what, kinds[what].things, kinds[what].entries, order, elsewhere);
  const script = known('vrrp_script');
  const file = known('track_file');
  const process = known('vrrp_track_process');
  const probe = known('vrrp_probe');
  const bfd = known('bfd_instance');
  return (user: number) => ({
    scripts: script(user),
    files: file(user),
    processes: process(user),
    probes: probe(user),
    bfds: bfd(user),
  });
}

/** The entries of all blocks of a keyword, with their places. */
function listed<T extends object>(
  entries: readonly Entry<readonly ListEntry<T>[]>[] | undefined,
  context: Lowering,
): T[] {
  return (entries ?? []).flatMap(({ value }) =>
    value.map((entry) => {
      context.origins.set(entry.value, '', entry);
      return entry.value;
    }),
  );
}

function lowerStatics(root: Root, instances: readonly Instance[], context: Lowering) {
  const seen = new Map<string, ListEntry<VirtualAddress>>();
  const trackGroups = lowerNamed('track_group', root.track_group, context, (block): TrackGroup => {
    const members = (block.settings.group ?? []).flatMap((entry) => entry.value);
    const names = new Set(instances.map((instance) => instance.name));
    for (const { value, span } of members) {
      if (names.has(value)) continue;
      context.findings.report('unknown-member', span, `there is no vrrp_instance '${value}'`);
    }
    return { name: block.name, members: members.map((member) => member.value) };
  });
  return {
    staticAddresses: listAddresses(root.static_ipaddress, seen, context),
    staticRoutes: listed(root.static_routes, context),
    staticRules: listed(root.static_rules, context),
    trackGroups,
    garpGroups: lowerGarpGroups(root, context),
    interfaceDelays: (root.interface_up_down_delays ?? []).flatMap(({ value }) =>
      value.map((entry) => entry.value),
    ),
    linkbeatInterfaces: (root.linkbeat_interfaces ?? []).flatMap(({ value }) =>
      value.map((entry) => entry.value),
    ),
  };
}

function lowerGarpGroups(root: Root, context: Lowering): GarpGroup[] {
  const taken = new Set<string>();
  return (root.garp_group ?? []).flatMap(({ value }) => lowerGarpGroup(value, taken, context));
}

/** The names that no other group has; each then belongs to this one. */
function claim(
  entries: readonly ListEntry<string>[],
  taken: Set<string>,
  context: Lowering,
): string[] {
  return entries.flatMap(({ value, span }) => {
    if (!taken.has(value)) {
      taken.add(value);
      return [value];
    }
    const message = `'${value}' is in a garp_group already; it is left out`;
    context.findings.report('group-twice', span, message);
    return [];
  });
}

function lowerGarpGroup(
  block: BlockValue<typeof garpGroupLevel>,
  taken: Set<string>,
  context: Lowering,
): GarpGroup[] {
  const { settings } = block;
  const listed = (settings.interfaces ?? []).flatMap((entry) => entry.value);
  const interfaces = claim([...(settings.interface ?? []), ...listed], taken, context);
  const garpInterval = valueOf(settings.garp_interval) ?? 0;
  const gnaInterval = valueOf(settings.gna_interval) ?? 0;
  if (interfaces.length > 0 && garpInterval + gnaInterval > 0) {
    return [{ garpInterval, gnaInterval, interfaces }];
  }
  const lacking = interfaces.length === 0 ? 'no interface' : 'no interval';
  context.findings.report('empty-block', block.span, `garp_group with ${lacking} is left out`);
  return [];
}
