/**
 * Which processes the trackers mean, as numbers.
 *
 * The engine watches numbers: it holds a descriptor of each process (pidfd) and learns of its death
 * from the kernel, without JavaScript. What it cannot do is tell which processes are meant. That is
 * done here, for all trackers together, and the result is sent as a whole set whenever it changes.
 * How many are enough, and how long to wait before saying so, is the engine's business again.
 *
 * There are two ways to hear of new processes:
 * - events of the kernel's process connector, which the engine hands on. A fork copies the parent's
 *   name, so a child of a tracked process is tracked without looking; an exec or a new name is a
 *   reason to look once; who is gone by then may have left children behind (a daemon that goes into
 *   the background at once), which are among the newcomers; lost events are a reason to look at
 *   everybody;
 * - where there is no connector (in a container, in another namespace, without the right), /proc is
 *   listed several times a second. Only what is new is looked at, and again while it is
 *   young, because a process is forked under its parent's name and takes its own an instant
 *   later; everybody else in turn, a few each time, in case of a late exec.
 */
import type { Clock, Timer } from '../base/clock.ts';
import type { ProcessIdentity } from '../base/procStat.ts';
import { isShortage } from '../base/shortage.ts';
import { matchesComm, matchesCommandLine, needsCommandLine } from './processMatch.ts';
import type { ProcessPattern } from './processMatch.ts';
import type { ProcessSource } from './processSource.ts';

/** The whole set of processes that a tracker means at present. */
export interface ProcessSetChanged {
  readonly tracker: string;
  readonly pids: ReadonlySet<number>;
}

export interface ProcessMonitorDeps {
  readonly clock: Clock;
  readonly source: ProcessSource;
  /** Called with the first set of each tracker and at every change. */
  readonly emit: (change: ProcessSetChanged) => void;
}

/** How new processes are heard of. */
export type ProcessMode =
  | { readonly kind: 'events' }
  /** `reason`: why there are no events, for people. */
  | { readonly kind: 'poll'; readonly reason: string };

/** What status shows of a tracker. */
export interface ProcessTrackerView {
  readonly kind: 'process';
  readonly name: string;
  readonly pids: readonly number[];
  readonly mode: ProcessMode;
}

/** What status shows of the monitor as a whole. */
export interface ProcessMonitorCounters {
  readonly inventories: number;
  readonly lookups: number;
  readonly polls: number;
  readonly lost: number;
}

const pollMs = 250;
/** A process may still be about to take its own name for this long after it was first seen. */
const youngMs = 2000;
/** Everybody is looked at again within this many polls. */
const pollsPerRound = 20;
/**
 * After lost events a burst may still be going on: look a little later, and once for many losses.
 */
const afterLossMs = 100;
/** Without descriptors or memory nothing is seen: this much later there may be some. */
const afterShortageMs = 1000;
/**
 * Who was gone before anybody looked has its children looked for this much later, and no more often
 * than that: on a busy host somebody is gone at any time.
 */
const orphansMs = 20;
const orphansEveryMs = 500;
/** Numbers are given out again: who is no newcomer is known for this long. */
const newcomersMs = 2000;
/** What the engine counts by itself (forks and deaths) is confirmed at leisure, many at a time. */
const leisureMs = 50;
/** So many processes are looked at before the event loop gets a turn. */
const lookedAtOnce = 128;

interface Tracked {
  readonly pattern: ProcessPattern;
  /** Number and start time of every process that matches. */
  readonly pids: Map<number, string>;
  /** Everybody was looked at once; before that the set is not whole and is not sent. */
  ready: boolean;
  changed: boolean;
}

export class ProcessMonitor {
  readonly #deps: ProcessMonitorDeps;
  #mode: ProcessMode;
  #trackers: readonly Tracked[] = [];
  #started = false;
  #closed = false;
  #flushing = false;
  #leisurely: Timer | undefined;
  #poll: Timer | undefined;
  #rescan: Timer | undefined;
  #orphans: Timer | undefined;
  /** Who was there when orphans were last looked for, and when that was. */
  #present: ReadonlySet<number> = new Set();
  #presentAt = -Infinity;
  /** Where a command line is being read: only the latest look at a process counts. */
  readonly #looks = new Map<number, symbol>();
  /** When a process was first seen; polling only. */
  #seen = new Map<number, number>();
  #round = 0;
  #counters: ProcessMonitorCounters = { inventories: 0, lookups: 0, polls: 0, lost: 0 };

  constructor(mode: ProcessMode, deps: ProcessMonitorDeps) {
    this.#mode = mode;
    this.#deps = deps;
  }

  /** Looks at everybody. Resolves when the first set of every tracker was emitted. */
  async start(patterns: readonly ProcessPattern[]): Promise<void> {
    this.#started = true;
    await this.setPatterns(patterns);
  }

  /** Other trackers, after a reload. A tracker whose pattern is unchanged keeps its set unasked. */
  async setPatterns(patterns: readonly ProcessPattern[]): Promise<void> {
    const old = new Map(
      this.#trackers.map((tracked) => [JSON.stringify(tracked.pattern), tracked]),
    );
    const trackers = patterns.map(
      (pattern) =>
        old.get(JSON.stringify(pattern)) ??
        ({
          pattern,
          pids: new Map<number, string>(),
          ready: false,
          changed: true,
        } satisfies Tracked),
    );
    this.#trackers = trackers;
    if (this.#started) this.#sleep();
    if (trackers.every(({ ready }) => ready)) return;
    await this.#lookAtAll();
  }

  stop(): void {
    this.#closed = true;
    this.#poll?.cancel();
    this.#rescan?.cancel();
    this.#orphans?.cancel();
    this.#leisurely?.cancel();
  }

  /** Events became available or went away. */
  setMode(mode: ProcessMode): void {
    this.#mode = mode;
    this.#poll?.cancel();
    this.#seen = new Map();
    if (this.#started && !this.#closed) this.onEventsLost();
    this.#sleep();
  }

  /** A process forked; both numbers are of processes, not of threads. */
  onForked(parent: number, pid: number): void {
    // What the parent is, is just being found out: then the child has to be looked at as well.
    if (this.#looks.has(parent)) this.#glance(pid);
    for (const tracked of this.#trackers) {
      if (!tracked.pids.has(parent)) continue;
      // The start time is looked up when the set is sent: most children are short-lived.
      tracked.pids.set(pid, '');
      this.#markAtLeisure(tracked);
    }
  }

  /** A process executed another program. */
  onExecuted(pid: number): void {
    this.#glance(pid, 'begun');
  }

  /** A process changed its name. */
  onRenamed(pid: number): void {
    this.#glance(pid, 'begun');
  }

  /** A process ended. The engine has acted on it already; here it only leaves the sets. */
  onExited(pid: number): void {
    this.#looks.delete(pid);
    this.#forget(pid);
  }

  /** Events were dropped, so that everybody has to be looked at again. */
  onEventsLost(): void {
    this.#count('lost');
    this.#lookAtAllIn(afterLossMs);
  }

  views(): readonly ProcessTrackerView[] {
    return this.#trackers.map(({ pattern, pids }) => ({
      kind: 'process',
      name: pattern.name,
      pids: [...pids.keys()].sort((a, b) => a - b),
      mode: this.#mode,
    }));
  }

  counters(): ProcessMonitorCounters {
    return this.#counters;
  }

  #lookAtAllIn(ms: number): void {
    if (this.#rescan !== undefined || this.#closed) return;
    this.#rescan = this.#deps.clock.at(this.#deps.clock.now() + ms, () => {
      this.#rescan = undefined;
      void this.#lookAtAll();
    });
  }

  /** After it every tracker has its set; where nobody could be seen, what was known stands. */
  #lookAtAll(): Promise<void> {
    const trackers = this.#trackers;
    return this.#unlessShort(async () => {
      this.#count('inventories');
      const listed = await this.#deps.source.inventory();
      const known = trackers.flatMap(({ pids }) => [...pids.keys()]);
      await this.#lookAt([...new Set([...listed, ...known])]);
      for (const tracked of trackers) tracked.ready = true;
      this.#flush();
    });
  }

  /** Looks, and has everybody looked at later where the system is short of something now. */
  async #unlessShort(look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (error) {
      if (!isShortage(error)) throw error;
      this.#lookAtAllIn(afterShortageMs);
    }
  }

  #glance(pid: number, why?: 'begun'): void {
    void this.#unlessShort(() => this.#look(pid, why));
  }

  async #lookAt(pids: readonly number[]): Promise<void> {
    for (let from = 0; from < pids.length && !this.#closed; from += lookedAtOnce) {
      if (from > 0) await new Promise((resolve) => setImmediate(resolve));
      await Promise.all(pids.slice(from, from + lookedAtOnce).map((pid) => this.#look(pid)));
    }
  }

  /** Its children bear its name, and nobody has been told of them: nobody knew whose they are. */
  #lookForOrphans(): void {
    if (this.#orphans !== undefined || this.#closed || this.#mode.kind === 'poll') return;
    const { clock } = this.#deps;
    const at = Math.max(clock.now() + orphansMs, this.#presentAt + orphansEveryMs);
    this.#orphans = clock.at(at, () => {
      this.#orphans = undefined;
      void this.#unlessShort(() => this.#lookAtNewcomers());
    });
  }

  async #lookAtNewcomers(): Promise<void> {
    const present = await this.#deps.source.pids();
    const now = this.#deps.clock.now();
    const known = now - this.#presentAt < newcomersMs ? this.#present : new Set<number>();
    this.#present = new Set(present);
    this.#presentAt = now;
    await this.#lookAt(present.filter((pid) => !known.has(pid)));
  }

  /** Looks who a process is now, and puts it into the sets or takes it out. */
  async #look(pid: number, why?: 'begun'): Promise<void> {
    this.#count('lookups');
    const token = Symbol();
    this.#looks.set(pid, token);
    try {
      const identity = this.#deps.source.identify(pid);
      if (identity === undefined) {
        if (why === 'begun') this.#lookForOrphans();
        return this.#forget(pid);
      }
      const byName = this.#trackers.filter(({ pattern }) => !needsCommandLine(pattern));
      for (const tracked of byName) {
        this.#set(tracked, identity, matchesComm(tracked.pattern, identity.comm));
      }
      const byLine = this.#trackers.filter(({ pattern }) => needsCommandLine(pattern));
      if (byLine.length > 0) await this.#lookAtLine(identity, byLine, token);
    } finally {
      if (this.#looks.get(pid) === token) this.#looks.delete(pid);
    }
  }

  async #lookAtLine(identity: ProcessIdentity, byLine: readonly Tracked[], token: symbol) {
    const argv = await this.#deps.source.commandLine(identity.pid);
    // A later look, or the process's end, has overtaken this one.
    if (this.#looks.get(identity.pid) !== token) return;
    if (argv === undefined) this.#lookForOrphans();
    for (const tracked of byLine) {
      const matches = argv !== undefined && matchesCommandLine(tracked.pattern, argv);
      this.#set(tracked, identity, matches);
    }
  }

  #set(tracked: Tracked, { pid, startTime }: ProcessIdentity, matches: boolean): void {
    const before = tracked.pids.get(pid);
    if (matches ? before === startTime : before === undefined) return;
    if (matches) tracked.pids.set(pid, startTime);
    else tracked.pids.delete(pid);
    this.#mark(tracked);
  }

  #forget(pid: number): void {
    for (const tracked of this.#trackers)
      if (tracked.pids.delete(pid)) this.#markAtLeisure(tracked);
  }

  /** Sends what changed once the present batch of events has been worked through. */
  #mark(tracked: Tracked): void {
    tracked.changed = true;
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => this.#flush());
  }

  #markAtLeisure(tracked: Tracked): void {
    tracked.changed = true;
    const { clock } = this.#deps;
    this.#leisurely ??= clock.at(clock.now() + leisureMs, () => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    this.#leisurely?.cancel();
    this.#leisurely = undefined;
    for (const tracked of this.#trackers) {
      if (!tracked.changed || !tracked.ready || this.#closed) continue;
      this.#dropTheDead(tracked);
      tracked.changed = false;
      this.#deps.emit({ tracker: tracked.pattern.name, pids: new Set(tracked.pids.keys()) });
    }
  }

  /** A number that was reused meanwhile must never reach the engine as one to watch. */
  #dropTheDead({ pids }: Tracked): void {
    for (const [pid, startTime] of pids) {
      const identity = this.#identifyKnown(pid, startTime);
      if (identity === undefined || (startTime !== '' && identity.startTime !== startTime)) {
        pids.delete(pid);
      } else pids.set(pid, identity.startTime);
    }
  }

  /** Who cannot be looked at now is taken for who it was. */
  #identifyKnown(pid: number, startTime: string): ProcessIdentity | undefined {
    try {
      return this.#deps.source.identify(pid);
    } catch (error) {
      if (!isShortage(error)) throw error;
      return { pid, comm: '', startTime };
    }
  }

  #sleep(): void {
    this.#poll?.cancel();
    const idle = !this.#started || this.#trackers.length === 0;
    if (this.#closed || idle || this.#mode.kind === 'events') return;
    const { clock } = this.#deps;
    this.#poll = clock.at(clock.now() + pollMs, () => {
      this.#count('polls');
      void this.#unlessShort(() => this.#pollOnce()).then(() => this.#sleep());
    });
  }

  async #pollOnce(): Promise<void> {
    const present = await this.#deps.source.pids();
    if (this.#closed || this.#mode.kind === 'events') return;
    const now = this.#deps.clock.now();
    const tracked = new Set(this.#trackers.flatMap(({ pids }) => [...pids.keys()]));
    const seen = new Map<number, number>();
    this.#round = (this.#round + 1) % pollsPerRound;
    for (const pid of present) {
      const since = this.#seen.get(pid) ?? now;
      seen.set(pid, since);
      const turn = pid % pollsPerRound === this.#round;
      if (now - since < youngMs || turn || tracked.has(pid)) this.#glance(pid);
    }
    for (const pid of tracked) if (!seen.has(pid)) this.#forget(pid);
    this.#seen = seen;
  }

  #count(what: keyof ProcessMonitorCounters): void {
    this.#counters = { ...this.#counters, [what]: this.#counters[what] + 1 };
  }
}
