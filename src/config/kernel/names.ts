/** Names of tables, protocols, scopes and realms, as iproute2 keeps them in its files. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { IprouteId } from '../model-routes.ts';

export type NameTable =
  | 'rt_tables'
  | 'rt_protos'
  | 'rt_scopes'
  | 'rt_realms'
  | 'rt_dsfield'
  | 'group'
  /** Devices of VRFs, with their routing tables. */
  | 'vrf';

/** Numbers by name; a number is its own name. */
export type IprouteNames = (table: NameTable, id: IprouteId) => number | undefined;

const builtIn: Readonly<Record<NameTable, Readonly<Record<string, number>>>> = {
  rt_tables: { unspec: 0, default: 253, main: 254, local: 255 },
  rt_protos: { unspec: 0, redirect: 1, kernel: 2, boot: 3, static: 4, keepalived: 18, bird: 12 },
  rt_scopes: { global: 0, universe: 0, site: 200, link: 253, host: 254, nowhere: 255 },
  rt_realms: { cosmos: 0 },
  rt_dsfield: {},
  group: { default: 0 },
  vrf: {},
};

/** What every host knows, and nothing else. */
export const builtInNames: IprouteNames = (table, id) => {
  if (typeof id === 'number') return id;
  return Object.hasOwn(builtIn[table], id) ? builtIn[table][id] : undefined;
};

/** `NUMBER NAME` a line. */
function readTable(file: string, into: Map<string, number>): void {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return;
  }
  for (const line of text.split('\n')) {
    const match = /^\s*(0x[0-9a-fA-F]+|\d+)\s+(\S+)/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) into.set(match[2], Number(match[1]));
  }
}

function filesOf(directory: string, table: NameTable): string[] {
  const more = path.join(directory, `${table}.d`);
  let names: string[] = [];
  try {
    names = readdirSync(more).filter((name) => name.endsWith('.conf'));
  } catch {
    // Most tables have no directory.
  }
  return [path.join(directory, table), ...names.map((name) => path.join(more, name))];
}

/** Names of this host. Files are read when a name is first asked for; later directories win. */
export function hostNames(directories: readonly string[]): IprouteNames {
  const known = new Map<NameTable, Map<string, number>>();
  const tableOf = (table: NameTable): Map<string, number> => {
    const read = known.get(table) ?? new Map<string, number>(Object.entries(builtIn[table]));
    if (known.has(table)) return read;
    for (const file of directories.flatMap((one) => filesOf(one, table))) readTable(file, read);
    known.set(table, read);
    return read;
  };
  return (table, id) => (typeof id === 'number' ? id : tableOf(table).get(id));
}
