// What a virtual router may have beside addresses: authentication, which all routers share, and
// routes, rules and filters. Drawn from streams of their own, so that older worlds stay as they were.

import type { InstanceConfig, ObjectConfig } from '../engine/messages.generated.ts';
import type { Random } from './random.ts';
import { IF_NAME } from './kernel.ts';
import { SECOND } from './world.ts';

export type AuthConfig = InstanceConfig['auth'];
type Speaks = Pick<InstanceConfig, 'version' | 'family'>;

/** Clocks drift apart by much less in the minute or so that a world lasts. */
const TIME_WINDOW = 30 * SECOND;
const KEYS = [1, 2, 3] as const;

const NO_AUTH: AuthConfig = {
  kind: 'none',
  password: new Uint8Array(8),
  keys: [],
  activeKey: 0,
  timeWindow: 0,
  mode: 'enforce',
  antiReplay: 'time',
};

export function drawAuth(random: Random, { version, family }: Speaks): AuthConfig {
  const old = version === 'v2' && family === 'ipv4';
  const kinds = old
    ? (['none', 'none', 'pass', 'ah', 'hmac'] as const)
    : (['none', 'hmac'] as const);
  const kind = random.chance(0.5) ? 'none' : random.pick(kinds);
  if (kind === 'none') return NO_AUTH;
  if (kind !== 'hmac') return { ...NO_AUTH, kind, password: bytesOf(8, 0x61) };
  const keys = KEYS.map((id) => ({ id, size: 32, secret: bytesOf(64, id) }));
  return { ...NO_AUTH, kind, keys, activeKey: 1, timeWindow: TIME_WINDOW };
}

/** The same keys, and the next one signs: one router after the other may do so (rotation). */
export function rotated(auth: AuthConfig): AuthConfig {
  if (auth.kind !== 'hmac') return auth;
  return { ...auth, activeKey: (auth.activeKey % KEYS.length) + 1 };
}

/** A route and a rule or two; what is in the requests is no matter here. */
export function drawObjects(random: Random, router: number): readonly ObjectConfig[] {
  if (!random.chance(0.3)) return [];
  return Array.from({ length: random.between(1, 3) }, (_, number) => ({
    key: {
      kind: number === 0 ? ('route' as const) : ('rule' as const),
      family: 'ipv4' as const,
      destination: `10.9.${router + 1}.0`,
      prefixLength: 24,
      table: 100 + number,
      priority: number,
    },
    add: REQUEST,
    remove: REQUEST,
    devices: [],
    track: true,
  }));
}

/**
 * What stands while it is not MASTER. As if each router had an interface of its own, so that one
 * filter is told from another.
 */
export function drawFilters(random: Random, router: number): readonly ObjectConfig[] {
  if (!random.chance(0.4)) return [];
  const key = { family: 'ipv4' as const, destination: '0.0.0.0', prefixLength: 0, table: 0 };
  return [
    {
      key: { kind: 'filter', ...key, priority: router + 1 },
      add: REQUEST,
      remove: REQUEST,
      devices: [{ interfaceName: IF_NAME, addOffset: 0, removeOffset: 0 }],
      track: true,
    },
  ];
}

const REQUEST: readonly number[] = Array.from({ length: 16 }, () => 0);

function bytesOf(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value);
}
