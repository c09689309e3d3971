/** Internet addresses as text: parsing, one canonical form, arithmetic for sorting and ranges. */

import { isIPv4, isIPv6 } from 'node:net';
import type { Family } from '../base/units.ts';

export interface Address {
  readonly family: Family;
  /** Dotted quad, or RFC 5952 for IPv6. */
  readonly address: string;
}

export interface Prefix extends Address {
  readonly prefixLength: number;
  /** False when the text had no `/LENGTH`. */
  readonly explicit: boolean;
}

/** Reads an address without prefix; null when it is none. Zone indexes are not accepted. */
export function parseAddress(text: string): Address | null {
  if (isIPv4(text)) return { family: 4, address: text.split('.').map(Number).join('.') };
  if (!isIPv6(text) || text.includes('%')) return null;
  return { family: 6, address: formatIpv6(groupsOf(text)) };
}

/** Sixteen-bit groups of a valid IPv6 address. */
export function groupsOf(text: string): number[] {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  let body = text;
  if (dotted !== null) {
    const [a = 0, b = 0, c = 0, d = 0] = (dotted[2] ?? '').split('.').map(Number);
    body = `${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const [head = '', tail] = body.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const words = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return words.map((word) => parseInt(word, 16));
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 1 };
  let start = -1;
  for (let index = 0; index <= groups.length; index += 1) {
    if (index < groups.length && groups[index] === 0) {
      if (start === -1) start = index;
    } else {
      if (start !== -1 && index - start > best.length) best = { start, length: index - start };
      start = -1;
    }
  }
  return best;
}

function formatIpv6(groups: readonly number[]): string {
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) {
    const [high = 0, low = 0] = groups.slice(6);
    return `::ffff:${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  const hex = groups.map((group) => group.toString(16));
  const { start, length } = longestZeros(groups);
  if (start === -1) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/**
 * Reads `ADDRESS[/LENGTH]`. A length that is no number, or too large, gives the full length with
 * `badLength` set, as keepalived does.
 */
export function parsePrefix(text: string): (Prefix & { readonly badLength: boolean }) | null {
  const slash = text.indexOf('/');
  const parsed = parseAddress(slash === -1 ? text : text.slice(0, slash));
  if (parsed === null) return null;
  const full = parsed.family === 4 ? 32 : 128;
  if (slash === -1) return { ...parsed, prefixLength: full, explicit: false, badLength: false };
  const digits = text.slice(slash + 1);
  const length = /^\d{1,3}$/.test(digits) ? Number(digits) : full + 1;
  const badLength = length > full;
  return { ...parsed, prefixLength: badLength ? full : length, explicit: true, badLength };
}

/** The prefix length of a mask in the dotted form: 24 of 255.255.255.0; null when it is none. */
export function bitsOfMask(mask: string): number | null {
  if (!isIPv4(mask)) return null;
  const [, ones = '', rest = ''] =
    /^(1*)(.*)$/.exec(addressBits(mask).toString(2).padStart(32, '0')) ?? [];
  return rest.includes('1') ? null : ones.length;
}

/** The address as a number, for comparing and masking. */
export function addressBits(address: string): bigint {
  if (isIPv4(address)) {
    return address.split('.').reduce((sum, byte) => (sum << 8n) | BigInt(Number(byte)), 0n);
  }
  return groupsOf(address).reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);
}

function ipv4FromBits(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.');
}

/** The IPv4 address with the host bits of its network all ones, or all zeros. */
export function withHostBits(address: string, prefixLength: number, ones: boolean): string {
  const hostMask = (1n << BigInt(32 - prefixLength)) - 1n;
  const bits = addressBits(address);
  return ipv4FromBits(ones ? bits | hostMask : bits & ~hostMask);
}

export function isMulticast({ family, address }: Address): boolean {
  const bits = addressBits(address);
  return family === 4 ? bits >> 28n === 0xen : bits >> 120n === 0xffn;
}

export function isLinkLocal({ family, address }: Address): boolean {
  const bits = addressBits(address);
  return family === 4 ? bits >> 16n === 0xa9fen : bits >> 118n === 0x3fan;
}
