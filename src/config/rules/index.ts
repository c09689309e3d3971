/** Cross-checks: each is a named function that looks at the finished model. */

import { sharedAddresses, unknownTrackGroups, vridConflicts } from './conflicts.ts';
import {
  clampedWeight,
  garpIntervalZero,
  globalsFirst,
  groupPriorities,
  nopreemptWeight,
  offMeansOn,
  strictService,
} from './elections.ts';
import type { RuleInput } from './input.ts';
import { noInstance } from './nothing.ts';
import { scriptSecurity, scriptTimeout, unusedTrackers } from './scripts.ts';

const rules: readonly ((input: RuleInput) => void)[] = [
  noInstance,
  vridConflicts,
  sharedAddresses,
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
