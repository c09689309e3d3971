/** Metrics of a route (`mtu`, `rtt`, `congctl`...), RTA_METRICS of rtnetlink(7). */

import type { NetlinkRequest } from '../../base/netlink.ts';
import type { LockedValue, RouteEntry } from '../model-routes.ts';
import { parseNumber, Unusable } from './draft.ts';

const metricsAttribute = 8;
const congestionControl = 16;
const lockMetric = 1;

interface Metric {
  readonly type: number;
  /** The kernel counts in eighths or quarters. */
  readonly scale?: number;
}

const metrics: Readonly<Record<string, Metric>> = {
  mtu: { type: 2 },
  window: { type: 3 },
  rtt: { type: 4, scale: 8 },
  rttvar: { type: 5, scale: 4 },
  ssthresh: { type: 6 },
  cwnd: { type: 7 },
  advmss: { type: 8 },
  reordering: { type: 9 },
  hoplimit: { type: 10 },
  initcwnd: { type: 11 },
  features: { type: 12 },
  rto_min: { type: 13 },
  initrwnd: { type: 14 },
  quickack: { type: 15 },
  fastopen_no_cookie: { type: 17 },
};

function valueOf(name: string, option: string | LockedValue): LockedValue {
  if (typeof option !== 'string') return option;
  if (name !== 'features') return { value: parseNumber(option, name), lock: false };
  if (option === 'ecn') return { value: 1, lock: false };
  throw new Unusable(`'${option}' is no feature of a route`);
}

/** Adds what the route says of them; nothing when it says nothing. */
export function writeMetrics(request: NetlinkRequest, options: RouteEntry['options']): void {
  const named = Object.entries(options).filter(
    ([name]) => Object.hasOwn(metrics, name) || name === 'congctl',
  );
  if (named.length === 0) return;
  let locked = 0;
  request.nested(metricsAttribute, () => {
    for (const [name, option] of named) {
      if (name === 'congctl' && typeof option === 'string') {
        const lock = option.startsWith('lock ');
        request.text(congestionControl, lock ? option.slice(5) : option);
        if (lock) locked |= 1 << congestionControl;
        continue;
      }
      const { type, scale = 1 } = metrics[name] ?? { type: 0 };
      const { value, lock } = valueOf(name, option);
      request.u32(type, Math.round(value * scale));
      if (lock) locked |= 1 << type;
    }
    if (locked !== 0) request.u32(lockMetric, locked);
  });
}
