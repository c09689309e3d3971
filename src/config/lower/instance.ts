/** One vrrp_instance: every setting with its effective value. */

import type { Family } from '../../base/units.ts';
import { spanFor, valueOf } from '../keywords/types.ts';
import type { Globals, Instance, TrackerUse, VirtualAddress } from '../model.ts';
import { limitAddresses, lowerAddresses, mostAddresses, withInterface } from './addresses.ts';
import type { Addresses } from './addresses.ts';
import { lowerAuthentication, lowerHmac } from './authentication.ts';
import type { Lowering } from './context.ts';
import { lowerElection, lowerPreemption, lowerVrid } from './election.ts';
import type { Election } from './election.ts';
import { lowerGarp } from './garp.ts';
import { lowerAlert, lowerGate, lowerNotify } from './notify.ts';
import type { InstanceBlock, InstanceSettings } from './settings.ts';
import { lowerInterval, lowerVersion } from './timing.ts';
import { lowerTracks, withoutGroupWeights, withoutWeights } from './tracking.ts';
import type { Known } from './tracking.ts';
import { lowerFamily, lowerTransport } from './transport.ts';
import { lowerIpvlan, lowerVmac } from './vmac.ts';

/** What an instance needs to know of the rest of the file. */
export interface Surroundings {
  readonly globals: Globals;
  readonly scripts: Known;
  readonly files: Known;
  readonly processes: Known;
  readonly probes: Known;
  readonly bfds: Known;
  /** The sync group of an instance, if it has one. */
  groupOf(name: string): { readonly name: string; readonly trackingWeight: boolean } | null;
}

type Trackers = Pick<
  Instance,
  'trackInterfaces' | 'trackScripts' | 'trackFiles' | 'trackProcesses' | 'trackProbes' | 'trackBfds'
>;

interface TrackCase {
  readonly settings: InstanceSettings;
  readonly name: string;
  readonly interface: string | null;
  readonly owner: boolean;
  readonly around: Surroundings;
}

function withoutOwn(
  uses: readonly TrackerUse[],
  own: string | null,
  context: Lowering,
): readonly TrackerUse[] {
  if (!uses.some((use) => use.name === own)) return uses;
  return uses.filter((use) => {
    if (use.name !== own) return true;
    const message = `'${use.name}' is the interface of the instance, which is watched anyway`;
    context.findings.report('own-interface-tracked', context.origins.of(use), message, {
      hint: 'remove the line; it is left out',
      keepalived: 'keepalived leaves it out as well, and its configuration test fails',
    });
    return false;
  });
}

function lowerTrackers(one: TrackCase, context: Lowering): Trackers {
  const { settings, around } = one;
  const group = around.groupOf(one.name);
  const zero = group !== null && !group.trackingWeight;
  const finish = (uses: readonly TrackerUse[], keep: 'tracker' | 'nothing') => {
    const shared = zero ? withoutGroupWeights(uses, keep, context) : uses;
    return one.owner ? withoutWeights(shared, one.name, context) : shared;
  };
  const interfaces = lowerTracks('track_interface', settings.track_interface, null, context);
  const scripts = lowerTracks('track_script', settings.track_script, around.scripts, context);
  const files = lowerTracks('track_file', settings.track_file, around.files, context);
  const processes = lowerTracks('track_process', settings.track_process, around.processes, context);
  const probes = lowerTracks('track_probe', settings.track_probe, around.probes, context);
  const bfds = lowerTracks('track_bfd', settings.track_bfd, around.bfds, context);
  return {
    trackInterfaces: finish(withoutOwn(interfaces, one.interface, context), 'tracker'),
    trackScripts: finish(scripts, 'nothing'),
    trackFiles: zero ? finish(plainFiles(files, context), 'nothing') : finish(files, 'nothing'),
    trackProcesses: finish(processes, 'nothing'),
    trackProbes: finish(probes, 'nothing'),
    trackBfds: finish(bfds, 'nothing'),
  };
}

/** The default weight of a file, 1, was not asked for: in a group without weights it is 0. */
function plainFiles(uses: readonly TrackerUse[], context: Lowering): TrackerUse[] {
  return uses.map((use) => {
    if (use.weight !== 1 || context.origins.has(use, 'weight')) return use;
    const plain = { ...use, weight: 0 };
    context.origins.set(plain, '', { span: context.origins.of(use) });
    return plain;
  });
}

function lowerAccept(
  settings: InstanceSettings,
  strict: boolean,
  owner: boolean,
  context: Lowering,
): boolean {
  const on = settings.accept?.at(-1)?.keywordSpan;
  const off = settings.no_accept?.at(-1)?.keywordSpan;
  const wanted = off === undefined || (on !== undefined && on.start > off.start);
  if (!strict || owner) return wanted;
  if (on !== undefined && wanted) {
    const message = "in strict mode only an address owner accepts; 'accept' is ignored";
    context.findings.report('strict-forbids', on, message);
  }
  return false;
}

function lowerNeverNobody(
  settings: InstanceSettings,
  owner: boolean,
  grouped: boolean,
  context: Lowering,
): boolean {
  const wanted = valueOf(settings.never_nobody) ?? false;
  if (!wanted || (!owner && !grouped)) return wanted;
  const who = owner ? 'an address owner' : 'a member of a sync group';
  const message = `'never_nobody' has no meaning for ${who}; it is ignored`;
  context.findings.report('bad-value', spanFor(settings.never_nobody), message);
  return false;
}

function checkAddresses(
  block: InstanceBlock,
  addresses: readonly VirtualAddress[],
  one: { version: 2 | 3; strict: boolean },
  context: Lowering,
): void {
  if (addresses.length > 0) return;
  const { name, settings, span } = block;
  if (settings.no_virtual_ipaddress !== undefined && !one.strict) return;
  const fatal = one.version === 3 || one.strict;
  const at = spanFor(settings.virtual_ipaddress) ?? span;
  const message = `'${name}' has no virtual_ipaddress`;
  context.findings.report(fatal ? 'no-address' : 'no-address-v2', at, message, {
    hint: one.strict ? null : "add 'no_virtual_ipaddress' if that is what you want",
  });
}

interface AddressCase {
  readonly family: Family;
  readonly version: 2 | 3;
  readonly strict: boolean;
  /** What follows the addresses in an advert. */
  readonly extra: { readonly ah: boolean; readonly hmac: boolean };
  readonly transport: Pick<Instance, 'unicast' | 'interface'>;
}

/** The addresses that are in its adverts, and the others. */
function lowerLists(block: InstanceBlock, one: AddressCase, context: Lowering): Addresses {
  const { family, version, extra, transport } = one;
  const listed = lowerAddresses(block.settings, family, context);
  // With multicast a missing interface is an error already, and its addresses are not at fault.
  const placed =
    transport.unicast === null ? listed : withInterface(listed, transport.interface, context);
  const lists = limitAddresses(placed, mostAddresses(family, version, extra), context);
  checkAddresses(block, lists.addresses, one, context);
  return lists;
}

/** null: the instance cannot run, which has been reported. */
export function lowerInstance(
  block: InstanceBlock,
  around: Surroundings,
  context: Lowering,
): Instance | null {
  const { name, settings } = block;
  const defaults = around.globals.vrrp;
  const strict = valueOf(settings.strict_mode) ?? defaults.strict;
  const family = lowerFamily(block);
  const version = lowerVersion(settings, family, strict, defaults, context);
  const virtualRouterId = lowerVrid(block, context);
  const asked = lowerElection(settings, strict, name, context);
  const authentication = lowerAuthentication(settings, { version, family, strict }, context);
  const election = startBackupWithAh(asked, authentication?.type, settings, context);
  const advertInt = lowerInterval(settings, version, context);
  const hmac = lowerHmac(settings, advertInt, strict, context);
  const extra = { ah: authentication?.type === 'AH', hmac: hmac !== null };
  const transport = lowerTransport(block, family, defaults, context);
  const lists = lowerLists(block, { family, version, strict, extra, transport }, context);
  const owner = election.priority === 255;
  const trackers = lowerTrackers(
    { settings, name, interface: transport.interface, owner, around },
    context,
  );
  const made: Instance = {
    name,
    family,
    virtualRouterId,
    version,
    ...election,
    advertInt,
    ...lowerPreemption(settings, election, strict, context),
    ...protocolSettings(settings, { strict, owner, version }, around.globals, context),
    authentication,
    hmac,
    ...transport,
    ...addressSettings(settings, lists),
    vmac: lowerVmac(settings, { unicast: transport.unicast !== null, strict }, context),
    ipvlan: lowerIpvlan(settings, family, context),
    garp: lowerGarp(settings, defaults.garp, strict, context),
    dontTrackPrimary: settings.dont_track_primary !== undefined,
    ...trackers,
    notify: lowerNotify(settings),
    gate: lowerGate(settings),
    neverNobody: lowerNeverNobody(settings, owner, around.groupOf(name) !== null, context),
    notifyPriorityChanges:
      valueOf(settings.notify_priority_changes) ?? defaults.notifyPriorityChanges,
    smtpAlert: lowerAlert(settings, around.globals),
    ...hostSettings(settings),
    syncGroup: around.groupOf(name)?.name ?? null,
  };
  context.origins.setAll(made, settings);
  const usable = virtualRouterId !== 0 && (made.interface !== null || made.unicast !== null);
  return usable ? made : null;
}

/** AH needs a sequence number that the peers accept, which a starting MASTER does not have. */
function startBackupWithAh(
  election: Election,
  type: 'PASS' | 'AH' | undefined,
  settings: InstanceSettings,
  context: Lowering,
): Election {
  if (type !== 'AH' || election.state !== 'MASTER' || election.priority === 255) return election;
  const message = 'with AH authentication an instance starts as BACKUP';
  context.findings.report('ah-start-backup', spanFor(settings.state), message);
  return { ...election, state: 'BACKUP' };
}

function protocolSettings(
  settings: InstanceSettings,
  one: { readonly strict: boolean; readonly owner: boolean; readonly version: 2 | 3 },
  { vrrp: defaults }: Globals,
  context: Lowering,
) {
  const { strict, owner } = one;
  const quiet = valueOf(settings.lower_prio_no_advert) ?? defaults.lowerPrioNoAdvert;
  const last = valueOf(settings.higher_prio_send_advert) ?? defaults.higherPrioSendAdvert;
  const deaf = valueOf(settings.owner_ignore_adverts) ?? defaults.ownerIgnoreAdverts;
  const missed = valueOf(settings.down_timer_adverts) ?? defaults.downTimerAdverts;
  const old = settings.old_unicast_checksum && valueOf(settings.old_unicast_checksum);
  return {
    downTimerAdverts: strict ? 3 : missed,
    strict,
    accept: lowerAccept(settings, strict, owner, context),
    triggeredAdverts: !strict && (valueOf(settings.triggered_adverts) ?? true),
    lowerPrioNoAdvert: strict || quiet,
    higherPrioSendAdvert: !strict && last,
    ownerIgnoreAdverts: (strict && owner) || deaf,
    skipCheckAdvAddr: valueOf(settings.skip_check_adv_addr) ?? defaults.skipCheckAdvAddr,
    v3ChecksumAsV2: valueOf(settings.v3_checksum_as_v2) ?? defaults.v3ChecksumAsV2,
    oldUnicastChecksum: old === undefined ? 'auto' : old === 'never' ? 'never' : 'always',
  } as const;
}

const none: readonly never[] = [];

/** One empty list for all of thousands, and no room for more: a list that was pushed to has it. */
function orNone<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? none : list.slice();
}

function addressSettings(settings: InstanceSettings, lists: Addresses) {
  const routes = settings.virtual_routes?.flatMap(({ value }) => value.map((e) => e.value));
  const rules = settings.virtual_rules?.flatMap(({ value }) => value.map((e) => e.value));
  return {
    addresses: orNone(lists.addresses),
    excludedAddresses: orNone(lists.excluded),
    noVirtualAddress: settings.no_virtual_ipaddress !== undefined,
    routes: orNone(routes ?? none),
    rules: orNone(rules ?? none),
    promoteSecondaries: settings.promote_secondaries !== undefined,
  };
}

function hostSettings(settings: InstanceSettings) {
  const expired = settings.timer_expired_backup ?? settings.thread_timer_expired;
  return {
    linkbeatUsePolling: settings.linkbeat_use_polling !== undefined,
    timerExpiredBackup: expired === undefined ? null : (valueOf(expired) ?? 254),
    kernelRxBufSize: valueOf(settings.kernel_rx_buf_size) ?? null,
    debug: valueOf(settings.debug) ?? 0,
  };
}
