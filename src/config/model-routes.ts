/** Routes and policy rules of the model (keepalived.conf(5): virtual_routes, static_rules...). */

import type { Family } from '../base/units.ts';

/** A number of the kernel, or a name to be looked up in the iproute2 tables of the host. */
export type IprouteId = number | string;

/** A route metric and whether the kernel may change it (`lock`). */
export interface LockedValue {
  readonly value: number;
  readonly lock: boolean;
}

export interface NextHop {
  readonly via: string | null;
  readonly viaFamily: Family | null;
  readonly interface: string | null;
  readonly weight: number | null;
  readonly onlink: boolean;
  readonly encap: Encapsulation | null;
  readonly realms: string | null;
}

/** Options as written, in order; their names are those of keepalived.conf(5). */
export interface Encapsulation {
  readonly type: 'ip' | 'ip6' | 'mpls' | 'ila';
  readonly options: readonly (readonly [string, string])[];
}

export interface RouteEntry {
  readonly family: Family;
  readonly type: string;
  /** Canonical `address`; the default route is `0.0.0.0/0` or `::/0`. */
  readonly destination: string;
  readonly prefixLength: number;
  readonly source: string | null;
  readonly from: string | null;
  readonly fromPrefixLength: number | null;
  readonly via: string | null;
  readonly viaFamily: Family | null;
  readonly interface: string | null;
  readonly table: IprouteId | null;
  readonly vrf: string | null;
  readonly protocol: IprouteId;
  readonly scope: IprouteId | null;
  readonly metric: number | null;
  readonly tos: IprouteId | null;
  readonly onlink: boolean;
  readonly mode: 'add' | 'prepend' | 'append';
  readonly noTrack: boolean;
  readonly trackGroup: string | null;
  readonly realms: string | null;
  readonly encap: Encapsulation | null;
  /** Further options with a plain value (`mtu`, `hoplimit`, `pref`...), by keyword. */
  readonly options: Readonly<Record<string, string | LockedValue>>;
  readonly nextHops: readonly NextHop[];
}

export interface RuleEntry {
  readonly family: Family;
  readonly invert: boolean;
  readonly from: string | null;
  readonly to: string | null;
  /** Assigned downwards from 16384 where the file has none; null only while reading. */
  readonly preference: number | null;
  readonly tos: IprouteId | null;
  readonly fwmark: string | null;
  readonly realms: string | null;
  readonly suppressPrefixLength: number | null;
  readonly suppressGroup: IprouteId | null;
  readonly inputInterface: string | null;
  readonly outputInterface: string | null;
  readonly tunnelId: string | null;
  readonly uidRange: string | null;
  readonly l3mdev: boolean;
  readonly protocol: IprouteId;
  readonly ipProtocol: IprouteId | null;
  readonly sourcePorts: string | null;
  readonly destinationPorts: string | null;
  readonly action: RuleAction;
  readonly noTrack: boolean;
  readonly trackGroup: string | null;
}

export interface RuleAction {
  readonly type: 'lookup' | 'goto' | 'nop' | 'blackhole' | 'unreachable' | 'prohibit';
  /** Table of `lookup`, preference of `goto`. */
  readonly target: IprouteId | null;
}
