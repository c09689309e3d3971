/** Settings of the whole daemon (keepalived.conf(5): global_defs). */

import type { MetricsPlace } from '../base/metricsPlace.ts';
import type { Bytes, Micros } from '../base/units.ts';

/** The account a script runs as; names or numbers as written, looked up on the host. */
export interface ScriptUser {
  readonly user: string;
  /** null: the user's primary group. */
  readonly group: string | null;
  readonly supplementaryGroups: boolean;
}

/** A program with its arguments, split once when the file is read. There is no shell. */
export interface Command {
  /** `[0]` may be a bare name, to be looked up in PATH; never empty. */
  readonly argv: readonly string[];
  /** null: the global `script_user`. */
  readonly user: ScriptUser | null;
}

export interface Globals {
  readonly routerId: string | null;
  readonly processNames: ProcessNames;
  readonly daemon: DaemonSettings;
  readonly scripts: ScriptSettings;
  readonly mail: MailSettings;
  readonly fifos: FifoSettings;
  readonly scheduling: SchedulingSettings;
  readonly sockets: SocketSettings;
  readonly firewall: FirewallSettings;
  readonly snmp: SnmpSettings;
  readonly dbus: DbusSettings;
  readonly reload: ReloadSettings;
  readonly dump: DumpSettings;
  readonly vrrp: VrrpDefaults;
}

export interface ProcessNames {
  readonly parent: string | null;
  readonly vrrp: string | null;
  readonly bfd: string | null;
  readonly distinct: boolean;
}

export interface DaemonSettings {
  readonly netNamespace: string | null;
  readonly instance: string | null;
  readonly usePidDir: boolean;
  readonly childWaitTime: Micros;
  /** Interfaces need not exist when the daemon starts. */
  readonly dynamicInterfaces: boolean;
  readonly dynamicInterfacesAllowChanges: boolean;
  /** Interface of static entries without `dev`. */
  readonly defaultInterface: string | null;
  readonly startupDelay: Micros;
  readonly delayAfterBoot: Micros;
  /** failoverd's own: give way when JavaScript has been silent for so long; 0: never. */
  readonly supervisorTimeout: Micros;
  readonly control: ControlSettings;
  readonly disableLocalIgmp: boolean;
  readonly logUnknownVrids: boolean;
  readonly vmacPrefix: string;
  readonly vmacAddrPrefix: string;
  readonly linkbeatUsePolling: boolean;
  readonly umask: number;
  readonly iprouteUsrDir: string | null;
  readonly iprouteEtcDir: string | null;
}

/** failoverd's own: who may ask the daemon, and where. */
export interface ControlSettings {
  /** null: below /run/failoverd. */
  readonly socket: string | null;
  /** Group that may use the socket; null: the daemon's own. */
  readonly group: string | null;
  /** null: no metrics. */
  readonly metrics: MetricsPlace | null;
  /** Group that may read metrics at a Unix socket; null: the daemon's own. */
  readonly metricsGroup: string | null;
}

export interface ScriptSettings {
  /** null: `keepalived_script` where that account exists, otherwise the daemon's own. */
  readonly user: ScriptUser | null;
  readonly enforceSecurity: boolean;
  readonly useSymlinkPaths: boolean;
  readonly supplementaryGroups: boolean;
  readonly startup: Command | null;
  readonly startupTimeout: Micros;
  readonly shutdown: Command | null;
  readonly shutdownTimeout: Micros;
}

export interface MailSettings {
  readonly to: readonly string[];
  readonly from: string | null;
  readonly server: { readonly host: string; readonly port: number } | null;
  readonly heloName: string | null;
  readonly connectTimeout: Micros;
  readonly alertDefault: boolean | null;
  readonly alertVrrp: boolean | null;
  readonly noFaults: boolean;
  /** failoverd's own; `require` and `implicit` verify the relay's certificate. */
  readonly tls: 'off' | 'may' | 'require' | 'implicit';
  readonly tlsCa: string | null;
  /** The password is a secret, or `file:PATH`. */
  readonly auth: { readonly user: string; readonly password: string } | null;
}

export interface Fifo {
  readonly path: string;
  readonly user: ScriptUser | null;
  readonly script: Command | null;
}

export interface FifoSettings {
  readonly common: Fifo | null;
  readonly vrrp: Fifo | null;
  readonly statesOnReload: boolean;
  /** failoverd's own: the same for scripts. */
  readonly replay: boolean;
}

export interface ProcessScheduling {
  readonly nice: number;
  readonly noSwap: boolean;
  /** 0: not real-time. */
  readonly rtPriority: number;
  readonly rlimitRttime: Micros;
  readonly cpuAffinity: readonly number[];
}

export interface SchedulingSettings {
  readonly vrrp: ProcessScheduling;
  readonly bfd: ProcessScheduling;
  /** 0: no automatic increase, null: the maximum of the system, -1: never. */
  readonly maxAutoPriority: number | null;
  readonly minAutoPriorityDelay: Micros;
}

export interface ReceiveBuffer {
  /** null: the kernel's default. */
  readonly size: Bytes | null;
  readonly force: boolean;
}

export interface SocketSettings {
  readonly netlinkCommand: ReceiveBuffer;
  readonly netlinkMonitor: ReceiveBuffer;
  readonly processMonitor: ReceiveBuffer;
  readonly rxPolicy: 'default' | 'mtu' | 'advert' | 'bytes';
  readonly rxBytes: Bytes | null;
  readonly rxMultiplier: number;
}

export interface FirewallSettings {
  readonly iptables: { readonly input: string; readonly output: string | null } | null;
  /** null: ipsets not used. */
  readonly ipsets: readonly string[] | null;
  readonly nftables: string | null;
  readonly nftablesPriority: number;
  readonly nftablesCounters: boolean;
  readonly nftablesIfindex: boolean;
}

export interface SnmpSettings {
  readonly socket: string | null;
  readonly traps: boolean;
  readonly vrrp: boolean;
  readonly rfcV2: boolean;
  readonly rfcV3: boolean;
}

export interface DbusSettings {
  readonly enabled: boolean;
  readonly serviceName: string;
  readonly noInterfaceName: string | null;
}

export interface ReloadSettings {
  readonly checkConfig: boolean;
  readonly checkLog: string | null;
  readonly timeFile: string | null;
  readonly repeat: boolean;
  readonly file: string | null;
  readonly configSaveDir: string | null;
  readonly tmpConfigDirectory: string | null;
}

export interface DumpSettings {
  readonly useInstance: boolean;
  readonly jsonVersion: 1 | 2;
  readonly stateFile: string | null;
  readonly statsFile: string | null;
  readonly jsonFile: string | null;
}

/** Defaults that instances have already taken over; kept for status and for printing. */
export interface VrrpDefaults {
  readonly version: 2 | 3;
  readonly strict: boolean;
  readonly multicastGroup4: string;
  readonly multicastGroup6: string;
  readonly garp: GarpSettings;
  /** Least gap between two gratuitous ARPs on one interface; 0: none. */
  readonly garpInterval: Micros;
  /** The same for unsolicited neighbour advertisements. */
  readonly gnaInterval: Micros;
  readonly downTimerAdverts: number;
  readonly lowerPrioNoAdvert: boolean;
  readonly higherPrioSendAdvert: boolean;
  readonly ownerIgnoreAdverts: boolean;
  readonly checkUnicastSource: boolean;
  readonly skipCheckAdvAddr: boolean;
  readonly v3ChecksumAsV2: boolean;
  readonly notifyPriorityChanges: boolean;
}

/** Announcements (gratuitous ARP, unsolicited NA) of one instance. */
export interface GarpSettings {
  /** From the first burst to the second; 0: no second burst. */
  readonly masterDelay: Micros;
  readonly masterRepeat: number;
  /** Period while MASTER; 0: none. */
  readonly masterRefresh: Micros;
  readonly masterRefreshRepeat: number;
  readonly lowerPrioDelay: Micros;
  /** 0: none. */
  readonly lowerPrioRepeat: number;
  /** Period on interfaces other than the instance's own; 0: none. */
  readonly extraInterval: Micros;
  readonly extraAll: boolean;
}
