/**
 * `failoverd upgrade`: another process, of the program as it is installed now, takes the place of this
 * one without a transition (docs/adr/0010). This is the side of the one that leaves. Until the
 * engines have changed places it goes on as if nobody had asked, whatever becomes of the other.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoText, errorText } from '../../base/errorText.ts';
import type { Log } from '../../base/log.ts';
import type { Model } from '../../config/index.ts';
import type { HandOverPlace } from '../enginePort.ts';
import { handOverFormat, heirVariable, routersOf } from './handOver.ts';
import type { Carried, FromHeir, FromPredecessor } from './handOver.ts';
import type { ReloadOutcome } from '../reload/reload.ts';

export interface UpgradeParts {
  readonly engine: {
    prepareHandOver(): HandOverPlace;
    handOver(patienceMicros: number): void;
  };
  /** Leaves alone what both daemons would write, and goes on with it when it comes to nothing. */
  readonly kernel: { rest(): Promise<void>; resume(): Promise<void> };
  readonly model: () => Model | undefined;
  readonly carried: () => Carried;
  /** The descriptor of the daemon's lock. */
  readonly lockFd: () => number;
  /** The file is read by the program that runs before another one reads it. */
  readonly reload: () => Promise<ReloadOutcome>;
  readonly log: Log;
  /** The journal's, of what did not come to pass. */
  readonly onFailed: (sentence: string) => void;
  /** The engines have changed places. */
  readonly onDone: (heir: Heir) => void;
}

export interface Heir {
  readonly pid: number;
  tell(message: FromPredecessor): Promise<void>;
}

/** How long the other one has to start, and to take down what is carried. */
const startMs = 30_000;
const carryMs = 10_000;
/** How long the real-time thread waits for the other one's, which answers within a millisecond. */
const patience = { least: 5_000, most: 100_000 } as const;
/** The moment may be a bad one: addresses on their way to the kernel, a host under load. */
const tries = 20;
const pauseMs = 50;
const busy = 16; // EBUSY
const timedOut = 110; // ETIMEDOUT

export class Upgrade {
  readonly #parts: UpgradeParts;
  #running = false;
  #answer: ((errorNumber: number) => void) | undefined;

  constructor(parts: UpgradeParts) {
    this.#parts = parts;
  }

  /** Resolves when the other process serves, or when it has been said why it does not. */
  async request(): Promise<ReloadOutcome> {
    if (this.#running) return refusal('an upgrade is under way already');
    if (process.pid === 1) {
      return refusal('failoverd is process 1 here, and everything ends with that: restart it');
    }
    this.#running = true;
    const outcome = await this.#attempt().catch((error: unknown) => refusal(errorText(error)));
    this.#running = false;
    if (outcome.ok) return outcome;
    this.#parts.log.error(outcome.sentence, { event: 'upgrade' });
    this.#parts.onFailed(outcome.sentence);
    return outcome;
  }

  /** The engine's word on a hand-over. */
  onHandedOver(errorNumber: number): void {
    this.#answer?.(errorNumber);
  }

  async #attempt(): Promise<ReloadOutcome> {
    const { reload, engine, log, onDone } = this.#parts;
    const reloaded = await reload();
    if (!reloaded.ok) return { ok: false, sentence: `no upgrade: ${reloaded.sentence}` };
    const candidate = new Candidate(startHeir(engine.prepareHandOver(), this.#parts.lockFd()));
    log.notice(`process ${candidate.pid} is starting to replace this one`, { event: 'upgrade' });
    const problem = await this.#carry(candidate);
    if (problem !== undefined) {
      candidate.end();
      return refusal(problem);
    }
    candidate.release();
    onDone(candidate);
    const sentence = `process ${candidate.pid} has replaced process ${process.pid}`;
    return { ok: true, sentence };
  }

  /** Why it did not come to a change of places; undefined: it did. */
  async #carry(candidate: Candidate): Promise<string | undefined> {
    const ready = await candidate.hear('ready', startMs);
    if (typeof ready === 'string') return ready;
    if (ready.format !== handOverFormat) {
      return `what this program hands over is not what failoverd ${ready.version} takes`;
    }
    const model = this.#parts.model();
    const missing = (model === undefined ? [] : routersOf(model)).find(
      (one) => !ready.routers.includes(one),
    );
    if (missing !== undefined) return `the new program has another ${missing}`;
    await candidate.tell({ kind: 'carry', carried: this.#parts.carried() });
    const carried = await candidate.hear('carried', carryMs);
    if (typeof carried === 'string') return carried;
    await this.#parts.kernel.rest();
    const problem = await this.#changePlaces(model, candidate);
    if (problem !== undefined) void this.#parts.kernel.resume();
    return problem;
  }

  async #changePlaces(model: Model | undefined, candidate: Candidate): Promise<string | undefined> {
    const shortest = Math.min(...(model?.instances ?? []).map(({ advertInt }) => advertInt));
    const wait = Math.min(Math.max(shortest, patience.least), patience.most);
    for (let left = tries; ; left -= 1) {
      const answer = new Promise<number>((resolve) => (this.#answer = resolve));
      this.#parts.engine.handOver(wait);
      const errorNumber = await answer;
      if (errorNumber === 0) return undefined;
      const mayPass = errorNumber === busy || errorNumber === timedOut;
      if (!mayPass || left <= 1 || candidate.ended) {
        return `process ${candidate.pid} did not take over: ${errnoText(errorNumber)}`;
      }
      await sleep(pauseMs);
    }
  }
}

/** The same command line, found again as it is installed now, with a line to us. */
function startHeir({ memory, line }: HandOverPlace, lock: number): ChildProcess {
  const { WATCHDOG_PID: _, ...env } = process.env;
  return spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    // A session of its own: what ends ours is not to end it.
    detached: true,
    env: { ...env, [heirVariable]: '1' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', memory, line, lock],
  });
}

/** The process that may become the heir. */
class Candidate implements Heir {
  readonly #child: ChildProcess;
  readonly #heard: FromHeir[] = [];
  #listener: (() => void) | undefined;
  #end: string | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message) => {
      this.#heard.push(message as FromHeir);
      this.#listener?.();
    });
    const onEnd = (how: string): void => {
      this.#end ??= how;
      this.#listener?.();
    };
    child.once('error', (error) => onEnd(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      onEnd(signal === null ? `ended with status ${code}` : `was ended by ${signal}`),
    );
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  tell(message: FromPredecessor): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child.connected) this.#child.send(message, () => resolve());
      else resolve();
    });
  }

  /** The next word, which has to be this one and in time; or a sentence why it is not. */
  async hear<Kind extends FromHeir['kind']>(
    kind: Kind,
    ms: number,
  ): Promise<Extract<FromHeir, { kind: Kind }> | string> {
    const message = await this.#next(ms);
    if (message?.kind === kind) return message as Extract<FromHeir, { kind: Kind }>;
    if (message?.kind === 'refused') return message.why;
    if (this.#end !== undefined) return `the new process ${this.#end}`;
    return `the new process was not ready within ${ms / 1000} s`;
  }

  /** It is not needed: it ends by itself when nobody speaks to it, and else is ended. */
  end(): void {
    if (this.#child.connected) this.#child.disconnect();
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 2000).unref();
    this.#child.once('exit', () => clearTimeout(late));
    this.#child.unref();
  }

  /** It outlives us. */
  release(): void {
    this.#child.unref();
  }

  #next(ms: number): Promise<FromHeir | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), ms);
      const look = (): void => {
        const message = this.#heard.shift();
        if (message === undefined && this.#end === undefined) return;
        clearTimeout(timer);
        this.#listener = undefined;
        resolve(message);
      };
      this.#listener = look;
      look();
    });
  }
}

function refusal(why: string): ReloadOutcome {
  return { ok: false, sentence: `no upgrade: ${why}; the running daemon continues` };
}
