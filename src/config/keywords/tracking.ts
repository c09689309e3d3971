/** Entries that name things: trackers, interfaces, instances, peers. */

import { parsePrefix } from '../address.ts';
import type { UnicastPeer } from '../model.ts';
import type { Token } from '../read/tokens.ts';
import { entries } from './blocks.ts';
import type { Line } from './blocks.ts';
import { Cursor, reportOption } from './options.ts';

/** A tracker as one line lists it; null means what the tracker itself says. */
export interface TrackLine {
  readonly name: string;
  readonly weight: number | null;
  readonly reverse: boolean | null;
}

const words = ['weight', 'reverse', 'noreverse'];

/** What keepalived takes as a number at all; what is greater is no weight. */
const mostNumber = 254;

/** null: the weight is ignored; undefined: the entry is left out. */
function readWeight(cursor: Cursor, option: Token, limit: number): number | null | undefined {
  const token = cursor.next();
  if (token === undefined) {
    const { findings } = cursor.line;
    const message = "'weight' needs a number; the entry is left out";
    findings.report('missing-value', cursor.line.spanOf(option), message);
    return undefined;
  }
  const value = /^[+-]?\d+$/.test(token.value) ? Number(token.value) + 0 : NaN;
  if (Number.isNaN(value)) {
    cursor.bad(token, `'${token.value}' is not a whole number; the entry is left out`);
    return undefined;
  }
  if (Math.abs(value) <= limit) return value;
  const used = Math.abs(value) > mostNumber ? null : Math.sign(value) * limit;
  const { findings } = cursor.line;
  const span = cursor.line.spanOf(token);
  findings.report(
    'out-of-range',
    span,
    `${value} is out of range; ${used ?? 'no weight'} is used`,
    {
      hint: `expected a weight from -${limit} to ${limit}`,
    },
  );
  return used;
}

function readTrack(line: Line, limit: number): TrackLine | undefined {
  const [first] = line.tokens;
  if (first === undefined) return undefined;
  const cursor = new Cursor(line, 1);
  let weight: number | null = null;
  let reverse: boolean | null = null;
  for (let token = cursor.next(); token !== undefined; token = cursor.next()) {
    if (token.value === 'weight') {
      const value = readWeight(cursor, token, limit);
      if (value === undefined) return undefined;
      weight = value;
    } else if (token.value === 'reverse') reverse = true;
    else if (token.value === 'noreverse') reverse = false;
    else reportOption(line, token, words);
  }
  return { name: first.value, weight, reverse };
}

/** `NAME [weight N] [reverse | noreverse]` on each line. */
export function trackEntries(name: string, limit: number) {
  const syntax = `${name} [weight NUMBER (-${limit} to ${limit})] [reverse | noreverse]`;
  return entries(syntax, (line) => readTrack(line, limit));
}

/** One name on each line. */
export function nameEntries(what: string) {
  return entries(what, (line) => {
    const [first, extra] = line.tokens;
    if (extra !== undefined) {
      const message = `one ${what.toLowerCase()} on each line; '${extra.value}' is ignored`;
      line.findings.report('extra-argument', line.spanOf(extra), message, {
        keepalived: 'keepalived ignores it as well, and says nothing',
      });
    }
    return first?.value;
  });
}

function readTtl(cursor: Cursor, option: Token): number | undefined {
  const token = cursor.argument(option);
  if (token === undefined) return undefined;
  const value = /^\d{1,3}$/.test(token.value) ? Number(token.value) : 256;
  if (value <= 255) return value;
  cursor.bad(token, `'${token.value}' is not a number from 0 to 255`);
  return undefined;
}

function readPeer(line: Line): UnicastPeer | undefined {
  const [first] = line.tokens;
  if (first === undefined) return undefined;
  const parsed = parsePrefix(first.value);
  if (parsed === null) {
    const message = `'${first.value}' is not an address; the peer is left out`;
    line.findings.report('bad-address', line.spanOf(first), message);
    return undefined;
  }
  if (parsed.explicit) {
    const message = 'the prefix length has no meaning here; it is ignored';
    line.findings.report('prefix-ignored', line.spanOf(first), message, {
      hint: `write ${parsed.address}`,
    });
  }
  const cursor = new Cursor(line, 1);
  let minTtl = 0;
  let maxTtl = 255;
  for (let token = cursor.next(); token !== undefined; token = cursor.next()) {
    if (token.value === 'min_ttl') minTtl = readTtl(cursor, token) ?? minTtl;
    else if (token.value === 'max_ttl') maxTtl = readTtl(cursor, token) ?? maxTtl;
    else reportOption(line, token, ['min_ttl', 'max_ttl']);
  }
  if (minTtl > maxTtl) cursor.bad(first, `min_ttl ${minTtl} is more than max_ttl ${maxTtl}`);
  return { address: parsed.address, minTtl, maxTtl };
}

export const peerEntries = entries('ADDRESS [min_ttl 0..255] [max_ttl 0..255]', readPeer);
