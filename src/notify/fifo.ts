/**
 * A FIFO that is told of every event (`notify_fifo`, `vrrp_notify_fifo`).
 *
 * Lines are written whole and in order. When the pipe is full they wait here, within bounds
 * (fifoLines.ts), and go on when the reader does. The FIFO is opened for reading, too, so that it
 * keeps its lines while there is no reader, and it stays the same one over a reload, so that
 * nobody who reads it goes deaf. If somebody removes it, it is made again.
 *
 * In a directory where others may write, somebody else may have put something under its name
 * before. So it is never opened through a symbolic link, and what was there already is used only if
 * it is a FIFO of ours, of root's or of the user it is meant for.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  openSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { runChild } from '../base/child.ts';
import type { ChildUser } from '../base/child.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { defaultPath } from '../base/scriptEnv.ts';
import { FifoLines } from './fifoLines.ts';
import type { FifoEvent } from './fifoLines.ts';

export interface FifoOptions {
  /** Absolute. */
  readonly path: string;
  /** Whom it is to belong to; undefined: ourselves. */
  readonly owner?: ChildUser | undefined;
  /** Its mode when it has to be made; keepalived's are 0644 less the umask. */
  readonly mode: number;
  /** How many lines may wait for a slow reader; keepalived has none at all. */
  readonly linesMax: number;
}

export interface FifoDeps {
  readonly clock: Clock;
  /** A process whose place this one has taken made it: it counts as made by us. */
  readonly inherited?: boolean | undefined;
  /**
   * Called with a sentence when writing becomes impossible, and with undefined when it works again.
   */
  readonly onProblem: (problem: string | undefined) => void;
}

export interface FifoView {
  readonly path: string;
  readonly problem: string | undefined;
  readonly waiting: number;
  readonly written: number;
  readonly lost: number;
}

/** How often a full pipe is tried again. */
const fullRetryMs = 20;
/** How often it is tried again to open or make the FIFO. */
const brokenRetryMs = 1000;
/** How often it is looked whether the path still leads to our FIFO. */
const identityCheckMs = 1000;

export class Fifo {
  readonly #options: FifoOptions;
  readonly #deps: FifoDeps;
  readonly #lines: FifoLines;
  #descriptor: number | undefined;
  #made = false;
  /** The rest of a line of which the pipe took only a part. */
  #rest: Buffer | undefined;
  #timer: Timer | undefined;
  #problem: string | undefined;
  #opening = false;
  #checkedAt = 0;
  #written = 0;
  #closed = false;
  #drained: (() => void) | undefined;

  constructor(options: FifoOptions, deps: FifoDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#lines = new FifoLines(options.linesMax);
    this.#made = deps.inherited === true;
  }

  get options(): FifoOptions {
    return this.#options;
  }

  /** Makes the FIFO where there is none and opens it. Trouble is reported and tried again. */
  async open(): Promise<void> {
    if (this.#opening || this.#closed) return;
    this.#opening = true;
    const opened = await openFifo(this.#options);
    this.#opening = false;
    if (this.#closed) return this.#letGo(opened);
    if (typeof opened === 'string') {
      this.#tell(opened);
      this.#later(brokenRetryMs, () => void this.open());
      return;
    }
    this.#descriptor = opened.descriptor;
    this.#made ||= opened.made;
    this.#checkedAt = this.#deps.clock.now();
    this.#tell(undefined);
    this.#pump();
  }

  /** Writes a line, now or when the reader has made room. */
  write(event: FifoEvent): void {
    if (this.#closed) return;
    this.#lines.push(event);
    this.#checkIdentity();
    // A full pipe is tried again by the timer.
    if (this.#rest === undefined) this.#pump();
  }

  /**
   * Waits for a slow reader, no longer than `drainMs`, and lets go. The reader sees the end of the
   * file when it has read everything. With `remove` a FIFO that we made is removed.
   */
  async close(drainMs: number, remove: boolean): Promise<void> {
    if (this.#descriptor !== undefined && this.#waiting() && drainMs > 0) {
      const { clock } = this.#deps;
      let patience: Timer | undefined;
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
        patience = clock.at(clock.now() + drainMs, resolve);
      });
      patience?.cancel();
    }
    this.#closed = true;
    this.#timer?.cancel();
    const { path } = this.#options;
    if (remove && this.#made && this.#leadsHere()) tryTo(() => unlinkSync(path));
    this.#closeDescriptor();
  }

  /** Whether it was made here, and goes when it is not needed any more. */
  get made(): boolean {
    return this.#made;
  }

  view(): FifoView {
    return {
      path: this.#options.path,
      problem: this.#problem,
      waiting: this.#lines.waiting + (this.#rest === undefined ? 0 : 1),
      written: this.#written,
      lost: this.#lines.lost,
    };
  }

  #pump(): void {
    if (this.#descriptor === undefined) return;
    for (let line = this.#next(); line !== undefined; line = this.#next()) {
      const wrote = this.#writeSome(this.#descriptor, line);
      if (wrote === line.length) {
        this.#written += 1;
        continue;
      }
      this.#rest = line.subarray(wrote);
      if (this.#descriptor !== undefined) this.#later(fullRetryMs, () => this.#pump());
      return;
    }
    this.#drained?.();
  }

  #next(): Buffer | undefined {
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest !== undefined) return rest;
    const text = this.#lines.shift();
    return text === undefined ? undefined : Buffer.from(text);
  }

  #waiting(): boolean {
    return this.#rest !== undefined || this.#lines.waiting > 0;
  }

  /** How much the pipe took: 0 when it is full, and lines up to 4096 bytes whole or not at all. */
  #writeSome(descriptor: number, line: Buffer): number {
    try {
      return writeSync(descriptor, line);
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'EAGAIN') this.#broken(`${this.#options.path} cannot be written (${code})`);
      return 0;
    }
  }

  #checkIdentity(): void {
    const now = this.#deps.clock.now();
    if (this.#descriptor === undefined || now - this.#checkedAt < identityCheckMs) return;
    this.#checkedAt = now;
    if (!this.#leadsHere()) this.#broken(`${this.#options.path} was removed or replaced`);
  }

  #leadsHere(): boolean {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return false;
    try {
      const [here, there] = [fstatSync(descriptor), lstatSync(this.#options.path)];
      return here.ino === there.ino && here.dev === there.dev;
    } catch {
      return false;
    }
  }

  #broken(problem: string): void {
    this.#closeDescriptor();
    this.#tell(problem);
    this.#later(0, () => void this.open());
  }

  #tell(problem: string | undefined): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#deps.onProblem(problem);
  }

  #later(ms: number, action: () => void): void {
    const { clock } = this.#deps;
    this.#timer?.cancel();
    this.#timer = clock.at(clock.now() + ms, action);
  }

  #closeDescriptor(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) tryTo(() => closeSync(descriptor));
  }

  #letGo(opened: OpenedFifo | string): void {
    if (typeof opened !== 'string') tryTo(() => closeSync(opened.descriptor));
  }
}

interface OpenedFifo {
  readonly descriptor: number;
  readonly made: boolean;
}

/** Opens the FIFO, making it if there is none; or says in a sentence why not. */
async function openFifo(options: FifoOptions): Promise<OpenedFifo | string> {
  const { path, owner, mode } = options;
  // Node has no mkfifo(3). It is made for ourselves alone first and given away afterwards.
  const outcome = await runChild({
    argv: ['mkfifo', '-m', '0600', '--', path],
    timeoutMs: 10_000,
    killGraceMs: 500,
    env: { PATH: defaultPath, LC_ALL: 'C' },
    cwd: '/',
    maxOutputBytes: 512,
  });
  const made = outcome.kind === 'exited' && outcome.code === 0;
  let descriptor: number | undefined;
  try {
    const { O_RDWR, O_NONBLOCK, O_NOFOLLOW } = constants;
    descriptor = openSync(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW);
    const fault = faultOf(descriptor, options);
    if (fault !== undefined) throw new Error(fault);
    if (made && owner !== undefined) fchownSync(descriptor, owner.uid, owner.gid);
    if (made) fchmodSync(descriptor, mode);
    return { descriptor, made };
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    return sentenceFor(path, error);
  }
}

function faultOf(descriptor: number, { path, owner }: FifoOptions): string | undefined {
  const stats = fstatSync(descriptor);
  if (!stats.isFIFO()) return `${path} is not a FIFO`;
  // A hard link could be somebody's way to have us use a FIFO that is meant for something else.
  if (stats.nlink !== 1) return `${path} has other names, or has been removed again`;
  const trusted = [0, process.geteuid?.() ?? 0, owner?.uid];
  if (trusted.includes(stats.uid)) return undefined;
  return `${path} belongs to uid ${stats.uid}, who is neither root nor the user it is meant for`;
}

function sentenceFor(path: string, error: unknown): string {
  switch (codeOf(error)) {
    case 'ELOOP':
      return `${path} is a symbolic link, which is not followed`;
    case 'ENOENT':
      return `${path} cannot be made: its directory does not exist`;
    case 'EACCES':
      return `${path} may not be opened or made by this process`;
    case 'EISDIR':
      return `${path} is a directory`;
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

function tryTo(action: () => void): void {
  try {
    action();
  } catch {
    // Gone already.
  }
}
