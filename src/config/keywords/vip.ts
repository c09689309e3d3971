/** Entries of virtual_ipaddress, virtual_ipaddress_excluded and static_ipaddress. */

import { bitsOfMask, parseAddress, parsePrefix, withHostBits } from '../address.ts';
import type { VirtualAddress } from '../model.ts';
import { entries } from './blocks.ts';
import type { Line } from './blocks.ts';
import { Cursor, mark, readOptions, word } from './options.ts';
import type { Draft, Option, Options } from './options.ts';

const scopes: Readonly<Record<string, number>> = {
  global: 0,
  universe: 0,
  site: 200,
  link: 253,
  host: 254,
  nowhere: 255,
};

/** The number of a scope, or null for a word that is none. */
function scopeNumber(text: string): number | null {
  const named = Object.hasOwn(scopes, text) ? scopes[text] : undefined;
  if (named !== undefined) return named;
  const number = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : 256;
  return number <= 255 ? number : null;
}

const broadcast: Option<VirtualAddress> = {
  syntax: 'ADDRESS | + | -',
  help: 'Broadcast address; + sets the host bits, - clears them',
  since: '1.1.3',
  read: (draft, cursor, option) => {
    const token = cursor.argument(option);
    if (token === undefined) return;
    if (draft.family === 6) {
      cursor.bad(token, 'IPv6 has no broadcast address; it is ignored');
    } else if (token.value === '+' || token.value === '-') {
      draft.broadcast = withHostBits(draft.address, draft.prefixLength, token.value === '+');
    } else {
      const parsed = parseAddress(token.value);
      if (parsed?.family === 4) draft.broadcast = parsed.address;
      else cursor.bad(token, `'${token.value}' is not an IPv4 address`);
    }
  },
};

const scope: Option<VirtualAddress> = {
  syntax: 'global | link | host | site | nowhere | NUMBER',
  help: 'Scope of the address',
  since: '1.0.3',
  read: (draft, cursor, option) => {
    const token = cursor.argument(option);
    if (token === undefined) return;
    const number = scopeNumber(token.value);
    if (number === null) cursor.bad(token, `'${token.value}' is no scope`);
    // The kernel derives the scope of an IPv6 address from the address.
    else if (draft.family === 6) cursor.bad(token, 'an IPv6 address takes no scope; it is ignored');
    else draft.scope = number;
  },
};

const label: Option<VirtualAddress> = {
  syntax: 'NAME (up to 15 characters)',
  help: 'Label of an IPv4 address, by convention the interface name with a suffix',
  since: '1.1.14',
  read: (draft, cursor, option) => {
    const token = cursor.argument(option);
    if (token === undefined) return;
    const { findings } = cursor.line;
    const span = cursor.line.spanOf(token);
    if (draft.family === 6) {
      findings.report('label-ignored', span, 'an IPv6 address has no label; it is ignored');
    } else if (token.value.length > 15) {
      const message = `the label has ${token.value.length} characters, 15 are possible; ignored`;
      findings.report('label-ignored', span, message);
    } else draft.label = token.value;
  },
};

const peer: Option<VirtualAddress> = {
  syntax: 'ADDRESS[/LENGTH]',
  help: 'The other end of a point-to-point address',
  since: '2.0.0',
  read: (draft, cursor, option) => {
    const token = cursor.argument(option);
    if (token === undefined) return;
    const parsed = parsePrefix(token.value);
    if (parsed === null || parsed.family !== draft.family) {
      cursor.bad(token, `'${token.value}' is not an IPv${draft.family} address`);
      return;
    }
    draft.peer = parsed.address;
    draft.peerPrefixLength = parsed.prefixLength;
  },
};

const preferredLifetime: Option<VirtualAddress> = {
  syntax: 'SECONDS | forever',
  help: 'Preferred lifetime of an IPv6 address; 0 makes it deprecated',
  since: '2.0.20',
  read: (draft, cursor, option) => {
    const token = cursor.argument(option);
    if (token === undefined) return;
    const number = /^\d{1,10}$/.test(token.value) ? Number(token.value) : -1;
    if (token.value === 'forever' || number === 0xffff_ffff) draft.preferredLifetime = 'forever';
    else if (number >= 0) draft.preferredLifetime = number;
    else cursor.bad(token, `'${token.value}' is neither a number of seconds nor 'forever'`);
  },
};

export const vipOptions: Options<VirtualAddress> = {
  dev: word('IFNAME', 'Interface to add it to', (draft, value) => {
    draft.interface = value;
  }),
  brd: broadcast,
  broadcast,
  scope,
  label,
  peer,
  home: mark('Mobile IPv6 home address', (draft) => {
    draft.home = true;
  }),
  '-nodad': mark('Do duplicate address detection, which is skipped otherwise', (draft) => {
    draft.duplicateDetection = true;
  }),
  mngtmpaddr: mark('Manage temporary addresses made from this one', (draft) => {
    draft.manageTempAddresses = true;
  }),
  noprefixroute: mark('Add no route for the prefix', (draft) => {
    draft.noPrefixRoute = true;
  }),
  autojoin: mark('Join the multicast group', (draft) => {
    draft.autojoin = true;
  }),
  no_track: mark('Loss of the address is not acted on', (draft) => {
    draft.noTrack = true;
  }),
  preferred_lft: preferredLifetime,
  use_vmac: mark('Put the address on a macvlan over its interface', (draft) => {
    draft.useVmac = true;
  }),
  track_group: word('NAME', 'Group of instances a static address belongs to', (draft, value) => {
    draft.trackGroup = value;
  }),
};

function startAddress(line: Line): Draft<VirtualAddress> | undefined {
  const [first] = line.tokens;
  if (first === undefined) return undefined;
  const parsed = parsePrefix(first.value);
  if (parsed === null) {
    const message = `'${first.value}' is not an address; the entry is left out`;
    line.findings.report('bad-address', line.spanOf(first), message, {
      hint: 'expected ADDRESS[/LENGTH] with options after it',
    });
    return undefined;
  }
  if (parsed.badLength) {
    const message = `the prefix length of '${first.value}' is not possible`;
    const used = `/${parsed.prefixLength} is used`;
    const bits = bitsOfMask(first.value.split('/')[1] ?? '');
    const hint = bits === null ? null : `write ${parsed.address}/${bits}`;
    line.findings.report('bad-value', line.spanOf(first), `${message}; ${used}`, { hint });
  }
  return {
    family: parsed.family,
    address: parsed.address,
    prefixLength: parsed.prefixLength,
    interface: null,
    broadcast: null,
    scope: 0,
    label: null,
    peer: null,
    peerPrefixLength: null,
    home: false,
    duplicateDetection: false,
    manageTempAddresses: false,
    noPrefixRoute: false,
    autojoin: false,
    noTrack: false,
    preferredLifetime: null,
    useVmac: false,
    trackGroup: null,
  };
}

function readAddress(line: Line): VirtualAddress | undefined {
  const draft = startAddress(line);
  if (draft === undefined) return undefined;
  readOptions(new Cursor(line, 1), vipOptions, draft);
  return draft;
}

export const addressEntries = entries('ADDRESS[/LENGTH] [OPTION ...]', readAddress);
