/** A route, rule, address or filter of the kernel in the words of ip(8). */

import type { ObjectKey } from '../engine/messages.generated.ts';

const mainTable = 254;

export function objectText(key: ObjectKey): string {
  const { kind, destination, prefixLength, table, priority } = key;
  const where = `${destination}/${prefixLength}`;
  if (kind === 'filter') return 'filter for frames to the virtual MAC address';
  if (kind === 'address') return `address ${where}`;
  const inTable = table === 0 || table === mainTable ? '' : ` of table ${table}`;
  if (kind === 'route') return `route ${prefixLength === 0 ? 'default' : where}${inTable}`;
  const to = prefixLength === 0 ? '' : ` to ${where}`;
  return `rule ${priority}${to}${table === 0 ? '' : ` with table ${table}`}`;
}
