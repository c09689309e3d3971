/**
 * What each instance is doing, folded from the events. Derived, owned by nobody: it can be thrown
 * away and built again from a snapshot, and is when events were lost.
 *
 * The fold keeps what changes by events (state, cause, priority, master). What changes with every
 * advert (counters, ages, deadlines) is asked of the engine when somebody wants to see it.
 */
import type {
  Cause,
  EngineEvent,
  EngineSnapshot,
  InstanceStatus as CoreInstanceStatus,
  State,
} from '../engine/messages.generated.ts';

export interface InstanceView {
  readonly instance: number;
  readonly state: State;
  /** The engine's clock (CLOCK_BOOTTIME, microseconds) at the last change of state. */
  readonly since: number;
  readonly cause: Cause | undefined;
  readonly effectivePriority: number | undefined;
  readonly master: MasterView | undefined;
  /** The revision of the configuration that the engine has confirmed. */
  readonly revision: number | undefined;
}

export interface MasterView {
  readonly address: string;
  readonly priority: number;
  /** Between two of its adverts, microseconds. */
  readonly interval: number;
}

export type StatusView = ReadonlyMap<number, InstanceView>;

/**
 * One event into the picture. `at` is the event's instant. False: the picture is as before. It is
 * changed in place, because thousands of instances become MASTER in one batch; the view of one
 * instance is replaced and never changed.
 */
export function foldStatus(
  view: Map<number, InstanceView>,
  event: EngineEvent,
  at: number,
): boolean {
  switch (event.kind) {
    case 'StateChanged':
      return change(view, event.instance, {
        state: event.to,
        cause: event.cause,
        effectivePriority: event.effectivePriority,
        ...(event.repeated ? {} : { since: at }),
        ...(event.to === 'backup' ? {} : { master: undefined }),
      });
    case 'PriorityChanged':
      return change(view, event.instance, { effectivePriority: event.to });
    case 'MasterChanged':
      return change(view, event.instance, {
        master: {
          address: event.master,
          priority: event.priority,
          interval: event.advertInterval,
        },
      });
    case 'InstanceApplied':
      return change(view, event.instance, { revision: event.revision });
    case 'InstanceRemoved':
      return view.delete(event.instance);
    default:
      return false;
  }
}

/** The picture as the engine sees it now. */
export function statusOf(snapshot: EngineSnapshot): Map<number, InstanceView> {
  return new Map(snapshot.core.instances.map((one) => [one.instance, instanceOf(one)]));
}

function instanceOf(one: CoreInstanceStatus): InstanceView {
  const master =
    one.master === undefined
      ? undefined
      : {
          address: one.master,
          priority: one.masterPriority,
          interval: one.masterAdvertInterval,
        };
  return {
    instance: one.instance,
    state: one.state,
    since: one.since,
    cause: one.cause,
    effectivePriority: one.effectivePriority,
    master,
    revision: one.revision,
  };
}

function change(
  view: Map<number, InstanceView>,
  instance: number,
  part: Partial<InstanceView>,
): boolean {
  const before = view.get(instance) ?? unknown(instance);
  const { state, since, cause, effectivePriority, master, revision } = { ...before, ...part };
  // Spelt out, since what spreading makes takes half as much memory again.
  view.set(instance, { instance, state, since, cause, effectivePriority, master, revision });
  return true;
}

function unknown(instance: number): InstanceView {
  return {
    instance,
    state: 'init',
    since: 0,
    cause: undefined,
    effectivePriority: undefined,
    master: undefined,
    revision: undefined,
  };
}

/** One line for people who look at the service: `2 MASTER, 1 BACKUP`. */
export function statusSentence(view: StatusView): string {
  const order = ['master', 'backup', 'fault', 'init'] as const;
  const counts = { master: 0, backup: 0, fault: 0, init: 0 };
  for (const { state } of view.values()) counts[state] += 1;
  const counted = order.map((state) => {
    const count = counts[state];
    return count === 0 ? undefined : `${count} ${state.toUpperCase()}`;
  });
  const parts = counted.filter((part) => part !== undefined);
  return parts.length === 0 ? 'no instance' : parts.join(', ');
}
