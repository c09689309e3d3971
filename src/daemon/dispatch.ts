/**
 * The engine's events, in order, to everybody who wants to know: first the picture (status), then
 * the journal and the log, then notify. Nobody hears of a transition before it is in the journal
 * with its cause, and a listener that throws takes nothing from the others.
 */
import { errorText } from '../base/errorText.ts';
import type { Log } from '../base/log.ts';
import { Shared } from '../base/shared.ts';
import type {
  Cause,
  EngineEvent,
  EngineSnapshot,
  EventRecord,
} from '../engine/messages.generated.ts';
import type { Culprits } from '../observe/culprits.ts';
import { describeEvent } from '../observe/describeEvent.ts';
import type { Chain, Journal } from '../observe/journal.ts';
import type { Names } from '../observe/names.ts';
import { RateLimit } from '../observe/rateLimit.ts';
import { foldStatus, statusOf } from '../observe/status.ts';
import type { InstanceView, StatusView } from '../observe/status.ts';
import { chainOf } from '../observe/why.ts';
import type { Told } from '../observe/why.ts';

export interface DispatchParts {
  readonly log: Log;
  readonly journal: Journal;
  readonly names: Names;
  /** The configuration that the engine was last told of an instance. */
  readonly told: (instance: number) => Told | undefined;
  /** The engine's picture, asked for when events were lost. */
  readonly snapshot: () => Promise<EngineSnapshot>;
  /** Who has removed what was put back. */
  readonly culprits: Pick<Culprits, 'suspect'>;
  /** Called after every batch in which the picture has changed. */
  readonly onStatus: (view: StatusView) => void;
}

/** Where the story of a transition is looked for. */
const recentEntries = 50;

/**
 * What any packet of another host may say again and again. A second master that is deaf would fill
 * the journal with nothing else within half an hour.
 */
const repeated: ReadonlySet<EngineEvent['kind']> = new Set([
  'MasterChanged',
  'LowerPriorityReceived',
  'AdvertRejected',
  'AdvertOdd',
]);
/** Of each such kind and instance. */
const repeatedLimit = { burst: 20, windowMs: 600_000, maxKinds: 512 };

export type EventListener = (event: EngineEvent, record: EventRecord) => void;

export class Dispatch {
  readonly #parts: DispatchParts;
  readonly #listeners: EventListener[] = [];
  readonly #causes = new Shared<Cause>();
  readonly #repeats = new RateLimit(repeatedLimit);
  #view = new Map<number, InstanceView>();
  #changed = false;
  /** What has come since events were lost, while the engine's picture is on its way. */
  #since: EventRecord[] | undefined;

  constructor(parts: DispatchParts) {
    this.#parts = parts;
  }

  get view(): StatusView {
    return this.#view;
  }

  /** Adds a listener; listeners are called in the order in which they were added. */
  listen(listener: EventListener): void {
    this.#listeners.push(listener);
  }

  /** One batch, as the engine hands it out. */
  take(records: readonly EventRecord[]): void {
    for (const record of records) this.#one(record);
    if (!this.#changed) return;
    this.#changed = false;
    this.#parts.onStatus(this.#view);
  }

  #one(given: EventRecord): void {
    const record = { ...given, event: this.#sharing(given.event) };
    const { event, at } = record;
    this.#since?.push(record);
    const before = 'instance' in event ? this.#view.get(event.instance ?? 0) : undefined;
    if (foldStatus(this.#view, event, at)) this.#changed = true;
    this.#tell(record, before);
    for (const listener of this.#listeners) {
      try {
        listener(event, record);
      } catch (error) {
        this.#parts.log.error(`an event could not be handled: ${errorText(error)}`, {
          event: event.kind,
        });
      }
    }
    if (event.kind === 'Lost' && this.#since === undefined) void this.#catchUp();
  }

  /** What thousands say at a start, each on its own, is kept once. */
  #sharing(event: EngineEvent): EngineEvent {
    if (!('cause' in event)) return event;
    const cause = this.#causes.of(event.cause);
    return cause === event.cause ? event : { ...event, cause };
  }

  /** Finds out from the engine's own picture what the lost events must have said. */
  async #catchUp(): Promise<void> {
    this.#since = [];
    const snapshot = await this.#parts.snapshot().catch(() => undefined);
    const since = this.#since;
    this.#since = undefined;
    if (snapshot === undefined) return;
    const later = since.filter((record) => record.seq > snapshot.seq);
    const present = statusOf(snapshot);
    for (const { event, at } of later) foldStatus(present, event, at);
    const missed = missedEvents(this.#view, present);
    this.take(missed.map((event) => ({ seq: snapshot.seq, at: snapshot.core.at, event })));
    this.#view = present;
    this.#parts.onStatus(present);
  }

  #tell({ event, at }: EventRecord, before: InstanceView | undefined): void {
    const { log, names } = this.#parts;
    const described = describeEvent(event, names);
    if (described === undefined) return;
    const suspicion = this.#parts.culprits.suspect(event);
    const { level, fields: told } = described;
    const message =
      suspicion === undefined ? described.message : `${described.message}; ${suspicion.hint}`;
    const fields = suspicion === undefined ? told : { ...told, by: suspicion.by };
    const subject = 'group' in event ? names.group(event.group) : fields['instance'];
    const name = typeof subject === 'string' ? subject : undefined;
    if (level !== 'debug') this.#keep({ event, at }, before, name, message);
    log[level](message, fields);
  }

  /** In the journal, unless it is one of too many of its kind. */
  #keep(
    { event, at }: { readonly event: EngineEvent; readonly at: number },
    before: InstanceView | undefined,
    subject: string | undefined,
    message: string,
  ): void {
    const kind = `${event.kind} ${subject}`;
    const leftOut = repeated.has(event.kind) ? this.#repeats.admit(kind, at / 1000) : 0;
    if (leftOut === undefined) return;
    const more = leftOut === 0 ? '' : ` (and ${leftOut} times more since the last entry like this)`;
    this.#parts.journal.add({
      wallMs: Date.now(),
      kind: event.kind,
      subject,
      sentence: `${message}${more}`,
      event,
      chain: this.#chain(event, before),
    });
  }

  #chain(event: EngineEvent, view: InstanceView | undefined): Chain | undefined {
    if (event.kind !== 'StateChanged') return undefined;
    const { journal, names, told } = this.#parts;
    return chainOf({
      event,
      view,
      told: told(event.instance),
      recent: journal.recent(recentEntries),
      trackerName: (tracker) => names.tracker(tracker),
      instance: names.instance(event.instance),
      wallMs: Date.now(),
    });
  }
}

/** The changes between two pictures, as events: the last state is told, whatever led to it. */
function missedEvents(before: StatusView, present: StatusView): EngineEvent[] {
  const events: EngineEvent[] = [];
  for (const [instance, now] of present) {
    const { state, cause, effectivePriority = 0, revision } = now;
    const was = before.get(instance);
    if (revision !== undefined && revision !== was?.revision) {
      events.push({ kind: 'InstanceApplied', instance, revision });
    }
    if (cause === undefined || state === (was?.state ?? 'init')) continue;
    const from = was?.state ?? 'init';
    const flags = { notify: true, repeated: false };
    events.push({
      kind: 'StateChanged',
      instance,
      from,
      to: state,
      effectivePriority,
      cause,
      ...flags,
    });
  }
  for (const instance of before.keys()) {
    if (!present.has(instance)) events.push({ kind: 'InstanceRemoved', instance });
  }
  return events;
}
