/**
 * As process 1 of a container this process inherits whatever loses its parent there: what a script has put
 * into the background, what `docker exec` leaves. Nobody else takes what is left of them when they end, and
 * process numbers would run out.
 *
 * Node waits for its own children, by number and within one turn of its loop. So what is seen dead twice,
 * a second apart, is nobody's.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { reap } from '../engine/index.ts';

/** Between the word that a child has ended and each of two looks. */
const lookMs = 1000;

export class OrphanReaper {
  #timer: NodeJS.Timeout | undefined;
  #seen: ReadonlySet<number> = new Set();
  readonly #onDeath = (): void => this.#lookSoon();

  /** Nothing anywhere but in process 1. */
  start(): void {
    if (process.pid !== 1) return;
    process.on('SIGCHLD', this.#onDeath);
    this.#lookSoon();
  }

  stop(): void {
    process.off('SIGCHLD', this.#onDeath);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lookSoon(): void {
    this.#timer ??= setTimeout(() => this.#look(), lookMs).unref();
  }

  #look(): void {
    this.#timer = undefined;
    const dead = deadChildren();
    const left = dead.filter((pid) => !this.#seen.has(pid) || !reap(pid));
    this.#seen = new Set(left);
    if (left.length > 0) this.#lookSoon();
  }
}

/** Whoever has ended and has not been waited for. */
function deadChildren(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^[0-9]+$/.test(name))
      .map(Number)
      .filter(isDeadChild);
  } catch {
    // No descriptor is left: another time.
    return [];
  }
}

/** State and parent are the fields after the name, which ends with the last parenthesis (proc(5)). */
function isDeadChild(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' && parent === '1';
  } catch {
    return false;
  }
}
