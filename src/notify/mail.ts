/** What a mail about a change of state says, in the form that people's filters know. Pure. */
import type { NotifyEvent } from './event.ts';

export interface Mail {
  readonly subject: string;
  readonly text: string;
}

/** The mail for an event; undefined for what is no state. `routerId` is `router_id`. */
export function mailFor(event: NotifyEvent, routerId: string): Mail | undefined {
  if (event.what === 'MASTER_RX_LOWER_PRI') return undefined;
  const what = event.kind === 'INSTANCE' ? 'VRRP Instance' : 'VRRP Group';
  const subject = `[${routerId}] ${what} ${event.name} - ${happening(event.what)}`;
  return { subject: oneLine(subject), text: `${lines(event, routerId).join('\n')}\n` };
}

function happening(what: Exclude<NotifyEvent['what'], 'MASTER_RX_LOWER_PRI'>): string {
  if (what === 'STOP') return 'Stopping';
  return what === 'DELETED' ? 'Deleted' : `Entering ${what} state`;
}

function lines({ kind, name, what, priority, at, context }: NotifyEvent, router: string): string[] {
  const known: Record<string, string | number | undefined> = {
    Router: router,
    [kind === 'INSTANCE' ? 'Instance' : 'Sync group']: name,
    State: context.previousState === undefined ? what : `${context.previousState} -> ${what}`,
    Cause: context.cause,
    Peer: context.peer,
    'Priority of the peer': context.peerPriority,
    Priority: kind === 'INSTANCE' ? priority : undefined,
    Interface: context.interfaceName,
    'Virtual addresses': context.addresses?.join(' '),
    Time: new Date(at).toISOString(),
  };
  return Object.entries(known).flatMap(([label, value]) =>
    value === undefined ? [] : [`${label}: ${oneLine(String(value))}`],
  );
}

/** Names come from a file: none of them may add a line to a header. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ');
}
