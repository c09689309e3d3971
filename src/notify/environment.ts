/**
 * What a notify script can learn beyond its arguments: as variables, all beginning with
 * `FAILOVERD_`, and as one JSON object on its standard input, for those who read it.
 */
import type { NotifyEvent } from './event.ts';

/** Events that were left out because the scripts were too slow for them. */
export interface Skipped {
  readonly count: number;
  /** The newest of them, oldest first. */
  readonly last: readonly string[];
}

export const nothingSkipped: Skipped = { count: 0, last: [] };
/** So many of the events left out are named; an environment has to stay small. */
export const skippedShown = 16;

/** What is only known when the script is about to run. */
export interface Delivery {
  readonly skipped: Skipped;
  /** 1 for the first try; more when a script could not be started before. */
  readonly attempt: number;
}

/** The variables; what is unknown is not set. */
export function notifyEnvironment(event: NotifyEvent, delivery: Delivery): Record<string, string> {
  const { context } = event;
  const known: Record<string, string | number | undefined> = {
    TYPE: event.kind,
    NAME: event.name,
    STATE: event.what,
    PREVIOUS_STATE: context.previousState,
    PRIORITY: event.priority,
    BASE_PRIORITY: context.basePriority,
    CAUSE: context.cause,
    CAUSE_KIND: context.causeKind,
    PEER: context.peer,
    PEER_PRIORITY: context.peerPriority,
    INTERFACE: context.interfaceName,
    VRID: context.vrid,
    FAMILY: context.family,
    ADDRESSES: context.addresses?.join(' '),
    TIME: new Date(event.at).toISOString(),
    SKIPPED: delivery.skipped.count > 0 ? delivery.skipped.last.join(' ') : undefined,
    SKIPPED_COUNT: delivery.skipped.count > 0 ? delivery.skipped.count : undefined,
    REPLAY: context.replay === true ? 1 : undefined,
    ATTEMPT: delivery.attempt,
  };
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(known)) {
    if (value !== undefined) variables[`FAILOVERD_${name}`] = String(value);
  }
  return variables;
}

/** The same as one line of JSON. `version` grows only when a field changes its meaning. */
export function notifyJson(event: NotifyEvent, delivery: Delivery): string {
  const { kind, name, what, priority, at, context } = event;
  const { skipped, attempt } = delivery;
  const base = { version: 1, type: kind, name, state: what, priority };
  const time = new Date(at).toISOString();
  const late = { skipped: skipped.last, skippedCount: skipped.count };
  return `${JSON.stringify({ ...base, time, ...context, ...late, attempt })}\n`;
}
