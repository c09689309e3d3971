/**
 * A health check that is a script: when it runs, and what its end means.
 *
 * - Runs begin when they are due (schedule.ts), the first at once. There is never a second run
 *   beside the first. A run that is due while the last one is still going is skipped and counted.
 * - Only exit status 0 is a success. A script that cannot be started, is refused, is killed or runs
 *   out of time has failed, each with its own cause and reason. Running out of time counts at that
 *   moment, not when the last of its processes has at last been killed.
 */
import type { Clock, Timer } from '../base/clock.ts';
import { explainOutcome, isSuccess } from '../base/script.ts';
import type {
  RunningScript,
  ScriptCommand,
  ScriptOutcome,
  ScriptPolicy,
  StartScript,
} from '../base/script.ts';
import type { TrackerListener, TrackerCause } from './report.ts';
import { applyResult, beginRiseFall } from './riseFall.ts';
import type { RiseFall, RiseFallBegin } from './riseFall.ts';
import { Schedule } from './schedule.ts';

/** A `vrrp_script` block. */
export interface ScriptTrackerOptions {
  readonly name: string;
  readonly command: ScriptCommand;
  readonly policy: ScriptPolicy;
  /** From one start to the next, in milliseconds, above 0. */
  readonly intervalMs: number;
  /** How long a run may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly rise: number;
  readonly fall: number;
  readonly begin: RiseFallBegin;
}

export interface ScriptTrackerDeps {
  readonly clock: Clock;
  readonly start: StartScript;
  /** Called with the first status and at every change of it. */
  readonly report: TrackerListener;
  /** Called after every run, for journals and metrics. */
  readonly onRun?: ((name: string, outcome: ScriptOutcome) => void) | undefined;
}

/** How often each thing happened since the tracker was started. */
export interface ScriptCounters {
  readonly runs: number;
  readonly passed: number;
  readonly exit: number;
  readonly signal: number;
  readonly timeout: number;
  readonly notStarted: number;
  readonly refused: number;
  /** Runs left out because the one before was still going. */
  readonly skipped: number;
  /** Runs left out because this process was not scheduled when they were due. */
  readonly missed: number;
}

/** What status shows of a script. Durations are milliseconds, `...At` are dates (ms since 1970). */
export interface ScriptTrackerView {
  readonly kind: 'script';
  readonly name: string;
  readonly verdict: RiseFall['verdict'];
  /** Results in a row that speak against the present verdict, and how many would change it. */
  readonly streak: { readonly against: number; readonly needed: number };
  readonly running: { readonly sinceMs: number; readonly overdue: boolean } | undefined;
  readonly last: { readonly outcome: ScriptOutcome; readonly endedAt: number } | undefined;
  /** From now; undefined when stopped. */
  readonly nextRunInMs: number | undefined;
  readonly counters: ScriptCounters;
}

/** How long after SIGKILL a process may take to disappear. */
const stuckMs = 500;

interface Run {
  readonly script: RunningScript;
  readonly since: number;
  /** The time-out was already counted as a failure. */
  judged: boolean;
}

export class ScriptTracker {
  readonly name: string;
  readonly #options: ScriptTrackerOptions;
  readonly #deps: ScriptTrackerDeps;
  #riseFall: RiseFall;
  readonly #schedule: Schedule;
  #run: Run | undefined;
  #last: ScriptTrackerView['last'];
  #counters: ScriptCounters = noRuns;

  constructor(options: ScriptTrackerOptions, deps: ScriptTrackerDeps) {
    const { name, begin, rise, fall } = options;
    this.name = name;
    this.#options = options;
    this.#deps = deps;
    this.#riseFall = beginRiseFall(rise, fall, begin);
    this.#schedule = new Schedule({
      clock: deps.clock,
      intervalMs: options.intervalMs,
      onDue: () => this.#due(),
      onMissed: (count) => this.#count('missed', count),
    });
  }

  /** Reports how it begins, and begins: the first run is immediate. */
  start(): void {
    if (this.#schedule.begun) return;
    const configured = this.#options.begin === 'failed';
    this.#report(configured ? 'configured' : 'assumed', startReason(this.#options.begin));
    this.#schedule.start();
  }

  /**
   * Starts no more runs and ends the present one. Resolves when its process is gone; one that not
   * even SIGKILL ends (waiting for a file system that is away) is waited for no longer than a
   * moment.
   */
  async stop(): Promise<void> {
    this.#schedule.stop();
    const run = this.#run;
    if (run === undefined) return;
    run.script.stop();
    const { clock } = this.#deps;
    let timer: Timer | undefined;
    const stuck = new Promise<void>((resolve) => {
      const patience = this.#options.policy.killGraceMs + stuckMs;
      timer = clock.at(clock.now() + patience, resolve);
    });
    await Promise.race([run.script.outcome, stuck]);
    timer?.cancel();
  }

  /** For the tracker that goes on from here after a reload or an upgrade. */
  riseFall(): RiseFall {
    return this.#riseFall;
  }

  view(): ScriptTrackerView {
    const now = this.#deps.clock.now();
    const run = this.#run;
    return {
      kind: 'script',
      name: this.name,
      verdict: this.#riseFall.verdict,
      streak: streakOf(this.#riseFall),
      running: run && { sinceMs: now - run.since, overdue: run.judged },
      last: this.#last,
      nextRunInMs: this.#schedule.nextInMs(),
      counters: this.#counters,
    };
  }

  #due(): void {
    if (this.#run === undefined) this.#launch();
    else this.#count('skipped', 1);
  }

  #launch(): void {
    const { command, policy, timeoutMs } = this.#options;
    const onTimeout = (): void => {
      run.judged = true;
      const reason = `the script did not end within ${timeoutMs / 1000} s`;
      this.#judge(false, 'timeout', reason);
    };
    const script = this.#deps.start({ command, policy, timeoutMs }, { onTimeout });
    const run: Run = { script, since: this.#deps.clock.now(), judged: false };
    this.#run = run;
    this.#count('runs', 1);
    void script.outcome.then((outcome) => this.#ended(run, outcome));
  }

  #ended(run: Run, outcome: ScriptOutcome): void {
    this.#run = undefined;
    this.#last = { outcome, endedAt: this.#deps.clock.wallMs() };
    if (this.#schedule.stopped || outcome.kind === 'stopped') return;
    const cause = causeOf(outcome);
    this.#count(cause, 1);
    this.#deps.onRun?.(this.name, outcome);
    if (!run.judged)
      this.#judge(isSuccess(outcome), cause, `the script ${explainOutcome(outcome)}`);
  }

  #judge(success: boolean, cause: TrackerCause, reason: string): void {
    if (this.#schedule.stopped) return;
    const before = this.#riseFall;
    this.#riseFall = applyResult(before, success);
    if (this.#riseFall.verdict === before.verdict) return;
    this.#report(cause, reason);
  }

  #report(cause: TrackerCause, reason: string): void {
    const { verdict } = this.#riseFall;
    const { name } = this;
    this.#deps.report({ kind: 'script', tracker: name, status: verdict, value: 0, cause, reason });
  }

  #count(what: keyof ScriptCounters, by: number): void {
    this.#counters = { ...this.#counters, [what]: this.#counters[what] + by };
  }
}

const noRuns: ScriptCounters = {
  runs: 0,
  passed: 0,
  exit: 0,
  signal: 0,
  timeout: 0,
  notStarted: 0,
  refused: 0,
  skipped: 0,
  missed: 0,
};

function causeOf(
  outcome: Exclude<ScriptOutcome, { kind: 'stopped' }>,
): 'passed' | 'exit' | 'signal' | 'timeout' | 'notStarted' | 'refused' {
  switch (outcome.kind) {
    case 'exited':
      return outcome.code === 0 ? 'passed' : 'exit';
    case 'signalled':
      return 'signal';
    case 'timedOut':
      return 'timeout';
    case 'notStarted':
    case 'refused':
      return outcome.kind;
  }
}

function startReason(begin: ScriptTrackerOptions['begin']): string {
  switch (begin) {
    case 'init':
      return 'its first result is awaited';
    case 'failed':
      return 'init_fail: it counts as failed until it has succeeded';
    case 'assumeOk':
      return 'it was added by a reload and counts as passing until its first result';
    case 'assumeFailed':
      return 'it was changed by a reload and stays failed until its first result';
    default:
      return 'it keeps its result from before the reload';
  }
}

function streakOf(state: RiseFall): ScriptTrackerView['streak'] {
  const { rise, fall, verdict, counter } = state;
  if (verdict === 'ok') return { against: rise + fall - 1 - counter, needed: fall };
  return { against: verdict === 'pending' ? 0 : counter, needed: verdict === 'pending' ? 1 : rise };
}
