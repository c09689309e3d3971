/**
 * Which scripts an event calls for, with which arguments, and in which order.
 *
 * As existing scripts rely on it: the script for the state comes before the generic one; only the
 * generic one gets words appended: INSTANCE or GROUP, the name, the state and the priority;
 * a group's events come after those of its members.
 */
import type { ScriptCommand } from '../base/script.ts';
import type { NotifyEvent, NotifyScripts, NotifyState, NotifyTarget } from './event.ts';

/** One script to run for an event. */
export interface PlannedRun {
  /** The keyword that asked for it, such as `notify_master`. */
  readonly keyword: string;
  readonly command: ScriptCommand;
}

/** The scripts for an event, in the order in which they run. */
export function plannedRuns(scripts: NotifyScripts, event: NotifyEvent): readonly PlannedRun[] {
  const { keyword, command } = specificScript(scripts, event.what);
  const runs: PlannedRun[] = [];
  if (command !== undefined) runs.push({ keyword, command });
  // keepalived has no general script for this event, which is no change of state.
  if (scripts.any !== undefined && event.what !== 'MASTER_RX_LOWER_PRI') {
    runs.push({ keyword: 'notify', command: withArguments(scripts.any, event) });
  }
  return runs;
}

function specificScript(
  scripts: NotifyScripts,
  what: NotifyEvent['what'],
): { readonly keyword: string; readonly command: ScriptCommand | undefined } {
  switch (what) {
    case 'MASTER':
      return { keyword: 'notify_master', command: scripts.master };
    case 'BACKUP':
      return { keyword: 'notify_backup', command: scripts.backup };
    case 'FAULT':
      return { keyword: 'notify_fault', command: scripts.fault };
    case 'STOP':
      return { keyword: 'notify_stop', command: scripts.stop };
    case 'DELETED':
      return { keyword: 'notify_deleted', command: scripts.deleted };
    case 'MASTER_RX_LOWER_PRI':
      return { keyword: 'notify_master_rx_lower_pri', command: scripts.masterRxLowerPriority };
  }
}

function withArguments(command: ScriptCommand, event: NotifyEvent): ScriptCommand {
  const { kind, name, what, priority } = event;
  return {
    ...command,
    argv: [...command.argv, kind, name, what, String(priorityOf(kind, priority))],
  };
}

/** Scripts of a group have always been given 0. */
function priorityOf(kind: NotifyEvent['kind'], priority: number): number {
  return kind === 'GROUP' ? 0 : priority;
}

/** Events of one moment: those of instances as they came, then those of groups as they came. */
export function inNotifyOrder(events: readonly NotifyEvent[]): readonly NotifyEvent[] {
  const instances = events.filter(({ kind }) => kind === 'INSTANCE');
  return [...instances, ...events.filter(({ kind }) => kind === 'GROUP')];
}

/**
 * What to say of an instance or group that a reload removes: DELETED where that was asked for,
 * FAULT otherwise, and nothing when it is in FAULT already and that was all it could say.
 */
export function deletionState(
  target: Pick<NotifyTarget, 'announceDeleted'>,
  present: NotifyState | 'INIT',
): NotifyState | undefined {
  if (target.announceDeleted) return 'DELETED';
  return present === 'FAULT' ? undefined : 'FAULT';
}
