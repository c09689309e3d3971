/**
 * Keeps our tables of nftables as they are wanted: puts back what somebody removes or changes, tries again
 * what could not be installed, and looks for itself where the kernel does not tell of changes.
 *
 * At rest it writes nothing: while one daemon takes the place of another there is one of the two that does.
 */
import { errnoText } from '../../base/errorText.ts';
import type { Log } from '../../base/log.ts';
import type { Wish } from './firewall.ts';
import type { Table } from './nftTables.ts';
import { RepairLimit } from './repairLimit.ts';

type Say = Pick<Log, 'notice' | 'warning' | 'error'>;

/** The tables in the kernel; `Firewall` is one. Nothing of it rejects. */
export interface Tables {
  readonly tables: readonly Table[];
  /** Why what is wanted does not stand; undefined: it does. */
  readonly problem: string | undefined;
  install(wish: Wish): Promise<void>;
  restore(): Promise<boolean>;
  repair(): Promise<boolean>;
  remove(): Promise<void>;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

export interface RulesParts {
  readonly log: Say;
  readonly tables: Tables;
  /** The tables are others than before, perhaps. */
  readonly onMade: () => void;
  /** Something that somebody had removed or changed was put back. `program`: who it was; empty: not known. */
  readonly onMended: (program: string) => void;
  /** Has changes of the ruleset told from here on, where the kernel tells of them. */
  readonly watch: () => void;
}

/** Puts back in a minute, before whoever removes it has won for a while. */
const mostRepairs = 60;
const limitName = 'nftables';
/** Between two looks at the whole of our rules, for which `nft` is run. */
const lookMs = 100;
/** The same where no change is told. */
const deafMs = 5000;
/** After the first failure; twice as long each time. */
const firstRetryMs = 1000;
const mostRetryMs = 60_000;

const event = 'firewall';

export class RulesKeeper {
  readonly #parts: RulesParts;
  readonly #limit = new RepairLimit(mostRepairs);
  #wish: Wish | undefined;
  #resting = false;
  #stopped = false;
  #lookTimer: NodeJS.Timeout | undefined;
  #lookedMs = -Infinity;
  /** Who has changed the ruleset since then. */
  #by = '';
  #retryTimer: NodeJS.Timeout | undefined;
  #retryMs = firstRetryMs;
  #failing = false;
  /** Why the kernel does not tell of changes. */
  #deaf: string | undefined;
  #deafTimer: NodeJS.Timeout | undefined;

  constructor(parts: RulesParts) {
    this.#parts = parts;
  }

  /** What is not as it should be, each a sentence without its stop. */
  get troubles(): readonly string[] {
    const { problem } = this.#parts.tables;
    return [
      ...(this.#failing && problem !== undefined ? [notInstalled(problem)] : []),
      ...(this.#deaf === undefined ? [] : [this.#deaf]),
    ];
  }

  /** Makes the kernel have what is wanted, now or when it no longer rests. Never rejects. */
  async want(wish: Wish): Promise<void> {
    this.#wish = wish;
    if (this.#resting) return;
    const { tables, watch, onMade } = this.#parts;
    await tables.install(wish);
    if (this.#stopped) return;
    this.#judge();
    onMade();
    if (tables.tables.length > 0) watch();
  }

  /** The ruleset has changed. `program`: who did it; empty: not known. */
  onChange(program: string): void {
    this.#hearsAgain();
    this.look(program);
  }

  /**
   * Something may have been changed. A table that is missing is put back at once, until that has become a fight;
   * what else there is is found by a look at the whole, which comes soon.
   */
  look(program = ''): void {
    if (!this.#mayLook()) return;
    this.#by = program;
    const now = performance.now();
    if (this.#limit.allows(limitName, now)) void this.#mended(this.#parts.tables.restore());
    const waitMs = Math.max(0, this.#lookedMs + lookMs - now);
    this.#lookTimer ??= setTimeout(() => this.#lookAtAll(), waitMs).unref();
  }

  /** The kernel does not tell of changes, or no longer does. */
  onDeaf(errorNumber: number): void {
    if (this.#deaf !== undefined) return;
    this.#deaf =
      `changes of the nftables of failoverd are not told by the kernel (${errnoText(errorNumber)}): ` +
      `they are looked at every ${deafMs / 1000} s`;
    this.#parts.log.warning(this.#deaf, { event });
    this.#deafTimer = setInterval(() => this.#lookUnasked(), deafMs).unref();
  }

  /** Writes nothing from here on. Resolves when nothing is under way. */
  rest(): Promise<void> {
    this.#resting = true;
    this.#stopLooking();
    return this.#parts.tables.settled();
  }

  /** The end of a rest: what is wanted by now is installed. */
  async resume(): Promise<void> {
    if (!this.#resting) return;
    this.#resting = false;
    if (this.#wish !== undefined) await this.want(this.#wish);
    this.look();
  }

  /** For good. */
  stop(): void {
    this.#stopped = true;
    this.#stopLooking();
    clearInterval(this.#deafTimer);
  }

  async remove(): Promise<void> {
    this.stop();
    await this.#parts.tables.remove();
  }

  #stopLooking(): void {
    clearTimeout(this.#lookTimer);
    clearTimeout(this.#retryTimer);
    this.#lookTimer = undefined;
  }

  #mayLook(): boolean {
    return !this.#resting && !this.#stopped && this.#parts.tables.tables.length > 0;
  }

  #hearsAgain(): void {
    if (this.#deaf === undefined) return;
    this.#deaf = undefined;
    clearInterval(this.#deafTimer);
    this.#parts.log.notice('changes of nftables are told by the kernel again', { event });
  }

  #lookUnasked(): void {
    if (!this.#mayLook()) return;
    this.#parts.watch();
    this.#by = '';
    this.#lookAtAll();
  }

  #lookAtAll(): void {
    this.#lookTimer = undefined;
    this.#lookedMs = performance.now();
    void this.#mended(this.#parts.tables.repair());
  }

  async #mended(mending: Promise<boolean>): Promise<void> {
    const program = this.#by;
    const done = await mending;
    if (this.#stopped) return;
    this.#judge();
    if (!done) return;
    this.#limit.count(limitName, performance.now());
    this.#parts.onMended(program);
    this.#parts.onMade();
  }

  /** Says when it begins to fail and when that is over, and sees to the next try. */
  #judge(): void {
    const { problem } = this.#parts.tables;
    if (problem === undefined) {
      clearTimeout(this.#retryTimer);
      this.#retryMs = firstRetryMs;
      if (this.#failing) this.#parts.log.notice('the firewall rules stand now', { event });
      this.#failing = false;
      return;
    }
    if (!this.#failing) {
      const again = 'it is tried again until that has been done';
      this.#parts.log.error(`${notInstalled(problem)}; ${again}`, { event });
    }
    this.#failing = true;
    if (this.#resting) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#retry(), this.#retryMs).unref();
  }

  #retry(): void {
    this.#retryMs = Math.min(2 * this.#retryMs, mostRetryMs);
    if (this.#wish !== undefined) void this.want(this.#wish);
  }
}

function notInstalled(problem: string): string {
  return `the firewall rules could not be installed: ${problem}`;
}
