/**
 * A tracker that is a number in a file, which anybody may write in any way they like.
 *
 * Every change of the path is followed by reading the file, and what is read counts at once, with
 * one exception: a file that is empty, missing or does not end its line may be in the middle of
 * being written (`echo 6 > file` truncates first), and a priority that dips for the microseconds
 * between would move the address to another router. Such a reading counts when it has stayed the
 * same for a short while. Apart from that nothing is delayed.
 *
 * What the number does to a priority is decided elsewhere; this reports numbers.
 */
import { open } from 'node:fs/promises';
import { constants } from 'node:fs';
import type { Clock, Timer } from '../base/clock.ts';
import { readFileValue } from './fileValue.ts';
import type { FileReading } from './fileValue.ts';
import { PathWatch } from './pathWatch.ts';
import type { TrackerListener } from './report.ts';

/** A `track_file` block. */
export interface FileTrackerOptions {
  readonly name: string;
  /** Absolute. Neither the file nor its directory has to exist. */
  readonly path: string;
  /** `init_file`: what to put in the file at start; `overwrite` also where there is one. */
  readonly init?: { readonly value: number; readonly overwrite: boolean } | undefined;
  /** The value before a reload, to go on from while the file cannot be read. */
  readonly carriedOver?: number | undefined;
  /** How often the file is read although no change was seen, in milliseconds; 2000 by default. */
  readonly pollMs?: number | undefined;
}

export interface FileTrackerDeps {
  readonly clock: Clock;
  /**
   * Called with the first value, at every change of it, and when reading stops or begins to work.
   */
  readonly report: TrackerListener;
}

/** What status shows of a file. */
export interface FileTrackerView {
  readonly kind: 'file';
  readonly name: string;
  readonly path: string;
  readonly value: number;
  /** Why the value is not what is in the file; undefined when it is. */
  readonly problem: string | undefined;
  /** `watch`: changes are seen at once. `poll`: within a quarter of a second. */
  readonly mode: 'watch' | 'poll';
  readonly modeReason: string | undefined;
  /** When the value last changed, ms since 1970. */
  readonly changedAt: number | undefined;
  readonly readings: number;
}

/** How long an unlikely reading has to stay the same before it is believed. */
const settleMs = { empty: 100, missing: 100, unfinished: 20 };
/** For what no watch can see: mounts laid over the path, writers on other hosts. */
const watchedPollMs = 2000;
/** Where the path cannot be watched at all. */
const unwatchedPollMs = 250;

export class FileTracker {
  readonly name: string;
  readonly #options: FileTrackerOptions;
  readonly #deps: FileTrackerDeps;
  readonly #watch: PathWatch;
  #value: number;
  #problem: string | undefined;
  #reported = false;
  #changedAt: number | undefined;
  #readings = 0;
  /** A reading that waits to be believed. */
  #doubtful: { readonly text: string; readonly believeAt: number } | undefined;
  #busy: Promise<void> | undefined;
  #again = false;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: FileTrackerOptions, deps: FileTrackerDeps) {
    this.name = options.name;
    this.#options = options;
    this.#deps = deps;
    this.#value = options.carriedOver ?? 0;
    this.#watch = new PathWatch(options.path, () => this.#look());
  }

  /**
   * Writes the initial file where that is asked for, then watches. Resolves after the first report.
   */
  async start(): Promise<void> {
    const { init, path } = this.#options;
    if (init !== undefined) await writeInitialFile(path, init);
    if (!this.#closed) this.#look();
    await this.#busy;
  }

  stop(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#watch.close();
  }

  /** The present value, for the tracker that goes on from here after a reload. */
  value(): number {
    return this.#value;
  }

  view(): FileTrackerView {
    const modeReason = this.#watch.problem();
    return {
      kind: 'file',
      name: this.name,
      path: this.#options.path,
      value: this.#value,
      problem: this.#problem,
      mode: modeReason === undefined ? 'watch' : 'poll',
      modeReason,
      changedAt: this.#changedAt,
      readings: this.#readings,
    };
  }

  /** Reads the file; once more when something changed meanwhile. */
  #look(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#busy ??= this.#readUntilQuiet().finally(() => {
      this.#busy = undefined;
      if (this.#again) this.#look();
    });
  }

  async #readUntilQuiet(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      // To look whether the watch still holds takes many times as long as to read.
      await this.#read();
      await this.#watch.refresh();
      // What changes after this reading is seen by the watch for certain.
      await this.#read();
    }
    this.#sleep();
  }

  async #read(): Promise<void> {
    if (this.#closed) return;
    const reading = await readFileValue(this.#options.path);
    if (this.#closed) return;
    this.#readings += 1;
    this.#judge(reading);
  }

  #sleep(): void {
    if (this.#closed) return;
    this.#timer?.cancel();
    const { clock } = this.#deps;
    const watched = this.#options.pollMs ?? watchedPollMs;
    const poll = this.#watch.problem() === undefined ? watched : unwatchedPollMs;
    const deadline = this.#doubtful?.believeAt ?? clock.now() + poll;
    this.#timer = clock.at(deadline, () => this.#look());
  }

  #judge(reading: FileReading): void {
    const wait = this.#reported ? doubtMs(reading) : 0;
    const text = JSON.stringify(reading);
    const now = this.#deps.clock.now();
    if (wait > 0 && !this.#isPresent(reading)) {
      const same = this.#doubtful?.text === text ? this.#doubtful : undefined;
      this.#doubtful = same ?? { text, believeAt: now + wait };
      if (now < this.#doubtful.believeAt) return;
    }
    this.#doubtful = undefined;
    this.#believe(reading);
  }

  /** Whether the reading is what is believed already. */
  #isPresent(reading: FileReading): boolean {
    if (reading.kind === 'garbage') return this.#problem === `the file ${reading.why}`;
    return this.#problem === undefined && valueOf(reading) === this.#value;
  }

  #believe(reading: FileReading): void {
    if (this.#reported && this.#isPresent(reading)) return;
    const value = reading.kind === 'garbage' ? this.#value : valueOf(reading);
    if (value !== this.#value || !this.#reported) this.#changedAt = this.#deps.clock.wallMs();
    this.#value = value;
    this.#problem = reading.kind === 'garbage' ? `the file ${reading.why}` : undefined;
    this.#reported = true;
    this.#deps.report({
      kind: 'file',
      tracker: this.name,
      status: 'value',
      value,
      cause: reading.kind === 'garbage' ? 'unreadable' : 'read',
      reason: reasonOf(reading, value),
    });
  }
}

function valueOf(reading: Exclude<FileReading, { kind: 'garbage' }>): number {
  return reading.kind === 'value' ? reading.value : 0;
}

function doubtMs(reading: FileReading): number {
  switch (reading.kind) {
    case 'value':
      return reading.complete ? 0 : settleMs.unfinished;
    case 'garbage':
      return settleMs.unfinished;
    case 'empty':
    case 'missing':
      return settleMs[reading.kind];
  }
}

function reasonOf(reading: FileReading, value: number): string {
  switch (reading.kind) {
    case 'value':
      return `the file holds ${value}`;
    case 'empty':
      return 'the file is empty, which counts as 0';
    case 'missing':
      return 'there is no such file, which counts as 0';
    case 'garbage':
      return `the file ${reading.why}; the value stays ${value}`;
  }
}

/**
 * Creates the file with its initial value, readable for everybody. An existing one is left alone,
 * or written anew with `overwrite`, but never through a symbolic link: in a directory of somebody
 * else's that would be a way to have any file overwritten. Troubles are left to the reading that
 * follows, which reports what is there.
 */
async function writeInitialFile(
  path: string,
  init: { readonly value: number; readonly overwrite: boolean },
): Promise<void> {
  const flags =
    constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const text = `${init.value}\n`;
  try {
    const handle = await open(path, flags | constants.O_EXCL, 0o644);
    const write = handle.chmod(0o644).then(() => handle.writeFile(text));
    await write.finally(() => handle.close());
  } catch {
    if (!init.overwrite) return;
    const handle = await open(path, flags | constants.O_TRUNC, 0o644).catch(() => undefined);
    await handle
      ?.writeFile(text)
      .catch(() => undefined)
      .finally(() => handle.close());
  }
}
