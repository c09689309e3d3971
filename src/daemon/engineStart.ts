/** The engine as the file asks for it, or in a sentence why it could not be had. */
import { uptime } from 'node:os';
import { errorText } from '../base/errorText.ts';
import { fromSeconds, type Micros } from '../base/units.ts';
import type { Model } from '../config/index.ts';
import { defaultEngineOptions, Engine, isEngineBusy } from '../engine/index.ts';
import type {
  Command,
  EngineOptions,
  EventRecord,
  Predecessor,
} from '../engine/messages.generated.ts';
import type { EnginePort } from './enginePort.ts';

/** What is left of the time after booting counts, too (vrrp_delay_after_boot). */
function startupDelay({ startupDelay: asked, delayAfterBoot }: Model['globals']['daemon']): Micros {
  return Math.max(asked, delayAfterBoot - fromSeconds(Math.floor(uptime())));
}

/** `predecessor`: what an heir waits for before it does anything. */
export function engineOptions(model: Model, predecessor?: Predecessor): EngineOptions {
  const { daemon, scheduling } = model.globals;
  const { rtPriority, cpuAffinity } = scheduling.vrrp;
  return {
    ...defaultEngineOptions,
    core: { ...defaultEngineOptions.core, startupDelay: startupDelay(daemon) },
    // Real-time is the rule here, where keepalived has to be asked for it.
    realtimePriority: rtPriority > 0 ? rtPriority : defaultEngineOptions.realtimePriority,
    cpus: cpuAffinity,
    silenceLimit: daemon.supervisorTimeout,
    hearAllVrids: daemon.logUnknownVrids,
    receiveBuffer: receiveBuffer(model),
    predecessor,
  };
}

/**
 * kernel_rx_buf_size of the instances that may share a socket, added up, and never less than the
 * engine has by itself, which is far more than a few adverts or packets of the MTU.
 */
function receiveBuffer({ instances, globals }: Model): number {
  const sums = new Map<string, number>();
  for (const { interface: device, family, kernelRxBufSize } of instances) {
    const key = `${family} ${device}`;
    sums.set(key, (sums.get(key) ?? 0) + (kernelRxBufSize ?? globals.sockets.rxBytes ?? 0));
  }
  return Math.min(Math.max(defaultEngineOptions.receiveBuffer, ...sums.values()), 0x3fff_ffff);
}

/** Starts the thread. Events come from the next turn of the event loop on. */
export function startEngine(
  options: EngineOptions,
  onEvents: (records: readonly EventRecord[]) => void,
): EnginePort | string {
  try {
    return new EnginePostbox(new Engine(options, onEvents));
  } catch (error) {
    return `the engine could not be started: ${errorText(error)}`;
  }
}

/** How soon a full mailbox is tried again. The thread empties it within microseconds. */
const retryMs = 2;

/** The engine, with what its full mailbox refused waiting here in order. */
class EnginePostbox implements EnginePort {
  readonly #engine: Engine;
  #waiting: Command[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  send(commands: readonly Command[]): void {
    this.#waiting.push(...commands);
    if (this.#timer === undefined) this.#post();
  }

  alive(): void {
    this.#engine.alive();
  }

  snapshot() {
    return this.#engine.snapshot();
  }

  willFd(): number {
    return this.#engine.willFd();
  }

  prepareHandOver() {
    return this.#engine.prepareHandOver();
  }

  handOver(patience: number): void {
    this.#engine.handOver(patience);
  }

  watchRuleset(): void {
    this.#engine.watchRuleset();
  }

  record() {
    return this.#engine.record();
  }

  finished(): boolean {
    return this.#engine.finished();
  }

  close(): Promise<void> {
    clearTimeout(this.#timer);
    return this.#engine.close();
  }

  #post(): void {
    this.#timer = undefined;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, batchSize);
      try {
        this.#engine.send(batch);
      } catch (error) {
        if (!isEngineBusy(error)) throw error;
        this.#timer = setTimeout(() => this.#post(), retryMs);
        return;
      }
      this.#waiting.splice(0, batch.length);
    }
  }
}

/** Small enough that the real-time thread is not kept from its adverts by one batch. */
const batchSize = 64;
