/** The model in the words of the native core; no decisions, only another spelling. */

import type {
  AddressConfig,
  AnnounceConfig,
  AuthConfig,
  InstanceConfig,
  InterfaceUse,
  ObjectConfig,
  TrackerConfig,
  TrackerUse as NativeUse,
} from '../engine/messages.generated.ts';
import type { GarpSettings, HmacSettings, Instance, TrackerUse, VirtualAddress } from './model.ts';
import type { TrackProcess } from './model.ts';

/** Flags of linux/if_addr.h. */
const addressFlags = {
  noDad: 0x02,
  home: 0x10,
  manageTempAddresses: 0x100,
  noPrefixRoute: 0x200,
  autojoin: 0x400,
} as const;

const forever = 0xffff_ffff;

function flagsOf(address: VirtualAddress): number {
  const noDad = address.family === 6 && !address.duplicateDetection;
  return (
    (noDad ? addressFlags.noDad : 0) |
    (address.home ? addressFlags.home : 0) |
    (address.manageTempAddresses ? addressFlags.manageTempAddresses : 0) |
    (address.noPrefixRoute ? addressFlags.noPrefixRoute : 0) |
    (address.autojoin ? addressFlags.autojoin : 0)
  );
}

/** An IPv6 host address is deprecated by default, so that it is not chosen as a source. */
function lifetimeOf({ preferredLifetime, family, prefixLength }: VirtualAddress): number {
  if (preferredLifetime === null) return family === 6 && prefixLength === 128 ? 0 : forever;
  return preferredLifetime === 'forever' ? forever : preferredLifetime;
}

export function addressConfig(address: VirtualAddress, advertised: boolean): AddressConfig {
  return {
    address: address.address,
    // With a peer it is the peer's prefix that the interface reaches.
    prefixLength: address.peerPrefixLength ?? address.prefixLength,
    interfaceName: address.interface ?? '',
    advertised,
    scope: address.scope,
    label: address.label ?? '',
    broadcast: address.broadcast ?? undefined,
    peer: address.peer ?? undefined,
    flags: flagsOf(address),
    preferredLifetime: lifetimeOf(address),
    track: !address.noTrack,
    announceExtra: false,
  };
}

/** One for all: the memory behind a Uint8Array of each of thousands is not given back for long. */
const noPassword = new Uint8Array(8);

function authConfig({ authentication, hmac }: Instance): AuthConfig {
  if (hmac !== null) return { kind: 'hmac', password: noPassword, ...hmacConfig(hmac) };
  if (authentication === null) return { kind: 'none', password: noPassword, ...withoutHmac };
  const password = new Uint8Array(8);
  password.set(Buffer.from(authentication.password, 'utf8').subarray(0, 8));
  return { kind: authentication.type === 'PASS' ? 'pass' : 'ah', password, ...withoutHmac };
}

type HmacConfig = Omit<AuthConfig, 'kind' | 'password'>;

const withoutHmac: HmacConfig = {
  keys: [],
  activeKey: 0,
  timeWindow: 0,
  mode: 'enforce',
  antiReplay: 'time',
};

function hmacConfig({ keys, activeKey, timeWindow, mode, antiReplay }: HmacSettings): HmacConfig {
  return {
    keys: keys.map(({ id, secret }) => {
      const bytes = Buffer.from(secret, 'hex');
      const room = new Uint8Array(64);
      room.set(bytes);
      return { id, size: bytes.length, secret: room };
    }),
    activeKey,
    timeWindow,
    mode: mode === 'receive-only' ? 'receiveOnly' : mode,
    antiReplay,
  };
}

function announceConfig(garp: GarpSettings): AnnounceConfig {
  return {
    repeat: garp.masterRepeat,
    delay: garp.masterDelay,
    refresh: garp.masterRefresh,
    refreshRepeat: garp.masterRefreshRepeat,
    lowerPriorityRepeat: garp.lowerPrioRepeat,
    lowerPriorityDelay: garp.lowerPrioDelay,
    extraInterval: garp.extraInterval,
  };
}

const oldUnicastChecksums = { auto: 'whenHeard', always: 'always', never: 'never' } as const;

export function interfaceUses(uses: readonly TrackerUse[]): InterfaceUse[] {
  return uses.map(({ name, weight, reverse }) => ({ interfaceName: name, weight, reverse }));
}

type Identified = 'id' | 'revision';

/** What belongs to an instance and is not in its own block of the file. */
export interface InstanceParts {
  readonly trackers: readonly NativeUse[];
  readonly interfaces: readonly TrackerUse[];
  /** Routes and rules. */
  readonly objects: readonly ObjectConfig[];
  /** What its macvlans are shut by while it is not MASTER. */
  readonly filters: readonly ObjectConfig[];
  /** Name of the macvlan; empty: none. */
  readonly vmacName: string;
  /** Where an address stands that has a macvlan of its own; else undefined. */
  readonly vmacOf: (address: VirtualAddress) => string | undefined;
}

/** The virtual addresses, each on the interface where it stands. */
function placedAddresses(
  { interface: own, ipvlan, garp, addresses, excludedAddresses }: Instance,
  { vmacName, vmacOf }: Pick<InstanceParts, 'vmacName' | 'vmacOf'>,
): AddressConfig[] {
  const placed = (address: VirtualAddress, advertised: boolean): AddressConfig => {
    const vmac = vmacOf(address);
    const elsewhere = address.interface !== null && address.interface !== own;
    // `dev` with the instance's own interface says nothing more: the macvlan is its home. An ipvlan
    // is nobody's home but of its own address.
    const home = ipvlan === null ? null : own;
    const named = vmacName === '' || elsewhere ? address.interface : home;
    return {
      ...addressConfig({ ...address, interface: vmac ?? named }, advertised),
      announceExtra: elsewhere && (garp.extraAll || vmac !== undefined),
    };
  };
  return [
    ...addresses.map((address) => placed(address, true)),
    ...excludedAddresses.map((address) => placed(address, false)),
  ];
}

/** Everything of an instance but its number and revision. */
export function instanceConfig(
  instance: Instance,
  { trackers, interfaces, objects, filters, vmacName, vmacOf }: InstanceParts,
): Omit<InstanceConfig, Identified> {
  const { unicast } = instance;
  return {
    name: instance.name,
    family: instance.family === 4 ? 'ipv4' : 'ipv6',
    version: instance.version === 2 ? 'v2' : 'v3',
    vrid: instance.virtualRouterId,
    // A VRF stands for all of its interfaces.
    interfaceName: instance.interface ?? instance.vrf ?? '',
    vmacName,
    transmitOnBase: instance.vmac?.xmitBase ?? false,
    basePriority: instance.priority,
    wantMaster: instance.state === 'MASTER',
    advertInterval: instance.advertInt,
    downTimerAdverts: instance.downTimerAdverts,
    sourceAddress: instance.sourceAddress ?? instance.ipvlan?.address?.split('/')[0],
    trackSource: instance.trackSourceAddress,
    multicastGroup: instance.multicastGroup,
    unicastPeers: unicast?.peers ?? [],
    // Unicast without a peer: what the core calls a fault.
    unicast: unicast !== null || instance.faultNoPeer,
    unicastTtl: unicast?.ttl ?? 255,
    checkUnicastSource: unicast?.checkSource ?? false,
    preempt: instance.preempt,
    preemptDelay: instance.preemptDelay,
    lowerPriorityNoAdvert: instance.lowerPrioNoAdvert,
    higherPrioritySendAdvert: instance.higherPrioSendAdvert,
    ownerIgnoreAdverts: instance.ownerIgnoreAdverts,
    skipCheckAdvertAddresses: instance.skipCheckAdvAddr,
    v3ChecksumAsV2: instance.v3ChecksumAsV2,
    oldUnicastChecksum: oldUnicastChecksums[instance.oldUnicastChecksum],
    strict: instance.strict,
    quick: instance.triggeredAdverts,
    trackPrimary: !instance.dontTrackPrimary,
    gate: instance.gate?.limit ?? 0,
    neverNobody: instance.neverNobody,
    auth: authConfig(instance),
    announce: announceConfig(instance.garp),
    addresses: placedAddresses(instance, { vmacName, vmacOf }),
    objects,
    filters,
    trackers,
    interfaces: interfaceUses(interfaces),
  };
}

/** What the core has to know of a tracker that is reported to it. */
export function reportedTracker(
  kind: 'script' | 'file' | 'probe',
  name: string,
): Omit<TrackerConfig, Identified> {
  return { name, kind, quorum: 1, quorumMax: forever, forkDelay: 0, terminateDelay: 0 };
}

/** The core counts processes by itself. */
export function processTracker(process: TrackProcess): Omit<TrackerConfig, Identified> {
  return {
    name: process.name,
    kind: 'process',
    quorum: process.quorum,
    quorumMax: process.quorumMax ?? forever,
    forkDelay: process.forkDelay,
    terminateDelay: process.terminateDelay,
  };
}
