/** Checks of what the kernel does with packets: firewalls and settings. */
import type { Facts, RouterFacts } from '../host/facts.ts';
import { fateOf } from '../host/nft.ts';
import { ok, problem, unknown, warning } from '../verdict.ts';
import type { Said } from '../verdict.ts';
import { usedInterfaces } from './interfaces.ts';

export function firewall(facts: Facts): readonly Said[] {
  const { nft, links, firewalldRuns } = facts.network;
  if (nft === undefined) {
    return [
      unknown(
        'the firewall could not be read: nft is not installed or not permitted',
        'apt-get install nftables',
      ),
    ];
  }
  const found = facts.configuration.routers.flatMap((one) => {
    if (!links.some(({ name }) => name === one.interface)) return [];
    return (['input', 'output'] as const).flatMap((hook) => blocked(nft, one, hook, firewalldRuns));
  });
  const unique = [...new Map(found.map((said) => [said.sentence, said])).values()];
  return unique.length > 0 ? unique : [ok('the firewall lets adverts through')];
}

function blocked(
  nft: readonly unknown[],
  router: RouterFacts,
  hook: 'input' | 'output',
  firewalld: boolean,
): Said[] {
  const { family, protocol, interface: device = '' } = router;
  const fate = fateOf(nft, {
    family,
    hook,
    protocol,
    interface: device,
    destination: router.unicast ? '0.0.0.0' : router.multicastGroup,
    multicast: !router.unicast,
  });
  if (fate.kind === 'passes') return [];
  const direction = hook === 'input' ? 'from' : 'to';
  const what = `adverts (IPv${family}, protocol ${protocol}) ${direction} ${device}`;
  const [table = 'inet', name = 'filter', chain = 'input'] = fate.where.split(' ');
  const rule = `nft insert rule ${table} ${name} ${chain} meta l4proto ${protocol} accept`;
  const cure =
    firewalld && name === 'firewalld'
      ? 'firewall-cmd --permanent --add-protocol=vrrp && firewall-cmd --reload'
      : rule;
  return fate.kind === 'dropped'
    ? [problem(`the firewall drops ${what}: ${fate.where}`, cure)]
    : [
        warning(
          `the firewall may drop ${what}: ${fate.where}`,
          `nft -a list chain ${table} ${name} ${chain}`,
        ),
      ];
}

export function oldFirewall(facts: Facts): readonly Said[] {
  const text = facts.network.iptablesLegacy;
  if (text === undefined) return [];
  if (/^-A \S+ .*-p (?:112|vrrp) .*-j ACCEPT/m.test(text))
    return [ok('iptables-legacy lets adverts through')];
  return [
    warning(
      'iptables-legacy has rules, and none of them lets protocol 112 in',
      'iptables-legacy -I INPUT -p 112 -j ACCEPT',
    ),
  ];
}

/** Strict reverse path filtering counts the stricter of "all" and the interface. */
export function reversePath(facts: Facts): readonly Said[] {
  const { sysctls } = facts.network;
  return usedInterfaces(facts).flatMap(({ name, link, routers }) => {
    if (link === undefined) return [];
    const values = ['all', name].map((one) => Number(sysctls[`ipv4.${one}.rp_filter`] ?? 0));
    const strict = Math.max(...values) === 1;
    const vmac = routers.find((one) => one.usesVmac && one.family === 4);
    if (!strict || vmac === undefined) return [ok(`rp_filter of ${name} does no harm`)];
    return [
      problem(
        `rp_filter is strict on ${name}: packets to and from the virtual MAC of ${vmac.name} are dropped`,
        `sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.${name}.rp_filter=2`,
      ),
    ];
  });
}

/** What discards the frames that a switch floods to a BACKUP's virtual MAC address hangs on its macvlan. */
export function vmacFilter(facts: Facts): readonly Said[] {
  const { links, filterable } = facts.network;
  const used = facts.configuration.routers.some(({ usesVmac }) => usesVmac);
  const ours = links.filter(({ kind, mac }) => kind === 'macvlan' && virtualMac.test(mac));
  if (!used || facts.system.daemonPid === undefined || ours.length === 0) return [];
  if (filterable === undefined) {
    return [unknown('the filters of macvlans could not be read', 'apt-get install iproute2')];
  }
  const open = ours.filter(({ name }) => !filterable.includes(name)).map(({ name }) => name);
  if (open.length === 0) return [ok('a BACKUP discards frames to its virtual MAC address')];
  return [
    warning(
      `${open.join(' and ')} cannot discard frames while BACKUP: what a switch floods is forwarded twice`,
      'modprobe -a sch_ingress cls_bpf && systemctl restart failoverd',
    ),
  ];
}

/** RFC 9568 §7.3. */
const virtualMac = /^00:00:5e:00:0[12]:/;

export function arpSettings(facts: Facts): readonly Said[] {
  const { sysctls, links } = facts.network;
  return usedInterfaces(facts).flatMap(({ name, link, routers }) => {
    if (link === undefined || routers.every((one) => one.family === 6)) return [];
    const highest = (key: string): number =>
      Math.max(...['all', name].map((one) => Number(sysctls[`ipv4.${one}.${key}`] ?? 0)));
    if (highest('arp_ignore') >= 8) {
      return [
        problem(
          `arp_ignore is 8 on ${name}: this host answers no ARP for its addresses`,
          `sysctl -w net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.${name}.arp_ignore=1`,
        ),
      ];
    }
    const twin = links.find(
      (other) => other.name !== name && sharesNetwork(link.addresses, other.addresses),
    );
    if (twin !== undefined && highest('arp_ignore') === 0 && highest('arp_filter') === 0) {
      return [
        warning(
          `${name} and ${twin.name} are in the same network: both answer ARP for the virtual addresses`,
          'sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2',
        ),
      ];
    }
    return [ok(`ARP settings of ${name} do no harm`)];
  });
}

type Addresses = readonly {
  readonly family: 4 | 6;
  readonly address: string;
  readonly prefixLength: number;
}[];

function sharesNetwork(ours: Addresses, others: Addresses): boolean {
  const networks = (list: Addresses): Set<string> =>
    new Set(
      list.filter(({ family, prefixLength }) => family === 4 && prefixLength < 32).map(networkOf),
    );
  const mine = networks(ours);
  return [...networks(others)].some((network) => mine.has(network));
}

function networkOf({ address, prefixLength }: Addresses[number]): string {
  const bits = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return `${Math.floor(bits / 2 ** (32 - prefixLength))}/${prefixLength}`;
}

/** Who keeps addresses on two interfaces together is a router. */
export function forwarding(facts: Facts): readonly Said[] {
  const { routers } = facts.configuration;
  return ([4, 6] as const).flatMap((family) => {
    const mine = routers.filter((one) => one.family === family && one.syncGroup !== undefined);
    const routing = [...byGroup(mine).values()].some((names) => names.size > 1);
    if (!routing) return [];
    const on = facts.network.sysctls[`ipv${family}.all.forwarding`] === '1';
    if (on) return [ok(`IPv${family} is forwarded`)];
    return [
      warning(
        `a sync group has addresses on two interfaces, but this host does not forward IPv${family}`,
        `sysctl -w net.ipv${family}.conf.all.forwarding=1`,
      ),
    ];
  });
}

function byGroup(routers: readonly RouterFacts[]): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const { syncGroup = '', interface: device = '' } of routers) {
    groups.set(syncGroup, (groups.get(syncGroup) ?? new Set()).add(device));
  }
  return groups;
}
