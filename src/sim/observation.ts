// What can be seen of a world from outside. Checkers and the timeline know nothing else.

import type { Output } from '../engine/messages.generated.ts';
import type { WorldTime } from './world.ts';

type StateChanged = Extract<Output, { kind: 'StateChanged' }>;
export type State = StateChanged['to'];
export type Cause = StateChanged['cause'];
export type RejectReason = Extract<Output, { kind: 'AdvertRejected' }>['reason'];

/** Things that are done to a world; everything else happens because of them. */
export type Disturbance =
  | 'boot'
  | 'kill'
  | 'stop'
  | 'pause'
  | 'freeze'
  | 'linkFlap'
  | 'unplug'
  | 'mute'
  | 'foreign'
  | 'forge'
  | 'cut'
  | 'burst'
  | 'trackerFlip'
  | 'drain'
  | 'refuse'
  | 'steal'
  | 'reload'
  | 'rotate'
  | 'renumber'
  | 'retime'
  | 'upgrade';

export type Seen =
  | {
      readonly kind: 'state';
      readonly instance: number;
      readonly from: State;
      readonly to: State;
      readonly cause: Cause;
      readonly repeated: boolean;
    }
  | {
      readonly kind: 'advert';
      readonly instance: number;
      readonly priority: number;
      /** As the packet says it. */
      readonly vrid: number;
    }
  | { readonly kind: 'rejected'; readonly reason: RejectReason; readonly source: string }
  | { readonly kind: 'announce'; readonly instance: number; readonly address: string }
  | { readonly kind: 'address'; readonly address: string; readonly present: boolean }
  | { readonly kind: 'lowerPriority'; readonly instance: number }
  | { readonly kind: 'stopped' }
  /** Configurations were applied again; `outputs` counts all but the acknowledgement. */
  | { readonly kind: 'reloaded'; readonly unchanged: boolean; readonly outputs: number }
  /** `late`: of how many routers the next deadline is another one than before. */
  | { readonly kind: 'upgraded'; readonly outputs: number; readonly late: number }
  | { readonly kind: 'disturbed'; readonly what: Disturbance; readonly until: WorldTime };

export type Observation = Seen & { readonly at: WorldTime; readonly host: string };

export type Observer = (observation: Observation) => void;
