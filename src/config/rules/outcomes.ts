/** What each tracker of a router can do to its priority; the arithmetic is native/core's. */

import { effectiveTrackers } from '../effective.ts';
import type { Instance, Model, TrackerUse } from '../model.ts';

/** A tracker as one router uses it, with what its failure does. */
export interface Outcome {
  readonly use: TrackerUse;
  /** What is watched, the same text on every router that watches the same thing. */
  readonly watched: string;
  /** The failure means FAULT, whatever the priority. */
  readonly faults: boolean;
  /** With `never_nobody` a failure of weight 0: priority 1 instead of FAULT. */
  readonly unfit: boolean;
  /** What the failure takes from the priority; negative when it adds. 0 with `faults`. */
  readonly drop: number;
  /** A number in a file: it can add or take anything. */
  readonly open: boolean;
}

/** A router's priority with every tracker well, and what may become of it. */
export interface Outlook {
  readonly calm: number;
  readonly outcomes: readonly Outcome[];
}

/** An owner keeps its priority; everybody else stays within 1 and 254 (RFC 9568 §6.1). */
function clampPriority(base: number, change: number): number {
  return base === 255 ? 255 : Math.min(254, Math.max(1, base + change));
}

/** A positive weight counts while all is well, a negative one while it is not. */
function contribution({ weight, reverse }: TrackerUse, well: boolean): number {
  if (weight > 0 !== well) return 0;
  return reverse ? -weight : weight;
}

/** Takes any priority to the lowest. */
const unfitDrop = 253;

function watchedBy(model: Model, kind: string, name: string): string {
  switch (kind) {
    case 'scripts': {
      const script = model.scripts.find((known) => known.name === name);
      return JSON.stringify(script?.command.argv ?? name);
    }
    case 'processes': {
      const known = model.processes.find((process) => process.name === name);
      return JSON.stringify([known?.process, ...(known?.parameters ?? [])]);
    }
    case 'probes':
      return JSON.stringify(model.probes.find((probe) => probe.name === name)?.target ?? name);
    case 'files':
      return model.files.find((file) => file.name === name)?.path ?? name;
    default:
      return name;
  }
}

export function outlookOf(model: Model, instance: Instance): Outlook {
  const all = effectiveTrackers(model, instance);
  const outcomes: Outcome[] = [];
  let sum = 0;
  for (const [kind, uses] of Object.entries(all)) {
    for (const use of uses) {
      const unfit = use.weight === 0 && instance.neverNobody && kind !== 'interfaces';
      const faults = use.weight === 0 && !unfit;
      const open = kind === 'files' && use.weight !== 0;
      const well = faults || open ? 0 : contribution(use, true);
      const drop = faults || open ? 0 : unfit ? unfitDrop : well - contribution(use, false);
      sum += well;
      outcomes.push({
        use,
        watched: `${kind} ${watchedBy(model, kind, use.name)}`,
        faults,
        unfit,
        drop,
        open,
      });
    }
  }
  return { calm: clampPriority(instance.priority, sum), outcomes };
}

/** The priority after the failure of some trackers. */
export function priorityAfter(
  instance: Instance,
  outlook: Outlook,
  failed: readonly Outcome[],
): number {
  const gone = new Set(failed);
  const change = outlook.outcomes.reduce((sum, outcome) => {
    if (outcome.faults || outcome.open) return sum;
    if (outcome.unfit) return gone.has(outcome) ? sum - unfitDrop : sum;
    return sum + contribution(outcome.use, !gone.has(outcome));
  }, 0);
  return clampPriority(instance.priority, change);
}
