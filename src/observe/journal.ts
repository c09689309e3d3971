/**
 * The journal of causes: what happened and why, kept in memory within bounds.
 *
 * Two bounds: so many entries in all, and for each instance so many of its transitions, which
 * stay when another instance floods the rest. `failoverd why` reads the second, `events` the first.
 *
 * Of thousands of instances most do the same for the same reason. What has happened is kept once for
 * all of them, and with each only who and when.
 */
import { Shared } from '../base/shared.ts';
import type { EngineEvent } from '../engine/messages.generated.ts';

/** What the daemon itself adds; docs/events.schema.json lists the same. */
export const ownKinds = [
  'tracker',
  'reload',
  'operator',
  'script',
  'alarm',
  'guardian',
  'late',
  'repair',
  'upgrade',
] as const;

/** What was known when an instance changed its state. Durations are microseconds. */
export interface Chain {
  /** The master that had been heard. */
  readonly lastAdvert?: {
    readonly source: string;
    readonly priority: number;
    readonly interval: number;
    readonly age: number;
    /** Adverts that should have come meanwhile and did not. */
    readonly missed: number;
  };
  /** The last change of its effective priority in the state that it left, where a priority decided. */
  readonly priority?: string;
  /** What the tracker that is the cause, or has changed the priority, last said. */
  readonly tracker?: string;
  /** An operator's action of the last seconds. */
  readonly operator?: string;
  /** How late this host was for a deadline in the last seconds. */
  readonly lateness?: number;
  /** Revision of its configuration, counted from 1 at the start. */
  readonly revision?: number;
  /** How long ago a reload had changed its configuration, when that was in the last seconds. */
  readonly sinceReload?: number;
}

export interface JournalEntry {
  /** Counts this journal's entries from 1. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly wallMs: number;
  /** The engine's event, or what the daemon itself did. */
  readonly kind: EngineEvent['kind'] | (typeof ownKinds)[number];
  /** Name of the instance or group that it concerns; undefined: the daemon. */
  readonly subject: string | undefined;
  /** One sentence without its full stop. */
  readonly sentence: string;
  /** The event with its cause, for machines. */
  readonly event: EngineEvent | undefined;
  /** With a transition: what was known at that moment. */
  readonly chain?: Chain | undefined;
}

export type NewEntry = Omit<JournalEntry, 'number'>;

/** Of an entry, what does not say whom it is about. */
interface Happening {
  readonly kind: JournalEntry['kind'];
  /** Without the subject that it begins with. */
  readonly sentence: string;
  readonly beginsWithSubject: boolean;
  /** Without the number of its instance. */
  readonly event: Omit<EngineEvent, 'instance'> | undefined;
  readonly chain: Chain | undefined;
}

/** An entry as it is kept; to be read, and written as JSON, like any other. */
class KeptEntry implements JournalEntry {
  readonly number: number;
  readonly wallMs: number;
  readonly subject: string | undefined;
  readonly #instance: number | undefined;
  readonly #happening: Happening;

  constructor(number: number, entry: NewEntry, happenings: Shared<Happening>) {
    const { wallMs, subject, event } = entry;
    this.number = number;
    this.wallMs = wallMs;
    this.subject = subject;
    this.#instance = event !== undefined && 'instance' in event ? event.instance : undefined;
    this.#happening = happenings.of(happeningOf(entry));
  }

  get kind(): JournalEntry['kind'] {
    return this.#happening.kind;
  }

  get sentence(): string {
    const { sentence, beginsWithSubject } = this.#happening;
    return beginsWithSubject ? `${this.subject}${sentence}` : sentence;
  }

  get event(): EngineEvent | undefined {
    const { event } = this.#happening;
    if (event === undefined) return undefined;
    if (this.#instance === undefined) return event as EngineEvent;
    const { kind, ...rest } = event;
    return { kind, instance: this.#instance, ...rest } as EngineEvent;
  }

  get chain(): Chain | undefined {
    return this.#happening.chain;
  }

  toJSON(): JournalEntry {
    const { number, wallMs, kind, subject, sentence, event, chain } = this;
    return { number, wallMs, kind, subject, sentence, event, chain };
  }
}

function happeningOf({ kind, subject, sentence, event, chain }: NewEntry): Happening {
  const beginsWithSubject = subject !== undefined && sentence.startsWith(subject);
  return {
    kind,
    sentence: beginsWithSubject ? sentence.slice(subject.length) : sentence,
    beginsWithSubject,
    event: event === undefined ? undefined : withoutInstance(event),
    chain,
  };
}

function withoutInstance(event: EngineEvent): Omit<EngineEvent, 'instance'> {
  if (!('instance' in event)) return event;
  const { instance: _, ...rest } = event;
  return rest;
}

export interface JournalOptions {
  readonly maxEntries: number;
  readonly maxTransitions: number;
}

const defaultJournal: JournalOptions = { maxEntries: 2000, maxTransitions: 20 };

export class Journal {
  readonly #options: JournalOptions;
  readonly #listeners = new Set<(entry: JournalEntry) => void>();
  readonly #happenings = new Shared<Happening>();
  #entries: KeptEntry[] = [];
  readonly #transitions = new Map<string, readonly KeptEntry[]>();
  #number = 0;

  constructor(options: JournalOptions = defaultJournal) {
    this.#options = options;
  }

  add(entry: NewEntry): JournalEntry {
    const numbered = this.#append(entry);
    for (const listener of this.#listeners) listener(numbered);
    return numbered;
  }

  #append(entry: NewEntry): KeptEntry {
    const kept = new KeptEntry(++this.#number, entry, this.#happenings);
    this.#entries.push(kept);
    // Cut now and then: shifting an array at every entry would cost its length each time.
    const { maxEntries } = this.#options;
    if (this.#entries.length >= maxEntries * 1.25) this.#entries = this.#entries.slice(-maxEntries);
    if (isTransition(entry)) this.#keepTransition(kept);
    return kept;
  }

  /** What another process has found out, oldest first; it comes before what is here already. */
  adopt(entries: readonly JournalEntry[]): void {
    const own = this.#entries;
    this.#entries = [];
    this.#transitions.clear();
    this.#number = 0;
    for (const entry of [...entries, ...own]) this.#append(entry);
  }

  /** What an heir is told: the last entries, and the transitions that are older. */
  carried(count: number): readonly JournalEntry[] {
    const recent = this.recent(count);
    const first = recent[0]?.number ?? Infinity;
    const older = [...this.#transitions.values()].flat().filter(({ number }) => number < first);
    return [...older.toSorted((one, other) => one.number - other.number), ...recent];
  }

  /** Entries after `number`, oldest first. */
  since(number = 0): readonly JournalEntry[] {
    const kept = this.#entries.slice(-this.#options.maxEntries);
    return kept.filter((entry) => entry.number > number);
  }

  /** The last few entries, oldest first. */
  recent(count: number): readonly JournalEntry[] {
    return this.#entries.slice(-count);
  }

  /** The last transitions of an instance or group, oldest first. */
  transitions(subject: string): readonly JournalEntry[] {
    return this.#transitions.get(subject) ?? [];
  }

  /** Calls back with every further entry; the returned function stops that. */
  follow(listener: (entry: JournalEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets what is kept for an instance that is gone. */
  forget(subject: string): void {
    this.#transitions.delete(subject);
  }

  #keepTransition(entry: KeptEntry): void {
    if (entry.subject === undefined) return;
    const kept = [...(this.#transitions.get(entry.subject) ?? []), entry];
    // A slice is of the right size: an array that is pushed to has room for a dozen more.
    this.#transitions.set(entry.subject, kept.slice(-this.#options.maxTransitions));
  }
}

/** That a process goes on in the state of another one is none. */
function isTransition({ event, kind }: NewEntry): boolean {
  if (event !== undefined && 'cause' in event && event.cause.kind === 'carriedOver') return false;
  return kind === 'StateChanged' || kind === 'GroupStateChanged';
}
