/** Encapsulation of routes, and identifiers that may be numbers or names. */

import type { Encapsulation, IprouteId } from '../model-routes.ts';
import type { Token } from '../read/tokens.ts';
import type { Cursor } from './options.ts';

/** A number where the text is one; otherwise the name, to be looked up on the host. */
export function ipIdentifier(text: string): IprouteId {
  return /^(0x[0-9a-fA-F]+|\d+)$/.test(text) ? Number(text) : text;
}

const optionNames: Readonly<Record<Encapsulation['type'], readonly string[]>> = {
  ip: ['id', 'dst', 'src', 'tos', 'ttl', 'flags'],
  ip6: ['id', 'dst', 'src', 'tc', 'hoplimit', 'flags'],
  mpls: [],
  ila: [],
};

function isType(word: string): word is Encapsulation['type'] {
  return Object.hasOwn(optionNames, word);
}

/** Reads what follows `encap`; null when its type is not known. */
export function readEncap(cursor: Cursor, option: Token): Encapsulation | null {
  const token = cursor.argument(option);
  if (token === undefined) return null;
  if (!isType(token.value)) {
    cursor.bad(token, `'${token.value}' is none of ${Object.keys(optionNames).join(', ')}`);
    return null;
  }
  const type = token.value;
  const names = optionNames[type];
  const options: [string, string][] = [];
  if (names.length === 0) {
    const value = cursor.argument(token);
    return { type, options: value === undefined ? [] : [['', value.value]] };
  }
  for (let name = cursor.current; name && names.includes(name.value); name = cursor.current) {
    cursor.next();
    const value = cursor.argument(name);
    if (value !== undefined) options.push([name.value, value.value]);
  }
  return { type, options };
}
