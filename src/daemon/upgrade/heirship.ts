/**
 * A daemon that was started by the one whose place it takes: its side of a hand-over. Everything
 * slow is done first; then it waits for what is carried over, and goes on.
 *
 * When the other one ends before the engines have changed places, this one ends as well and gives
 * nothing back: what stands in the kernel is not its own.
 */
import { deferred } from '../../base/deferred.ts';
import type { Deferred } from '../../base/deferred.ts';
import { version } from '../../base/version.ts';
import type { Model } from '../../config/index.ts';
import type { Predecessor } from '../../engine/messages.generated.ts';
import { handOverFormat, heirDescriptors, heirVariable, routersOf } from './handOver.ts';
import type { Carried, FromHeir, FromPredecessor } from './handOver.ts';

type Left = Extract<FromPredecessor, { kind: 'left' }>['what'];

export class Heirship {
  /** Descriptors for the engine. */
  readonly descriptors: Predecessor = heirDescriptors;
  /** The process whose place is taken. */
  readonly predecessor = process.ppid;
  readonly #carried = deferred<Carried>();
  readonly #abandoned = deferred();
  readonly #left: Readonly<Record<Left, Deferred<void>>> = {
    places: deferred(),
    scripts: deferred(),
  };
  #serves = false;

  /** Undefined: nobody is followed. The sign of it is taken out of the environment. */
  static of(env: NodeJS.ProcessEnv): Heirship | undefined {
    const isHeir = env[heirVariable] !== undefined && process.send !== undefined;
    delete env[heirVariable];
    return isHeir ? new Heirship() : undefined;
  }

  private constructor() {
    process.on('message', (message) => this.#hear(message as FromPredecessor));
    process.once('disconnect', () => {
      // Between its last word and its end, or killed: in both cases it holds nothing any more.
      if (!this.#serves) return this.#abandoned.resolve();
      this.#left.places.resolve();
      this.#left.scripts.resolve();
    });
  }

  /** Resolves when the other one has ended, or has thought better of it, before it handed over. */
  get abandoned(): Promise<void> {
    return this.#abandoned.promise;
  }

  /** Why it does not come to a hand-over, in a sentence. Resolves when that has been told. */
  refuse(why: string): Promise<void> {
    return this.#serves ? Promise.resolve() : this.#say({ kind: 'refused', why });
  }

  /** Everything slow is done. Resolves with what is carried over. */
  async ready(model: Model): Promise<Carried> {
    const routers = routersOf(model);
    await this.#say({ kind: 'ready', format: handOverFormat, version, routers });
    return this.#carried.promise;
  }

  /** What was carried has been taken down: the engines may change places. */
  carried(): Promise<void> {
    return this.#say({ kind: 'carried' });
  }

  /** The engines have: from here on nothing ends this daemon but what ends any. */
  serve(): void {
    this.#serves = true;
    if (!process.connected) for (const { resolve } of Object.values(this.#left)) resolve();
  }

  /** Resolves when the other one has let go of its files and sockets, or of its scripts. */
  left(what: Left): Promise<void> {
    return this.#left[what].promise;
  }

  #hear(message: FromPredecessor): void {
    if (message.kind === 'carry') this.#carried.resolve(message.carried);
    else this.#left[message.what].resolve();
  }

  #say(message: FromHeir): Promise<void> {
    return new Promise((resolve) => {
      if (!process.connected || process.send === undefined) return resolve();
      process.send(message, () => resolve());
    });
  }
}
