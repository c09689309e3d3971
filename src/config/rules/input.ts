import type { Findings } from '../findings.ts';
import type { rootLevel } from '../keywords/root.ts';
import type { Settings } from '../keywords/types.ts';
import type { Origins } from '../lower/context.ts';
import type { Model } from '../model.ts';
import type { Statement } from '../read/tree.ts';
import type { Source } from '../source.ts';

/** What a rule may look at. */
export interface RuleInput {
  readonly model: Model;
  readonly root: Settings<typeof rootLevel>;
  readonly statements: readonly Statement[];
  readonly findings: Findings;
  readonly origins: Origins;
  readonly sources: readonly Source[];
  /** Of `@ID` lines. */
  readonly configId: string;
}
