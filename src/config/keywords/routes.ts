/** Entries of virtual_routes and static_routes. */

import { parseAddress, parsePrefix } from '../address.ts';
import type { LockedValue, NextHop, RouteEntry } from '../model-routes.ts';
import type { Token } from '../read/tokens.ts';
import { entries } from './blocks.ts';
import type { Line } from './blocks.ts';
import { readEncap, ipIdentifier } from './encap.ts';
import { Cursor, mark, number, readOptions, word } from './options.ts';
import type { Draft, Option, Options } from './options.ts';
import { uintMax } from './numbers.ts';

const routeTypes = [
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'throw',
  'unreachable',
  'prohibit',
  'blackhole',
  'nat',
];

type Route = Draft<RouteEntry>;

function readVia(
  cursor: Cursor,
  option: Token,
  set: (via: NonNullable<ReturnType<typeof parseAddress>>) => void,
): void {
  let token = cursor.argument(option);
  if (token?.value === 'inet' || token?.value === 'inet6') token = cursor.argument(token);
  if (token === undefined) return;
  const parsed = parseAddress(token.value);
  if (parsed === null) cursor.bad(token, `'${token.value}' is not an address`);
  else set(parsed);
}

const via: Option<RouteEntry> = {
  syntax: '[inet | inet6] ADDRESS',
  help: 'Gateway',
  since: '1.0.1',
  read: (draft, cursor, option) =>
    readVia(cursor, option, ({ family, address }) => {
      draft.via = address;
      draft.viaFamily = family;
    }),
};

const deprecatedGateway: Option<RouteEntry> = {
  ...via,
  help: 'Deprecated spelling of via',
  read: (draft, cursor, option) => {
    const { findings } = cursor.line;
    const span = cursor.line.spanOf(option);
    const message = "'gw' is deprecated";
    findings.report('deprecated-keyword', span, message, { hint: "use 'via'" });
    via.read(draft, cursor, option);
  },
};

const secondGateway: Option<RouteEntry> = {
  syntax: 'ADDRESS',
  help: 'Deprecated: a second gateway',
  since: '1.1.16',
  read: (draft, cursor, option) => {
    const { findings } = cursor.line;
    const span = cursor.line.spanOf(option);
    findings.report('deprecated-keyword', span, "'or' is deprecated", { hint: "use 'nexthop'" });
    readVia(cursor, option, ({ family, address }) => {
      const hop = { weight: null, onlink: false, encap: null, realms: null, interface: null };
      const first = { ...hop, via: draft.via, viaFamily: draft.viaFamily };
      draft.nextHops = [first, { ...hop, via: address, viaFamily: family }];
      draft.via = null;
      draft.viaFamily = null;
    });
  },
};

const source: Option<RouteEntry> = {
  syntax: 'ADDRESS',
  help: 'Preferred source address',
  since: '1.0.2',
  read: (draft, cursor, option) => {
    const token = cursor.argument(option);
    if (token === undefined) return;
    const parsed = parsePrefix(token.value);
    if (parsed === null) cursor.bad(token, `'${token.value}' is not an address`);
    else draft.source = parsed.address;
  },
};

const from: Option<RouteEntry> = {
  syntax: 'ADDRESS[/LENGTH]',
  help: 'Route for packets of this source only (IPv6)',
  since: '1.2.24',
  read: (draft, cursor, option) => {
    const token = cursor.argument(option);
    if (token === undefined) return;
    const parsed = parsePrefix(token.value);
    if (parsed === null) cursor.bad(token, `'${token.value}' is not an address`);
    draft.from = parsed?.address ?? null;
    draft.fromPrefixLength = parsed?.prefixLength ?? null;
  },
};

/** An option whose value is kept as it is written. */
function kept(name: string, syntax: string, help: string): Option<RouteEntry> {
  return word(syntax, help, (draft, value) => {
    draft.options = { ...draft.options, [name]: value };
  });
}

/** A metric that may be locked: `[lock] NUMBER`. */
function locked(name: string, help: string): Option<RouteEntry> {
  return lockable(name, '[lock] NUMBER', help, (token, cursor) => {
    if (/^\d{1,10}(?:\.\d{1,6})?$/.test(token.value)) return Number(token.value);
    cursor.bad(token, `'${token.value}' is not a number`);
    return undefined;
  });
}

const timePattern = /^(?<number>\d{1,10}(?:\.\d{1,6})?)(?<unit>ms|s)?$/;
/** Milliseconds; keepalived takes no less (TCP_RTO_MIN of Linux). */
const leastTime = 200;

/**
 * `[lock] TIME`, in milliseconds. Without a unit it is what the kernel counts in, `unit` parts of a
 * millisecond, as with ip-route(8).
 */
function lockedTime(name: string, help: string, unit = 1): Option<RouteEntry> {
  return lockable(name, '[lock] TIME', help, (token, cursor) => {
    const match = timePattern.exec(token.value)?.groups;
    if (match === undefined) {
      cursor.bad(token, `'${token.value}' is not a time`);
      return undefined;
    }
    const scale = { s: 1000, ms: 1 }[match['unit'] ?? ''] ?? 1 / unit;
    const value = Number(match['number']) * scale;
    if (value >= leastTime) return value;
    const { findings } = cursor.line;
    const text = `${name} ${token.value} is ${value} ms; ${leastTime} ms is used, the least`;
    const hint = 'write the unit: s or ms';
    findings.report('out-of-range', cursor.line.spanOf(token), text, {
      ...(match['unit'] === undefined && unit !== 1 && { hint }),
    });
    return leastTime;
  });
}

type ReadMetric = (token: Token, cursor: Cursor) => number | undefined;

function lockable(
  name: string,
  syntax: string,
  help: string,
  read: ReadMetric,
): Option<RouteEntry> {
  return {
    syntax,
    help,
    since: '1.2.24',
    read: (draft, cursor, option) => {
      const lock = cursor.current?.value === 'lock';
      if (lock) cursor.next();
      const token = cursor.argument(option);
      const value = token && read(token, cursor);
      if (value === undefined) return;
      const made: LockedValue = { value, lock };
      draft.options = { ...draft.options, [name]: made };
    },
  };
}

const congestion: Option<RouteEntry> = {
  syntax: '[lock] NAME',
  help: 'Congestion control',
  since: '1.2.24',
  read: (draft, cursor, option) => {
    const lock = cursor.current?.value === 'lock';
    if (lock) cursor.next();
    const token = cursor.argument(option);
    if (token === undefined) return;
    const value = lock ? `lock ${token.value}` : token.value;
    draft.options = { ...draft.options, congctl: value };
  },
};

const metric = number<RouteEntry>(0, uintMax, 'Metric', (draft, value) => {
  draft.metric = value;
});
const device = word<RouteEntry>('IFNAME', 'Output interface', (draft, value) => {
  draft.interface = value;
});
const tos = word<RouteEntry>('VALUE', 'Type of service', (draft, value) => {
  draft.tos = ipIdentifier(value);
});
const encap: Option<RouteEntry> = {
  syntax: 'ip | ip6 | mpls | ila ...',
  help: 'Encapsulation',
  since: '1.2.24',
  read: (draft, cursor, option) => {
    draft.encap = readEncap(cursor, option);
  },
};
const nexthop: Option<RouteEntry> = {
  syntax: '[via ADDRESS] [dev IFNAME] [weight N] [onlink] [encap ...] [realms ...]',
  help: 'One of several next hops; must be last',
  since: '1.2.24',
  read: (draft, cursor) => readNextHops(draft, cursor),
};

function family(value: 4 | 6): Option<RouteEntry> {
  return mark('Address family', (draft) => {
    draft.family = value;
  });
}

function mode(value: RouteEntry['mode'], help: string): Option<RouteEntry> {
  return mark(help, (draft) => {
    draft.mode = value;
  });
}

const structure: Options<RouteEntry> = {
  inet: family(4),
  inet6: family(6),
  src: source,
  via,
  gw: deprecatedGateway,
  or: secondGateway,
  from,
  tos,
  dsfield: tos,
  table: word('ID | NAME', 'Routing table', (draft, value) => {
    draft.table = ipIdentifier(value);
  }),
  vrf: word('NAME', 'Use the table of the VRF', (draft, value) => {
    draft.vrf = value;
  }),
  protocol: word('ID | NAME', 'Originator of the route; needs no_track', (draft, value) => {
    draft.protocol = ipIdentifier(value);
  }),
  scope: word('ID | NAME', 'Scope', (draft, value) => {
    draft.scope = ipIdentifier(value);
  }),
  metric,
  priority: metric,
  preference: metric,
  dev: device,
  oif: device,
  onlink: mark('The gateway is on the link', (draft) => {
    draft.onlink = true;
  }),
  encap,
  realms: word('[FROM/]TO', 'Realms', (draft, value) => {
    draft.realms = value;
  }),
  add: mode('add', 'Fail when the route exists'),
  prepend: mode('prepend', 'Put the route before others'),
  append: mode('append', 'Put the route after others'),
  no_track: mark('Loss of the route is not acted on', (draft) => {
    draft.noTrack = true;
  }),
  track_group: word('NAME', 'Group of instances a static route belongs to', (draft, value) => {
    draft.trackGroup = value;
  }),
  nexthop,
};

const metrics: Options<RouteEntry> = {
  as: kept('as', 'ADDRESS', 'Ignored'),
  expires: kept('expires', 'SECONDS', 'Lifetime of an IPv6 route'),
  mtu: locked('mtu', 'Path MTU'),
  hoplimit: kept('hoplimit', 'NUMBER (0 to 255)', 'Hop limit'),
  advmss: locked('advmss', 'Advertised maximum segment size'),
  rtt: lockedTime('rtt', 'Initial round trip time; a bare number counts eighths of 1 ms', 8),
  rttvar: lockedTime('rttvar', 'Initial variance of it; a bare number counts quarters of 1 ms', 4),
  reordering: locked('reordering', 'Initial reordering'),
  window: kept('window', 'NUMBER', 'Largest window'),
  cwnd: locked('cwnd', 'Largest congestion window'),
  ssthresh: locked('ssthresh', 'Slow start threshold'),
  rto_min: lockedTime('rto_min', 'Least retransmission time-out; a bare number counts 1 ms'),
  initcwnd: kept('initcwnd', 'NUMBER', 'Initial congestion window'),
  initrwnd: kept('initrwnd', 'NUMBER', 'Initial receive window'),
  features: kept('features', 'ecn', 'Features'),
  quickack: kept('quickack', '0 | 1', 'Quick acknowledgements'),
  congctl: congestion,
  pref: kept('pref', 'low | medium | high', 'Preference of an IPv6 router'),
  'ttl-propagate': kept('ttl-propagate', 'enabled | disabled', 'TTL propagation (MPLS)'),
  fastopen_no_cookie: kept('fastopen_no_cookie', '0 | 1', 'TCP fast open without a cookie'),
};

export const routeOptions: Options<RouteEntry> = { ...structure, ...metrics };

const hopOptions: Options<NextHop> = {
  via: {
    syntax: '[inet | inet6] ADDRESS',
    help: 'Gateway',
    since: '1.2.24',
    read: (draft, cursor, option) =>
      readVia(cursor, option, (parsed) => {
        draft.via = parsed.address;
        draft.viaFamily = parsed.family;
      }),
  },
  dev: word('IFNAME', 'Output interface', (draft, value) => {
    draft.interface = value;
  }),
  oif: word('IFNAME', 'Output interface', (draft, value) => {
    draft.interface = value;
  }),
  weight: number(1, 256, 'Weight', (draft, value) => {
    draft.weight = value;
  }),
  onlink: mark('The gateway is on the link', (draft) => {
    draft.onlink = true;
  }),
  encap: {
    syntax: 'ip | ip6 | mpls | ila ...',
    help: 'Encapsulation',
    since: '1.2.24',
    read: (draft, cursor, option) => {
      draft.encap = readEncap(cursor, option);
    },
  },
  realms: word('[FROM/]TO', 'Realms', (draft, value) => {
    draft.realms = value;
  }),
};

function emptyHop(): Draft<NextHop> {
  const values = { via: null, viaFamily: null, interface: null, weight: null };
  return { ...values, onlink: false, encap: null, realms: null };
}

/** Everything after the first `nexthop` describes next hops. */
function readNextHops(draft: Route, cursor: Cursor): void {
  const hops: Draft<NextHop>[] = [emptyHop()];
  for (let token = cursor.next(); token !== undefined; token = cursor.next()) {
    const last = hops.at(-1);
    const option = Object.hasOwn(hopOptions, token.value) ? hopOptions[token.value] : undefined;
    if (token.value === 'nexthop') hops.push(emptyHop());
    else if (option !== undefined && last !== undefined) option.read(last, cursor, token);
    else cursor.bad(token, `'${token.value}' is no option of a next hop`);
  }
  draft.nextHops = [...draft.nextHops, ...hops];
}

function startRoute(): Route {
  const none = { source: null, from: null, fromPrefixLength: null, via: null, viaFamily: null };
  const ids = { table: null, vrf: null, protocol: 18, scope: null, metric: null, tos: null };
  return {
    family: 4,
    type: 'unicast',
    destination: '',
    prefixLength: 0,
    interface: null,
    ...none,
    ...ids,
    onlink: false,
    mode: 'prepend',
    noTrack: false,
    trackGroup: null,
    realms: null,
    encap: null,
    options: {},
    nextHops: [],
  };
}

/** Takes a word as the destination of the route; false when it cannot be one. */
function setDestination(draft: Route, text: string): boolean {
  const named = { default: 4, any: 4, all: 4, default6: 6 } as const;
  if (text === 'default' || text === 'any' || text === 'all' || text === 'default6') {
    draft.family = named[text] === 6 ? 6 : draft.family;
    draft.destination = draft.family === 6 ? '::' : '0.0.0.0';
    draft.prefixLength = 0;
    return true;
  }
  const parsed = parsePrefix(text);
  if (parsed === null) return false;
  draft.family = parsed.family;
  draft.destination = parsed.address;
  draft.prefixLength = parsed.prefixLength;
  return true;
}

function readRoute(line: Line): RouteEntry | undefined {
  const draft = startRoute();
  const cursor = new Cursor(line, 0);
  let unknown = false;
  readOptions(cursor, routeOptions, draft, (token) => {
    if (token.value === 'to') return true;
    if (routeTypes.includes(token.value)) draft.type = token.value;
    else {
      const taken = draft.destination === '' && setDestination(draft, token.value);
      unknown ||= !taken;
      return taken;
    }
    return true;
  });
  if (unknown) {
    // A route that lacks something could lead anywhere.
    const message = 'the route is not understood as a whole; it is left out';
    line.findings.report('bad-route', line.span, message);
    return undefined;
  }
  if (draft.destination === '') {
    const message = 'the route has no destination; it is left out';
    line.findings.report('bad-route', line.span, message);
    return undefined;
  }
  // `default via fe80::1` is a route of the gateway's family.
  if (draft.prefixLength === 0 && (draft.viaFamily ?? draft.nextHops[0]?.viaFamily) === 6) {
    if (draft.destination === '0.0.0.0') Object.assign(draft, { family: 6, destination: '::' });
  }
  if (draft.prefixLength > 0) draft.family = draft.destination.includes(':') ? 6 : 4;
  if (draft.protocol !== 18 && !draft.noTrack) {
    line.findings.report('bad-route', line.span, "'protocol' needs 'no_track'; 18 is used");
    draft.protocol = 18;
  }
  return draft;
}

export const routeEntries = entries('[TYPE] DESTINATION [OPTION ...]', readRoute);
