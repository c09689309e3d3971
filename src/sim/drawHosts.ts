// The routers of a world and their configurations, drawn from its seed. All share what routers
// of one virtual router must share; the rest differs from host to host as it does in the field.

import type { GroupConfig, InstanceConfig, ObjectConfig } from '../engine/messages.generated.ts';
import { drawAuth, drawFilters, drawObjects, type AuthConfig } from './drawExtras.ts';
import { IF_NAME } from './kernel.ts';
import type { Random } from './random.ts';
import { MILLISECOND, SECOND } from './world.ts';

/** The one weighted or unweighted script that a host tracks. */
export const TRACKER = 1;
const GROUP = 1;

export interface HostPlan {
  readonly name: string;
  /** Both families, for whichever an instance speaks. */
  readonly address: string;
  readonly linkLocal: string;
  readonly mac: string;
  readonly instances: readonly InstanceConfig[];
  readonly groups: readonly GroupConfig[];
  /** How fast this host's clock runs: 1 is true time. */
  readonly clockRate: number;
  /** Microseconds from a deadline to the moment the thread really runs. */
  readonly wakeDelay: readonly [least: number, most: number];
  readonly startupDelay: number;
  /** How long an orderly stop keeps the addresses for the next master. */
  readonly linger: number;
}

interface Shared {
  readonly version: InstanceConfig['version'];
  readonly family: InstanceConfig['family'];
  readonly interval: number;
  readonly preempt: 'all' | 'none' | 'mixed';
  readonly preemptDelay: number;
  readonly quick: boolean;
  readonly strict: boolean;
  readonly sendAdvert: boolean;
  readonly unicast: boolean;
  readonly weight: number;
  readonly addresses: number;
  readonly downTimerAdverts: number;
  readonly hosts: number;
  readonly unequal: boolean;
  readonly refresh: boolean;
  readonly neverNobody: boolean;
  readonly auth: AuthConfig;
  /** By virtual router. */
  readonly objects: readonly (readonly ObjectConfig[])[];
  readonly filters: readonly (readonly ObjectConfig[])[];
}

const PRIORITIES = [100, 100, 110, 150, 200, 254, 1] as const;

/** `calm`: the members of a group have one priority, as they should. */
export function drawHosts(random: Random, calm: boolean): HostPlan[] {
  const routers = random.pick([1, 1, 2, 3]);
  const shared = drawShared(random);
  const owner = random.chance(0.08);
  const grouped = routers > 1 && random.chance(0.4) ? random.pick([2, routers]) : 0;
  const drift = random.chance(0.1) ? 5_000 : 100;
  const startupDelay = random.chance(0.1) ? 2 * shared.interval : 0;
  const linger = random.chance(0.4) ? 3 * shared.interval : 0;
  return Array.from({ length: shared.hosts }, (_, index) => {
    const settings = drawSettings(random, shared);
    const same = random.pick(PRIORITIES);
    const priority = (router: number): number => {
      if (owner && index === 0) return 255;
      return router < grouped && (calm || random.chance(0.7)) ? same : random.pick(PRIORITIES);
    };
    return {
      name: `r${index + 1}`,
      ...addressesOf(index),
      clockRate: 1 + random.between(-drift, drift) / 1e6,
      wakeDelay: [5, random.pick([50, 300])] as const,
      startupDelay,
      linger,
      instances: Array.from({ length: routers }, (_unused, router) =>
        instanceConfig(index, router, { ...settings, basePriority: priority(router) }, shared),
      ),
      groups: grouped === 0 ? [] : [groupConfig(grouped, shared.weight)],
    };
  });
}

function drawShared(random: Random): Shared {
  const version = random.pick(['v2', 'v3'] as const);
  const interval =
    version === 'v2'
      ? random.pick([1, 2]) * SECOND
      : random.pick([10 * MILLISECOND, 100 * MILLISECOND, 500 * MILLISECOND, SECOND]);
  const strict = random.chance(0.1);
  const family = version === 'v3' && random.chance(0.4) ? 'ipv6' : 'ipv4';
  return {
    version,
    family,
    interval,
    preempt: random.pick(['all', 'all', 'all', 'none', 'mixed'] as const),
    preemptDelay: random.chance(0.15) ? 3 * interval : 0,
    quick: !strict && random.chance(0.6),
    strict,
    sendAdvert: random.chance(0.3),
    unicast: !strict && random.chance(0.2),
    weight: random.pick([0, -60, 40]),
    addresses: random.between(1, 3),
    downTimerAdverts: random.pick([3, 3, 3, 2, 5]),
    hosts: random.pick([2, 2, 2, 3, 3, 4, 5]),
    // Version 3 learns the master's interval.
    unequal: version === 'v3' && random.chance(0.15),
    refresh: random.chance(0.2),
    neverNobody: random.fork('neverNobody').chance(0.25),
    auth: drawAuth(random.fork('auth'), { version, family }),
    objects: [0, 1, 2].map((router) => drawObjects(random.fork(`objects ${router}`), router)),
    filters: [0, 1, 2].map((router) => drawFilters(random.fork(`filters ${router}`), router)),
  };
}

/** What differs from host to host. */
function drawSettings(random: Random, shared: Shared): Partial<InstanceConfig> {
  const preempt = shared.preempt === 'mixed' ? random.chance(0.5) : shared.preempt === 'all';
  const slow = shared.unequal && random.chance(0.5);
  return {
    preempt,
    preemptDelay: preempt ? shared.preemptDelay : 0,
    wantMaster: random.chance(0.2),
    advertInterval: slow ? 2 * shared.interval : shared.interval,
    trackers: [{ tracker: TRACKER, weight: shared.weight, reverse: false }],
  };
}

function addressesOf(index: number): Pick<HostPlan, 'address' | 'linkLocal' | 'mac'> {
  const number = index + 1;
  return {
    address: `10.0.0.${number}`,
    linkLocal: `fe80::${number}`,
    mac: `02:00:00:00:00:0${number}`,
  };
}

/** Everybody else, as a unicast router is told of them. */
function peersOf(host: number, { hosts, family }: Shared): InstanceConfig['unicastPeers'] {
  const others = Array.from({ length: hosts }, (_, index) => index).filter((one) => one !== host);
  return others.map((index) => {
    const { address, linkLocal } = addressesOf(index);
    return { address: family === 'ipv6' ? linkLocal : address, minTtl: 0, maxTtl: 255 };
  });
}

function instanceConfig(
  host: number,
  router: number,
  settings: Partial<InstanceConfig>,
  shared: Shared,
): InstanceConfig {
  return {
    id: router + 1,
    name: `VI_${router + 1}`,
    revision: 1,
    family: shared.family,
    version: shared.version,
    vrid: 51 + router,
    interfaceName: IF_NAME,
    vmacName: '',
    transmitOnBase: false,
    basePriority: 100,
    wantMaster: false,
    advertInterval: shared.interval,
    downTimerAdverts: shared.downTimerAdverts,
    sourceAddress: undefined,
    trackSource: false,
    multicastGroup: shared.family === 'ipv6' ? 'ff02::12' : '224.0.0.18',
    unicastPeers: shared.unicast ? peersOf(host, shared) : [],
    unicast: shared.unicast,
    unicastTtl: 255,
    checkUnicastSource: shared.unicast,
    preempt: true,
    preemptDelay: 0,
    lowerPriorityNoAdvert: false,
    higherPrioritySendAdvert: shared.sendAdvert,
    ownerIgnoreAdverts: false,
    skipCheckAdvertAddresses: false,
    v3ChecksumAsV2: false,
    oldUnicastChecksum: 'never',
    strict: shared.strict,
    quick: shared.quick,
    trackPrimary: true,
    gate: 0,
    neverNobody: shared.neverNobody,
    auth: shared.auth,
    announce: {
      repeat: 2,
      delay: 2 * shared.interval,
      refresh: shared.refresh ? 7 * shared.interval : 0,
      refreshRepeat: 1,
      lowerPriorityRepeat: 2,
      lowerPriorityDelay: 0,
      extraInterval: 0,
    },
    addresses: Array.from({ length: shared.addresses }, (_, index) =>
      addressConfig(virtualAddress(shared.family, router, 100 + index)),
    ),
    objects: shared.objects[router] ?? [],
    filters: shared.filters[router] ?? [],
    trackers: [],
    interfaces: [],
    ...settings,
  };
}

/** The address with this number of a virtual router. */
export function virtualAddress(
  family: InstanceConfig['family'],
  router: number,
  number: number,
): string {
  return family === 'ipv6' ? `fe80::${router + 1}:${number}` : `10.0.${router + 1}.${number}`;
}

export function addressConfig(address: string): InstanceConfig['addresses'][number] {
  return {
    address,
    prefixLength: address.includes(':') ? 64 : 24,
    interfaceName: '',
    advertised: true,
    scope: 0,
    label: '',
    broadcast: undefined,
    peer: undefined,
    flags: NO_DAD,
    preferredLifetime: 0xffff_ffff,
    track: true,
    announceExtra: false,
  };
}

/** IFA_F_NODAD: the kernel does not look for duplicates of a virtual address. */
const NO_DAD = 0x02;

function groupConfig(members: number, weight: number): GroupConfig {
  return {
    id: GROUP,
    name: 'VG',
    revision: 1,
    members: Array.from({ length: members }, (_, router) => router + 1),
    trackers: weight === 0 ? [{ tracker: TRACKER, weight: 0, reverse: false }] : [],
    interfaces: [],
  };
}
