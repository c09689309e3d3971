/**
 * What is told of instances and groups: to scripts, to FIFOs, by mail. Keeps what was told last, so
 * that it can be told again. Pure but for that.
 */
import type { Model } from '../../config/index.ts';
import type { EngineEvent } from '../../engine/messages.generated.ts';
import type { NotifyEvent, NotifyKind, NotifyState } from '../../notify/event.ts';
import type { FifoEvent } from '../../notify/fifoLines.ts';
import type { Names } from '../../observe/names.ts';
import { contextOf, toNotifyEvent } from './notifyEvents.ts';

/** One happening, in the words of each way of telling it. */
export interface Telling {
  /** undefined: only for FIFOs. */
  readonly event: NotifyEvent | undefined;
  readonly line: FifoEvent;
  /** What scripts wait for before they are told; undefined: nothing. */
  readonly after?: Promise<void> | undefined;
}

interface Known {
  readonly kind: NotifyKind;
  readonly id: number;
  readonly state: NotifyState;
  readonly priority: number;
}

export class Tellings {
  readonly #names: Names;
  readonly #known = new Map<string, Known>();

  constructor(names: Names) {
    this.#names = names;
  }

  /** What an event of the engine makes us say; undefined: nothing. */
  of(event: EngineEvent, at: number, model: Model): Telling | undefined {
    if (event.kind === 'PriorityChanged') return this.#priority(event.instance, event.to, model);
    if (event.kind === 'InstanceRemoved') this.#known.delete(`INSTANCE ${event.instance}`);
    const told = toNotifyEvent(event, at, this.#names, model);
    if (told === undefined) return undefined;
    const { kind, what, priority, context } = told;
    const id = 'instance' in event ? event.instance : 'group' in event ? event.group : undefined;
    if (what !== 'MASTER_RX_LOWER_PRI' && id !== undefined) {
      this.#known.set(`${kind} ${id}`, { kind, id: Number(id), state: what, priority });
    }
    // Another process has told it.
    if (context.causeKind === 'carriedOver') return undefined;
    return { event: told, line: told };
  }

  /** The state that was told last; undefined: none. */
  stateOf(kind: NotifyKind, id: number): NotifyState | undefined {
    return this.#known.get(`${kind} ${id}`)?.state;
  }

  /** Nothing is known of it any more. */
  forget(kind: NotifyKind, id: number): void {
    this.#known.delete(`${kind} ${id}`);
  }

  /** The present state of everything once more; instances before groups. */
  again(at: number, model: Model): NotifyEvent[] {
    const known = [...this.#known.values()];
    const instances = known.filter(({ kind }) => kind === 'INSTANCE');
    const groups = known.filter(({ kind }) => kind === 'GROUP');
    return [...instances, ...groups].map(({ kind, id, state, priority }): NotifyEvent => {
      const name = kind === 'INSTANCE' ? this.#names.instance(id) : this.#names.group(id);
      const known = kind === 'INSTANCE' ? contextOf(name, model) : {};
      const cause = 'this is a repetition, nothing has changed';
      const context = { ...known, cause, causeKind: 'replay', previousState: state, replay: true };
      return { kind, name, what: state, priority, at, context };
    });
  }

  /** `notify_priority_changes`: for FIFOs, while there is a state in which it matters. */
  #priority(id: number, priority: number, model: Model): Telling | undefined {
    const key = `INSTANCE ${id}`;
    const known = this.#known.get(key);
    if (known === undefined) return undefined;
    this.#known.set(key, { ...known, priority });
    const name = this.#names.instance(id);
    const wanted = model.instances.some((one) => one.name === name && one.notifyPriorityChanges);
    if (!wanted || (known.state !== 'MASTER' && known.state !== 'BACKUP')) return undefined;
    const what = `${known.state}_PRIORITY` as const;
    return { event: undefined, line: { kind: 'INSTANCE', name, what, priority } };
  }
}
