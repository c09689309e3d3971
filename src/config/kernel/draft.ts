/** What route, rule and address have in common on their way to rtnetlink. */

import { isIPv4 } from 'node:net';
import { ByteWriter } from '../../base/netlink.ts';
import type { IprouteId } from '../model-routes.ts';
import { addressBits } from '../address.ts';
import type { IprouteNames, NameTable } from './names.ts';

export const familyNumber = { 4: 2, 6: 10 } as const;

/** An entry that cannot be put into the kernel, with the reason for people. */
export class Unusable extends Error {
  override readonly name = 'Unusable';
}

/** Network order. */
export function addressBytes(address: string): number[] {
  const size = isIPv4(address) ? 4 : 16;
  const bits = addressBits(address);
  return Array.from({ length: size }, (_, index) =>
    Number((bits >> BigInt(8 * (size - 1 - index))) & 0xffn),
  );
}

/** A number in network order. */
export function bigEndian(value: bigint, size: number): number[] {
  return Array.from({ length: size }, (_, index) =>
    Number((value >> BigInt(8 * (size - 1 - index))) & 0xffn),
  );
}

export function numberOf(names: IprouteNames, table: NameTable, id: IprouteId): number {
  const found = names(table, id);
  if (found !== undefined) return found;
  throw new Unusable(`'${id}' is in no ${table} of this host`);
}

/** Nothing where the text is no number; decimal or hexadecimal. */
export function parseNumber(text: string, what: string): number {
  if (/^(0x[0-9a-f]+|\d+)$/i.test(text)) return Number(text);
  throw new Unusable(`'${text}' is no ${what}`);
}

/** `[FROM/]TO` as the kernel wants it. */
export function realmBits(names: IprouteNames, text: string): number {
  const [first = '', second] = text.split('/');
  const one = (part: string): number =>
    /^(0x[0-9a-f]+|\d+)$/i.test(part) ? Number(part) : numberOf(names, 'rt_realms', part);
  if (second === undefined) return one(first);
  return one(first) * 0x1_0000 + one(second);
}

/** The 12 octets that rtmsg and fib_rule_hdr have in common. */
export interface RouteHead {
  readonly family: 4 | 6;
  readonly toLength: number;
  readonly fromLength: number;
  readonly tos: number;
  readonly table: number;
  readonly protocol: number;
  readonly scope: number;
  /** Kind of route, or action of a rule. */
  readonly type: number;
  readonly flags: number;
}

export function writeHead(head: RouteHead): (writer: ByteWriter) => void {
  // A number that does not fit goes into an attribute alone.
  const table = head.table < 256 ? head.table : 0;
  return (writer) =>
    writer
      .u8(familyNumber[head.family], head.toLength, head.fromLength, head.tos)
      .u8(table, head.protocol, head.scope, head.type)
      .u32(head.flags);
}
