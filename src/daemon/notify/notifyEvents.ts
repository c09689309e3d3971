/** The engine's events in the words of notify scripts. Pure. */
import { findNamed } from '../../config/findNamed.ts';
import type { Model } from '../../config/index.ts';
import type { EngineEvent, State, StateChanged } from '../../engine/messages.generated.ts';
import type { NotifyContext, NotifyEvent, NotifyState } from '../../notify/event.ts';
import { explainCause, stateWord } from '../../observe/explain.ts';
import type { Names } from '../../observe/names.ts';

/** Undefined: scripts are not told of this. */
export function toNotifyEvent(
  event: EngineEvent,
  at: number,
  names: Names,
  model: Model,
): NotifyEvent | undefined {
  switch (event.kind) {
    case 'StateChanged':
      return instanceEvent(event, at, names, model);
    case 'GroupStateChanged': {
      const what = notifyWord(event.to);
      if (what === undefined || isEnding(event.cause.kind)) return undefined;
      const context = {
        previousState: stateWord(event.from),
        cause: explainCause(event.cause, names),
        causeKind: event.cause.kind,
      };
      return { kind: 'GROUP', name: names.group(event.group), what, priority: 0, at, context };
    }
    case 'LowerPriorityReceived': {
      const name = names.instance(event.instance);
      const context = {
        ...contextOf(name, model),
        peer: event.source,
        peerPriority: event.priority,
      };
      const priority = context.basePriority ?? 0;
      return { kind: 'INSTANCE', name, what: 'MASTER_RX_LOWER_PRI', priority, at, context };
    }
    default:
      return undefined;
  }
}

function instanceEvent(
  event: StateChanged,
  at: number,
  names: Names,
  model: Model,
): NotifyEvent | undefined {
  const { cause } = event;
  const what = notifyWord(event.to);
  const known = cause.kind === 'carriedOver';
  if (what === undefined || !(event.notify || known) || isEnding(cause.kind)) return undefined;
  const name = names.instance(event.instance);
  const context: NotifyContext = {
    ...contextOf(name, model),
    previousState: stateWord(event.from),
    cause: explainCause(cause, names, event.instance),
    causeKind: cause.kind,
    peer: cause.peer,
    peerPriority: cause.peerPriority,
  };
  return { kind: 'INSTANCE', name, what, priority: event.effectivePriority, at, context };
}

/** An end is told by the daemon itself, as STOP, DELETED or FAULT. */
function isEnding(cause: string): boolean {
  return cause === 'stopping' || cause === 'removed';
}

/** The last word to everybody's scripts: STOP for every instance, then for every group. */
export function stopEvents(
  model: Model,
  priorities: ReadonlyMap<string, number>,
  at: number,
): NotifyEvent[] {
  const instances = model.instances.map(({ name, priority }): NotifyEvent => {
    const context = { ...contextOf(name, model), causeKind: 'stopping', cause: stopping };
    const present = priorities.get(name) ?? priority;
    return { kind: 'INSTANCE', name, what: 'STOP', priority: present, at, context };
  });
  const groups = model.syncGroups.map(({ name }): NotifyEvent => {
    const context = { causeKind: 'stopping', cause: stopping };
    return { kind: 'GROUP', name, what: 'STOP', priority: 0, at, context };
  });
  return [...instances, ...groups];
}

const stopping = 'failoverd is stopping';

/** What the file says of an instance. */
export function contextOf(name: string, model: Model): NotifyContext {
  const instance = findNamed(model.instances, name);
  if (instance === undefined) return {};
  return {
    basePriority: instance.priority,
    interfaceName: instance.interface ?? undefined,
    vrid: instance.virtualRouterId,
    family: instance.family === 4 ? 'ipv4' : 'ipv6',
    addresses: instance.addresses.map((one) => `${one.address}/${one.prefixLength}`),
  };
}

function notifyWord(state: State): NotifyState | undefined {
  const word = stateWord(state);
  return word === 'INIT' ? undefined : word;
}
