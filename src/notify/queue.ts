/**
 * The notify scripts of one instance or group, one after the other.
 *
 * - Events are delivered in the order in which they happened, and one script runs at a time: the
 *   last one to finish is the last thing that happened.
 * - A queue that has fallen behind goes straight to the newest state; what it leaves out is counted
 *   and told to the script. Short bursts that the scripts can follow are delivered whole.
 * - A script may take as long as it likes while nothing waits behind it. When something does, it
 *   has `patienceMs` from its start, then it is ended with all its children.
 * - A script that could not be started is tried again, later and later, for as long as what it
 *   should say is still the newest.
 * So the last state is always delivered, unless its script cannot be started at all.
 */
import type { Clock, Timer } from '../base/clock.ts';
import type { RunningScript, ScriptOutcome, ScriptPolicy, StartScript } from '../base/script.ts';
import { notifyEnvironment, notifyJson, nothingSkipped, skippedShown } from './environment.ts';
import type { Delivery, Skipped } from './environment.ts';
import type { NotifyEvent } from './event.ts';
import type { PlannedRun } from './order.ts';

export interface QueueLimits {
  /** An event that has waited this long makes the queue late. */
  readonly lateAfterMs: number;
  /** So many waiting events make it late, too. */
  readonly pendingMax: number;
  /** How long a script may run when something waits behind it. */
  readonly patienceMs: number;
  /** How long it may run in any case; Infinity for as long as it likes. */
  readonly timeoutMs: number;
  /** Tries of a script that cannot be started, and the pauses between them, doubling. */
  readonly attempts: number;
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** How long the event of a group waits for the scripts of its members. */
  readonly memberWaitMs: number;
}

/** After the end: how long a process may take to go when it was told to, SIGKILL included. */
const stuckMs = 3000;

export const defaultQueueLimits: QueueLimits = {
  lateAfterMs: 1000,
  pendingMax: 16,
  patienceMs: 30_000,
  timeoutMs: Infinity,
  attempts: 10,
  firstRetryMs: 100,
  longestRetryMs: 10_000,
  memberWaitMs: 5000,
};

/** One run of a notify script that is over. */
export interface NotifyResult {
  readonly event: NotifyEvent;
  readonly keyword: string;
  readonly outcome: ScriptOutcome;
  readonly attempt: number;
  /** What was left out before this event. */
  readonly skipped: Skipped;
}

export interface NotifyQueueDeps {
  readonly clock: Clock;
  readonly start: StartScript;
  readonly limits: QueueLimits;
  readonly onResult?: ((result: NotifyResult) => void) | undefined;
}

export interface NotifyQueueView {
  readonly running:
    | { readonly keyword: string; readonly what: string; readonly sinceMs: number }
    | undefined;
  readonly waiting: readonly string[];
  readonly last: NotifyResult | undefined;
  readonly delivered: number;
  readonly skipped: number;
  readonly failed: number;
}

/** What to do for an event. */
export interface NotifyPlan {
  readonly runs: readonly PlannedRun[];
  readonly policy: ScriptPolicy;
  /** Holds the event back until the scripts of a group's members are through, within limits. */
  readonly ready?: Promise<void> | undefined;
}

interface Job {
  readonly event: NotifyEvent;
  readonly plan: NotifyPlan;
  readonly since: number;
  readonly number: number;
}

interface Running {
  readonly script: RunningScript;
  readonly keyword: string;
  readonly job: Job;
  readonly since: number;
}

export class NotifyQueue {
  readonly #deps: NotifyQueueDeps;
  #waiting: Job[] = [];
  #running: Running | undefined;
  /** The event whose scripts are being run. */
  #current: Job | undefined;
  #working = false;
  #accepted = 0;
  #skippedSoFar: Skipped = nothingSkipped;
  #settling: { readonly number: number; readonly resolve: () => void }[] = [];
  /** Ends the present pause; `retry` tells what the pause is for. */
  #pausing: { readonly end: () => void; readonly retry: boolean } | undefined;
  #patience: Timer | undefined;
  #phase: 'open' | 'closing' | 'hurrying' | 'over' = 'open';
  #counts = { delivered: 0, skipped: 0, failed: 0 };
  #last: NotifyResult | undefined;

  constructor(deps: NotifyQueueDeps) {
    this.#deps = deps;
  }

  /** Delivers an event after those that came before it. */
  push(event: NotifyEvent, plan: NotifyPlan): void {
    if (event.what === 'MASTER_RX_LOWER_PRI' && this.#waiting.at(-1)?.event.what === event.what) {
      this.#counts.skipped += 1;
      return; // It says nothing that the waiting one does not say.
    }
    this.#accepted += 1;
    const since = this.#deps.clock.now();
    this.#waiting.push({ event, plan, since, number: this.#accepted });
    if (this.#waiting.length > this.#deps.limits.pendingMax) this.#skipToNewest();
    if (isState(event) && this.#pausing?.retry === true) this.#pausing.end();
    this.#hurry();
    if (!this.#working) void this.#work();
  }

  /** Resolves when everything accepted so far is delivered or left out. */
  settled(): Promise<void> {
    const number = this.#accepted;
    if (this.#oldest() > number) return Promise.resolve();
    return new Promise((resolve) => this.#settling.push({ number, resolve }));
  }

  /**
   * The end: nothing but the newest event is delivered any more. What runs for an older one has
   * half of `boundMs`; when all of it is up the rest is ended, too, which takes the grace period at
   * most.
   */
  async close(boundMs: number): Promise<void> {
    const { clock } = this.#deps;
    const now = clock.now();
    this.#enter('closing');
    const timers = [
      clock.at(now + boundMs / 2, () => this.#enter('hurrying')),
      clock.at(now + boundMs, () => this.#enter('over')),
    ];
    // A process that not even SIGKILL ends must not keep the daemon from ending.
    const abandoned = new Promise<void>((resolve) => {
      timers.push(clock.at(now + boundMs + stuckMs, resolve));
    });
    await Promise.race([this.settled(), abandoned]);
    for (const timer of timers) timer.cancel();
  }

  view(): NotifyQueueView {
    const { clock } = this.#deps;
    const running = this.#running;
    return {
      running: running && {
        keyword: running.keyword,
        what: running.job.event.what,
        sinceMs: clock.now() - running.since,
      },
      waiting: this.#waiting.map(({ event }) => event.what),
      last: this.#last,
      ...this.#counts,
    };
  }

  #enter(phase: 'closing' | 'hurrying' | 'over'): void {
    this.#phase = phase;
    this.#skipToNewest();
    if (phase === 'over') for (const job of this.#waiting.splice(0)) this.#skip(job);
    this.#pausing?.end();
    if (this.#running !== undefined && !this.#mayRun(this.#running.job)) this.#stopRunning();
    this.#settle();
  }

  /** Whether there is still time to run scripts for this event. */
  #mayRun(job: Job): boolean {
    if (this.#phase === 'over') return false;
    return this.#phase !== 'hurrying' || job.number === this.#accepted;
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      this.#current = job;
      await this.#deliver(job);
      this.#current = undefined;
      this.#settle();
    }
    this.#working = false;
  }

  #isLate(job: Job): boolean {
    return this.#deps.clock.now() - job.since > this.#deps.limits.lateAfterMs;
  }

  /** Whether a newer state waits. */
  #isOvertaken(): boolean {
    return this.#waiting.some(({ event }) => isState(event));
  }

  /** Leaves out everything before the newest state. */
  #skipToNewest(): void {
    const newest = this.#waiting.findLastIndex(({ event }) => isState(event));
    for (const job of this.#waiting.splice(0, Math.max(newest, 0))) this.#skip(job);
  }

  #skip(job: Job): void {
    this.#counts.skipped += 1;
    const { count, last } = this.#skippedSoFar;
    this.#skippedSoFar = { count: count + 1, last: [...last, job.event.what].slice(-skippedShown) };
  }

  async #deliver(job: Job): Promise<void> {
    const { runs, ready } = job.plan;
    if (ready !== undefined) await this.#pause(this.#deps.limits.memberWaitMs, ready);
    if (this.#isLate(job) && this.#isOvertaken()) return this.#skip(job);
    const skipped = this.#skippedSoFar;
    this.#skippedSoFar = nothingSkipped;
    for (const run of runs) {
      await this.#runUntilStarted(job, run, skipped);
      // It was ended because something newer waits: the rest of this event waits no longer, either.
      if (this.#last?.outcome.kind === 'stopped' && this.#isOvertaken()) return;
    }
  }

  async #runUntilStarted(job: Job, run: PlannedRun, skipped: Skipped): Promise<void> {
    const { attempts, firstRetryMs, longestRetryMs } = this.#deps.limits;
    for (let attempt = 1; attempt <= attempts && this.#mayRun(job); attempt += 1) {
      const outcome = await this.#runOnce(job, run, { skipped, attempt });
      if (outcome.kind !== 'notStarted') {
        this.#counts.delivered += 1;
        return;
      }
      // What is newer will be tried by itself.
      if (this.#isOvertaken() || attempt === attempts || this.#phase !== 'open') break;
      await this.#pause(Math.min(firstRetryMs * 2 ** (attempt - 1), longestRetryMs));
      if (this.#isOvertaken()) break;
    }
    this.#counts.failed += 1;
  }

  async #runOnce(job: Job, run: PlannedRun, delivery: Delivery): Promise<ScriptOutcome> {
    const { clock, start, limits, onResult } = this.#deps;
    const { event, plan } = job;
    const script = start({
      command: run.command,
      policy: plan.policy,
      timeoutMs: limits.timeoutMs,
      env: notifyEnvironment(event, delivery),
      stdin: notifyJson(event, delivery),
    });
    this.#running = { script, keyword: run.keyword, job, since: clock.now() };
    this.#hurry();
    const outcome = await script.outcome;
    this.#running = undefined;
    this.#patience?.cancel();
    this.#patience = undefined;
    this.#last = { event, keyword: run.keyword, outcome, ...delivery };
    onResult?.(this.#last);
    return outcome;
  }

  /** Sets a limit to the running script once something waits behind it. */
  #hurry(): void {
    if (this.#running === undefined || this.#patience !== undefined) return;
    if (!this.#isOvertaken()) return;
    const { clock, limits } = this.#deps;
    const deadline = this.#running.since + limits.patienceMs;
    this.#patience = clock.at(Math.max(deadline, clock.now()), () => this.#stopRunning());
  }

  #stopRunning(): void {
    this.#running?.script.stop();
  }

  /** The number of the oldest event that is neither delivered nor left out. */
  #oldest(): number {
    return this.#current?.number ?? this.#waiting[0]?.number ?? Infinity;
  }

  #settle(): void {
    const oldest = this.#oldest();
    const settled = this.#settling.filter(({ number }) => number < oldest);
    this.#settling = this.#settling.filter(({ number }) => number >= oldest);
    for (const { resolve } of settled) resolve();
  }

  /**
   * Waits for `ms` or, with `sooner`, for that; without, for a newer state. Closing ends it, too.
   */
  async #pause(ms: number, sooner?: Promise<void>): Promise<void> {
    const { clock } = this.#deps;
    let timer: Timer | undefined;
    await new Promise<void>((resolve) => {
      timer = clock.at(clock.now() + ms, resolve);
      this.#pausing = { end: resolve, retry: sooner === undefined };
      if (sooner !== undefined) void sooner.then(resolve);
    });
    this.#pausing = undefined;
    timer?.cancel();
  }
}

/** Whether an event says what something is, so that a newer one makes an older one worthless. */
function isState(event: NotifyEvent): boolean {
  return event.what !== 'MASTER_RX_LOWER_PRI';
}
