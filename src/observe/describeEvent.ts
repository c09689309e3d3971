/**
 * What the log and the journal say of an event of the engine: a level and one sentence. Pure, and
 * exhaustive: a new kind of event does not compile until somebody has said what it means.
 */
import { errnoText } from '../base/errorText.ts';
import type { LogFields, LogLevel } from '../base/log.ts';
import type {
  AdvertRejected,
  EngineEvent,
  AddressFailed,
  AddressForeign,
  AddressRestored,
  DrainEnded,
  ObjectFailed,
  ObjectRestored,
  OddReason,
  PriorityChanged,
  RejectReason,
  Started,
  TroubleKind,
} from '../engine/messages.generated.ts';
import { objectText } from './objectText.ts';
import {
  addressErrorText,
  duration,
  explainGroupTransition,
  explainTransition,
  stateWord,
} from './explain.ts';
import type { Names } from './names.ts';

export interface Description {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Undefined: of no interest to people (the news of single processes). */
export function describeEvent(event: EngineEvent, names: Names): Description | undefined {
  const instance = instanceOf(event, names);
  const line = (level: LogLevel, message: string, fields: LogFields = {}): Description => ({
    level,
    message: instance === undefined || message.startsWith(instance) ? message : say(message),
    fields: { event: event.kind, instance, ...fields },
  });
  const say = (message: string): string => `${instance}: ${message}`;
  switch (event.kind) {
    case 'StateChanged':
      return line(event.to === 'fault' ? 'warning' : 'notice', explainTransition(event, names), {
        from: stateWord(event.from),
        to: stateWord(event.to),
        cause: event.cause.kind,
        priority: event.effectivePriority,
        peer: event.cause.peer,
      });
    case 'GroupStateChanged':
      return line('notice', explainGroupTransition(event, names), {
        group: names.group(event.group),
        cause: event.cause.kind,
      });
    case 'PriorityChanged':
      return line('notice', priorityText(event, names), { from: event.from, to: event.to });
    case 'MasterChanged':
    case 'LowerPriorityReceived':
    case 'AdvertRejected':
    case 'AdvertOdd':
      return describeHeard(event, line);
    case 'DrainEnded':
      return drainLine(event, line);
    case 'GateClosed':
    case 'GateOpened':
      return gateLine(event, line);
    case 'AddressFailed':
    case 'AddressForeign':
    case 'AddressRestored':
      return describeAddress(event, line);
    case 'LateDeadline':
      return line('warning', `this host woke ${duration(event.lateness)} late for a deadline`, {
        latenessMicros: event.lateness,
      });
    case 'InstanceApplied':
      return line('debug', `revision ${event.revision} of its configuration is in effect`);
    case 'InstanceRemoved':
      return line('info', 'removed');
    case 'ObjectFailed':
    case 'ObjectRestored':
      return describeObject(event, line);
    default:
      return describeEngine(event, line);
  }
}

type Line = (level: LogLevel, message: string, fields?: LogFields) => Description;

/** What adverts of other routers bring about, and may bring about with every one of them. */
type HeardEvent = Extract<EngineEvent, { kind: HeardKind }>;
type HeardKind = 'MasterChanged' | 'LowerPriorityReceived' | 'AdvertRejected' | 'AdvertOdd';

function describeHeard(event: HeardEvent, line: Line): Description {
  switch (event.kind) {
    case 'MasterChanged': {
      const { master, priority, advertInterval } = event;
      const text = `the master is ${master} (priority ${priority}, every ${duration(advertInterval)})`;
      return line('info', text, { peer: master });
    }
    case 'LowerPriorityReceived': {
      const { source, priority } = event;
      const text = `${source} advertises with the lower priority ${priority}, although we are MASTER`;
      return line('notice', text, { peer: source });
    }
    case 'AdvertRejected': {
      const { reason, source } = event;
      return line('warning', rejectedText(event), { reason, peer: source });
    }
    case 'AdvertOdd': {
      const { reason, source } = event;
      return line('warning', `${source} ${oddWords[reason]}`, { reason, peer: source });
    }
  }
}

type AddressEvent = AddressFailed | AddressForeign | AddressRestored;

function describeAddress(event: AddressEvent, line: Line): Description {
  const { kind, address } = event;
  if (kind === 'AddressFailed') {
    const text = `${address} could not be added: ${addressErrorText(event.errorNumber)}`;
    return line('error', text, { address, errno: event.errorNumber });
  }
  if (kind === 'AddressRestored') {
    const text = `something else removed ${address}; it has been restored`;
    return line('warning', text, { address, count: event.count });
  }
  const text =
    `${address} is on ${event.interfaceName}, but failoverd did not add it:` +
    ' this host answers for it even while another router is MASTER';
  return line('warning', text, { address, interface: event.interfaceName });
}

function describeObject(event: ObjectFailed | ObjectRestored, line: Line): Description {
  const what = `${event.instance === 0 ? 'static ' : ''}${objectText(event.key)}`;
  if (event.kind === 'ObjectRestored') {
    const text = `something else removed the ${what}; it has been restored`;
    return line('warning', text, { count: event.count });
  }
  const text = `the ${what} could not be added: ${errnoText(event.errorNumber)}`;
  return line('error', text, { errno: event.errorNumber });
}

function drainLine({ outcome }: DrainEnded, line: Line): Description {
  const sentences = {
    drained: 'it is out of service',
    nobodyElse: 'not drained: no other router has taken over, and it stays MASTER',
    cancelled: 'not drained: it was put back into service, or failoverd stops',
  };
  return line(outcome === 'drained' ? 'debug' : 'notice', sentences[outcome]);
}

function gateLine(event: Extract<EngineEvent, { kind: 'GateClosed' | 'GateOpened' }>, line: Line) {
  if (event.kind === 'GateClosed') {
    return line('info', `its addresses wait for notify_gate, at most ${duration(event.limit)}`);
  }
  return event.inTime
    ? line('info', 'notify_gate has finished: its addresses are added')
    : line('warning', 'notify_gate took too long: its addresses are added without it');
}

/** Events of the engine itself rather than of an instance. */
type OwnEvent = Extract<EngineEvent, { kind: OwnKind | SilentKind }>;
type OwnKind =
  | 'Started'
  | 'Stopped'
  | 'TrackersBlind'
  | 'LinkSeen'
  | 'LinkGone'
  | 'Trouble'
  | 'Lost'
  | 'ProcessEventsLost';
/** What the trackers and an upgrade are told, and tell in their own words. */
type SilentKind =
  | 'ProcessExited'
  | 'ProcessForked'
  | 'RulesetChanged'
  | 'ProcessExecuted'
  | 'ProcessRenamed'
  | 'HandedOver'
  | 'Inherited';

function describeEngine(event: OwnEvent, line: Line): Description | undefined {
  switch (event.kind) {
    case 'Started':
      return startedLine(event, line);
    case 'TrackersBlind':
      return event.blind
        ? line('error', 'the trackers were not watched for too long: giving up MASTER')
        : line('notice', 'the trackers are watched again');
    case 'LinkSeen': {
      const state = event.running ? 'running' : event.up ? 'up without a carrier' : 'down';
      return line('debug', `interface ${event.interfaceName} (${event.ifIndex}) is ${state}`);
    }
    case 'LinkGone':
      return line('info', `the interface with index ${event.ifIndex} is gone`);
    case 'Trouble': {
      // Told by who looks at the rules instead (daemon/kernel/rulesKeeper.ts).
      if (event.where === 'ruleset') return undefined;
      const text = `a system call of the engine failed (${troubleWords[event.where]})`;
      return line('warning', `${text}: ${errnoText(event.errorNumber)}`);
    }
    case 'Lost':
      return line('warning', `${event.count} events were lost, because they were not read in time`);
    case 'ProcessEventsLost':
      return line('info', 'process events were missed; all processes are looked at again');
    case 'Stopped':
      return line('info', 'everything has been released');
    case 'ProcessExited':
    case 'ProcessForked':
    case 'RulesetChanged':
    case 'ProcessExecuted':
    case 'ProcessRenamed':
    case 'HandedOver':
    case 'Inherited':
      return undefined;
  }
}

function instanceOf(event: EngineEvent, names: Names): string | undefined {
  // 0: of none, as static routes are.
  if (!('instance' in event) || !event.instance) return undefined;
  return names.instance(event.instance);
}

function priorityText(event: PriorityChanged, names: Names): string {
  const change = `effective priority ${event.from} -> ${event.to}`;
  if (event.tracker !== undefined) return `${change}, because of ${names.tracker(event.tracker)}`;
  if (event.interfaceName !== '') return `${change}, because of interface ${event.interfaceName}`;
  return change;
}

function rejectedText(event: AdvertRejected): string {
  const from = `an advert from ${event.source} for virtual router ${event.vrid ?? '?'}`;
  const total = event.count > 1 ? ` (${event.count} so far)` : '';
  return `${from} was refused: ${rejectWords[event.reason]}${total}`;
}

const rejectWords: Readonly<Record<RejectReason, string>> = {
  truncated: 'it is cut short',
  length: 'its length does not fit its contents',
  ttl: 'its TTL is not 255, so it came through a router',
  version: 'its VRRP version is not the configured one',
  type: 'it is of an unknown type',
  checksum: 'its checksum is wrong',
  noAddresses: 'it names no address',
  authType: 'its authentication type is not the configured one',
  authFailure: 'its password or signature is wrong',
  interval: 'its advert interval is not the configured one',
  unknownVrid: 'that virtual router is not configured here',
  ownAddress: 'it carries our own source address',
  notAPeer: 'the sender is not among the unicast peers',
  peerTtl: 'its TTL is outside of what is allowed for this peer',
  wrongForm: 'one side uses multicast and the other unicast',
  ownerIgnores: 'the owner of the addresses ignores adverts',
  startupDelay: 'the start-up delay is not over',
  authMissing: 'it is not signed',
  authMalformed: 'its signature is of an unknown form',
  authStale: 'it was signed too long ago, or the clocks differ',
  authUnknownKey: 'it is signed with a key that is not configured here',
  authReplayed: 'it is not newer than what was heard before, as if it had been recorded',
};

const troubleWords: Readonly<Record<Exclude<TroubleKind, 'ruleset'>, string>> = {
  netlink: 'netlink',
  receive: 'receiving adverts',
  announce: 'announcing addresses',
  poll: 'waiting for events',
  will: 'telling the guardian what there is',
};

const oddWords: Readonly<Record<OddReason, string>> = {
  addressList: 'advertises other addresses than are configured here',
  interval: 'advertises with another interval than is configured here',
  samePriorityOwner: 'also claims to own the addresses (priority 255)',
};

function startedLine(event: Started, line: Line): Description {
  const realtime = event.scheduling !== 'normal';
  const how = realtime ? `real-time priority ${event.realtimePriority}` : 'normal scheduling';
  const parts = [`the engine runs with ${how}`];
  if (event.schedulingError !== 0) {
    const refusal = `real-time scheduling was refused: ${errnoText(event.schedulingError)}`;
    parts.push(`${refusal}, without CAP_SYS_NICE and a limit for it (ulimit -r)`);
  }
  if (event.lockError !== 0) {
    const refusal = `its memory could not be locked: ${errnoText(event.lockError)}`;
    parts.push(`${refusal}, without CAP_IPC_LOCK and a limit for it (ulimit -l)`);
  }
  const level = parts.length > 1 ? 'notice' : 'info';
  return line(level, parts.join('; '), { scheduling: event.scheduling });
}
