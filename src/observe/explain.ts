/**
 * A cause as a sentence that an operator understands at three in the morning. Pure: everything
 * it says comes from the event and from the names that it is handed.
 */
import { errnoText } from '../base/errorText.ts';
import type {
  Cause,
  GroupStateChanged,
  State,
  StateChanged,
} from '../engine/messages.generated.ts';
import type { Names } from './names.ts';

/** The state as the users' files and scripts spell it. */
export function stateWord(state: State): 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT' {
  const words = { init: 'INIT', backup: 'BACKUP', master: 'MASTER', fault: 'FAULT' } as const;
  return words[state];
}

/** The one line of a transition: what changed, and after the colon why. */
export function explainTransition(event: StateChanged, names: Names): string {
  const name = names.instance(event.instance);
  const why = explainCause(event.cause, names);
  const priority = `priority ${event.effectivePriority}`;
  if (event.cause.kind === 'carriedOver') {
    return `${name}: goes on as ${stateWord(event.to)} (${priority}): ${why}`;
  }
  if (event.repeated) {
    return `${name}: still ${stateWord(event.to)} (${priority}), addresses announced again: ${why}`;
  }
  return `${name}: ${stateWord(event.from)} -> ${stateWord(event.to)} (${priority}): ${why}`;
}

/** The same for a sync group. */
export function explainGroupTransition(event: GroupStateChanged, names: Names): string {
  const change =
    event.cause.kind === 'carriedOver'
      ? `goes on as ${stateWord(event.to)}`
      : `${stateWord(event.from)} -> ${stateWord(event.to)}`;
  return `group ${names.group(event.group)}: ${change}: ${explainCause(event.cause, names)}`;
}

/** Why, without a capital and without a full stop. */
export function explainCause(cause: Cause, names: Names): string {
  const peer = peerWords(cause);
  switch (cause.kind) {
    case 'none':
      return 'no cause was given';
    case 'started':
      return 'it has been started';
    case 'masterSilent':
      return `no advert from ${peer ?? 'any other router'} for ${duration(cause.silence)}`;
    case 'goodbyeReceived':
      return `${cause.peer ?? 'the master'} said goodbye (priority 0)`;
    case 'preempting':
      return `${peer ?? 'another router'} is MASTER although its priority is lower`;
    case 'owner':
      return 'this router owns the addresses (priority 255)';
    case 'higherPriority':
      return `${peer ?? 'another router'} advertises, and its priority is higher`;
    case 'higherAddress':
      return `${peer ?? 'another router'} advertises the same priority from a higher address`;
    case 'trackersBlind':
      return 'the part of failoverd that watches the trackers does not answer';
    case 'wokeLate':
      return `this host was away for ${duration(cause.silence)}, longer than its peers wait`;
    case 'stopping':
      return 'failoverd is stopping';
    case 'drained':
      return 'an operator drained it';
    case 'removed':
      return 'it was removed from the configuration';
    case 'configChanged':
      return 'the configuration was changed';
    case 'carriedOver':
      return 'this process has taken the place of another one (failoverd upgrade)';
    case 'groupMember':
      return `it follows ${memberWords(cause, names)}`;
    default:
      return explainFault(cause, names);
  }
}

/** The causes that have to do with FAULT. */
function explainFault(cause: Cause, names: Names): string {
  const link = cause.interfaceName === '' ? 'its interface' : `interface ${cause.interfaceName}`;
  switch (cause.kind) {
    case 'trackerFault':
      return `${trackerWords(cause, names)} reports a failure`;
    case 'interfaceDown':
      return `${link} is down`;
    case 'interfaceMissing':
      return `${link} does not exist`;
    case 'noSourceAddress':
      return `${link} lacks the address to send adverts from`;
    case 'noPeer':
      return 'unicast_peer lists no router to send adverts to';
    case 'staticMissing': {
      const why = cause.errorNumber === 0 ? '' : `: ${errnoText(cause.errorNumber)}`;
      return `a static address, route or rule that it needs is not there${why}`;
    }
    case 'listenFailed':
      return `cannot listen for adverts on ${link}: ${errnoText(cause.errorNumber)}`;
    case 'addressRefused':
      return `the kernel refuses the virtual addresses: ${errnoText(cause.errorNumber)}`;
    case 'addressLost':
      return `something else on this host keeps removing ${cause.address ?? 'a virtual address'}`;
    case 'faultCleared':
      return clearedWords(cause, names);
    case 'firstResult':
      return 'the first results of its trackers are there';
    default:
      return cause.kind;
  }
}

function clearedWords(cause: Cause, names: Names): string {
  if (cause.tracker !== undefined) return `${trackerWords(cause, names)} is well again`;
  if (cause.interfaceName !== '') return `interface ${cause.interfaceName} is usable again`;
  return 'nothing is wrong any more';
}

function trackerWords(cause: Cause, names: Names): string {
  return cause.tracker === undefined ? 'a tracker' : names.tracker(cause.tracker);
}

function memberWords(cause: Cause, names: Names): string {
  return cause.member === undefined
    ? 'its sync group'
    : `${names.instance(cause.member)} of its sync group`;
}

function peerWords(cause: Cause): string | undefined {
  if (cause.peer === undefined) return undefined;
  return cause.peerPriority === undefined
    ? cause.peer
    : `${cause.peer} (priority ${cause.peerPriority})`;
}

/** Microseconds with three significant digits, in the unit that reads best. */
export function duration(micros: number): string {
  if (micros < 1000) return `${micros} µs`;
  const [value, unit] = micros < 1_000_000 ? [micros / 1000, 'ms'] : [micros / 1_000_000, 's'];
  return `${value >= 1000 ? Math.round(value) : Number(value.toPrecision(3))} ${unit}`;
}
