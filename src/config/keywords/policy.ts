/** Entries of virtual_rules and static_rules. */

import { parsePrefix } from '../address.ts';
import type { RuleAction, RuleEntry } from '../model-routes.ts';
import type { Token } from '../read/tokens.ts';
import { entries } from './blocks.ts';
import type { Line } from './blocks.ts';
import { ipIdentifier } from './encap.ts';
import { intMax, uintMax } from './numbers.ts';
import { Cursor, mark, number, readOptions, word } from './options.ts';
import type { Draft, Option, Options } from './options.ts';

/** `all` and `default` stand for every address. */
function selector(
  help: string,
  set: (draft: Draft<RuleEntry>, text: string) => void,
): Option<RuleEntry> {
  return {
    syntax: 'ADDRESS[/LENGTH]',
    help,
    since: '1.2.20',
    read: (draft, cursor, option) => {
      const token = cursor.argument(option);
      if (token === undefined) return;
      if (['all', 'any', 'default'].includes(token.value)) {
        set(draft, draft.family === 6 ? '::/0' : '0.0.0.0/0');
        return;
      }
      const parsed = parsePrefix(token.value);
      if (parsed === null) {
        cursor.bad(token, `'${token.value}' is not an address`);
        return;
      }
      draft.family = parsed.family;
      const full = parsed.family === 4 ? 32 : 128;
      const suffix = parsed.prefixLength === full ? '' : `/${parsed.prefixLength}`;
      set(draft, parsed.address + suffix);
    },
  };
}

function action(type: RuleAction['type'], help: string): Option<RuleEntry> {
  return mark(help, (draft) => {
    draft.action = { type, target: null };
  });
}

const ports = (help: string, set: (draft: Draft<RuleEntry>, text: string) => void) =>
  word<RuleEntry>('PORT[-PORT]', help, (draft, value) =>
    set(draft, value.includes('-') ? value : `${value}-${value}`),
  );

const preference = number<RuleEntry>(0, uintMax, 'Order of the rule', (draft, value) => {
  draft.preference = value;
});
const tos = word<RuleEntry>('VALUE', 'Type of service', (draft, value) => {
  draft.tos = ipIdentifier(value);
});
const input = word<RuleEntry>('IFNAME', 'Input interface', (draft, value) => {
  draft.inputInterface = value;
});
const suppressLength = number<RuleEntry>(
  0,
  intMax,
  'Ignore routes with a prefix of this length or shorter',
  (draft, value) => {
    draft.suppressPrefixLength = value;
  },
);
const suppressGroup = word<RuleEntry>(
  'ID | NAME',
  'Ignore routes of this group',
  (draft, value) => {
    draft.suppressGroup = ipIdentifier(value);
  },
);
const lookup = word<RuleEntry>('ID | NAME', 'Look up this table', (draft, value) => {
  draft.action = { type: 'lookup', target: ipIdentifier(value) };
});

export const ruleOptions: Options<RuleEntry> = {
  inet: mark('Address family', (draft) => {
    draft.family = 4;
  }),
  inet6: mark('Address family', (draft) => {
    draft.family = 6;
  }),
  from: selector('Source', (draft, text) => {
    draft.from = text;
  }),
  to: selector('Destination', (draft, text) => {
    draft.to = text;
  }),
  not: mark('Invert the selectors', (draft) => {
    draft.invert = true;
  }),
  preference,
  order: preference,
  priority: preference,
  tos,
  dsfield: tos,
  fwmark: word('MARK[/MASK]', 'Firewall mark', (draft, value) => {
    draft.fwmark = value;
  }),
  realms: word('[FROM/]TO', 'Realms', (draft, value) => {
    draft.realms = value;
  }),
  suppress_prefixlength: suppressLength,
  sup_pl: suppressLength,
  suppress_ifgroup: suppressGroup,
  sup_group: suppressGroup,
  dev: input,
  iif: input,
  oif: word('IFNAME', 'Output interface', (draft, value) => {
    draft.outputInterface = value;
  }),
  'tunnel-id': word('NUMBER', 'Tunnel id', (draft, value) => {
    draft.tunnelId = value;
  }),
  uidrange: word('UID-UID', 'Users', (draft, value) => {
    draft.uidRange = value;
  }),
  l3mdev: mark('Use the table of the VRF', (draft) => {
    draft.l3mdev = true;
  }),
  protocol: word('ID | NAME', 'Originator of the rule; needs no_track', (draft, value) => {
    draft.protocol = ipIdentifier(value);
  }),
  ipproto: word('ID | NAME', 'Protocol of the packet', (draft, value) => {
    draft.ipProtocol = ipIdentifier(value);
  }),
  sport: ports('Source ports', (draft, text) => {
    draft.sourcePorts = text;
  }),
  dport: ports('Destination ports', (draft, text) => {
    draft.destinationPorts = text;
  }),
  table: lookup,
  lookup,
  goto: number(0, uintMax, 'Continue at the rule with this preference', (draft, value) => {
    draft.action = { type: 'goto', target: value };
  }),
  nop: action('nop', 'Do nothing'),
  blackhole: action('blackhole', 'Drop silently'),
  unreachable: action('unreachable', 'Answer "unreachable"'),
  prohibit: action('prohibit', 'Answer "prohibited"'),
  no_track: mark('Loss of the rule is not acted on', (draft) => {
    draft.noTrack = true;
  }),
  track_group: word('NAME', 'Group of instances a static rule belongs to', (draft, value) => {
    draft.trackGroup = value;
  }),
};

function startRule(): Draft<RuleEntry> {
  const numbers = { preference: null, suppressPrefixLength: null, suppressGroup: null, tos: null };
  const marks = { fwmark: null, realms: null, tunnelId: null, uidRange: null, ipProtocol: null };
  const ends = { from: null, to: null, inputInterface: null, outputInterface: null };
  return {
    family: 4,
    invert: false,
    ...ends,
    ...numbers,
    ...marks,
    l3mdev: false,
    protocol: 18,
    sourcePorts: null,
    destinationPorts: null,
    action: { type: 'lookup', target: null },
    noTrack: false,
    trackGroup: null,
  };
}

function readRule(line: Line): RuleEntry | undefined {
  const draft = startRule();
  const isNoise = (token: Token): boolean => token.value === 'type';
  readOptions(new Cursor(line, 0), ruleOptions, draft, isNoise);
  const { action: chosen } = draft;
  const address = draft.from ?? draft.to;
  if (address !== null) draft.family = address.includes(':') ? 6 : 4;
  if (chosen.type === 'lookup' && chosen.target === null && !draft.l3mdev) {
    const message = 'the rule has no action; it is left out';
    line.findings.report('bad-route', line.span, message, { hint: "add 'table ID'" });
    return undefined;
  }
  if (draft.preference === null) {
    const message = 'the rule has no preference, so that its place among others is left to chance';
    line.findings.report('rule-without-preference', line.span, message, {
      hint: "add 'preference NUMBER'",
    });
  }
  return draft;
}

export const ruleEntries = entries('[SELECTOR ...] ACTION', readRule);
