/** The rows of vrrp_probe, failoverd's own: a question to a host, asked without a program. */

import { parseAddress } from '../address.ts';
import type { ProbeTarget } from '../model.ts';
import type { Token } from '../read/tokens.ts';
import { decimal, firstArgument, integer, intMax } from './numbers.ts';
import { weight } from './special.ts';
import { defineLevel, keyword } from './types.ts';
import type { ArgumentType, Use } from './types.ts';
import { bool, flag } from './words.ts';

const plain = { block: 'none', shape: null } as const;

/** A target keyword; `read` gets an address that is one. */
function target(
  syntax: string,
  most: number,
  read: (use: Use, first: Token) => ProbeTarget | undefined,
): ArgumentType<ProbeTarget> {
  return {
    ...plain,
    syntax,
    most,
    read: (use) => {
      const first = firstArgument(use, syntax);
      return first && read(use, first);
    },
  };
}

/** The argument at `index` as an address; anything else is reported. */
function addressAt(use: Use, index: number): string | undefined {
  const token = use.args[index];
  const parsed = token === undefined ? null : parseAddress(token.value);
  if (parsed !== null) return parsed.address;
  const span = token === undefined ? use.span : use.spanOf(token);
  const message = `'${token?.value ?? ''}' is not an address; the probe asks nobody`;
  use.findings.report('bad-address', span, message, {
    hint: 'write the address itself: a name would have to be looked up by somebody',
  });
  return undefined;
}

function missing(use: Use, what: string): undefined {
  use.findings.report('missing-value', use.span, `'${use.keyword}' needs ${what}`);
  return undefined;
}

function readEcho(use: Use): ProbeTarget | undefined {
  const address = addressAt(use, 0);
  if (address === undefined) return undefined;
  return { kind: 'icmp', address, interface: use.args[1]?.value ?? null };
}

function readNeighbor(use: Use): ProbeTarget | undefined {
  const address = addressAt(use, 0);
  const name = use.args[1]?.value;
  if (address === undefined) return undefined;
  if (name === undefined) return missing(use, 'an interface after the address');
  return { kind: 'neighbor', address, interface: name };
}

function portOf(use: Use, token: Token): number | undefined {
  const port = /^\d{1,5}$/.test(token.value) ? Number(token.value) : 0;
  if (port >= 1 && port <= 65_535) return port;
  const message = `'${token.value}' is not a port from 1 to 65535`;
  use.findings.report('bad-value', use.spanOf(token), message);
  return undefined;
}

function readTcp(use: Use): ProbeTarget | undefined {
  const address = addressAt(use, 0);
  const token = use.args[1];
  if (address === undefined) return undefined;
  if (token === undefined) return missing(use, 'a port after the address');
  const port = portOf(use, token);
  return port === undefined ? undefined : { kind: 'tcp', address, port };
}

function readHttp(use: Use, first: Token): ProbeTarget | undefined {
  const url = URL.canParse(first.value) ? new URL(first.value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const message = `'${first.value}' is not a URL of http or https`;
    use.findings.report('bad-value', use.spanOf(first), message);
    return undefined;
  }
  const token = use.args[1];
  const [, low, high] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(token?.value ?? '200-399') ?? [];
  if (low === undefined) {
    const message = `'${token?.value ?? ''}' is neither a status nor two with a hyphen`;
    use.findings.report('bad-value', use.spanOf(token ?? first), message);
    return undefined;
  }
  return { kind: 'http', url: url.href, from: Number(low), to: Number(high ?? low) };
}

const recordTypes = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'] as const;

function readDns(use: Use): ProbeTarget | undefined {
  const server = addressAt(use, 0);
  const name = use.args[1]?.value;
  if (server === undefined) return undefined;
  if (name === undefined) return missing(use, 'a name to ask for after the server');
  const token = use.args[2];
  const type = recordTypes.find((known) => known === (token?.value ?? 'A').toUpperCase());
  if (type === undefined) {
    const message = `'${token?.value ?? ''}' is none of ${recordTypes.join(', ')}`;
    use.findings.report('bad-value', token === undefined ? use.span : use.spanOf(token), message);
    return undefined;
  }
  return { kind: 'dns', server, name, type };
}

const own = { own: true, repeat: 'each' } as const;

export const probeLevel = defineLevel('vrrp_probe', 'A host to ask, without a script', {
  icmp: keyword('supported', target('ADDRESS [IFNAME]', 2, readEcho), 'Echo: a ping', own),
  arp: keyword(
    'supported',
    target('ADDRESS IFNAME', 2, readNeighbor),
    'ARP, or neighbour discovery for IPv6: whether it is on the link',
    own,
  ),
  tcp: keyword('supported', target('ADDRESS PORT', 2, readTcp), 'A connection', own),
  http: keyword(
    'supported',
    target('URL [STATUS[-STATUS]]', 2, readHttp),
    'A GET over http or https, answered with 200 to 399 or that status',
    own,
  ),
  dns: keyword('supported', target('SERVER NAME [TYPE]', 3, readDns), 'A name is known', own),
  http_verify: keyword('supported', bool(), 'The certificate of an https server has to be right', {
    default: 'on',
    own: true,
  }),
  interval: keyword('supported', decimal(0.01, 4294), 'From one question to the next', {
    default: '1',
    own: true,
  }),
  timeout: keyword('supported', decimal(0.001, 4294), 'No answer after this is a failure', {
    default: 'interval',
    own: true,
  }),
  jitter: keyword('supported', decimal(0, 4294), 'Each is asked later by up to this', {
    default: '0',
    own: true,
  }),
  weight: keyword('supported', weight(253), 'Changes the priority; 0: failure means FAULT', {
    default: '0',
    own: true,
  }),
  rise: keyword('supported', integer(1, intMax), 'Answers in a row until it passes', {
    default: '1',
    own: true,
  }),
  fall: keyword('supported', integer(1, intMax), 'Failures in a row until it is not', {
    default: '1',
    own: true,
  }),
  init_fail: keyword('supported', flag(), 'Taken for failed until the first answer', {
    own: true,
  }),
});
