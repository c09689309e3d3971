// Makes a failing plan smaller while it still breaks the same invariant: fewer faults first, then
// shorter ones, then fewer routers. What is left is the story worth reading.

import type { WorldPlan } from './plan.ts';
import { runPlan, type Outcome } from './run.ts';

/** Runs at most this many smaller worlds; shrinking is a service, not a proof. */
const ATTEMPTS = 300;

export function shrink(failing: Outcome): Outcome {
  const broken = failing.violations[0]?.invariant;
  let best = failing;
  let attempts = 0;
  for (let progress = true; progress && attempts < ATTEMPTS;) {
    progress = false;
    for (const candidate of smaller(best.plan)) {
      if (++attempts > ATTEMPTS) break;
      const outcome = runPlan(candidate);
      if (!outcome.violations.some((violation) => violation.invariant === broken)) continue;
      best = outcome;
      progress = true;
      break;
    }
  }
  return best;
}

function* smaller(plan: WorldPlan): Generator<WorldPlan> {
  for (let index = 0; index < plan.faults.length; index++) {
    yield { ...plan, faults: plan.faults.filter((_fault, at) => at !== index) };
  }
  if (plan.hosts.length > 2 && plan.faults.every((fault) => fits(fault, plan.hosts.length - 1))) {
    yield { ...plan, hosts: plan.hosts.slice(0, -1) };
  }
  if ((plan.hosts[0]?.instances.length ?? 1) > 1) {
    const hosts = plan.hosts.map((host) => ({ ...host, instances: host.instances.slice(0, 1) }));
    yield { ...plan, hosts };
  }
  if (plan.quality.loss > 0 || plan.quality.duplication > 0) {
    yield { ...plan, quality: { ...plan.quality, loss: 0, duplication: 0 } };
  }
}

function fits(fault: WorldPlan['faults'][number], hosts: number): boolean {
  return fault.host < hosts && fault.other < hosts;
}
