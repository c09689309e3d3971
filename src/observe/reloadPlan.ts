/**
 * What a reload would do, as one JSON document: the answer to `plan` on the control socket and what
 * `failoverd reload --plan --json` prints.
 */

export interface ReloadPlan {
  /** Absolute; a file, or a pattern. */
  readonly file: string;
  /** The file would be accepted. Where it would not be, nothing else would happen. */
  readonly ok: boolean;
  /** In a sentence; why not, where the file would be refused. */
  readonly sentence: string;
  /** Some instance would or might change hands, or lose an address: one of `effects` is not empty. */
  readonly disturbs: boolean;
  /** Those of `failoverd check --format json`. */
  readonly findings: readonly object[];
  /** The same as text. */
  readonly findingsText: string;
  readonly instances: readonly PlannedInstance[];
  readonly groups: readonly PlannedThing[];
  readonly trackers: readonly PlannedTracker[];
  /** global_defs, static addresses and the like. */
  readonly settings: readonly PlannedChange[];
}

/** null: not set. '': set, by a word that stands alone. */
export interface PlannedChange {
  readonly keyword: string;
  /** `********` for a secret. */
  readonly before: string | null;
  readonly after: string | null;
  /** In the file as it is now. */
  readonly file?: string;
  readonly line?: number;
}

export interface PlannedThing {
  readonly name: string;
  readonly what: 'untouched' | 'changed' | 'added' | 'removed';
  readonly changes: readonly PlannedChange[];
  readonly file?: string;
  readonly line?: number;
}

export interface PlannedInstance extends Omit<PlannedThing, 'what'> {
  /** `restarted`: it becomes another virtual router, leaves and begins again as one that has just started. */
  readonly what: PlannedThing['what'] | 'restarted';
  /** Its present name, where that is another one. */
  readonly was?: string;
  /** Now. */
  readonly state?: 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT';
  /** The effective one, where it changes. */
  readonly priority?: { readonly before: number; readonly after: number };
  readonly effects: readonly PlannedEffect[];
}

export interface PlannedEffect {
  readonly kind:
    | 'losesMaster'
    | 'losesAddresses'
    | 'fault'
    | 'mayLoseMaster'
    | 'takesOver'
    | 'disagrees';
  readonly sentence: string;
}

export interface PlannedTracker extends PlannedThing {
  readonly kind: 'script' | 'process' | 'file' | 'probe';
  /** It asks something else: its verdict stays until the first result. */
  readonly asksAnew: boolean;
  /** Somebody uses it without a weight: FAULT when it fails. What it will find nobody knows before. */
  readonly unweighted: boolean;
}
