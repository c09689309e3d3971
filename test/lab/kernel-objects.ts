/** Routers with one of every object that a daemon makes in the kernel, for tests of what becomes of them. */

export interface EverythingOptions {
  /** Their VRIDs, from 1 on. */
  readonly routers: readonly number[];
  /** Seconds. */
  readonly interval: number;
  /** Blocks beside the instances. */
  readonly more?: string;
}

/**
 * Addresses on the interface and on a macvlan, routes and rules of both families, tables of nftables, a setting of
 * the interface. Router n has 10.90.n.1 on eth0, 10.91.n.1 on vrrp.n, routes to 10.92.n.0/24 and
 * 2001:db8:92:n::/64, and rules with the priorities 1000 + n (IPv4) and 2000 + n (IPv6).
 */
export function everyKernelObject({ routers, interval, more = '' }: EverythingOptions): string {
  const instances = routers.map(
    (n) => `vrrp_instance VI_${n} {
  state MASTER
  version 3
  interface eth0
  virtual_router_id ${n}
  priority 200
  advert_int ${interval}
  use_vmac
  no_accept
  promote_secondaries
  virtual_ipaddress {
    10.90.${n}.1/24 dev eth0
    10.91.${n}.1/24
  }
  virtual_routes {
    10.92.${n}.0/24 via 192.168.122.10 dev eth0
    2001:db8:92:${n}::/64 dev eth0
  }
  virtual_rules {
    from 10.93.${n}.0/24 table 100 priority ${1000 + n}
    from 2001:db8:93:${n}::/64 table 100 priority ${2000 + n}
  }
}`,
  );
  const globals = 'global_defs {\n  vrrp_garp_master_delay 0\n}\n';
  return `${globals}${more}${instances.join('\n')}\n`;
}
