/** A route of the file as rtnetlink requests (rtnetlink(7), linux/rtnetlink.h). */

import { messageFlag, messageType, NetlinkRequest } from '../../base/netlink.ts';
import type { Family } from '../../base/units.ts';
import type { ObjectConfig, ObjectDevice } from '../../engine/messages.generated.ts';
import type { NextHop, RouteEntry } from '../model-routes.ts';
import {
  addressBytes,
  familyNumber,
  numberOf,
  parseNumber,
  realmBits,
  Unusable,
  writeHead,
} from './draft.ts';
import type { RouteHead } from './draft.ts';
import { writeEncap } from './encap.ts';
import { writeMetrics } from './metrics.ts';
import type { IprouteNames } from './names.ts';

const attribute = {
  destination: 1,
  source: 2,
  outputInterface: 4,
  gateway: 5,
  priority: 6,
  preferredSource: 7,
  multipath: 9,
  flow: 11,
  table: 15,
  via: 18,
  preference: 20,
  expires: 23,
  ttlPropagate: 26,
} as const;

const types: Readonly<Record<string, number>> = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
};
/** What the kernel demands of these kinds; all others are universal, as in keepalived. */
const scopesOfTypes: Readonly<Record<string, number>> = {
  local: 254,
  nat: 254,
  broadcast: 253,
  anycast: 253,
  multicast: 253,
};
const mainTable = 254;
const onlinkFlag = 4;
/** IP6_RT_PRIO_USER: what IPv6 makes of no metric. */
const defaultMetric6 = 1024;
const preferences: Readonly<Record<string, number>> = { low: 3, medium: 0, high: 1 };
const modes = {
  add: messageFlag.create | messageFlag.exclusive,
  prepend: messageFlag.create,
  append: messageFlag.create | messageFlag.append,
} as const;

/** Interfaces by name, and where their numbers belong. */
type Places = { interfaceName: string; offset: number }[];

function writeGateway(
  request: NetlinkRequest,
  family: Family,
  { via, viaFamily }: Pick<RouteEntry, 'via' | 'viaFamily'>,
): void {
  if (via === null) return;
  if (viaFamily === null || viaFamily === family) {
    request.bytes(attribute.gateway, addressBytes(via));
    return;
  }
  request.attribute(attribute.via, (writer) =>
    writer.u16(familyNumber[viaFamily]).bytes(addressBytes(via)),
  );
}

interface Context {
  readonly route: RouteEntry;
  readonly names: IprouteNames;
  readonly places: Places;
}

/** struct rtnexthop, whose length is that of the hop with its attributes. */
function writeHop(request: NetlinkRequest, hop: NextHop, context: Context): void {
  const { route, names, places } = context;
  let start = 0;
  request.raw((writer) => {
    start = writer.length;
    writer.u16(0).u8(hop.onlink ? onlinkFlag : 0, (hop.weight ?? 1) - 1);
    if (hop.interface !== null) {
      places.push({ interfaceName: hop.interface, offset: writer.length });
    }
    writer.u32(0);
  });
  writeGateway(request, route.family, hop);
  if (hop.realms !== null) request.u32(attribute.flow, realmBits(names, hop.realms));
  writeEncap(request, hop.encap);
  request.raw((writer) => writer.put16(start, writer.length - start));
}

function writeOptions(request: NetlinkRequest, options: RouteEntry['options']): void {
  const { expires, pref, 'ttl-propagate': propagate } = options;
  if (typeof expires === 'string') {
    request.u32(attribute.expires, parseNumber(expires, 'number of seconds'));
  }
  if (typeof pref === 'string') {
    const preference = preferences[pref];
    if (preference === undefined) throw new Unusable(`'${pref}' is no preference of a router`);
    request.u8(attribute.preference, preference);
  }
  if (propagate !== undefined) request.u8(attribute.ttlPropagate, propagate === 'enabled' ? 1 : 0);
}

/** A VRF is a table with a device; a table that is named as well counts. */
function tableOf({ table, vrf }: RouteEntry, names: IprouteNames): number {
  if (table !== null) return numberOf(names, 'rt_tables', table);
  return vrf === null ? mainTable : numberOf(names, 'vrf', vrf);
}

function headOf(route: RouteEntry, names: IprouteNames): RouteHead {
  const type = types[route.type];
  if (type === undefined) throw new Unusable(`'${route.type}' is no kind of route`);
  const scope = route.scope === null ? undefined : numberOf(names, 'rt_scopes', route.scope);
  return {
    family: route.family,
    toLength: route.prefixLength,
    fromLength: route.from === null ? 0 : (route.fromPrefixLength ?? 128),
    tos: route.tos === null ? 0 : numberOf(names, 'rt_dsfield', route.tos),
    table: tableOf(route, names),
    protocol: numberOf(names, 'rt_protos', route.protocol),
    scope: scope ?? (route.family === 4 ? (scopesOfTypes[route.type] ?? 0) : 0),
    type,
    flags: route.onlink ? onlinkFlag : 0,
  };
}

function requestOf(type: number, flags: number, head: RouteHead, context: Context): number[] {
  const { route, names, places } = context;
  const request = new NetlinkRequest(type, flags, writeHead(head));
  const whole = route.prefixLength > 0;
  if (whole) request.bytes(attribute.destination, addressBytes(route.destination));
  if (route.from !== null) request.bytes(attribute.source, addressBytes(route.from));
  request.u32(attribute.table, head.table);
  if (route.source !== null) request.bytes(attribute.preferredSource, addressBytes(route.source));
  writeGateway(request, route.family, route);
  if (route.interface !== null) {
    places.push({ interfaceName: route.interface, offset: request.valueOffset });
    request.u32(attribute.outputInterface, 0);
  }
  if (route.metric !== null) request.u32(attribute.priority, route.metric);
  if (route.realms !== null) request.u32(attribute.flow, realmBits(names, route.realms));
  writeEncap(request, route.encap);
  writeMetrics(request, route.options);
  if (type === messageType.newRoute) writeOptions(request, route.options);
  if (route.nextHops.length > 0) {
    request.nested(attribute.multipath, () => {
      for (const hop of route.nextHops) writeHop(request, hop, context);
    });
  }
  return request.toArray();
}

/** Throws `Unusable`. */
export function routeObject(route: RouteEntry, names: IprouteNames): ObjectConfig {
  const head = headOf(route, names);
  const [added, removed]: [Places, Places] = [[], []];
  const { newRoute, delRoute } = messageType;
  const add = requestOf(newRoute, modes[route.mode], head, { route, names, places: added });
  const remove = requestOf(delRoute, 0, head, { route, names, places: removed });
  const devices = added.map(({ interfaceName, offset }, index): ObjectDevice => ({
    interfaceName,
    addOffset: offset,
    removeOffset: removed[index]?.offset ?? 0,
  }));
  return {
    key: {
      kind: 'route',
      family: route.family === 4 ? 'ipv4' : 'ipv6',
      destination: route.destination,
      prefixLength: route.prefixLength,
      table: head.table,
      priority: route.metric ?? (route.family === 4 ? 0 : defaultMetric6),
    },
    add,
    remove,
    devices,
    track: !route.noTrack,
  };
}
