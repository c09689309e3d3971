/**
 * What is still to be written into a FIFO: lines in order, bounded.
 *
 * When a reader is so slow that there are too many, lines that a newer one has overtaken are left
 * out: of each instance and group the newest state stays, and a line of the same form says how many
 * were left out, at the place where they would have been.
 */
import type { NotifyEvent, NotifyKind } from './event.ts';

/** An event for FIFOs, which hear of changed priorities as well (`notify_priority_changes`). */
export interface FifoEvent {
  readonly kind: NotifyKind;
  readonly name: string;
  readonly what: NotifyEvent['what'] | 'MASTER_PRIORITY' | 'BACKUP_PRIORITY';
  readonly priority: number;
}

/** The line for an event, as keepalived writes it. */
export function fifoLine({ kind, name, what, priority }: FifoEvent): string {
  return `${kind} "${name}" ${what} ${kind === 'GROUP' ? 0 : priority}\n`;
}

/** The line that stands for lines left out. */
function lossLine(count: number): string {
  return `LOST "lines" DROPPED ${count}\n`;
}

interface Line {
  readonly subject: string;
  readonly isState: boolean;
  readonly text: string;
}

const nonStates: ReadonlySet<FifoEvent['what']> = new Set([
  'MASTER_RX_LOWER_PRI',
  'MASTER_PRIORITY',
  'BACKUP_PRIORITY',
]);

export class FifoLines {
  readonly #max: number;
  #threshold: number;
  #lines: Line[] = [];
  /** Left out and not yet told. */
  #untold = 0;
  #lost = 0;

  /** `max`: so many lines may wait before some are left out. */
  constructor(max: number) {
    this.#max = max;
    this.#threshold = max;
  }

  get waiting(): number {
    return this.#lines.length;
  }

  /** How many lines were left out altogether. */
  get lost(): number {
    return this.#lost;
  }

  push(event: FifoEvent): void {
    const subject = `${event.kind} ${event.name}`;
    const isState = !nonStates.has(event.what);
    this.#lines.push({ subject, isState, text: fifoLine(event) });
    if (this.#lines.length > this.#threshold) this.#compact();
  }

  /** Takes the next line; undefined when there is none. */
  shift(): string | undefined {
    if (this.#untold > 0) {
      const text = lossLine(this.#untold);
      this.#untold = 0;
      return text;
    }
    return this.#lines.shift()?.text;
  }

  #compact(): void {
    const newest = new Map<string, Line>();
    for (const line of this.#lines) if (line.isState) newest.set(line.subject, line);
    const kept = this.#lines.filter((line) => newest.get(line.subject) === line);
    const dropped = this.#lines.length - kept.length;
    this.#lines = kept;
    this.#untold += dropped;
    this.#lost += dropped;
    // With more instances than lines allowed this must not happen for each further line.
    this.#threshold = Math.max(this.#max, 2 * kept.length);
  }
}
