/**
 * A cause as a sentence that an operator understands at three in the morning. Pure: everything
 * it says comes from the event and from the names that it is handed.
 */
import { constants } from 'node:os';
import { errnoText } from '../base/errorText.ts';
import type {
  Cause,
  CauseKind,
  GroupStateChanged,
  State,
  StateChanged,
} from '../engine/messages.generated.ts';
import type { Names } from './names.ts';

const errnos = constants.errno;

/** The state as the users' files and scripts spell it. */
export function stateWord(state: State): 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT' {
  const words = { init: 'INIT', backup: 'BACKUP', master: 'MASTER', fault: 'FAULT' } as const;
  return words[state];
}

/** The one line of a transition: what changed, and after the colon why. */
export function explainTransition(event: StateChanged, names: Names): string {
  const name = names.instance(event.instance);
  const why = explainCause(event.cause, names, event.instance);
  const priority = `priority ${event.effectivePriority}`;
  if (event.cause.kind === 'carriedOver') {
    return `${name}: continues as ${stateWord(event.to)} (${priority}): ${why}`;
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
      ? `continues as ${stateWord(event.to)}`
      : `${stateWord(event.from)} -> ${stateWord(event.to)}`;
  return `group ${names.group(event.group)}: ${change}: ${explainCause(event.cause, names)}`;
}

/** Why, without a capital and without a full stop. `instance`: whose cause it is, of a group's none. */
export function explainCause(cause: Cause, names: Names, instance?: number): string {
  return causeWords[cause.kind](cause, names, instance);
}

type Explain = (cause: Cause, names: Names, instance: number | undefined) => string;

const causeWords: Readonly<Record<CauseKind, Explain>> = {
  none: () => 'no cause was given',
  started: () => 'failoverd has started',
  masterSilent: (cause) =>
    `no advert from ${peerWords(cause) ?? 'any other router'} for ${duration(cause.silence)}`,
  goodbyeReceived: ({ peer }) => `${peer ?? 'the master'} said goodbye (priority 0)`,
  preempting: (cause) => `${otherRouter(cause)} is MASTER although its priority is lower`,
  owner: () => 'this router owns the addresses (priority 255)',
  higherPriority: (cause) => `${otherRouter(cause)} advertises, and its priority is higher`,
  higherAddress: (cause) =>
    `${otherRouter(cause)} advertises the same priority from a higher address`,
  secondMaster: (cause) =>
    `${otherRouter(cause)} was MASTER at the same time, and has been told to yield`,
  trackersBlind: () => 'the part of failoverd that watches the trackers does not answer',
  wokeLate: ({ silence }) =>
    `this host was away for ${duration(silence)}, longer than its peers wait`,
  stopping: () => 'failoverd is stopping',
  drained: () => 'an operator drained it',
  removed: () => 'it was removed from the configuration',
  configChanged: () => 'the configuration was changed',
  carriedOver: () => 'this process has replaced another one (failoverd upgrade)',
  groupMember: (cause, names) => `it follows ${memberWords(cause, names)}`,
  trackerFault: (cause, names) => `${trackerWords(cause, names)} reports a failure`,
  interfaceDown: (cause) => `${linkWords(cause)} is down`,
  interfaceMissing: (cause) => `${linkWords(cause)} does not exist`,
  noSourceAddress: (cause, names, instance) => {
    const family = instance === undefined ? undefined : names.family(instance);
    const address = family === undefined ? 'address' : `${family} address`;
    return `${linkWords(cause)} lacks the ${address} to send adverts from`;
  },
  sendFailed: (cause) =>
    `adverts cannot be sent on ${linkWords(cause)}: ${sendErrorText(cause.errorNumber)}`,
  listenFailed: (cause) =>
    `cannot listen for adverts on ${linkWords(cause)}: ${errnoText(cause.errorNumber)}`,
  noPeer: () => 'unicast_peer lists no router to send adverts to',
  staticMissing: ({ errorNumber }) => {
    const why = errorNumber === 0 ? '' : `: ${errnoText(errorNumber)}`;
    return `a static address, route or rule that it needs is not there${why}`;
  },
  addressRefused: ({ errorNumber }) =>
    `the kernel refuses the virtual addresses: ${addressErrorText(errorNumber)}`,
  addressLost: ({ address }) =>
    `something else on this host keeps removing ${address ?? 'a virtual address'}`,
  faultCleared: (cause, names) => clearedWords(cause, names),
  firstResult: () => 'the first results of its trackers are there',
};

/** What the kernel says of an advert that it does not send. */
function sendErrorText(errorNumber: number): string {
  const text = errnoText(errorNumber);
  if (errorNumber === errnos.EMSGSIZE) {
    return `${text}; its MTU is too small for so many addresses`;
  }
  // Of a raw socket that is open: netfilter has dropped it on the way out.
  return errorNumber === errnos.EPERM
    ? `${text}; a firewall rule on this host drops them (nft list ruleset)`
    : text;
}

/** What the kernel says of an address that it does not add. */
export function addressErrorText(errorNumber: number): string {
  // Never an answer to the request itself: it is what duplicate address detection has found.
  if (errorNumber === errnos.EADDRINUSE) {
    return 'another host has it (IPv6 duplicate address detection)';
  }
  const text = errnoText(errorNumber);
  // addrconf.c: the only way to it is disable_ipv6. Rights that are missing are EPERM.
  if (errorNumber === errnos.EACCES) return `${text}; IPv6 is switched off there`;
  return errorNumber === errnos.ENODEV ? `${text}; it is added when its interface appears` : text;
}

function clearedWords(cause: Cause, names: Names): string {
  if (cause.tracker !== undefined) return `${trackerWords(cause, names)} has recovered`;
  if (cause.interfaceName !== '') return `interface ${cause.interfaceName} is usable again`;
  return 'all faults have cleared';
}

function trackerWords(cause: Cause, names: Names): string {
  return cause.tracker === undefined ? 'a tracker' : names.tracker(cause.tracker);
}

function linkWords({ interfaceName }: Cause): string {
  return interfaceName === '' ? 'its interface' : `interface ${interfaceName}`;
}

function otherRouter(cause: Cause): string {
  return peerWords(cause) ?? 'another router';
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
  if (micros < 1000) return `${micros} us`;
  const [value, unit] = micros < 1_000_000 ? [micros / 1000, 'ms'] : [micros / 1_000_000, 's'];
  return `${value >= 1000 ? Math.round(value) : Number(value.toPrecision(3))} ${unit}`;
}
