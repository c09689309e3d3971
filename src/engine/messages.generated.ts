// Written by scripts/generate-messages.mjs from native/core/describe_*.h and
// native/engine/describe_engine.h. Do not edit: change the headers and run it again.
import type { Micros } from '../base/units.ts';

/** Virtual router identifier, 1 to 255. */
export type Vrid = number;

/** VRRP priority; 0 is the goodbye, 255 the address owner. */
export type Priority = number;

/** Kernel interface index; 0 = none. */
export type IfIndex = number;

/** Handed out by TypeScript, never reused within a run. */
export type InstanceId = number;

/** Handed out by TypeScript, never reused within a run. */
export type GroupId = number;

/** Handed out by TypeScript, never reused within a run. */
export type TrackerId = number;

/** Counts applications of one configuration object. */
export type Revision = number;

/** An address as text: dotted quad, or RFC 5952. */
export type IpText = string;

/** A hardware address: aa:bb:cc:dd:ee:ff. */
export type MacText = string;

/** A kernel interface name of at most 15 bytes; '' = none. */
export type InterfaceName = string;

export type Family = 'ipv4' | 'ipv6';

export type VrrpVersion = 'v2' | 'v3';

export type OldUnicastChecksum = 'never' | 'whenHeard' | 'always';

export type AuthKind = 'none' | 'pass' | 'ah' | 'hmac';

export type HmacMode = 'enforce' | 'permissive' | 'receiveOnly';

export type AntiReplay = 'time' | 'monotonic';

export type ObjectKind = 'address' | 'route' | 'rule' | 'filter';

export type TrackerKind = 'script' | 'file' | 'process' | 'probe';

export type TrackerStatus = 'pending' | 'ok' | 'failed' | 'value';

export type State = 'init' | 'backup' | 'master' | 'fault';

export type Purpose =
  | 'advert'
  | 'masterDown'
  | 'triggeredAdvert'
  | 'preemptDelay'
  | 'announceAgain'
  | 'announceRefresh'
  | 'announceLowerAgain'
  | 'announceExtra'
  | 'retry'
  | 'gate'
  | 'drainLimit'
  | 'trackerDelay'
  | 'announcePaced'
  | 'linkDelay'
  | 'startupDelay'
  | 'stopLimit'
  | 'staticsRetry'
  | 'pulse'
  | 'recovery';

export type PreemptDelay = 'idle' | 'running' | 'over';

export type CauseKind =
  | 'none'
  | 'started'
  | 'masterSilent'
  | 'goodbyeReceived'
  | 'preempting'
  | 'owner'
  | 'higherPriority'
  | 'higherAddress'
  | 'trackerFault'
  | 'interfaceDown'
  | 'interfaceMissing'
  | 'noSourceAddress'
  | 'sendFailed'
  | 'listenFailed'
  | 'addressRefused'
  | 'addressLost'
  | 'faultCleared'
  | 'firstResult'
  | 'groupMember'
  | 'configChanged'
  | 'secondMaster'
  | 'trackersBlind'
  | 'wokeLate'
  | 'stopping'
  | 'removed'
  | 'drained'
  | 'noPeer'
  | 'staticMissing'
  | 'carriedOver';

export type DrainOutcome = 'drained' | 'nobodyElse' | 'cancelled';

export type RejectReason =
  | 'truncated'
  | 'length'
  | 'ttl'
  | 'version'
  | 'type'
  | 'checksum'
  | 'noAddresses'
  | 'authType'
  | 'authFailure'
  | 'interval'
  | 'unknownVrid'
  | 'ownAddress'
  | 'notAPeer'
  | 'peerTtl'
  | 'wrongForm'
  | 'ownerIgnores'
  | 'startupDelay'
  | 'authMissing'
  | 'authMalformed'
  | 'authStale'
  | 'authUnknownKey'
  | 'authReplayed';

export type OddReason = 'addressList' | 'interval' | 'samePriorityOwner';

export type Scheduling = 'normal' | 'roundRobin' | 'fifo' | 'deadline';

export type TroubleKind = 'netlink' | 'receive' | 'announce' | 'poll' | 'will' | 'ruleset';

export type AddressState = 'absent' | 'requested' | 'confirmed' | 'failed' | 'removing';

export type AdvertFlaw =
  | 'none'
  | 'truncated'
  | 'version'
  | 'type'
  | 'length'
  | 'checksum'
  | 'authType'
  | 'interval'
  | 'authHeader';

export type ClaimKind = 'gratuitousArp' | 'arpReply' | 'neighborAdvert';

export interface UnicastPeer {
  readonly address: IpText;
  readonly minTtl: number;
  readonly maxTtl: number;
}

export interface HmacKey {
  readonly id: number;
  readonly size: number;
  readonly secret: Uint8Array;
}

export interface AuthConfig {
  readonly kind: AuthKind;
  readonly password: Uint8Array;
  readonly activeKey: number;
  readonly mode: HmacMode;
  readonly antiReplay: AntiReplay;
  readonly timeWindow: Micros;
  readonly keys: readonly HmacKey[];
}

export interface AnnounceConfig {
  readonly repeat: number;
  readonly delay: Micros;
  readonly refresh: Micros;
  readonly refreshRepeat: number;
  readonly lowerPriorityRepeat: number;
  readonly lowerPriorityDelay: Micros;
  readonly extraInterval: Micros;
}

export interface TrackerUse {
  readonly tracker: TrackerId;
  readonly weight: number;
  readonly reverse: boolean;
}

export interface InterfaceUse {
  readonly interfaceName: InterfaceName;
  readonly weight: number;
  readonly reverse: boolean;
}

export interface AddressConfig {
  readonly address: IpText;
  readonly prefixLength: number;
  readonly interfaceName: InterfaceName;
  readonly advertised: boolean;
  readonly scope: number;
  readonly label: string;
  readonly broadcast: IpText | undefined;
  readonly peer: IpText | undefined;
  readonly flags: number;
  readonly preferredLifetime: number;
  readonly track: boolean;
  readonly announceExtra: boolean;
}

export interface ObjectKey {
  readonly kind: ObjectKind;
  readonly family: Family;
  readonly destination: IpText;
  readonly prefixLength: number;
  readonly table: number;
  readonly priority: number;
}

export interface ObjectDevice {
  readonly interfaceName: InterfaceName;
  readonly addOffset: number;
  readonly removeOffset: number;
}

export interface ObjectConfig {
  readonly key: ObjectKey;
  readonly add: readonly number[];
  readonly remove: readonly number[];
  readonly devices: readonly ObjectDevice[];
  readonly track: boolean;
}

export interface InstanceConfig {
  readonly id: InstanceId;
  readonly name: string;
  readonly revision: Revision;
  readonly family: Family;
  readonly version: VrrpVersion;
  readonly vrid: Vrid;
  readonly interfaceName: InterfaceName;
  readonly vmacName: InterfaceName;
  readonly transmitOnBase: boolean;
  readonly basePriority: Priority;
  readonly wantMaster: boolean;
  readonly advertInterval: Micros;
  readonly downTimerAdverts: number;
  readonly sourceAddress: IpText | undefined;
  readonly trackSource: boolean;
  readonly multicastGroup: IpText;
  readonly unicastPeers: readonly UnicastPeer[];
  readonly unicast: boolean;
  readonly unicastTtl: number;
  readonly checkUnicastSource: boolean;
  readonly preempt: boolean;
  readonly preemptDelay: Micros;
  readonly lowerPriorityNoAdvert: boolean;
  readonly higherPrioritySendAdvert: boolean;
  readonly ownerIgnoreAdverts: boolean;
  readonly skipCheckAdvertAddresses: boolean;
  readonly v3ChecksumAsV2: boolean;
  readonly oldUnicastChecksum: OldUnicastChecksum;
  readonly strict: boolean;
  readonly quick: boolean;
  readonly trackPrimary: boolean;
  readonly gate: Micros;
  readonly neverNobody: boolean;
  readonly auth: AuthConfig;
  readonly announce: AnnounceConfig;
  readonly trackers: readonly TrackerUse[];
  readonly interfaces: readonly InterfaceUse[];
  readonly addresses: readonly AddressConfig[];
  readonly objects: readonly ObjectConfig[];
  readonly filters: readonly ObjectConfig[];
}

export interface ApplyInstance {
  readonly kind: 'ApplyInstance';
  readonly config: InstanceConfig;
}

export interface RemoveInstance {
  readonly kind: 'RemoveInstance';
  readonly instance: InstanceId;
}

export interface GroupConfig {
  readonly id: GroupId;
  readonly name: string;
  readonly revision: Revision;
  readonly members: readonly InstanceId[];
  readonly trackers: readonly TrackerUse[];
  readonly interfaces: readonly InterfaceUse[];
}

export interface ApplyGroup {
  readonly kind: 'ApplyGroup';
  readonly config: GroupConfig;
}

export interface RemoveGroup {
  readonly kind: 'RemoveGroup';
  readonly group: GroupId;
}

export interface TrackerConfig {
  readonly id: TrackerId;
  readonly name: string;
  readonly revision: Revision;
  readonly kind: TrackerKind;
  readonly quorum: number;
  readonly quorumMax: number;
  readonly forkDelay: Micros;
  readonly terminateDelay: Micros;
}

export interface ApplyTracker {
  readonly kind: 'ApplyTracker';
  readonly config: TrackerConfig;
}

export interface RemoveTracker {
  readonly kind: 'RemoveTracker';
  readonly tracker: TrackerId;
}

export interface StaticUse {
  readonly instance: InstanceId;
  readonly object: number;
}

export interface ApplyStatics {
  readonly kind: 'ApplyStatics';
  readonly objects: readonly ObjectConfig[];
  readonly uses: readonly StaticUse[];
}

export interface AnnounceLimit {
  readonly interfaces: readonly InterfaceName[];
  readonly garpInterval: Micros;
  readonly gnaInterval: Micros;
}

export interface LinkDelay {
  readonly interfaceName: InterfaceName;
  readonly down: Micros;
  readonly up: Micros;
}

export interface ApplyInterfaces {
  readonly kind: 'ApplyInterfaces';
  readonly limits: readonly AnnounceLimit[];
  readonly delays: readonly LinkDelay[];
}

export interface ReportTracker {
  readonly kind: 'ReportTracker';
  readonly tracker: TrackerId;
  readonly revision: Revision;
  readonly status: TrackerStatus;
  readonly value: number;
}

export interface SetProcesses {
  readonly kind: 'SetProcesses';
  readonly tracker: TrackerId;
  readonly revision: Revision;
  readonly pids: readonly number[];
}

export interface Drain {
  readonly kind: 'Drain';
  readonly instance: InstanceId;
  readonly drained: boolean;
  readonly patience: Micros;
  readonly insist: boolean;
}

export interface OpenGate {
  readonly kind: 'OpenGate';
  readonly instance: InstanceId;
  readonly episode: number;
}

export interface Stop {
  readonly kind: 'Stop';
  readonly linger: Micros;
  readonly release: boolean;
}

export interface LinkChanged {
  readonly kind: 'LinkChanged';
  readonly ifIndex: IfIndex;
  readonly interfaceName: InterfaceName;
  readonly up: boolean;
  readonly running: boolean;
  readonly mac: MacText | undefined;
  readonly mtu: number;
  readonly noArp: boolean;
}

export interface LinkRemoved {
  readonly kind: 'LinkRemoved';
  readonly ifIndex: IfIndex;
}

export interface LocalAddressAppeared {
  readonly kind: 'LocalAddressAppeared';
  readonly ifIndex: IfIndex;
  readonly address: IpText;
  readonly prefixLength: number;
  readonly secondary: boolean;
  readonly tentative: boolean;
  readonly ours: boolean;
}

export interface LocalAddressDuplicate {
  readonly kind: 'LocalAddressDuplicate';
  readonly ifIndex: IfIndex;
  readonly address: IpText;
}

export interface LocalAddressRemoved {
  readonly kind: 'LocalAddressRemoved';
  readonly ifIndex: IfIndex;
  readonly address: IpText;
  readonly prefixLength: number;
}

export interface KernelRelisting {
  readonly kind: 'KernelRelisting';
}

export interface KernelListed {
  readonly kind: 'KernelListed';
}

export interface ObjectRemoved {
  readonly kind: 'ObjectRemoved';
  readonly key: ObjectKey;
}

export interface ObjectsUncertain {
  readonly kind: 'ObjectsUncertain';
}

export interface AdvertReceived {
  readonly kind: 'AdvertReceived';
  readonly ifIndex: IfIndex;
  readonly source: IpText;
  readonly destination: IpText;
  readonly ttl: number;
  readonly bytes: Uint8Array;
  readonly ipHeader: Uint8Array;
}

export interface AddressResult {
  readonly kind: 'AddressResult';
  readonly request: number;
  readonly errorNumber: number;
}

export interface ListenResult {
  readonly kind: 'ListenResult';
  readonly instance: InstanceId;
  readonly errorNumber: number;
}

export interface SendFailed {
  readonly kind: 'SendFailed';
  readonly instance: InstanceId;
  readonly errorNumber: number;
}

export interface ProcessExited {
  readonly kind: 'ProcessExited';
  readonly pid: number;
}

export interface ProcessForked {
  readonly kind: 'ProcessForked';
  readonly parent: number;
  readonly pid: number;
}

export interface TrackersBlind {
  readonly kind: 'TrackersBlind';
  readonly blind: boolean;
}

export interface ClockSet {
  readonly kind: 'ClockSet';
  readonly utcOffset: Micros;
}

export interface AwaitInheritance {
  readonly kind: 'AwaitInheritance';
}

export interface CarriedDeadline {
  readonly purpose: Purpose;
  readonly at: Micros;
}

export interface MasterSeen {
  readonly address: IpText | undefined;
  readonly priority: Priority;
  readonly interval: Micros | undefined;
  readonly heard: Micros | undefined;
}

export interface Rival {
  readonly address: IpText;
  readonly priority: Priority;
  readonly heard: Micros;
}

export interface Election {
  readonly preemptDelay: PreemptDelay;
  readonly waitingFor: CauseKind;
  readonly readyForGroup: boolean;
  readonly listening: boolean;
  readonly lastAdvertSent: Micros | undefined;
  readonly lastTriggered: Micros | undefined;
  readonly lastWeaker: Micros | undefined;
  readonly lastAnswered: Micros | undefined;
  readonly lastLowerBurst: Micros | undefined;
  readonly lowerBurstGap: Micros;
  readonly rivalOwner: IpText | undefined;
  readonly rivalTolerated: Micros;
  readonly ownershipYielded: boolean;
  readonly betterSince: Micros | undefined;
  readonly betterHeard: Micros;
}

export interface Refusals {
  readonly addressError: number;
  readonly addressLost: IpText | undefined;
  readonly sendError: number;
  readonly inARow: number;
  readonly refusedAt: Micros | undefined;
  readonly sendFailingSince: Micros | undefined;
  readonly copies: number;
  readonly copiesFailed: number;
  readonly lastSendError: number;
  readonly probing: boolean;
}

export interface CarriedSequence {
  readonly seconds: number;
  readonly rest: number;
}

export interface CarriedMark {
  readonly source: IpText;
  readonly newest: CarriedSequence;
  readonly heard: Micros;
}

export interface CarriedInstance {
  readonly name: string;
  readonly vrid: Vrid;
  readonly family: Family;
  readonly version: VrrpVersion;
  readonly interfaceName: InterfaceName;
  readonly state: State;
  readonly since: Micros;
  readonly effectivePriority: Priority;
  readonly deadlines: readonly CarriedDeadline[];
  readonly seen: MasterSeen;
  readonly rival: Rival | undefined;
  readonly election: Election;
  readonly refusals: Refusals;
  readonly ahSequence: number;
  readonly signedLast: CarriedSequence;
  readonly marks: readonly CarriedMark[];
  readonly drained: boolean;
  readonly unannounced: boolean;
}

export interface CarriedGroup {
  readonly name: string;
  readonly state: State;
  readonly since: Micros;
}

export interface Inherit {
  readonly kind: 'Inherit';
  readonly instances: readonly CarriedInstance[];
  readonly groups: readonly CarriedGroup[];
  readonly startupEnds: Micros | undefined;
  readonly backSince: Micros | undefined;
}

export interface SendAdvert {
  readonly kind: 'SendAdvert';
  readonly instance: InstanceId;
  readonly ifIndex: IfIndex;
  readonly source: IpText;
  readonly destination: IpText;
  readonly ttl: number;
  readonly priority: Priority;
  readonly withIpHeader: boolean;
  readonly bytes: Uint8Array;
}

export interface Listen {
  readonly kind: 'Listen';
  readonly instance: InstanceId;
  readonly vrid: Vrid;
  readonly ifIndex: IfIndex;
  readonly family: Family;
  readonly address: IpText;
  readonly unicast: boolean;
  readonly ah: boolean;
}

export interface Unlisten {
  readonly kind: 'Unlisten';
  readonly instance: InstanceId;
}

export interface AddAddress {
  readonly kind: 'AddAddress';
  readonly request: number;
  readonly instance: InstanceId;
  readonly ifIndex: IfIndex;
  readonly address: AddressConfig;
}

export interface RemoveAddress {
  readonly kind: 'RemoveAddress';
  readonly request: number;
  readonly instance: InstanceId;
  readonly ifIndex: IfIndex;
  readonly address: IpText;
  readonly prefixLength: number;
}

export interface RequestObject {
  readonly kind: 'RequestObject';
  readonly request: number;
  readonly instance: InstanceId;
  readonly key: ObjectKey;
  readonly add: boolean;
  readonly bytes: Uint8Array;
}

export interface Announce {
  readonly kind: 'Announce';
  readonly instance: InstanceId;
  readonly ifIndex: IfIndex;
  readonly address: IpText;
  readonly mac: MacText;
}

export interface Cause {
  readonly kind: CauseKind;
  readonly peer: IpText | undefined;
  readonly peerPriority: Priority | undefined;
  readonly tracker: TrackerId | undefined;
  readonly ifIndex: IfIndex | undefined;
  readonly interfaceName: InterfaceName;
  readonly member: InstanceId | undefined;
  readonly address: IpText | undefined;
  readonly errorNumber: number;
  readonly silence: Micros;
}

export interface StateChanged {
  readonly kind: 'StateChanged';
  readonly instance: InstanceId;
  readonly from: State;
  readonly to: State;
  readonly effectivePriority: Priority;
  readonly notify: boolean;
  readonly repeated: boolean;
  readonly cause: Cause;
}

export interface GroupStateChanged {
  readonly kind: 'GroupStateChanged';
  readonly group: GroupId;
  readonly from: State;
  readonly to: State;
  readonly cause: Cause;
}

export interface PriorityChanged {
  readonly kind: 'PriorityChanged';
  readonly instance: InstanceId;
  readonly from: Priority;
  readonly to: Priority;
  readonly tracker: TrackerId | undefined;
  readonly interfaceName: InterfaceName;
}

export interface MasterChanged {
  readonly kind: 'MasterChanged';
  readonly instance: InstanceId;
  readonly master: IpText;
  readonly priority: Priority;
  readonly advertInterval: Micros;
}

export interface LowerPriorityReceived {
  readonly kind: 'LowerPriorityReceived';
  readonly instance: InstanceId;
  readonly source: IpText;
  readonly priority: Priority;
}

export interface GateClosed {
  readonly kind: 'GateClosed';
  readonly instance: InstanceId;
  readonly episode: number;
  readonly limit: Micros;
}

export interface GateOpened {
  readonly kind: 'GateOpened';
  readonly instance: InstanceId;
  readonly inTime: boolean;
}

export interface DrainEnded {
  readonly kind: 'DrainEnded';
  readonly instance: InstanceId;
  readonly outcome: DrainOutcome;
}

export interface AdvertRejected {
  readonly kind: 'AdvertRejected';
  readonly instance: InstanceId | undefined;
  readonly reason: RejectReason;
  readonly source: IpText;
  readonly vrid: Vrid | undefined;
  readonly count: number;
}

export interface AdvertOdd {
  readonly kind: 'AdvertOdd';
  readonly instance: InstanceId;
  readonly reason: OddReason;
  readonly source: IpText;
}

export interface AddressFailed {
  readonly kind: 'AddressFailed';
  readonly instance: InstanceId;
  readonly ifIndex: IfIndex;
  readonly address: IpText;
  readonly errorNumber: number;
}

export interface AddressForeign {
  readonly kind: 'AddressForeign';
  readonly instance: InstanceId;
  readonly interfaceName: InterfaceName;
  readonly address: IpText;
}

export interface AddressRestored {
  readonly kind: 'AddressRestored';
  readonly instance: InstanceId;
  readonly ifIndex: IfIndex;
  readonly address: IpText;
  readonly count: number;
}

export interface ObjectFailed {
  readonly kind: 'ObjectFailed';
  readonly instance: InstanceId;
  readonly key: ObjectKey;
  readonly errorNumber: number;
}

export interface ObjectRestored {
  readonly kind: 'ObjectRestored';
  readonly instance: InstanceId;
  readonly key: ObjectKey;
  readonly count: number;
}

export interface InstanceApplied {
  readonly kind: 'InstanceApplied';
  readonly instance: InstanceId;
  readonly revision: Revision;
}

export interface InstanceRemoved {
  readonly kind: 'InstanceRemoved';
  readonly instance: InstanceId;
}

export interface LateDeadline {
  readonly kind: 'LateDeadline';
  readonly instance: InstanceId;
  readonly lateness: Micros;
}

export interface Stopped {
  readonly kind: 'Stopped';
}

export interface Started {
  readonly kind: 'Started';
  readonly scheduling: Scheduling;
  readonly realtimePriority: number;
  readonly schedulingError: number;
  readonly lockedBytes: number;
  readonly lockError: number;
  readonly processEventsError: number;
}

export interface LinkSeen {
  readonly kind: 'LinkSeen';
  readonly ifIndex: IfIndex;
  readonly interfaceName: InterfaceName;
  readonly up: boolean;
  readonly running: boolean;
}

export interface LinkGone {
  readonly kind: 'LinkGone';
  readonly ifIndex: IfIndex;
}

export interface RulesetChanged {
  readonly kind: 'RulesetChanged';
  readonly program: string;
}

export interface ProcessExecuted {
  readonly kind: 'ProcessExecuted';
  readonly pid: number;
}

export interface ProcessRenamed {
  readonly kind: 'ProcessRenamed';
  readonly pid: number;
}

export interface ProcessEventsLost {
  readonly kind: 'ProcessEventsLost';
}

export interface Trouble {
  readonly kind: 'Trouble';
  readonly where: TroubleKind;
  readonly errorNumber: number;
}

export interface HandedOver {
  readonly kind: 'HandedOver';
  readonly errorNumber: number;
}

export interface Inherited {
  readonly kind: 'Inherited';
}

export interface Lost {
  readonly kind: 'Lost';
  readonly count: number;
}

export interface EventRecord {
  readonly seq: number;
  readonly at: Micros;
  readonly event: EngineEvent;
}

export interface CoreOptions {
  readonly startupDelay: Micros;
  readonly restoresPerMinute: number;
}

export interface PriorityPart {
  readonly tracker: TrackerId | undefined;
  readonly interfaceName: InterfaceName;
  readonly delta: number;
}

export interface AddressStatus {
  readonly address: IpText;
  readonly prefixLength: number;
  readonly ifIndex: IfIndex;
  readonly state: AddressState;
  readonly errorNumber: number;
  readonly foreignOn: InterfaceName;
}

export interface InstanceCounters {
  readonly advertsReceived: number;
  readonly advertsSent: number;
  readonly becameMaster: number;
  readonly releasedMaster: number;
  readonly goodbyesReceived: number;
  readonly goodbyesSent: number;
  readonly lengthErrors: number;
  readonly ttlErrors: number;
  readonly versionErrors: number;
  readonly typeErrors: number;
  readonly checksumErrors: number;
  readonly intervalErrors: number;
  readonly authTypeErrors: number;
  readonly authFailures: number;
  readonly authMissing: number;
  readonly authMalformed: number;
  readonly authUnknownKey: number;
  readonly authInvalid: number;
  readonly authStale: number;
  readonly authReplayed: number;
  readonly addressListErrors: number;
  readonly otherErrors: number;
  readonly addressesRestored: number;
}

export interface ArrivalStatus {
  readonly missed: number;
  readonly longestMissed: number;
  readonly nearFailovers: number;
  readonly sum: Micros;
  readonly buckets: readonly number[];
}

export interface InstanceStatus {
  readonly instance: InstanceId;
  readonly name: string;
  readonly revision: Revision;
  readonly state: State;
  readonly since: Micros;
  readonly cause: Cause;
  readonly basePriority: Priority;
  readonly effectivePriority: Priority;
  readonly parts: readonly PriorityPart[];
  readonly faults: readonly Cause[];
  readonly master: IpText | undefined;
  readonly masterPriority: Priority;
  readonly masterAdvertInterval: Micros;
  readonly lastAdvertReceived: Micros | undefined;
  readonly nextDeadline: Micros | undefined;
  readonly drained: boolean;
  readonly addresses: readonly AddressStatus[];
  readonly counters: InstanceCounters;
  readonly arrivals: ArrivalStatus;
}

export interface GroupStatus {
  readonly group: GroupId;
  readonly name: string;
  readonly state: State;
  readonly since: Micros;
}

export interface CoreSnapshot {
  readonly at: Micros;
  readonly instances: readonly InstanceStatus[];
  readonly groups: readonly GroupStatus[];
}

export interface Predecessor {
  readonly memory: number;
  readonly line: number;
  readonly lock: number;
}

export interface EngineOptions {
  readonly core: CoreOptions;
  readonly realtimePriority: number;
  readonly lockMemory: boolean;
  readonly cpus: readonly number[];
  readonly silenceLimit: Micros;
  readonly processEvents: boolean;
  readonly hearAllVrids: boolean;
  readonly receiveBuffer: number;
  readonly recorderBytes: number;
  readonly predecessor: Predecessor | undefined;
}

export interface LinkStatus {
  readonly ifIndex: IfIndex;
  readonly interfaceName: InterfaceName;
  readonly up: boolean;
  readonly running: boolean;
}

export interface LatenessStatus {
  readonly wakes: number;
  readonly worst: Micros;
  readonly sum: Micros;
  readonly buckets: readonly number[];
}

export interface EngineCounters {
  readonly advertsSent: number;
  readonly advertsReceived: number;
  readonly announcementsSent: number;
  readonly addressRequests: number;
  readonly commandsHandled: number;
  readonly eventsLost: number;
}

export interface EngineSnapshot {
  readonly seq: number;
  readonly core: CoreSnapshot;
  readonly started: Started;
  readonly links: readonly LinkStatus[];
  readonly lateness: LatenessStatus;
  readonly counters: EngineCounters;
}

export interface FoundAddress {
  readonly ifIndex: IfIndex;
  readonly address: IpText;
  readonly prefixLength: number;
  readonly ours: boolean;
}

export interface KernelListing {
  readonly links: readonly LinkStatus[];
  readonly addresses: readonly FoundAddress[];
}

export interface StaleAddress {
  readonly ifIndex: IfIndex | undefined;
  readonly address: IpText;
  readonly prefixLength: number | undefined;
}

export interface CleanupRequest {
  readonly addresses: readonly StaleAddress[];
  readonly limit: Micros;
}

export interface FailedRemoval {
  readonly address: FoundAddress;
  readonly errorNumber: number;
}

export interface CleanupReport {
  readonly removed: readonly FoundAddress[];
  readonly failed: readonly FailedRemoval[];
}

export interface OverheardAdvert {
  readonly mac: MacText;
  readonly source: IpText;
  readonly destination: IpText;
  readonly ttl: number;
  readonly length: number;
  readonly flaw: AdvertFlaw;
  readonly version: number;
  readonly type: number;
  readonly virtualRouterId: number;
  readonly priority: number;
  readonly addressCount: number;
  readonly advertInterval: Micros;
  readonly addresses: readonly IpText[];
  readonly checksumAsV2: boolean;
  readonly authType: number | undefined;
  readonly password: Uint8Array;
  readonly ahSequence: number | undefined;
  readonly hmacKeyId: number | undefined;
}

export interface OverheardClaim {
  readonly claim: ClaimKind;
  readonly mac: MacText;
  readonly address: IpText;
}

export interface OverheardFrame {
  readonly utcMicros: number;
  readonly outgoing: boolean;
  readonly advert: OverheardAdvert | undefined;
  readonly claim: OverheardClaim | undefined;
  readonly frame: Uint8Array;
}

export type Command =
  | ApplyInstance
  | RemoveInstance
  | ApplyGroup
  | RemoveGroup
  | ApplyTracker
  | RemoveTracker
  | ApplyStatics
  | ApplyInterfaces
  | ReportTracker
  | SetProcesses
  | Drain
  | OpenGate
  | Stop;

export type Input =
  | ApplyInstance
  | RemoveInstance
  | ApplyGroup
  | RemoveGroup
  | ApplyTracker
  | RemoveTracker
  | ApplyStatics
  | ApplyInterfaces
  | ReportTracker
  | SetProcesses
  | Drain
  | OpenGate
  | Stop
  | LinkChanged
  | LinkRemoved
  | LocalAddressAppeared
  | LocalAddressDuplicate
  | LocalAddressRemoved
  | KernelRelisting
  | KernelListed
  | ObjectRemoved
  | ObjectsUncertain
  | AdvertReceived
  | AddressResult
  | ListenResult
  | SendFailed
  | ProcessExited
  | ProcessForked
  | TrackersBlind
  | ClockSet
  | AwaitInheritance
  | Inherit;

export type Action =
  | SendAdvert
  | Listen
  | Unlisten
  | AddAddress
  | RemoveAddress
  | RequestObject
  | Announce;

export type Output =
  | SendAdvert
  | Listen
  | Unlisten
  | AddAddress
  | RemoveAddress
  | RequestObject
  | Announce
  | StateChanged
  | GroupStateChanged
  | PriorityChanged
  | MasterChanged
  | LowerPriorityReceived
  | GateClosed
  | GateOpened
  | DrainEnded
  | AdvertRejected
  | AdvertOdd
  | AddressFailed
  | AddressForeign
  | AddressRestored
  | ObjectFailed
  | ObjectRestored
  | InstanceApplied
  | InstanceRemoved
  | LateDeadline
  | Stopped;

export type EngineEvent =
  | StateChanged
  | GroupStateChanged
  | PriorityChanged
  | MasterChanged
  | LowerPriorityReceived
  | GateClosed
  | GateOpened
  | DrainEnded
  | AdvertRejected
  | AdvertOdd
  | AddressFailed
  | AddressForeign
  | AddressRestored
  | ObjectFailed
  | ObjectRestored
  | InstanceApplied
  | InstanceRemoved
  | LateDeadline
  | Stopped
  | ProcessExited
  | ProcessForked
  | TrackersBlind
  | Started
  | LinkSeen
  | LinkGone
  | RulesetChanged
  | ProcessExecuted
  | ProcessRenamed
  | ProcessEventsLost
  | Trouble
  | HandedOver
  | Inherited
  | Lost;
