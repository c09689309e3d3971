/** Argument types that only one keyword has. */

import { isMulticast, parseAddress, parsePrefix } from '../address.ts';
import type { Address } from '../address.ts';
import type { HmacKey, InterfaceDelay, IpvlanSettings, LinkbeatInterface } from '../model.ts';
import type { ReceiveBuffer } from '../model.ts';
import { entries } from './blocks.ts';
import type { Line } from './blocks.ts';
import { firstArgument, readNumber, uintMax } from './numbers.ts';
import type { ArgumentType, Use } from './types.ts';

const plain = { block: 'none', shape: null } as const;

/** An address of either family. */
export function address(): ArgumentType<Address> {
  return {
    ...plain,
    syntax: 'ADDRESS',
    most: 1,
    read: (use) => {
      const token = firstArgument(use, 'an address');
      if (token === undefined) return undefined;
      const parsed = parseAddress(token.value);
      if (parsed !== null) return parsed;
      const prefix = parsePrefix(token.value);
      if (prefix !== null) {
        const { family, address: plainAddress } = prefix;
        const extra = 'the prefix length has no meaning here; it is ignored';
        use.findings.report('prefix-ignored', use.spanOf(token), extra, {
          hint: `write ${plainAddress}`,
        });
        return { family, address: plainAddress };
      }
      const message = `'${token.value}' is not an address; it is ignored`;
      use.findings.report('bad-address', use.spanOf(token), message);
      return undefined;
    },
  };
}

/** A multicast address, of one family if it is given. */
export function multicast(family: 4 | 6 | null): ArgumentType<Address> {
  return {
    ...plain,
    syntax: family === null ? 'MULTICAST-ADDRESS' : `IPv${family} MULTICAST-ADDRESS`,
    most: 1,
    read: (use) => {
      const token = firstArgument(use, 'a multicast address');
      if (token === undefined) return undefined;
      const parsed = parseAddress(token.value);
      const fits = parsed !== null && (family === null || parsed.family === family);
      if (fits && isMulticast(parsed)) return parsed;
      const kind = family === null ? '' : `IPv${family} `;
      const message = `'${token.value}' is not an ${kind}multicast address; it is ignored`;
      use.findings.report('bad-address', use.spanOf(token), message.replace('an m', 'a m'));
      return undefined;
    },
  };
}

export interface Weight {
  readonly weight: number;
  readonly reverse: boolean;
}

/** `NUMBER [reverse]`; 254 is read as 253 where the limit is that. */
export function weight(limit: number): ArgumentType<Weight> {
  return {
    ...plain,
    syntax: `NUMBER (-${limit} to ${limit}) [reverse]`,
    most: 2,
    read: (use) => {
      const token = firstArgument(use, `a number from -${limit} to ${limit}`);
      if (token === undefined) return undefined;
      const range = { min: -limit, max: limit };
      const value = readNumber(use, token, range, { fraction: false, unit: '' });
      const second = use.args[1];
      if (second !== undefined && second.value !== 'reverse') {
        const message = `'${second.value}' is not 'reverse'; it is ignored`;
        use.findings.report('bad-value', use.spanOf(second), message);
      }
      if (value === undefined) return undefined;
      return { weight: value, reverse: second?.value === 'reverse' };
    },
  };
}

export interface ProcessMatch {
  readonly name: string;
  readonly parameters: readonly string[];
}

export function processMatch(): ArgumentType<ProcessMatch> {
  return {
    ...plain,
    syntax: 'NAME [ARGUMENT ...]',
    most: Infinity,
    read: (use) => {
      const token = firstArgument(use, 'the name of a process');
      const parameters = use.args.slice(1).map((argument) => argument.value);
      return token && { name: token.value, parameters };
    },
  };
}

export function initFile(): ArgumentType<{ value: number; overwrite: boolean }> {
  return {
    ...plain,
    syntax: '[NUMBER] [overwrite]',
    most: 2,
    read: (use) => {
      let value = 0;
      let overwrite = false;
      for (const token of use.args) {
        if (token.value === 'overwrite') overwrite = true;
        else {
          const range = { min: -0x8000_0000, max: 0x7fff_ffff };
          value = readNumber(use, token, range, { fraction: false, unit: '' }) ?? value;
        }
      }
      return { value, overwrite };
    },
  };
}

export interface VmacArguments {
  readonly name: string | null;
  readonly mac: string | null;
  readonly netlinkNotifyMsg: boolean;
  readonly group: number | null;
}

const macPattern = /^[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){4,5}$/;

/** `[[name] IFNAME] [MAC] [netlink_notify_msg] [group N]`, in any order. */
export function vmac(): ArgumentType<VmacArguments> {
  return {
    ...plain,
    syntax: '[[name] IFNAME] [MAC] [netlink_notify_msg] [group NUMBER]',
    most: Infinity,
    read: (use) => readVmac(use),
  };
}

function readVmac(use: Use): VmacArguments {
  const made = { name: null as string | null, mac: null as string | null, notify: false };
  let group: number | null = null;
  for (let index = 0; index < use.args.length; index += 1) {
    const token = use.args[index];
    if (token === undefined) break;
    const next = use.args[index + 1];
    if (token.value === 'netlink_notify_msg') made.notify = true;
    else if (token.value === 'group' && next !== undefined) {
      group = readGroup(use, index + 1);
      index += 1;
    } else if (token.value === 'name' && next !== undefined) {
      made.name = next.value;
      index += 1;
    } else if (macPattern.test(token.value)) made.mac = token.value.toLowerCase();
    else made.name = token.value;
  }
  const name = fittingName(use, made.name);
  return { name, mac: made.mac, netlinkNotifyMsg: made.notify, group };
}

function readGroup(use: Use, index: number): number | null {
  const token = use.args[index];
  if (token === undefined) return null;
  const form = { fraction: false, unit: '' };
  return readNumber(use, token, { min: 0, max: uintMax }, form) ?? null;
}

/** An interface name has at most fifteen characters. */
function fittingName(use: Use, name: string | null): string | null {
  if (name === null || name.length <= 15) return name;
  const message = `'${name}' is longer than the 15 characters of an interface name; ignored`;
  use.findings.report('vmac-setting', use.span, message);
  return null;
}

const ipvlanModes = ['bridge', 'private', 'vepa'] as const;

export function ipvlan(): ArgumentType<IpvlanSettings> {
  return {
    ...plain,
    syntax: '[[name] IFNAME] [ADDRESS[/LENGTH]] [bridge | private | vepa] [group NUMBER]',
    most: Infinity,
    read: (use) => {
      let name: string | null = null;
      let own: string | null = null;
      let mode: IpvlanSettings['mode'] = null;
      let group: number | null = null;
      for (const [index, { value }] of use.args.entries()) {
        const before = use.args[index - 1]?.value;
        const parsed = parsePrefix(value);
        const found = ipvlanModes.find((known) => known === value);
        if (before === 'group') group = readGroup(use, index);
        else if (value === 'name' || value === 'group') continue;
        else if (found !== undefined) mode = found;
        else if (parsed !== null) own = `${parsed.address}/${parsed.prefixLength}`;
        else name = value;
      }
      return { name: fittingName(use, name), address: own, mode, group };
    },
  };
}

export function hmacKey(): ArgumentType<Omit<HmacKey, 'secret'>> {
  return {
    ...plain,
    syntax: 'ID (1 to 255) VALUE',
    most: 2,
    read: (use) => {
      const token = firstArgument(use, 'an id from 1 to 255 and a key');
      const value = use.args[1];
      if (token === undefined) return undefined;
      const form = { fraction: false, unit: '' };
      const id = readNumber(use, token, { min: 1, max: 255 }, form);
      if (id === undefined) return undefined;
      if (value === undefined) {
        use.findings.report('hmac-key', use.spanOf(token), `key ${id} has no value`);
        return undefined;
      }
      return { id, value: value.value };
    },
  };
}

/** `[all] SECONDS`. */
export function extraGarp(min: number): ArgumentType<{ all: boolean; interval: number }> {
  return {
    ...plain,
    syntax: `[all] SECONDS (${min} to 86400)`,
    most: 2,
    read: (use) => {
      const all = use.args[0]?.value === 'all';
      const token = firstArgument(use, 'a number of seconds', all ? 1 : 0);
      if (token === undefined) return undefined;
      const form = { fraction: false, unit: ' of seconds' };
      const value = readNumber(use, token, { min, max: 86_400 }, form);
      return value === undefined ? undefined : { all, interval: value * 1_000_000 };
    },
  };
}

function readDelay(line: Line): InterfaceDelay | undefined {
  const [name, down, up] = line.tokens;
  if (name === undefined) return undefined;
  const read = (token: typeof name | undefined): number | null => {
    if (token === undefined) return null;
    const value = /^\d+(\.\d+)?$/.test(token.value) ? Number(token.value) : -1;
    if (value >= 0 && value <= 255) return Math.round(value * 1_000_000);
    const message = `'${token.value}' is not a number of seconds from 0 to 255`;
    line.findings.report('bad-value', line.spanOf(token), message);
    return null;
  };
  if (down === undefined) {
    line.findings.report('missing-value', line.span, `'${name.value}' needs a delay`);
    return undefined;
  }
  return { interface: name.value, down: read(down) ?? 0, up: read(up) ?? 0 };
}

export const delayEntries = entries('IFNAME DOWN-SECONDS [UP-SECONDS]', readDelay);

function readLinkbeat(line: Line): LinkbeatInterface | undefined {
  const [name, method] = line.tokens;
  if (name === undefined) return undefined;
  const known = (['MII', 'ETHTOOL', 'IOCTL'] as const).find((word) => word === method?.value);
  if (method !== undefined && known === undefined) {
    const message = `'${method.value}' is none of MII, ETHTOOL, IOCTL`;
    line.findings.report('bad-value', line.spanOf(method), message);
  }
  return { interface: name.value, method: known ?? null };
}

export const linkbeatEntries = entries('IFNAME [MII | ETHTOOL | IOCTL]', readLinkbeat);

/** `HOST [PORT]`. */
export function mailServer(): ArgumentType<{ host: string; port: number }> {
  return {
    ...plain,
    syntax: 'HOST [PORT]',
    most: 2,
    read: (use) => {
      const token = firstArgument(use, 'a host');
      if (token === undefined) return undefined;
      const port = use.args[1];
      const form = { fraction: false, unit: '' };
      const number = port && readNumber(use, port, { min: 1, max: 65_535 }, form);
      return { host: token.value, port: number ?? 25 };
    },
  };
}

/** `USER PASSWORD`. */
export function mailAccount(): ArgumentType<{ user: string; password: string }> {
  return {
    ...plain,
    syntax: 'USER PASSWORD|file:PATH',
    most: 2,
    read: (use) => {
      const token = firstArgument(use, 'a user name and a password');
      const password = use.args[1];
      if (token === undefined) return undefined;
      if (password !== undefined) return { user: token.value, password: password.value };
      const message = `'${use.keyword}' needs a password, or file:PATH, after the name`;
      use.findings.report('missing-value', use.span, message);
      return undefined;
    },
  };
}

const modeBits: Readonly<Record<string, number>> = {
  IRUSR: 0o400,
  IWUSR: 0o200,
  IXUSR: 0o100,
  IRWXU: 0o700,
  IRGRP: 0o40,
  IWGRP: 0o20,
  IXGRP: 0o10,
  IRWXG: 0o70,
  IROTH: 0o4,
  IWOTH: 0o2,
  IXOTH: 0o1,
  IRWXO: 0o7,
};

/** A file mode: a number of any base, or names of bits joined with `|`. */
export function fileMode(): ArgumentType<number> {
  return {
    ...plain,
    syntax: 'NUMBER | BIT[|BIT ...]',
    most: Infinity,
    read: (use) => {
      const token = firstArgument(use, 'a file mode');
      if (token === undefined) return undefined;
      const all = use.args.map((argument) => argument.value).join('');
      if (/^0[0-7]*$/.test(all)) return parseInt(all, 8) & 0o777;
      if (/^(0x[0-9a-fA-F]+|[1-9]\d*)$/.test(all)) return Number(all) & 0o777;
      const bits = all.split('|').map((name) => modeBits[name.replace(/^S_/, '')]);
      if (bits.every((bit) => bit !== undefined)) return bits.reduce((sum, bit) => sum | bit, 0);
      use.findings.report('bad-value', use.spanOf(token), `'${all}' is not a file mode`);
      return undefined;
    },
  };
}

/** `MTU`, `ADVERT` or a number of bytes; case does not matter. */
export function rxPolicy(): ArgumentType<{ policy: 'mtu' | 'advert' | 'bytes'; bytes: number }> {
  return {
    ...plain,
    syntax: 'MTU | ADVERT | BYTES',
    most: Infinity,
    read: (use) => {
      const token = firstArgument(use, 'MTU, ADVERT or a number of bytes');
      if (token === undefined) return undefined;
      const word = token.value.toLowerCase();
      if (word === 'mtu' || word === 'advert') return { policy: word, bytes: 0 };
      const range = { min: 0, max: uintMax };
      const bytes = readNumber(use, token, range, { fraction: false, unit: ' of bytes' });
      return bytes === undefined ? undefined : { policy: 'bytes', bytes };
    },
  };
}

export function receiveBuffer(size: number | undefined, force: boolean | undefined): ReceiveBuffer {
  return { size: size ?? null, force: force ?? false };
}

/** A number that may be absent. */
export function optionalNumber(min: number, max: number): ArgumentType<number | null> {
  return {
    ...plain,
    syntax: `[NUMBER (${min} to ${max})]`,
    most: 1,
    read: (use) => {
      const [token] = use.args;
      if (token === undefined) return null;
      return readNumber(use, token, { min, max }, { fraction: false, unit: '' });
    },
  };
}
