/**
 * What is told of instances and groups: to scripts, to FIFOs, by mail. Keeps what was told last, so
 * that it can be told again. Pure but for that.
 */
import { Shared } from '../../base/shared.ts';
import { findNamed } from '../../config/findNamed.ts';
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
  readonly state: NotifyState;
  readonly priority: number;
}

export class Tellings {
  readonly #names: Names;
  /** By number. */
  readonly #known: Readonly<Record<NotifyKind, Map<number, Known>>> = {
    INSTANCE: new Map(),
    GROUP: new Map(),
  };
  readonly #shared = new Shared<Known>();

  constructor(names: Names) {
    this.#names = names;
  }

  /** What an event of the engine makes us say; undefined: nothing. */
  of(event: EngineEvent, at: number, model: Model): Telling | undefined {
    if (event.kind === 'PriorityChanged') return this.#priority(event.instance, event.to, model);
    if (event.kind === 'InstanceRemoved') this.forget('INSTANCE', event.instance);
    const told = toNotifyEvent(event, at, this.#names, model);
    if (told === undefined) return undefined;
    const { kind, what, priority, context } = told;
    const id = 'instance' in event ? event.instance : 'group' in event ? event.group : undefined;
    if (what !== 'MASTER_RX_LOWER_PRI' && id !== undefined) {
      this.#known[kind].set(id, this.#shared.of({ state: what, priority }));
    }
    // Another process has told it.
    if (context.causeKind === 'carriedOver') return undefined;
    return { event: told, line: told };
  }

  /** The state that was told last; undefined: none. */
  stateOf(kind: NotifyKind, id: number): NotifyState | undefined {
    return this.#known[kind].get(id)?.state;
  }

  /** Nothing is known of it any more. */
  forget(kind: NotifyKind, id: number): void {
    this.#known[kind].delete(id);
  }

  /** The present state of everything once more; instances before groups. */
  again(at: number, model: Model): NotifyEvent[] {
    const cause = 'this is a repetition, nothing has changed';
    const of = (kind: NotifyKind, nameOf: (id: number) => string): NotifyEvent[] =>
      [...this.#known[kind]].map(([id, { state, priority }]) => {
        const name = nameOf(id);
        const known = kind === 'INSTANCE' ? contextOf(name, model) : {};
        const replay = { cause, causeKind: 'replay', previousState: state, replay: true };
        return { kind, name, what: state, priority, at, context: { ...known, ...replay } };
      });
    const instances = of('INSTANCE', (id) => this.#names.instance(id));
    return [...instances, ...of('GROUP', (id) => this.#names.group(id))];
  }

  /** `notify_priority_changes`: for FIFOs, while there is a state in which it matters. */
  #priority(id: number, priority: number, model: Model): Telling | undefined {
    const known = this.#known.INSTANCE.get(id);
    if (known === undefined) return undefined;
    this.#known.INSTANCE.set(id, this.#shared.of({ state: known.state, priority }));
    const name = this.#names.instance(id);
    const wanted = findNamed(model.instances, name)?.notifyPriorityChanges;
    if (wanted !== true || (known.state !== 'MASTER' && known.state !== 'BACKUP')) return undefined;
    const what = `${known.state}_PRIORITY` as const;
    return { event: undefined, line: { kind: 'INSTANCE', name, what, priority } };
  }
}
