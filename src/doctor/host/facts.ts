/**
 * What is known of a host, collected once. Plain values, so that every check is a pure function and
 * a bug report can carry all of it. `undefined`: it could not be found out.
 */
import type { WireFinding } from '../wire/findings.ts';

export interface Facts {
  readonly versions: Versions;
  readonly configuration: ConfigurationFacts;
  readonly network: NetworkFacts;
  readonly system: SystemFacts;
  /** By interface name; empty when nobody listened. */
  readonly wires: Readonly<Record<string, WireFacts>>;
}

export interface Versions {
  readonly failoverd: string;
  /** As `process.versions.node`. */
  readonly node: string;
  readonly kernel: string;
  /** Why the addon cannot be loaded. */
  readonly addonProblem: string | undefined;
}

export interface ConfigurationFacts {
  readonly file: string;
  /** Why the file could not be read at all, as a sentence. */
  readonly unread: string | undefined;
  readonly errors: number;
  readonly warnings: number;
  readonly routers: readonly RouterFacts[];
}

/** One instance, as far as a host has to do with it. */
export interface RouterFacts {
  readonly name: string;
  readonly interface: string | undefined;
  readonly family: 4 | 6;
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  readonly unicast: boolean;
  readonly multicastGroup: string;
  /** Microseconds. */
  readonly advertInterval: number;
  /** Addresses it holds as MASTER, carried in the advert or not. */
  readonly addresses: readonly string[];
  /** Octets of the IP packet of an advert. */
  readonly packetSize: number;
  readonly usesVmac: boolean;
  /** Protocol of its packets: 112, or 51 with authentication AH. */
  readonly protocol: 112 | 51;
  readonly usesClock: boolean;
  readonly syncGroup: string | undefined;
}

export interface NetworkFacts {
  readonly links: readonly LinkFacts[];
  /** Of the interfaces in question: `ipv4.eth0.rp_filter`, `ipv4.all.forwarding`. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** The objects of `nft -j list ruleset` in tables that are not a failoverd's own. */
  readonly nft: readonly unknown[] | undefined;
  /** Output of iptables-legacy-save and ip6tables-legacy-save, where these have rules. */
  readonly iptablesLegacy: string | undefined;
  readonly firewalldRuns: boolean;
  /** Interfaces that can have filters of tc(8) for frames that arrive; undefined without tc. */
  readonly filterable: readonly string[] | undefined;
  /** Multicast groups that this host has joined, as `eth0 224.0.0.18`. */
  readonly memberships: readonly string[] | undefined;
  /** Interfaces that systemd-networkd or NetworkManager configures. */
  readonly networkdLinks: readonly string[];
  readonly networkManagerLinks: readonly string[];
}

export interface LinkFacts {
  readonly name: string;
  readonly index: number;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly operState: string;
  readonly mac: string;
  /** Name of the bridge, bond or VRF that it belongs to. */
  readonly master: string | undefined;
  /** bridge, veth, vlan, vrf, bond, macvlan ... */
  readonly kind: string | undefined;
  readonly bridge: { readonly snooping: boolean; readonly querier: boolean } | undefined;
  readonly addresses: readonly AddressFacts[];
}

export interface AddressFacts {
  readonly family: 4 | 6;
  readonly address: string;
  readonly prefixLength: number;
  readonly scope: string;
  readonly tentative: boolean;
  readonly duplicate: boolean;
}

export interface SystemFacts {
  /** Names as CAP_NET_RAW of the capabilities that are effective here. */
  readonly capabilities: readonly string[];
  /** Of the running daemon, else of this process; bytes, Infinity: unlimited. */
  readonly limits: { readonly realtimePriority: number; readonly lockedMemory: number };
  /** Process id of the failoverd of this network namespace. */
  readonly daemonPid: number | undefined;
  /** What that one says of itself that is not as it should be: sentences without their stop. */
  readonly troubles: readonly string[];
  /** Other programs of this network namespace that speak VRRP or move addresses. */
  readonly otherDaemons: readonly { readonly pid: number; readonly name: string }[];
  /** Part of the time, 0 to 1, that the hypervisor took since the host started. */
  readonly steal: number | undefined;
  /** Part of the periods, 0 to 1, in which the control group used up its share of CPU. */
  readonly throttled: number | undefined;
  readonly clockSynchronized: boolean | undefined;
  readonly clockSource: string | undefined;
  /** Of failoverd.service, as systemctl show prints it; undefined without systemd. */
  readonly unit: Readonly<Record<string, string>> | undefined;
}

export interface WireFacts {
  /** Why nobody could listen. */
  readonly problem: string | undefined;
  readonly seconds: number;
  readonly findings: readonly WireFinding[];
  readonly speakers: readonly SpeakerFacts[];
  /** Who answered when asked for an address that this host does not have. */
  readonly answers: readonly { readonly address: string; readonly mac: string }[];
}

export interface SpeakerFacts {
  readonly virtualRouterId: number;
  readonly family: 4 | 6;
  readonly source: string;
  readonly mac: string;
  readonly priority: number;
  readonly own: boolean;
}
