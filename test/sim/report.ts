import { shrink } from '../../src/sim/shrink.ts';
import { timeline } from '../../src/sim/timeline.ts';
import type { Outcome } from '../../src/sim/run.ts';

/** What a person needs of a failing seed: the shrunk story and the command that shows it again. */
export function report(outcome: Outcome): string {
  const small = shrink(outcome);
  const { plan } = small;
  const settings = plan.hosts[0]?.instances[0];
  const priorities = plan.hosts.map((host) => host.instances[0]?.basePriority).join(' ');
  return [
    `seed ${plan.seed} broke ${outcome.violations.length} invariant(s):`,
    ...outcome.violations.map((one) => `  ${one.invariant}: ${one.what} at ${one.at / 1e6} s`),
    `after shrinking (${plan.hosts.length} routers, ${plan.faults.length} faults):`,
    ...small.violations.map((one) => `  ${one.invariant}: ${one.what} at ${one.at / 1e6} s`),
    `  ${settings?.version} every ${plan.interval / 1e6} s, priorities ${priorities}, ` +
      `preempt ${settings?.preempt} delay ${(settings?.preemptDelay ?? 0) / 1e6} s, ` +
      `quick ${settings?.quick}, weight ${settings?.trackers[0]?.weight}, loss ${plan.quality.loss}`,
    ...timeline(small, 1),
    `again: npm run sim -- --seed ${plan.seed}`,
  ].join('\n');
}
