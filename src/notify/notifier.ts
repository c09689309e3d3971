/**
 * All notify scripts of a daemon: events in, ordered runs out.
 *
 * Every instance and every group has a queue of its own, so one that is slow delays nobody else;
 * only a group waits, for a bounded time, until the scripts of its members for the same moment are
 * through. Queues outlive a reload: what runs goes on running, what waits is still delivered.
 */
import type { Clock } from '../base/clock.ts';
import { defaultScriptPolicy } from '../base/script.ts';
import type { ScriptPolicy, StartScript } from '../base/script.ts';
import type { NotifyEvent, NotifyKind, NotifyTarget } from './event.ts';
import { inNotifyOrder, plannedRuns } from './order.ts';
import { NotifyQueue } from './queue.ts';
import type { NotifyQueueView, NotifyResult, QueueLimits } from './queue.ts';

export interface NotifierDeps {
  readonly clock: Clock;
  readonly start: StartScript;
  readonly limits: QueueLimits;
  /** Called after every run, for journals and metrics. */
  readonly onResult?: ((result: NotifyResult) => void) | undefined;
}

export interface NotifierView extends NotifyQueueView {
  readonly kind: NotifyKind;
  readonly name: string;
}

export class Notifier {
  readonly #deps: NotifierDeps;
  #targets = new Map<string, NotifyTarget>();
  #policy = defaultScriptPolicy;
  readonly #queues = new Map<string, NotifyQueue>();

  constructor(deps: NotifierDeps) {
    this.#deps = deps;
  }

  /**
   * The instances and groups from now on, at start and after a reload. Events of those that are
   * gone must have been given to `notify` before, since their scripts are not known any more after
   * this.
   */
  configure(targets: readonly NotifyTarget[], policy: ScriptPolicy): void {
    this.#policy = policy;
    this.#targets = new Map(targets.map((target) => [keyOf(target.kind, target.name), target]));
    for (const [key, queue] of this.#queues) {
      if (!this.#targets.has(key)) void this.#dropWhenSettled(key, queue);
    }
  }

  /**
   * Delivers the events of one moment, `after` something else where that is given, within limits.
   * Those of unknown instances have no scripts and do nothing.
   */
  notify(events: readonly NotifyEvent[], after?: Promise<void>): void {
    for (const event of inNotifyOrder(events)) {
      const target = this.#targets.get(keyOf(event.kind, event.name));
      const runs = target === undefined ? [] : plannedRuns(target.scripts, event);
      if (target === undefined || runs.length === 0) continue;
      const plan = { runs, policy: this.#policy, ready: this.#membersThrough(target) ?? after };
      this.#queue(target).push(event, plan);
    }
  }

  /**
   * The end: gives every queue this long to deliver its newest event, STOP if the daemon said so
   * before, and resolves when no script runs any more.
   */
  async close(boundMs: number): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close(boundMs)));
  }

  /** Resolves when everything given so far was delivered or left out. */
  async settled(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.settled()));
  }

  views(): readonly NotifierView[] {
    return [...this.#queues].map(([key, queue]) => ({ ...partsOf(key), ...queue.view() }));
  }

  #queue({ kind, name }: NotifyTarget): NotifyQueue {
    const key = keyOf(kind, name);
    const present = this.#queues.get(key);
    if (present !== undefined) return present;
    const queue = new NotifyQueue(this.#deps);
    this.#queues.set(key, queue);
    return queue;
  }

  #membersThrough(target: NotifyTarget): Promise<void> | undefined {
    const queues = target.members
      .map((member) => this.#queues.get(keyOf('INSTANCE', member)))
      .filter((queue) => queue !== undefined);
    if (queues.length === 0) return undefined;
    return Promise.all(queues.map((queue) => queue.settled())).then(() => undefined);
  }

  async #dropWhenSettled(key: string, queue: NotifyQueue): Promise<void> {
    await queue.settled();
    if (!this.#targets.has(key) && this.#queues.get(key) === queue) this.#queues.delete(key);
  }
}

function keyOf(kind: NotifyKind, name: string): string {
  return `${kind} ${name}`;
}

function partsOf(key: string): { readonly kind: NotifyKind; readonly name: string } {
  const kind = key.startsWith('GROUP ') ? 'GROUP' : 'INSTANCE';
  return { kind, name: key.slice(kind.length + 1) };
}
