/**
 * Why an instance is where it is, in a few sentences, with what was known at the moment of the change.
 * Pure: everything comes from the journal.
 */
import type { EngineEvent, StateChanged } from '../engine/messages.generated.ts';
import { duration } from './explain.ts';
import type { Chain, JournalEntry } from './journal.ts';
import type { InstanceView } from './status.ts';

/** The configuration that the engine was last told. */
export interface Told {
  readonly revision: number;
  /** When, ms since 1970. */
  readonly wallMs: number;
}

/** An answer to `why`. */
export interface Reason {
  readonly instance: string;
  readonly state: string;
  /** The last change of state, ms since 1970; absent when there was none yet. */
  readonly at?: number;
  readonly sentences: readonly string[];
  readonly entry?: JournalEntry;
}

/** How far back something counts as part of the story of a change. */
const storyMs = 5_000;

export interface ChainParts {
  readonly event: StateChanged;
  /** Before the change. */
  readonly view: InstanceView | undefined;
  readonly told: Told | undefined;
  /** Of the journal, oldest first. */
  readonly recent: readonly JournalEntry[];
  readonly trackerName: (tracker: number) => string;
  readonly instance: string;
  readonly wallMs: number;
}

export function chainOf(parts: ChainParts): Chain {
  const { event, view, instance, wallMs } = parts;
  const recent = parts.recent.filter((entry) => wallMs - entry.wallMs <= storyMs);
  const find = (wanted: (entry: JournalEntry) => boolean) => recent.findLast(wanted);
  const configuration = configurationOf(parts);
  const reloaded = configuration.sinceReload !== undefined;
  const operator = find(
    ({ kind, subject }) =>
      (kind === 'reload' && !reloaded) ||
      (kind === 'operator' && (subject ?? instance) === instance),
  );
  const late = find(({ kind }) => kind === 'LateDeadline')?.event;
  const priority = priorityChangeOf(parts);
  const tracker = trackerWordOf(parts, event.cause.tracker ?? priority?.tracker);
  return {
    ...lastAdvertOf(event, view),
    ...(priority !== undefined && { priority: withoutName(priority.sentence, instance) }),
    ...(tracker !== undefined && { tracker: tracker.sentence }),
    // A cause that says it itself is not repeated.
    ...(operator !== undefined &&
      event.cause.kind !== 'drained' && { operator: withoutName(operator.sentence, instance) }),
    ...(late?.kind === 'LateDeadline' && { lateness: late.lateness }),
    ...configuration,
  };
}

/** Where one priority was compared with another: what had changed it since the last transition. */
function priorityChangeOf({ event, recent, instance }: ChainParts) {
  if (!['higherPriority', 'preempting'].includes(event.cause.kind)) return undefined;
  const entry = recent.findLast(
    ({ kind, subject }) =>
      subject === instance && (kind === 'PriorityChanged' || kind === 'StateChanged'),
  );
  if (entry?.event?.kind !== 'PriorityChanged') return undefined;
  return { sentence: entry.sentence, tracker: entry.event.tracker };
}

function trackerWordOf({ recent, trackerName }: ChainParts, tracker: number | undefined) {
  if (tracker === undefined) return undefined;
  const name = trackerName(tracker);
  return recent.findLast(({ kind, subject }) => kind === 'tracker' && subject === name);
}

function configurationOf({ told, wallMs }: ChainParts): Pick<Chain, 'revision' | 'sinceReload'> {
  if (told === undefined) return {};
  const { revision } = told;
  const ageMs = Math.max(0, wallMs - told.wallMs);
  return revision > 1 && ageMs <= storyMs ? { revision, sinceReload: ageMs * 1000 } : { revision };
}

function lastAdvertOf(event: StateChanged, view: InstanceView | undefined) {
  const { kind, silence } = event.cause;
  const master = view?.master;
  if (master === undefined || kind !== 'masterSilent') return {};
  const missed = Math.max(0, Math.floor(silence / Math.max(master.interval, 1)));
  const { address: source, priority, interval } = master;
  return { lastAdvert: { source, priority, interval, age: silence, missed } };
}

/** Things that do not change the state and yet want to be known after a change. */
const notable: ReadonlySet<EngineEvent['kind'] | JournalEntry['kind']> = new Set([
  'AddressRestored',
  'AddressFailed',
  'AddressForeign',
  'AdvertOdd',
  'AdvertRejected',
  'LowerPriorityReceived',
  'PriorityChanged',
  'LateDeadline',
  'operator',
]);

/** `transitions` and `entries` of this instance, oldest first. */
export function whyOf(
  instance: string,
  state: string,
  transitions: readonly JournalEntry[],
  entries: readonly JournalEntry[],
): Reason {
  const entry = transitions.at(-1);
  if (entry === undefined) {
    return { instance, state, sentences: [`${instance} has been ${state} from the start.`] };
  }
  const later = entries.filter(
    (one) => one.number > entry.number && one.subject === instance && notable.has(one.kind),
  );
  const sentences = [`${entry.sentence}.`, ...chainSentences(entry.chain)];
  if (entry.chain?.lateness !== undefined) sentences.push(...causesOfLateness(entry, entries));
  const last = later.at(-1);
  if (last !== undefined) sentences.push(`Since then: ${withoutName(last.sentence, instance)}.`);
  return { instance, state, at: entry.wallMs, sentences, entry };
}

function chainSentences(chain: Chain | undefined): string[] {
  if (chain === undefined) return [];
  const { lastAdvert, priority, tracker, operator, lateness, revision } = chain;
  const parts: string[] = [];
  if (lastAdvert !== undefined) {
    const { source, interval, missed } = lastAdvert;
    const count = missed === 1 ? '1 advert' : `${missed} adverts`;
    parts.push(`${source} had advertised every ${duration(interval)}: ${count} did not come.`);
  }
  if (priority !== undefined) parts.push(`Before that: ${priority}.`);
  if (tracker !== undefined) parts.push(`The tracker's last word: ${tracker}.`);
  if (operator !== undefined) parts.push(`Shortly before: ${operator}.`);
  if (lateness !== undefined) {
    parts.push(`This host itself was ${duration(lateness)} late for a deadline.`);
  }
  if (revision !== undefined) {
    const reloaded = chain.sinceReload !== undefined;
    const what = `revision ${revision} of its configuration`;
    parts.push(reloaded ? `A reload had just applied ${what}.` : `In effect was ${what}.`);
  }
  return parts;
}

/** Found out a moment after the change. */
function causesOfLateness({ wallMs }: JournalEntry, entries: readonly JournalEntry[]): string[] {
  const told = entries.find(
    (one) => one.kind === 'late' && Math.abs(one.wallMs - wallMs) <= storyMs,
  );
  return told === undefined ? [] : [`${told.sentence}.`];
}

function withoutName(sentence: string, instance: string): string {
  return sentence.startsWith(`${instance}: `) ? sentence.slice(instance.length + 2) : sentence;
}
