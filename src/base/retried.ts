/**
 * Something small that has to be done while this process runs and that the system may refuse for a
 * time, such as a file on a full disk: told once, tried again until it is done, and told again then.
 */
import type { Log } from './log.ts';

const usualEveryMs = 10_000;

export interface RetriedParts {
  /** Does it. Answers the problem, if any: a sentence without its stop. */
  readonly attempt: () => string | undefined;
  /** What is said when it is done after all: a sentence without its stop. */
  readonly done: string;
  readonly log: Pick<Log, 'notice' | 'warning'>;
  /** Milliseconds from one try to the next. */
  readonly everyMs?: number;
}

export class Retried {
  readonly #parts: RetriedParts;
  #timer: NodeJS.Timeout | undefined;
  #told = false;

  constructor(parts: RetriedParts) {
    this.#parts = parts;
  }

  /** Now, and again until it is done. */
  start(): void {
    this.stop();
    const { attempt, done, log, everyMs = usualEveryMs } = this.#parts;
    const problem = attempt();
    if (problem === undefined) {
      if (this.#told) log.notice(done);
      this.#told = false;
      return;
    }
    const again = `it is tried again every ${everyMs / 1000} s`;
    if (!this.#told) log.warning(`${problem}${cureOf(problem)}; ${again}`);
    this.#told = true;
    this.#timer = setTimeout(() => this.start(), everyMs).unref();
  }

  /** No more tries. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** What helps, for the end of a sentence about a file that was not written; empty when unknown. */
export function cureOf(problem: string): string {
  if (/ENOSPC|EDQUOT/.test(problem)) return '; make room on that file system (df, df -i)';
  return /EROFS/.test(problem) ? '; make that file system writable' : '';
}
