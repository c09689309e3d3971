/**
 * Names the cause of every missed deadline (DESIGN law 3): the engine says that it was late, and what
 * the kernel has counted meanwhile says why. What comes in one burst is told once.
 */
import type { Log } from '../../base/log.ts';
import type { EngineEvent } from '../../engine/messages.generated.ts';
import type { Journal } from '../../observe/journal.ts';
import { causeOfLateness, latenessSentence } from '../../observe/lateness.ts';
import type { TimeLost } from '../../observe/lateness.ts';
import { TimeLostReader } from './timeLost.ts';

/** How often the totals are noted, and how many notes are kept. */
const everyMs = 1000;
const notes = 16;
/** Whether this process was stopped is known by a signal, which may come after the event. */
const settleMs = 100;
/** So often at most is it told. */
const pauseMs = 5000;

export interface LatenessParts {
  readonly log: Log;
  readonly journal: Journal;
}

interface Late {
  /** Microseconds. */
  readonly at: number;
  readonly lateness: number;
}

export class LatenessWatch {
  readonly #parts: LatenessParts;
  readonly #reader = new TimeLostReader();
  readonly #timer: NodeJS.Timeout;
  #telling: NodeJS.Timeout | undefined;
  #notes: TimeLost[];
  #continued = 0;
  #worst: Late | undefined;
  #toldMs = -pauseMs;

  constructor(parts: LatenessParts) {
    this.#parts = parts;
    this.#notes = [this.#reader.read(0)];
    this.#timer = setInterval(() => this.#note(), everyMs).unref();
    process.on('SIGCONT', this.#onContinued);
  }

  onEvent(event: EngineEvent, at: number): void {
    if (event.kind !== 'LateDeadline') return;
    if (event.lateness > (this.#worst?.lateness ?? 0)) {
      this.#worst = { at, lateness: event.lateness };
    }
    const wait = Math.max(settleMs, this.#toldMs + pauseMs - performance.now());
    this.#telling ??= setTimeout(() => this.#tell(), wait).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#telling);
    process.off('SIGCONT', this.#onContinued);
  }

  readonly #onContinued = (): void => {
    this.#continued += 1;
  };

  #note(): TimeLost {
    const note = this.#reader.read(this.#continued);
    this.#notes.push(note);
    if (this.#notes.length > notes) this.#notes.shift();
    return note;
  }

  #tell(): void {
    this.#telling = undefined;
    const late = this.#worst;
    this.#worst = undefined;
    if (late === undefined) return;
    this.#toldMs = performance.now();
    const now = this.#note();
    const before = this.#notes.findLast(({ at }) => at <= late.at - late.lateness);
    const after = this.#notes.find(({ at }) => at >= late.at + settleMs * 1000) ?? now;
    const cause = causeOfLateness(before ?? this.#notes[0] ?? now, after, late.lateness);
    const sentence = latenessSentence(cause, late.lateness);
    this.#parts.journal.add({
      wallMs: Date.now(),
      kind: 'late',
      subject: undefined,
      sentence,
      event: undefined,
    });
    this.#parts.log.warning(sentence, { event: 'late', cause, latenessMicros: late.lateness });
  }
}
