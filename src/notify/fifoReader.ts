/**
 * The script that reads a FIFO (`notify_fifo_script`, `vrrp_notify_fifo_script`): started once with
 * the path as its last argument, kept running, started again when it ends.
 */
import type { Clock, Timer } from '../base/clock.ts';
import type {
  RunningScript,
  ScriptCommand,
  ScriptOutcome,
  ScriptPolicy,
  StartScript,
} from '../base/script.ts';

export interface FifoReaderDeps {
  readonly clock: Clock;
  readonly start: StartScript;
  readonly policy: ScriptPolicy;
  /** Called when the script ended by itself; it is started again after `againInMs`. */
  readonly onEnd: (outcome: ScriptOutcome, againInMs: number) => void;
}

const firstPauseMs = 1000;
const longestPauseMs = 60_000;
/** A script that ran for so long has worked: the next pause is a short one again. */
const provenMs = 10_000;

/** How long after SIGKILL a process may take to disappear. */
const stuckMs = 500;

export class FifoReader {
  readonly #command: ScriptCommand;
  readonly #deps: FifoReaderDeps;
  #running: RunningScript | undefined;
  #pauseMs = firstPauseMs;
  #timer: Timer | undefined;
  #closed = false;

  constructor(command: ScriptCommand, path: string, deps: FifoReaderDeps) {
    this.#command = { ...command, argv: [...command.argv, path] };
    this.#deps = deps;
  }

  start(): void {
    if (this.#closed) return;
    const { policy, start } = this.#deps;
    const script = start({ command: this.#command, policy, timeoutMs: Infinity });
    this.#running = script;
    void script.outcome.then((outcome) => this.#ended(outcome));
  }

  /** Waits `patienceMs` for the script to end by itself, which it does at the end of the file. */
  async close(patienceMs: number): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    const running = this.#running;
    if (running === undefined) return;
    const { clock, policy } = this.#deps;
    const now = clock.now();
    const timers = [clock.at(now + patienceMs, () => running.stop())];
    // A process that not even SIGKILL ends must not keep the daemon from ending.
    const stuck = new Promise<void>((resolve) => {
      timers.push(clock.at(now + patienceMs + policy.killGraceMs + stuckMs, resolve));
    });
    await Promise.race([running.outcome, stuck]);
    for (const timer of timers) timer.cancel();
  }

  #ended(outcome: ScriptOutcome): void {
    this.#running = undefined;
    if (this.#closed) return;
    if (outcome.durationMs >= provenMs) this.#pauseMs = firstPauseMs;
    const pause = this.#pauseMs;
    this.#pauseMs = Math.min(2 * pause, longestPauseMs);
    this.#deps.onEnd(outcome, pause);
    const { clock } = this.#deps;
    this.#timer = clock.at(clock.now() + pause, () => this.start());
  }
}
