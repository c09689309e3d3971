/** Links, addresses, firewalls and settings of this network namespace. */
import { ask, askJson, namesIn, textOf } from './commands.ts';
import type { AddressFacts, LinkFacts, NetworkFacts } from './facts.ts';
import { ofOthers } from './nft.ts';

export async function networkFacts(interfaces: readonly string[]): Promise<NetworkFacts> {
  const [links, nft, tables, legacy, firewalld, disciplines] = await Promise.all([
    askJson('ip', '-j', '-d', 'addr', 'show'),
    askJson('nft', '-j', 'list', 'ruleset'),
    ask('nft', '-t', 'list', 'ruleset'),
    legacyRules(),
    ask('firewall-cmd', '--state'),
    askJson('tc', '-j', 'qdisc', 'show'),
  ]);
  const known = linksOf(links);
  return {
    links: known,
    sysctls: sysctlsOf(interfaces),
    nft: ofOthers((nft as { nftables?: readonly unknown[] } | undefined)?.nftables, tables ?? ''),
    iptablesLegacy: legacy,
    firewalldRuns: firewalld?.trim() === 'running',
    filterable: filterableOf(disciplines),
    memberships: memberships(),
    networkdLinks: ownedBy(known, '/run/systemd/netif/links', /^ADMIN_STATE=(?!unmanaged)/m),
    networkManagerLinks: ownedBy(known, '/run/NetworkManager/devices', /^managed=(?:true|1)/m),
  };
}

function filterableOf(disciplines: unknown): readonly string[] | undefined {
  const rows = disciplines as
    | readonly { readonly kind: string; readonly dev: string }[]
    | undefined;
  return rows?.filter(({ kind }) => kind === 'clsact').map(({ dev }) => dev);
}

interface RawLink {
  readonly ifname: string;
  readonly ifindex: number;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly operstate: string;
  readonly address?: string;
  readonly master?: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: { readonly mcast_snooping?: number; readonly mcast_querier?: number };
  };
  readonly addr_info: readonly RawAddress[];
}

interface RawAddress {
  readonly family: string;
  readonly local: string;
  readonly prefixlen: number;
  readonly scope: string;
  readonly tentative?: boolean;
  readonly dadfailed?: boolean;
}

function linksOf(raw: unknown): readonly LinkFacts[] {
  // Options of ip(8) leave empty objects for what they leave out.
  const links = ((raw ?? []) as readonly RawLink[]).filter(({ ifname }) => ifname !== undefined);
  return links.map((link) => {
    const { info_kind: kind, info_data: data } = link.linkinfo ?? {};
    const isBridge = kind === 'bridge' && data !== undefined;
    const bridge = { snooping: data?.mcast_snooping === 1, querier: data?.mcast_querier === 1 };
    return {
      name: link.ifname,
      index: link.ifindex,
      flags: link.flags,
      mtu: link.mtu,
      operState: link.operstate,
      mac: link.address ?? '',
      master: link.master,
      kind,
      bridge: isBridge ? bridge : undefined,
      addresses: link.addr_info.filter(({ local }) => local !== undefined).map(addressOf),
    };
  });
}

function addressOf(raw: RawAddress): AddressFacts {
  return {
    family: raw.family === 'inet' ? 4 : 6,
    address: raw.local,
    prefixLength: raw.prefixlen,
    scope: raw.scope,
    tentative: raw.tentative === true,
    duplicate: raw.dadfailed === true,
  };
}

const settings = {
  ipv4: ['forwarding', 'rp_filter', 'arp_ignore', 'arp_filter', 'arp_announce'],
  ipv6: ['forwarding', 'disable_ipv6', 'accept_dad', 'dad_transmits'],
} as const;

function sysctlsOf(interfaces: readonly string[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of ['all', ...interfaces]) {
    for (const [family, keys] of Object.entries(settings)) {
      for (const key of keys) {
        const value = textOf(`/proc/sys/net/${family}/conf/${name}/${key}`)?.trim();
        if (value !== undefined) found[`${family}.${name}.${key}`] = value;
      }
    }
  }
  return found;
}

/** Rules of the old iptables, which nft does not show; undefined when there are none. */
async function legacyRules(): Promise<string | undefined> {
  const [four, six] = await Promise.all([
    ask('iptables-legacy-save'),
    ask('ip6tables-legacy-save'),
  ]);
  const text = `${four ?? ''}${six ?? ''}`;
  return /^-A |^:\S+ DROP/m.test(text) ? text : undefined;
}

/** `eth0 224.0.0.18`, from /proc/net/igmp (addresses as little-endian words) and igmp6. */
function memberships(): readonly string[] | undefined {
  const four = textOf('/proc/self/net/igmp');
  if (four === undefined) return undefined;
  const joined: string[] = [];
  let device = '';
  for (const line of four.split('\n').slice(1)) {
    device = /^\d+\s+(\S+)/.exec(line)?.[1] ?? device;
    const word = /^\s+([0-9A-F]{8})\s/.exec(line)?.[1];
    const octets = word?.match(/../g)?.toReversed();
    if (octets) joined.push(`${device} ${octets.map((octet) => parseInt(octet, 16)).join('.')}`);
  }
  for (const line of (textOf('/proc/self/net/igmp6') ?? '').split('\n')) {
    const [, name = '', group = ''] = line.trim().split(/\s+/);
    // Only one IPv6 group is of interest (RFC 9568 §5.1.2.2).
    if (group === `ff02${'0'.repeat(26)}12`) joined.push(`${name} ff02::12`);
  }
  return joined;
}

/** Interfaces whose state file, named after their index, says that they are managed. */
function ownedBy(links: readonly LinkFacts[], directory: string, sign: RegExp): readonly string[] {
  const files = new Set(namesIn(directory));
  return links
    .filter(
      ({ index }) => files.has(String(index)) && sign.test(textOf(`${directory}/${index}`) ?? ''),
    )
    .map(({ name }) => name);
}
