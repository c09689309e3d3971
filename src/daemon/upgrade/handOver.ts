/**
 * What two daemon processes say to each other while one takes the other's place (docs/adr/0010). The
 * engines have a line of their own for what is urgent; this is the rest, over Node's own channel
 * between a process and its child.
 *
 *   heir         -> predecessor  refused | ready
 *   predecessor  -> heir         carry
 *   heir         -> predecessor  carried
 *        the engines: one stops, the other goes on
 *   predecessor  -> heir         left 'places', then left 'scripts'
 */
import type { Model } from '../../config/index.ts';
import type { JournalEntry } from '../../observe/journal.ts';
import type { CarriedTrackers } from '../trackers/trackers.ts';

/** Changes whenever what crosses, here or between the engines, is no longer understood. */
export const handOverFormat = 1;

/** Set, and nothing else, in the environment of an heir; its descriptors have fixed numbers. */
export const heirVariable = 'FAILOVERD_HEIR';
/** After the standard ones and the channel. */
export const heirDescriptors = { memory: 4, line: 5, lock: 6 } as const;

/** What JavaScript knew, and goes on with. */
export interface Carried {
  readonly journal: readonly JournalEntry[];
  readonly trackers: CarriedTrackers;
  /** FIFOs that failoverd has made, and removes at its end. */
  readonly fifos: readonly string[];
}

export type FromHeir =
  | { readonly kind: 'refused'; readonly why: string }
  | {
      readonly kind: 'ready';
      readonly format: number;
      readonly version: string;
      readonly routers: readonly string[];
    }
  | { readonly kind: 'carried' };

export type FromPredecessor =
  | { readonly kind: 'carry'; readonly carried: Carried }
  /** Files and sockets, and then scripts and what reads FIFOs, are nobody's now. */
  | { readonly kind: 'left'; readonly what: 'places' | 'scripts' };

/** The virtual routers of a model, each by what makes it that one (native/core/inheritance.cc). */
export function routersOf(model: Model): string[] {
  return model.instances.map(({ name, virtualRouterId, family, version, interface: device }) =>
    [name, `VRID ${virtualRouterId}`, `IPv${family}`, `VRRPv${version}`, device ?? '-'].join(', '),
  );
}
