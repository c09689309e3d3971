/** Checks of the interfaces that the configuration uses. */
import type { Facts, LinkFacts, RouterFacts } from '../host/facts.ts';
import { ok, problem, unknown, warning } from '../verdict.ts';
import type { Said } from '../verdict.ts';

/** An interface with the instances on it. */
interface Used {
  readonly name: string;
  readonly link: LinkFacts | undefined;
  readonly routers: readonly RouterFacts[];
}

/** The interfaces in use, in the order of the file. */
export function usedInterfaces({ configuration, network }: Facts): readonly Used[] {
  const names = new Set(configuration.routers.flatMap((one) => one.interface ?? []));
  return [...names].map((name) => ({
    name,
    link: network.links.find((link) => link.name === name),
    routers: configuration.routers.filter((one) => one.interface === name),
  }));
}

/** Those that exist. */
function present(facts: Facts): readonly (Used & { readonly link: LinkFacts })[] {
  return usedInterfaces(facts).flatMap((one) => (one.link ? [{ ...one, link: one.link }] : []));
}

export function interfaceExists(facts: Facts): readonly Said[] {
  return usedInterfaces(facts).map(({ name, link, routers }) => {
    if (link !== undefined) return ok(`${name} exists`);
    const who = routers.map((one) => one.name).join(', ');
    return problem(`the interface ${name} of ${who} does not exist`, 'ip -br link');
  });
}

export function interfaceUp(facts: Facts): readonly Said[] {
  return present(facts).map(({ name, link }) => {
    if (!link.flags.includes('UP')) {
      return problem(`${name} is down`, `ip link set dev ${name} up`);
    }
    const carrier = link.flags.includes('LOWER_UP');
    return carrier
      ? ok(`${name} is up`)
      : problem(
          `${name} has no carrier: the cable, the switch port or the peer is off`,
          `ethtool ${name}`,
        );
  });
}

export function sourceAddress(facts: Facts): readonly Said[] {
  return present(facts).flatMap(({ name, link, routers }) => {
    const families = [...new Set(routers.map((one) => one.family))];
    return families.map((family) => {
      const virtual = new Set(routers.flatMap((one) => one.addresses));
      const own = link.addresses.filter(
        (one) =>
          one.family === family &&
          (family === 4
            ? !virtual.has(one.address)
            : one.scope === 'link' && !virtual.has(one.address)),
      );
      if (own.length > 0)
        return ok(`${name} has the IPv${family} address ${own[0]?.address} to send from`);
      const what = family === 4 ? 'IPv4 address' : 'IPv6 link-local address';
      const cure =
        family === 4
          ? `ip addr add ADDRESS/LENGTH dev ${name}`
          : `sysctl -w net.ipv6.conf.${name}.addr_gen_mode=0 net.ipv6.conf.${name}.disable_ipv6=0`;
      return problem(`${name} has no ${what} of its own to send adverts from`, cure);
    });
  });
}

export function interfaceKind(facts: Facts): readonly Said[] {
  return present(facts).map(({ name, link }) => {
    const master = facts.network.links.find((one) => one.name === link.master);
    if (master === undefined) return ok(`${name} is part of no bridge, bond or VRF`);
    if (master.kind === 'vrf') {
      return ok(`${name} is in the VRF ${master.name}: its routes are in that VRF's table`);
    }
    const kind = master.kind ?? 'other interface';
    return problem(
      `${name} is a port of the ${kind} ${master.name}: addresses on it do not answer`,
      `sed -i 's/interface ${name}/interface ${master.name}/' ${facts.configuration.file}`,
    );
  });
}

export function multicastFlag(facts: Facts): readonly Said[] {
  return present(facts).flatMap(({ name, link, routers }) => {
    if (routers.every((one) => one.unicast)) return [];
    return link.flags.includes('MULTICAST')
      ? [ok(`${name} does multicast`)]
      : [problem(`multicast is switched off on ${name}`, `ip link set dev ${name} multicast on`)];
  });
}

export function arpFlag(facts: Facts): readonly Said[] {
  return present(facts).map(({ name, link }) =>
    link.flags.includes('NOARP')
      ? problem(
          `ARP is switched off on ${name}: nobody finds the addresses`,
          `ip link set dev ${name} arp on`,
        )
      : ok(`${name} answers ARP`),
  );
}

export function mtu(facts: Facts): readonly Said[] {
  return present(facts).flatMap(({ name, link, routers }) =>
    routers.map((one) =>
      one.packetSize <= link.mtu
        ? ok(
            `an advert of ${one.name} has ${one.packetSize} octets, the MTU of ${name} is ${link.mtu}`,
          )
        : problem(
            `an advert of ${one.name} has ${one.packetSize} octets and does not fit into the MTU ${link.mtu} of ${name}`,
            `move addresses of ${one.name} into virtual_ipaddress_excluded, or: ip link set dev ${name} mtu ${one.packetSize}`,
          ),
    ),
  );
}

export function membership(facts: Facts): readonly Said[] {
  const { memberships } = facts.network;
  return usedInterfaces(facts).flatMap(({ name, routers }) => {
    const groups = new Set(
      routers.filter((one) => !one.unicast && !one.usesVmac).map((one) => one.multicastGroup),
    );
    return [...groups].map((group) => {
      if (facts.system.daemonPid === undefined) {
        return unknown(`whether ${group} is joined on ${name} shows when failoverd runs`);
      }
      if (memberships === undefined) return unknown('the kernel lists no multicast groups');
      return memberships.includes(`${name} ${group}`)
        ? ok(`failoverd has joined ${group} on ${name}`)
        : problem(
            `nobody on this host has joined ${group} on ${name}`,
            `ip maddr show dev ${name}`,
          );
    });
  });
}

export function snooping(facts: Facts): readonly Said[] {
  return present(facts).flatMap(({ name, link, routers }) => {
    if (routers.every((one) => one.unicast)) return [];
    const bridge = link.bridge === undefined ? undefined : link;
    if (bridge?.bridge === undefined) return [];
    const { snooping: on, querier } = bridge.bridge;
    if (!on || querier) return [ok(`the bridge ${name} passes multicast on`)];
    return [
      warning(
        `the bridge ${name} does IGMP and MLD snooping without a querier: it may forget who listens, and adverts are lost`,
        `ip link set dev ${name} type bridge mcast_querier 1`,
      ),
    ];
  });
}

export function manager(facts: Facts): readonly Said[] {
  const { networkdLinks, networkManagerLinks } = facts.network;
  return present(facts).map(({ name }) => {
    if (networkdLinks.includes(name)) {
      return warning(
        `systemd-networkd configures ${name} and removes virtual addresses when it is reconfigured`,
        `printf '[Network]\\nKeepConfiguration=yes\\n' > /etc/systemd/network/NAME.network.d/failoverd.conf && networkctl reload`,
      );
    }
    if (networkManagerLinks.includes(name)) {
      return warning(
        `NetworkManager configures ${name} and may remove virtual addresses when it reapplies a connection`,
        `nmcli device set ${name} managed no`,
      );
    }
    return ok(`no network manager configures ${name}`);
  });
}

export function duplicateDetection(facts: Facts): readonly Said[] {
  return present(facts).flatMap(({ name, link, routers }) => {
    if (routers.every((one) => one.family === 4)) return [];
    if (facts.network.sysctls[`ipv6.${name}.disable_ipv6`] === '1') {
      return [
        problem(
          `IPv6 is switched off on ${name}`,
          `sysctl -w net.ipv6.conf.${name}.disable_ipv6=0`,
        ),
      ];
    }
    const duplicate = link.addresses.find((one) => one.duplicate);
    if (duplicate !== undefined) {
      return [
        problem(
          `the kernel found another host with ${duplicate.address} and does not use it on ${name}`,
          `ip -6 neigh show ${duplicate.address}; ip addr del ${duplicate.address}/${duplicate.prefixLength} dev ${name}`,
        ),
      ];
    }
    const tentative = link.addresses.find((one) => one.tentative);
    return tentative === undefined
      ? [ok(`no address of ${name} waits for duplicate address detection`)]
      : [
          warning(
            `${tentative.address} of ${name} still waits for duplicate address detection`,
            `ip -6 addr show dev ${name} tentative`,
          ),
        ];
  });
}

export function leftovers(facts: Facts): readonly Said[] {
  if (facts.system.daemonPid !== undefined) return [];
  const found = present(facts).flatMap(({ name, link, routers }) => {
    const virtual = new Set(routers.flatMap((one) => one.addresses));
    return link.addresses
      .filter(({ address }) => virtual.has(address))
      .map(({ address, prefixLength }) => ({ name, address, prefixLength }));
  });
  if (found.length === 0)
    return [ok('no virtual address is on this host while failoverd does not run')];
  if (facts.system.otherDaemons.length > 0) return [];
  return found.map(({ name, address, prefixLength }) =>
    problem(
      `${address} is on ${name} although failoverd does not run: two hosts may answer for it`,
      `ip addr del ${address}/${prefixLength} dev ${name}`,
    ),
  );
}
