/**
 * A health check that asks a host by itself: `vrrp_probe`.
 *
 * Questions are asked when they are due (schedule.ts), each later by a random time up to the jitter, so
 * that a hundred routers do not ask one gateway in the same instant. There is never a second question
 * beside the first. Only an answer is a success.
 */
import type { Clock } from '../base/clock.ts';
import type { Answer, Asker, Asking } from './ask.ts';
import type { TrackerCause, TrackerListener } from './report.ts';
import { applyResult, beginRiseFall } from './riseFall.ts';
import type { RiseFall, RiseFallBegin } from './riseFall.ts';
import { Schedule } from './schedule.ts';

export interface ProbeTrackerOptions {
  readonly name: string;
  /** The host, for sentences. */
  readonly host: string;
  /** In milliseconds, above 0. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly jitterMs: number;
  readonly rise: number;
  readonly fall: number;
  readonly begin: RiseFallBegin;
}

export interface ProbeTrackerDeps {
  readonly clock: Clock;
  readonly asker: Asker;
  /** From 0 to 1, for the jitter. */
  readonly random: () => number;
  readonly report: TrackerListener;
}

/** What status shows of a probe. Durations are milliseconds, `...At` are dates (ms since 1970). */
export interface ProbeTrackerView {
  readonly kind: 'probe';
  readonly name: string;
  readonly host: string;
  readonly verdict: RiseFall['verdict'];
  readonly asked: number;
  readonly answered: number;
  /** Questions without the right answer; one under way is none yet. */
  readonly failed: number;
  /** Questions left out because the one before was still waiting for its answer. */
  readonly skipped: number;
  readonly last:
    | { readonly answer: Answer; readonly durationMs: number; readonly endedAt: number }
    | undefined;
  /** From now; undefined when stopped. */
  readonly nextInMs: number | undefined;
}

export class ProbeTracker {
  readonly name: string;
  readonly #options: ProbeTrackerOptions;
  readonly #deps: ProbeTrackerDeps;
  #riseFall: RiseFall;
  readonly #schedule: Schedule;
  #asking: Asking | undefined;
  #last: ProbeTrackerView['last'];
  #counts = { asked: 0, answered: 0, failed: 0, skipped: 0 };

  constructor(options: ProbeTrackerOptions, deps: ProbeTrackerDeps) {
    const { name, begin, rise, fall } = options;
    this.name = name;
    this.#options = options;
    this.#deps = deps;
    this.#riseFall = beginRiseFall(rise, fall, begin);
    const { clock, random } = deps;
    const { intervalMs, jitterMs } = options;
    this.#schedule = new Schedule({
      clock,
      intervalMs,
      jitterMs,
      random,
      onDue: () => this.#due(),
    });
  }

  /** Reports how it begins, and begins: the first question is asked at once. */
  start(): void {
    if (this.#schedule.begun) return;
    const configured = this.#options.begin === 'failed';
    const reason = configured ? 'init_fail: it counts as failed' : 'it has not been asked yet';
    this.#report(configured ? 'configured' : 'assumed', reason);
    this.#schedule.start();
  }

  stop(): void {
    this.#schedule.stop();
    this.#asking?.stop();
    this.#deps.asker.close();
  }

  /** For the tracker that goes on from here after a reload or an upgrade. */
  riseFall(): RiseFall {
    return this.#riseFall;
  }

  view(): ProbeTrackerView {
    return {
      kind: 'probe',
      name: this.name,
      host: this.#options.host,
      verdict: this.#riseFall.verdict,
      ...this.#counts,
      last: this.#last,
      nextInMs: this.#schedule.nextInMs(),
    };
  }

  #due(): void {
    if (this.#asking === undefined) void this.#ask();
    else this.#counts.skipped += 1;
  }

  async #ask(): Promise<void> {
    const { clock, asker } = this.#deps;
    const since = clock.now();
    this.#asking = asker.ask(this.#options.timeoutMs);
    this.#counts.asked += 1;
    const answer = await this.#asking.answer;
    this.#asking = undefined;
    if (this.#schedule.stopped) return;
    const durationMs = clock.now() - since;
    this.#last = { answer, durationMs, endedAt: clock.wallMs() };
    this.#counts[answer.kind === 'answered' ? 'answered' : 'failed'] += 1;
    this.#judge(answer);
  }

  #judge(answer: Answer): void {
    const before = this.#riseFall;
    this.#riseFall = applyResult(before, answer.kind === 'answered');
    if (this.#riseFall.verdict === before.verdict) return;
    this.#report(causes[answer.kind], `${this.#options.host} ${answer.reason}`);
  }

  #report(cause: TrackerCause, reason: string): void {
    const { verdict: status } = this.#riseFall;
    this.#deps.report({ kind: 'probe', tracker: this.name, status, value: 0, cause, reason });
  }
}

const causes: Readonly<Record<Answer['kind'], TrackerCause>> = {
  answered: 'passed',
  failed: 'unreachable',
  silent: 'timeout',
  unasked: 'notStarted',
};
