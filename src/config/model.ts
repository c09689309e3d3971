/**
 * What a configuration means: the VRRP half of a keepalived.conf as typed, readonly values.
 *
 * The values are effective ones. Defaults are filled in, an interval is already rounded to what
 * the wire can say, an address owner has lost its weighted trackers, and so on: `lower` and its
 * rules decide, and nobody downstream decides again. Everything here is plain JSON, so that two
 * models compare by value; where a thing stands in the file is kept beside the model
 * (`Origins`), not in it.
 *
 * Words follow keepalived.conf(5) and RFC 9568. Durations are integer microseconds.
 */

import type { Bytes, Family, Micros } from '../base/units.ts';
import type { Command, GarpSettings, Globals } from './model-globals.ts';
import type { RouteEntry, RuleEntry } from './model-routes.ts';

export type * from './model-globals.ts';
export type { RouteEntry, RuleEntry } from './model-routes.ts';

export interface Model {
  readonly globals: Globals;
  /** In the order of the file. */
  readonly instances: readonly Instance[];
  readonly syncGroups: readonly SyncGroup[];
  readonly scripts: readonly TrackScript[];
  readonly processes: readonly TrackProcess[];
  readonly files: readonly TrackFile[];
  /** failoverd's own. */
  readonly probes: readonly TrackProbe[];
  readonly bfds: readonly BfdInstance[];
  readonly staticAddresses: readonly VirtualAddress[];
  readonly staticRoutes: readonly RouteEntry[];
  readonly staticRules: readonly RuleEntry[];
  readonly trackGroups: readonly TrackGroup[];
  readonly garpGroups: readonly GarpGroup[];
  readonly interfaceDelays: readonly InterfaceDelay[];
  readonly linkbeatInterfaces: readonly LinkbeatInterface[];
}

/** Programs called for the events of one instance or sync group. null: none. */
export interface NotifyScripts {
  /** Every event, with four arguments appended (kind, name, state, priority). */
  readonly any: Command | null;
  readonly master: Command | null;
  readonly backup: Command | null;
  readonly fault: Command | null;
  readonly stop: Command | null;
  readonly deleted: Command | null;
  readonly masterRxLowerPri: Command | null;
  /** A deletion by reload is told as DELETED instead of FAULT. */
  readonly tellDeleted: boolean;
}

/** One virtual router on one interface. */
export interface Instance {
  readonly name: string;
  /** null only for unicast with a source address. */
  readonly interface: string | null;
  readonly vrf: string | null;
  readonly family: Family;
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  /** The initial wish; MASTER only shortens the first wait. */
  readonly state: 'MASTER' | 'BACKUP';
  /** Base priority; 255 is the address owner. */
  readonly priority: number;
  /** What the wire can say: whole seconds in VRRPv2, 10 ms steps in VRRPv3. */
  readonly advertInt: Micros;
  readonly downTimerAdverts: number;
  readonly preempt: boolean;
  readonly preemptDelay: Micros;
  readonly strict: boolean;
  /** Packets sent to the virtual addresses are accepted. */
  readonly accept: boolean;
  /** failoverd's own: tell a changed priority at once, act on a lower one after skewTime. */
  readonly triggeredAdverts: boolean;
  readonly lowerPrioNoAdvert: boolean;
  readonly higherPrioSendAdvert: boolean;
  readonly ownerIgnoreAdverts: boolean;
  readonly skipCheckAdvAddr: boolean;
  readonly v3ChecksumAsV2: boolean;
  readonly oldUnicastChecksum: 'auto' | 'always' | 'never';
  readonly authentication: Authentication | null;
  readonly hmac: HmacSettings | null;
  /** null: the primary address of the interface. */
  readonly sourceAddress: string | null;
  readonly trackSourceAddress: boolean;
  readonly multicastGroup: string;
  readonly unicast: UnicastSettings | null;
  /** `unicast_fault_no_peer` without a peer: the instance stays in FAULT. */
  readonly faultNoPeer: boolean;
  /** Carried in the advert and installed while MASTER, in the order of the file. */
  readonly addresses: readonly VirtualAddress[];
  /** Installed while MASTER, not carried in the advert. */
  readonly excludedAddresses: readonly VirtualAddress[];
  readonly noVirtualAddress: boolean;
  readonly routes: readonly RouteEntry[];
  readonly rules: readonly RuleEntry[];
  readonly promoteSecondaries: boolean;
  readonly vmac: VmacSettings | null;
  readonly ipvlan: IpvlanSettings | null;
  readonly garp: GarpSettings;
  readonly dontTrackPrimary: boolean;
  readonly trackInterfaces: readonly TrackerUse[];
  readonly trackScripts: readonly TrackerUse[];
  readonly trackFiles: readonly TrackerUse[];
  readonly trackProcesses: readonly TrackerUse[];
  readonly trackProbes: readonly TrackerUse[];
  readonly trackBfds: readonly TrackerUse[];
  readonly notify: NotifyScripts;
  /** failoverd's own: runs as MASTER before the addresses are there, which wait no longer. */
  readonly gate: { readonly command: Command; readonly limit: Micros } | null;
  /** failoverd's own: a failed tracker means priority 1, not FAULT. */
  readonly neverNobody: boolean;
  readonly notifyPriorityChanges: boolean;
  readonly smtpAlert: boolean;
  readonly linkbeatUsePolling: boolean;
  /** Highest other priority assumed by a master that was not scheduled; null: off. */
  readonly timerExpiredBackup: number | null;
  readonly kernelRxBufSize: Bytes | null;
  readonly debug: number;
  /** Name of the sync group this instance belongs to. */
  readonly syncGroup: string | null;
}

/** VRRPv2 authentication. */
export interface Authentication {
  readonly type: 'PASS' | 'AH';
  /** At most eight bytes of UTF-8, already cut; the wire pads with zeros. */
  readonly password: string;
}

export interface HmacKey {
  readonly id: number;
  /** As written: text, `hex:DIGITS` or `file:PATH`. A secret. */
  readonly value: string;
  /** The key itself, 32 to 64 bytes as hex digits. */
  readonly secret: string;
}

export interface HmacSettings {
  readonly keys: readonly HmacKey[];
  readonly activeKey: number;
  readonly timeWindow: Micros;
  readonly antiReplay: 'time' | 'monotonic';
  readonly mode: 'enforce' | 'permissive' | 'receive-only';
}

export interface UnicastPeer {
  readonly address: string;
  readonly minTtl: number;
  readonly maxTtl: number;
}

export interface UnicastSettings {
  readonly peers: readonly UnicastPeer[];
  /** null: 255 for IPv4, the kernel's default for IPv6. */
  readonly ttl: number | null;
  readonly checkSource: boolean;
}

export interface VmacSettings {
  /** null: generated from the prefix and the VRID. */
  readonly name: string | null;
  /** Six octets as `aa:bb:cc:dd:ee:ff`; null: the RFC's. */
  readonly mac: string | null;
  readonly netlinkNotifyMsg: boolean;
  readonly group: number | null;
  /** Adverts on the parent interface. */
  readonly xmitBase: boolean;
  /** Addresses on other interfaces get a macvlan too. */
  readonly addresses: boolean;
}

export interface IpvlanSettings {
  readonly name: string | null;
  readonly address: string | null;
  readonly mode: 'bridge' | 'private' | 'vepa' | null;
  readonly group: number | null;
}

/** An address with what the kernel is told about it. */
export interface VirtualAddress {
  readonly family: Family;
  /** Canonical text (RFC 5952 for IPv6). */
  readonly address: string;
  readonly prefixLength: number;
  /** null: the instance's interface (a VMAC where there is one). */
  readonly interface: string | null;
  readonly broadcast: string | null;
  /** rt_scopes number: 0 global, 253 link, 254 host. */
  readonly scope: number;
  readonly label: string | null;
  readonly peer: string | null;
  readonly peerPrefixLength: number | null;
  readonly home: boolean;
  /** IPv6: `-nodad` was given, duplicate address detection is done. */
  readonly duplicateDetection: boolean;
  readonly manageTempAddresses: boolean;
  readonly noPrefixRoute: boolean;
  readonly autojoin: boolean;
  readonly noTrack: boolean;
  /** Seconds, `forever`, or null for the default (deprecated for an IPv6 /128). */
  readonly preferredLifetime: number | 'forever' | null;
  readonly useVmac: boolean;
  readonly trackGroup: string | null;
}

/** One tracker as one instance uses it. */
export interface TrackerUse {
  /** Name of the tracker, or of the interface. */
  readonly name: string;
  /** Effective weight; 0: not well means FAULT. */
  readonly weight: number;
  readonly reverse: boolean;
}

export interface SyncGroup {
  readonly name: string;
  /** Names of instances that exist and belong to no other group. */
  readonly members: readonly string[];
  readonly trackInterfaces: readonly TrackerUse[];
  readonly trackScripts: readonly TrackerUse[];
  readonly trackFiles: readonly TrackerUse[];
  readonly trackProcesses: readonly TrackerUse[];
  readonly trackProbes: readonly TrackerUse[];
  readonly trackBfds: readonly TrackerUse[];
  readonly trackingWeight: boolean;
  readonly notify: NotifyScripts;
  readonly notifyPriorityChanges: boolean;
  readonly smtpAlert: boolean;
}

export interface TrackScript {
  readonly name: string;
  readonly command: Command;
  /** Set when the command is `</path`: well while the file can be opened, nothing is run. */
  readonly openFile: string | null;
  readonly interval: Micros;
  readonly timeout: Micros;
  readonly weight: number;
  readonly reverse: boolean;
  readonly rise: number;
  readonly fall: number;
  readonly initFail: boolean;
}

export interface TrackProcess {
  readonly name: string;
  readonly process: string;
  readonly parameters: readonly string[];
  readonly paramMatch: 'none' | 'exact' | 'initial' | 'partial';
  readonly fullCommand: boolean;
  readonly weight: number;
  readonly reverse: boolean;
  readonly quorum: number;
  /** null: no upper bound. */
  readonly quorumMax: number | null;
  readonly forkDelay: Micros;
  readonly terminateDelay: Micros;
}

export interface TrackFile {
  readonly name: string;
  readonly path: string;
  /** Multiplies the number in the file; 0: a number other than zero means FAULT. */
  readonly weight: number;
  readonly reverse: boolean;
  readonly init: { readonly value: number; readonly overwrite: boolean } | null;
}

/** Whom a probe asks, and what. */
export type ProbeTarget =
  | { readonly kind: 'icmp'; readonly address: string; readonly interface: string | null }
  /** ARP or neighbour discovery, by the family of the address. */
  | { readonly kind: 'neighbor'; readonly address: string; readonly interface: string }
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number }
  /** Well when the status is from `from` to `to`, both included. */
  | { readonly kind: 'http'; readonly url: string; readonly from: number; readonly to: number }
  | { readonly kind: 'dns'; readonly server: string; readonly name: string; readonly type: string };

export interface TrackProbe {
  readonly name: string;
  readonly target: ProbeTarget;
  /** https: the server's certificate has to be right. */
  readonly verify: boolean;
  readonly interval: Micros;
  readonly timeout: Micros;
  /** Each question is late by a random time up to this. */
  readonly jitter: Micros;
  readonly weight: number;
  readonly reverse: boolean;
  readonly rise: number;
  readonly fall: number;
  readonly initFail: boolean;
}

export interface BfdInstance {
  readonly name: string;
  readonly neighbor: string;
  readonly source: string | null;
  readonly minRx: Micros;
  readonly minTx: Micros;
  readonly idleTx: Micros;
  readonly multiplier: number;
  readonly passive: boolean;
  readonly ttl: number;
  /** 255: no check. */
  readonly maxHops: number;
  readonly multihop: boolean;
  readonly weight: number;
  readonly reverse: boolean;
  readonly tellVrrp: boolean;
}

export interface TrackGroup {
  readonly name: string;
  readonly members: readonly string[];
}

export interface GarpGroup {
  readonly garpInterval: Micros;
  readonly gnaInterval: Micros;
  readonly interfaces: readonly string[];
}

export interface InterfaceDelay {
  readonly interface: string;
  readonly down: Micros;
  readonly up: Micros;
}

export interface LinkbeatInterface {
  readonly interface: string;
  readonly method: 'MII' | 'ETHTOOL' | 'IOCTL' | null;
}
