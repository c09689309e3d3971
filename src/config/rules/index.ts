/** Cross-checks: each is a named function that looks at the finished model. */

import type { Findings } from '../findings.ts';
import type { rootLevel } from '../keywords/root.ts';
import type { Settings } from '../keywords/types.ts';
import type { Origins } from '../lower/context.ts';
import type { Model } from '../model.ts';
import type { Statement } from '../read/tree.ts';
import { unknownTrackGroups, vridConflicts } from './conflicts.ts';
import {
  clampedWeight,
  garpIntervalZero,
  globalsFirst,
  groupPriorities,
  nopreemptWeight,
  offMeansOn,
  strictService,
} from './elections.ts';
import { scriptSecurity, scriptTimeout, unusedTrackers } from './scripts.ts';

/** What a rule may look at. */
export interface RuleInput {
  readonly model: Model;
  readonly root: Settings<typeof rootLevel>;
  readonly statements: readonly Statement[];
  readonly findings: Findings;
  readonly origins: Origins;
}

const rules: readonly ((input: RuleInput) => void)[] = [
  vridConflicts,
  unknownTrackGroups,
  scriptSecurity,
  scriptTimeout,
  unusedTrackers,
  nopreemptWeight,
  clampedWeight,
  strictService,
  groupPriorities,
  globalsFirst,
  garpIntervalZero,
  offMeansOn,
];

export function checkModel(input: RuleInput): void {
  for (const rule of rules) rule(input);
}
