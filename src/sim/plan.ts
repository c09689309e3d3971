// From a seed to a whole world: how many routers, which version, intervals and settings, what the
// network is like, and what will be done to whom. A plan is a plain value, so that a failing
// one can be made smaller and tried again (shrink.ts).

import { drawHosts, type HostPlan } from './drawHosts.ts';
import type { Quality } from './network.ts';
import { Random } from './random.ts';
import { MILLISECOND, type WorldTime } from './world.ts';

export type FaultKind =
  | 'kill'
  | 'stop'
  | 'pause'
  | 'freeze'
  | 'linkFlap'
  | 'unplug'
  | 'mute'
  | 'cut'
  | 'burst'
  | 'trackerFlip'
  | 'drain'
  | 'refuse'
  | 'steal'
  | 'foreign'
  | 'forge'
  | 'reload'
  | 'regroup'
  | 'reloadUnchanged'
  | 'rotate'
  | 'renumber'
  | 'retime'
  | 'upgrade';

/** Something bad, done to `host` at `at` and over by `until`. */
export interface Fault {
  readonly kind: FaultKind;
  readonly at: WorldTime;
  readonly until: WorldTime;
  readonly host: number;
  /** The other end of a cut. */
  readonly other: number;
}

export interface WorldPlan {
  readonly seed: number;
  /** One fault in a perfect network: here the exact times of the protocol must hold. */
  readonly calm: boolean;
  /** The longest advert interval of any router. */
  readonly interval: number;
  readonly hosts: readonly HostPlan[];
  readonly quality: Quality;
  readonly faults: readonly Fault[];
  /** From here on nothing bad happens any more and what was killed has been started again. */
  readonly quietFrom: WorldTime;
  readonly end: WorldTime;
}

/** How long a whole network may need to agree again, in advert intervals. */
const SETTLE_INTERVALS = 16;

/** The last split of a storm: long enough for everybody to take over. */
export const SPLIT_INTERVALS = 9;

export function settleTime(plan: Pick<WorldPlan, 'interval' | 'hosts'>): number {
  const instances = plan.hosts.flatMap((host) => host.instances);
  const delays = instances.map((one) => one.preemptDelay);
  const startup = plan.hosts.map((host) => host.startupDelay);
  return (
    SETTLE_INTERVALS * plan.interval +
    2 * Math.max(...delays) +
    Math.max(...startup) +
    20 * MILLISECOND
  );
}

export function drawPlan(seed: number): WorldPlan {
  const random = new Random(seed);
  const calm = random.fork('calm').chance(0.4);
  const hosts = drawHosts(random.fork('hosts'), calm);
  const all = hosts.flatMap((host) => host.instances.map((instance) => instance.advertInterval));
  const interval = Math.max(...all, 10 * MILLISECOND);
  const warmUp = settleTime({ interval, hosts });
  const quietFrom = warmUp + (calm ? 24 : 80) * interval;
  const span = { from: warmUp, to: quietFrom - 20 * interval, interval };
  const drawn = drawFaults(random.fork('faults'), hosts.length, calm, span);
  const changes = calm ? [] : drawChanges(random.fork('changes'), span);
  const upgrades = drawUpgrades(random.fork('upgrades'), hosts.length, span);
  const faults = [...drawn, ...changes, ...upgrades].toSorted((a, b) => a.at - b.at);
  return {
    seed,
    calm,
    interval,
    hosts,
    quality: drawQuality(random.fork('quality'), calm, interval),
    faults,
    quietFrom,
    end: quietFrom + warmUp + (12 + SPLIT_INTERVALS) * interval,
  };
}

function drawQuality(random: Random, calm: boolean, interval: number): Quality {
  const most = random.between(100, Math.min(2 * MILLISECOND, interval / 10));
  return {
    loss: calm ? 0 : random.pick([0, 0.01, 0.05, 0.2]),
    duplication: calm ? 0 : random.pick([0, 0.02]),
    delay: [30, most],
    reorders: !calm,
  };
}

interface Span {
  readonly from: WorldTime;
  readonly to: WorldTime;
  readonly interval: number;
}

const CALM: readonly FaultKind[] = [
  'kill',
  'kill',
  'stop',
  'pause',
  'freeze',
  'trackerFlip',
  'drain',
  'steal',
  'foreign',
  'reloadUnchanged',
];
const STORM: readonly FaultKind[] = [
  'kill',
  'stop',
  'pause',
  'freeze',
  'linkFlap',
  'linkFlap',
  'unplug',
  'mute',
  'cut',
  'cut',
  'burst',
  'trackerFlip',
  'trackerFlip',
  'drain',
  'refuse',
  'steal',
  'foreign',
  'forge',
  'reload',
  'regroup',
  'reloadUnchanged',
];

/** Changes of the whole virtual router: each host is told in its turn. */
const CHANGES: readonly FaultKind[] = ['rotate', 'rotate', 'renumber', 'retime'];

function drawChanges(random: Random, span: Span): Fault[] {
  const count = random.pick([0, 0, 1, 2]);
  return Array.from({ length: count }, () => {
    const at = random.between(span.from, span.to);
    return { kind: random.pick(CHANGES), at, until: at, host: 0, other: 1 };
  });
}

/** In any world, calm ones too: nothing is to come of it. */
function drawUpgrades(random: Random, hosts: number, span: Span): Fault[] {
  const count = random.pick([0, 0, 1, 3]);
  return Array.from({ length: count }, () => {
    const at = random.between(span.from, span.to);
    return { kind: 'upgrade', at, until: at, host: random.between(0, hosts - 1), other: 0 };
  });
}

function drawFaults(random: Random, hosts: number, calm: boolean, span: Span): Fault[] {
  // Swarm testing: a world that has every kind of trouble hides what only some of them show.
  const kinds = (calm ? CALM : STORM).filter(() => random.chance(0.6));
  if (kinds.length === 0) return [];
  const one = (kind: FaultKind, at: WorldTime): Fault => {
    const lasting = Math.floor(span.interval * random.pick([0.3, 0.9, 1.5, 3, 4, 8]));
    const host = random.between(0, hosts - 1);
    const other = (host + random.between(1, hosts - 1)) % hosts;
    return { kind, at, until: at + lasting, host, other };
  };
  if (calm) {
    const fault = one(random.pick(kinds), span.from + random.between(0, 2 * span.interval));
    if (!random.chance(0.3)) return [fault];
    // Junk from the start to the end must make no difference to anything.
    return [{ ...one('forge', 1), until: span.to + 20 * span.interval }, fault];
  }
  const count = random.between(1, 12);
  const drawn = Array.from({ length: count }, () =>
    one(random.pick(kinds), random.between(span.from, span.to)),
  );
  return drawn.toSorted((a, b) => a.at - b.at);
}
