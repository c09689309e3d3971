/** Routes and rules as text: as keepalived dumps them, or as a file has them. */

import { ipProtocols } from '../kernel/ipProtocols.ts';
import { quote } from './words.ts';
import type { IprouteId, NextHop, RouteEntry, RuleEntry } from '../model-routes.ts';

/** dump: keepalived's own rendering. file: what the parser reads back. */
export type Form = 'dump' | 'file';

function prefixed(address: string, length: number | null): string {
  const full = address.includes(':') ? 128 : 32;
  return length === null || length === full ? address : `${address}/${length}`;
}

function part(keyword: string, value: string | number | null): string {
  if (value === null) return '';
  return `${keyword} ${typeof value === 'string' ? quote(value) : value}`;
}

function viaText(via: string | null, form: Form): string {
  if (via === null) return '';
  if (form === 'file') return `via ${via}`;
  return `via ${via.includes(':') ? 'inet6' : 'inet'} ${via}`;
}

function encapText(encap: RouteEntry['encap']): string {
  if (encap === null) return '';
  const words = encap.options.map(([name, value]) => (name === '' ? value : `${name} ${value}`));
  return `encap ${encap.type} ${words.join(' ')}`;
}

function hopText(hop: NextHop, form: Form): string {
  return [
    'nexthop',
    viaText(hop.via, form),
    part('dev', hop.interface),
    part('weight', hop.weight),
    hop.onlink ? 'onlink' : '',
    encapText(hop.encap),
    part('realms', hop.realms),
  ]
    .filter((text) => text !== '')
    .join(' ');
}

/** Metrics in the order of keepalived's dump, whatever the order in the file. */
const dumpOrder = [
  'congctl',
  'rtt',
  'rttvar',
  'rto_min',
  'features',
  'mtu',
  'window',
  'ssthresh',
  'cwnd',
  'advmss',
  'reordering',
  'hoplimit',
  'initcwnd',
  'initrwnd',
  'quickack',
];

function place(name: string): number {
  const index = dumpOrder.indexOf(name);
  return index === -1 ? dumpOrder.length : index;
}

/** Milliseconds with their unit: `1s`, `200ms`. */
function timeText(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}

function optionTexts(options: RouteEntry['options'], form: Form): string[] {
  const list = Object.entries(options);
  const ordered = form === 'dump' ? list.toSorted(([a], [b]) => place(a) - place(b)) : list;
  return ordered.map(([name, value]) => {
    if (typeof value === 'string') return `${name} ${value}`;
    const time = ['rtt', 'rttvar', 'rto_min'].includes(name);
    return `${name} ${value.lock ? 'lock ' : ''}${time ? timeText(value.value) : value.value}`;
  });
}

/** Names that every kernel knows; others are in the iproute2 files of the host. */
const tables: Readonly<Record<string, number>> = { default: 253, main: 254, local: 255 };
const protocols: Readonly<Record<string, number>> = {
  redirect: 1,
  kernel: 2,
  boot: 3,
  static: 4,
};

/** The number that a name stands for; an unknown name stays. */
function numbered<T extends IprouteId | null>(
  id: T,
  names: Readonly<Record<string, number>>,
): T | number {
  return (typeof id === 'string' && Object.hasOwn(names, id) ? names[id] : undefined) ?? id;
}

const scopeNumbers: Readonly<Record<string, number>> = {
  global: 0,
  site: 200,
  link: 253,
  host: 254,
  nowhere: 255,
};

/** A route as keepalived's dump has it. */
function dumpRoute(route: RouteEntry): string[] {
  const table = numbered(route.table, tables);
  const shown = !route.noTrack || route.protocol !== 18;
  return [
    route.mode,
    route.type === 'unicast' ? '' : route.type,
    prefixed(route.destination, route.prefixLength),
    part('from', route.from === null ? null : prefixed(route.from, route.fromPrefixLength)),
    part('src', route.source),
    part('tos', route.tos),
    viaText(route.via, 'dump'),
    part('dev', route.interface),
    // The main table is not worth a word.
    table === 254 ? '' : part('table', table),
    part('vrf', route.vrf),
    shown ? part('proto', numbered(route.protocol, protocols)) : '',
    part('scope', numbered(route.scope, scopeNumbers)),
    part('metric', route.metric),
    route.onlink ? 'onlink' : '',
    encapText(route.encap),
    part('realms', route.realms),
    ...optionTexts(route.options, 'dump'),
    ...route.nextHops.map((hop) => hopText(hop, 'dump')),
    route.noTrack ? 'no_track' : '',
    part('track_group', route.trackGroup),
  ];
}

/** A route as the parser reads it back. */
function fileRoute(route: RouteEntry): string[] {
  const any = route.prefixLength === 0;
  return [
    route.mode === 'prepend' ? '' : route.mode,
    route.type === 'unicast' ? '' : route.type,
    any ? `${route.destination}/0` : prefixed(route.destination, route.prefixLength),
    part('from', route.from === null ? null : prefixed(route.from, route.fromPrefixLength)),
    part('src', route.source),
    viaText(route.via, 'file'),
    part('dev', route.interface),
    part('table', route.table),
    part('vrf', route.vrf),
    part('tos', route.tos),
    route.protocol === 18 ? '' : part('protocol', route.protocol),
    part('scope', route.scope),
    part('metric', route.metric),
    route.onlink ? 'onlink' : '',
    encapText(route.encap),
    part('realms', route.realms),
    ...optionTexts(route.options, 'file'),
    // Next hops end the entry: whatever follows them would belong to the last one.
    route.noTrack ? 'no_track' : '',
    part('track_group', route.trackGroup),
    ...route.nextHops.map((hop) => hopText(hop, 'file')),
  ];
}

export function formatRoute(route: RouteEntry, form: Form): string {
  const words = form === 'dump' ? dumpRoute(route) : fileRoute(route);
  return words.filter((text) => text !== '').join(' ');
}

function dumpMark(mark: string | null): string | null {
  return mark === null
    ? null
    : mark
        .split('/')
        .map((text) => `0x${Number(text).toString(16)}`)
        .join('/');
}

function dumpAction({ action, l3mdev }: RuleEntry): string {
  const { type, target } = action;
  if (type === 'lookup') return `lookup ${l3mdev ? 0 : numbered(target, tables)}`;
  if (type === 'goto') return `goto ${target}`;
  return type === 'nop' ? type : `type ${type}`;
}

/** A rule as keepalived's dump has it. */
function dumpRule(rule: RuleEntry): string[] {
  return [
    rule.invert ? 'not' : '',
    `from ${rule.from ?? 'all'}`,
    part('to', rule.to),
    part('priority', rule.preference),
    `tos 0x${Number(rule.tos ?? 0).toString(16)}`,
    part('fwmark', dumpMark(rule.fwmark)),
    part('iif', rule.inputInterface),
    part('oif', rule.outputInterface),
    part('suppress_prefixlen', rule.suppressPrefixLength),
    part('suppress_ifgroup', rule.suppressGroup),
    part('tunnel-id', rule.tunnelId),
    part('uidrange', rule.uidRange),
    rule.l3mdev ? 'l3mdev' : '',
    rule.noTrack ? '' : `protocol ${rule.protocol}`,
    part('ipproto', numbered(rule.ipProtocol, ipProtocols)),
    part('sport', rule.sourcePorts),
    part('dport', rule.destinationPorts),
    part('realms', rule.realms),
    dumpAction(rule),
    rule.noTrack ? 'no_track' : '',
    part('track_group', rule.trackGroup),
  ];
}

/** A rule as the parser reads it back. */
function fileRule(rule: RuleEntry): string[] {
  const { action } = rule;
  const verb = action.type === 'lookup' ? 'table' : action.type;
  const last = action.target === null ? verb : `${verb} ${action.target}`;
  return [
    rule.invert ? 'not' : '',
    rule.from === null && rule.to === null && rule.family === 6 ? 'inet6' : '',
    part('from', rule.from),
    part('to', rule.to),
    part('priority', rule.preference),
    part('tos', rule.tos),
    part('fwmark', rule.fwmark),
    part('iif', rule.inputInterface),
    part('oif', rule.outputInterface),
    part('suppress_prefixlength', rule.suppressPrefixLength),
    part('suppress_ifgroup', rule.suppressGroup),
    part('tunnel-id', rule.tunnelId),
    part('uidrange', rule.uidRange),
    rule.l3mdev ? 'l3mdev' : '',
    rule.protocol === 18 ? '' : `protocol ${rule.protocol}`,
    part('ipproto', rule.ipProtocol),
    part('sport', rule.sourcePorts),
    part('dport', rule.destinationPorts),
    part('realms', rule.realms),
    rule.l3mdev && action.target === null ? '' : last,
    rule.noTrack ? 'no_track' : '',
    part('track_group', rule.trackGroup),
  ];
}

export function formatRule(rule: RuleEntry, form: Form): string {
  const words = form === 'dump' ? dumpRule(rule) : fileRule(rule);
  return words.filter((text) => text !== '').join(' ');
}
