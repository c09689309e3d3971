// Lets a plan happen and asks the checkers what they saw. The same plan gives the same
// observations every time: nothing here draws a number that does not come from the seed.

import type { Violation } from './checker.ts';
import { checkersFor } from './checkers.ts';
import { Host } from './host.ts';
import { inflict } from './inflict.ts';
import { Network } from './network.ts';
import type { Observation } from './observation.ts';
import { drawPlan, settleTime, SPLIT_INTERVALS, type WorldPlan } from './plan.ts';
import { Random } from './random.ts';
import { SECOND, World, type WorldTime } from './world.ts';

/** An address that somebody keeps removing is given up for a minute (native/core/health.cc). */
const LONGEST_RETRY = 64 * SECOND;

export interface Outcome {
  readonly plan: WorldPlan;
  readonly violations: readonly Violation[];
  readonly observations: readonly Observation[];
}

export function runSeed(seed: number): Outcome {
  return runPlan(drawPlan(seed));
}

export function runPlan(plan: WorldPlan): Outcome {
  const world = new World();
  const random = new Random(`${plan.seed}/run`);
  const network = new Network(world, random.fork('network'), plan.quality);
  const observations: Observation[] = [];
  const hosts: Host[] = [];
  const checkers = checkersFor({ plan, world, hosts });
  let lastChange: WorldTime = 0;
  const observe = (seen: Observation): void => {
    observations.push(seen);
    if (seen.kind === 'state') lastChange = seen.at;
    for (const checker of checkers) checker.observe(seen);
  };
  for (const host of plan.hosts) hosts.push(new Host(host, world, network, random, observe));
  hosts.forEach((host, index) => world.at(index * 1_000, () => host.boot()));
  const stage = { plan, world, hosts, network };
  for (const fault of plan.faults) world.at(fault.at, () => inflict(fault, stage));
  world.at(plan.quietFrom, () => heal(hosts, network, plan));
  world.runUntil(plan.end);
  // What the kernel had refused is tried again after a second, or after many: that is waited for.
  const settle = settleTime(plan);
  while (world.now < plan.end + LONGEST_RETRY) {
    if (world.now - lastChange >= settle && hosts.every(servesOrListens)) break;
    world.runUntil(world.now + settle);
  }
  for (const checker of checkers) checker.atRest();
  return { plan, observations, violations: checkers.flatMap((checker) => checker.violations) };
}

/** Nothing of this host waits for the kernel to be asked again. */
function servesOrListens(host: Host): boolean {
  return host.instances.every(({ id, addresses }) => {
    const state = host.state(id);
    if (state !== 'master') return state !== 'fault';
    return addresses.every(({ address }) => host.kernel.addresses.has(address));
  });
}

/**
 * All is well again; but a storm ends with one more split of everybody from everybody, and checks stay
 * as they are where that must take nobody out of service (never_nobody).
 */
function heal(hosts: readonly Host[], network: Network, plan: WorldPlan): void {
  network.quality = { ...plan.quality, loss: 0, duplication: 0 };
  for (const host of hosts) {
    if (!host.instances.every(({ neverNobody }) => neverNobody)) host.healTracker();
    host.healGroups();
    host.boot();
  }
  if (plan.calm) return;
  const until = plan.quietFrom + SPLIT_INTERVALS * plan.interval;
  network.burst(until);
  for (const host of hosts) host.disturbed('burst', until);
}
