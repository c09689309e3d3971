// What each kind of fault does to a world.

import { rotated } from './drawExtras.ts';
import { addressConfig, virtualAddress } from './drawHosts.ts';
import type { Host } from './host.ts';
import type { InstanceConfig } from '../engine/messages.generated.ts';
import type { Network } from './network.ts';
import type { Fault, WorldPlan } from './plan.ts';
import { Random } from './random.ts';
import { foreignMaster, forger } from './stranger.ts';
import { MILLISECOND, SECOND, type World } from './world.ts';

export interface Stage {
  readonly plan: WorldPlan;
  readonly world: World;
  readonly hosts: readonly Host[];
  readonly network: Network;
}

export function inflict(fault: Fault, stage: Stage): void {
  const host = victim(fault, stage);
  if (host === undefined) return;
  switch (fault.kind) {
    case 'kill':
      return host.kill();
    case 'stop':
      return host.stop();
    case 'pause':
      return host.pause(fault.until);
    case 'freeze':
      return host.freeze(fault.until);
    case 'trackerFlip':
      return host.flipTracker();
    case 'drain':
      return host.drain(fault.until);
    case 'reload':
      return reload(host, fault);
    case 'regroup':
      return host.regroup();
    case 'upgrade':
      return host.upgrade();
    case 'reloadUnchanged':
      return host.reload((config) => config);
    case 'rotate':
    case 'renumber':
    case 'retime':
      return changeEverywhere(fault.kind, stage);
    case 'linkFlap':
    case 'unplug':
    case 'mute':
    case 'refuse':
    case 'steal':
      return trouble(fault, host);
    case 'cut':
    case 'burst':
    case 'foreign':
    case 'forge':
      return disturb(fault, host, stage);
  }
}

/** In a calm world the one fault strikes whoever is MASTER: that is the case with a promise. */
function victim(fault: Fault, { plan, hosts }: Stage): Host | undefined {
  const master = hosts.find((host) => host.state(1) === 'master');
  return plan.calm ? (master ?? hosts[fault.host]) : hosts[fault.host];
}

/** The kernel of one host. */
function trouble({ kind, until }: Fault, host: Host): void {
  switch (kind) {
    case 'linkFlap':
      return host.flapLink(until);
    case 'unplug':
      return host.unplug(until);
    case 'mute':
      host.disturbed('mute', until);
      return host.kernel.muteUntil(until);
    case 'refuse':
      host.disturbed('refuse', until);
      return host.kernel.refuseUntil(until);
    default:
      host.disturbed('steal', 0);
      return steal(host);
  }
}

/** The network between them. */
function disturb(fault: Fault, host: Host, { plan, world, hosts, network }: Stage): void {
  const { kind, until } = fault;
  const random = new Random(`${plan.seed}/${fault.at}/${kind}`);
  const config = random.pick(host.instances);
  switch (kind) {
    case 'cut': {
      const other = hosts[fault.other];
      if (other === undefined) return;
      host.disturbed('cut', until);
      return network.cut(host.name, other.name, until);
    }
    case 'burst':
      host.disturbed('burst', until);
      return network.burst(until);
    case 'foreign':
      host.disturbed('foreign', until + config.advertInterval);
      return foreignMaster(world, network, config, random.pick([1, 120, 254]), until);
    default:
      // Nobody may notice: it is a disturbance for the story only.
      host.disturbed('forge', 0);
      return forger(world, network, random, config, until);
  }
}

function steal(host: Host): void {
  const [first] = host.kernel.addresses.keys();
  if (first !== undefined) host.kernel.steal(first);
  host.kernel.stealObject();
}

function reload(host: Host, fault: Fault): void {
  const random = new Random(`${fault.at}/${fault.host}/reload`);
  const change = random.pick(CHANGES);
  host.reload((config) => change(config, random));
}

/** One host after the other reads the new file, as an administrator would have it. */
function changeEverywhere(kind: keyof typeof EVERYWHERE, { plan, world, hosts }: Stage): void {
  const step = Math.ceil(plan.interval / 3);
  for (const [index, host] of hosts.entries()) {
    world.after(index * step, () =>
      host.reload((config) => EVERYWHERE[kind](config, plan.interval), kind),
    );
  }
}

/** What all routers of a virtual router must agree on, sooner or later. */
const EVERYWHERE = {
  rotate: (config: InstanceConfig) => ({ ...config, auth: rotated(config.auth) }),
  renumber: (config: InstanceConfig) => ({ ...config, vrid: (config.vrid + 100) % 200 }),
  retime: (config: InstanceConfig, longest: number) => {
    const unit = config.version === 'v2' ? SECOND : 10 * MILLISECOND;
    const halved = longest / 2;
    return halved % unit === 0 ? { ...config, advertInterval: halved } : config;
  },
} as const;

type Change = (config: InstanceConfig, random: Random) => InstanceConfig;

const CHANGES: readonly Change[] = [
  (config, random) =>
    config.basePriority === 255 ? config : { ...config, basePriority: random.between(1, 254) },
  (config, random) => {
    const number = random.between(110, 120);
    const extra = addressConfig(virtualAddress(config.family, config.id - 1, number));
    const [first] = config.addresses;
    return { ...config, addresses: first === undefined ? [extra] : [first, extra] };
  },
  (config) => ({ ...config, preempt: !config.preempt, preemptDelay: 0 }),
  (config, random) => ({
    ...config,
    trackers: config.trackers.map((use) => ({ ...use, weight: random.pick([0, -60, 40]) })),
  }),
  (config, random) => ({
    ...config,
    announce: { ...config.announce, refresh: random.pick([0, 5]) * config.advertInterval },
  }),
];
