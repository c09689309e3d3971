// What `ip` printed about a kernel (`### ip ARGUMENTS` before each part), as lines that can be
// compared: the same things in the same words, without what differs by chance.

/** Sorted, one line for each address, route and rule. */
export type KernelLines = readonly string[];

interface Interface {
  readonly name: string;
  readonly mac: string;
  /** Its own, there before any daemon, as `ip addr add` takes them. */
  readonly addresses: string[];
}

const LINK = /^\d+: (?<name>[^:@]+)(?:@\S+)?: /;

/**
 * The interfaces that a recorded host had of its own, with the addresses that its keeper gave it:
 * 10.255.N.M, and those that the file sends its adverts from (`isSource`, of ADDRESS/LENGTH).
 */
export function interfacesOf(text: string, isSource: (address: string) => boolean): Interface[] {
  const found: Interface[] = [];
  let current: Interface | undefined;
  for (const line of partsOf(text).get('ip -d addr show') ?? []) {
    const name = LINK.exec(line)?.groups?.['name'];
    if (name !== undefined) current = { name, mac: '', addresses: [] };
    const mac = /^link\/ether (?<mac>\S+) .*link-netns/.exec(line)?.groups?.['mac'];
    if (mac !== undefined && current !== undefined) {
      current = { ...current, mac };
      found.push(current);
    }
    const address = /^inet6? (?<address>\S+\/\d+) /.exec(line)?.groups?.['address'] ?? '';
    if (/^10\.255\.\d+\.\d+\/24$/.test(address) || isSource(address)) {
      current?.addresses.push(address + (address.includes(':') ? ' nodad' : ''));
    }
  }
  return found;
}

/** Routes to neighbours that its keeper gave it, as `ip route add` takes them: nobody's mark. */
export function routesOf(text: string): string[] {
  return [...partsOf(text)].flatMap(([part, lines]) => {
    if (!part.includes('route')) return [];
    return lines.flatMap(
      (line) => /^[\da-f.:]+ dev \S+(?= (?:scope link|metric 1024))/.exec(line) ?? [],
    );
  });
}

/** Addresses with their interface, routes and rules. */
export function stateOf(text: string): KernelLines {
  const lines: string[] = [];
  const parts = partsOf(text);
  const copied = routesOfCopies(parts.get('ip -d addr show') ?? []);
  for (const [part, content] of parts) {
    if (part === 'ip -d addr show') lines.push(...addressLines(content));
    else if (part.includes('route') || part.includes('rule')) {
      const kept = content.filter((line) => !copied.some((route) => line.startsWith(route)));
      lines.push(...kept.map((line) => `${part.split(' ')[1] ?? ''} ${line}`));
    }
  }
  return lines.toSorted();
}

/** What begins the routes that the kernel makes of such a copy alone. */
function routesOfCopies(content: readonly string[]): string[] {
  let link = '';
  const local = content.flatMap((line) => {
    link = LINK.exec(line)?.groups?.['name'] ?? link;
    const address = /^inet6 (?<address>fe80::\S+)\/64 scope link/.exec(line)?.groups?.['address'];
    return address === undefined ? [] : [{ link, address, isCopy: COPIED.test(line) }];
  });
  return local
    .filter(({ isCopy }) => isCopy)
    .flatMap((copy) => {
      const alone = !local.some((one) => one.link === copy.link && !one.isCopy);
      const network = alone ? [`fe80::/64 dev ${copy.link} `] : [];
      return [`local ${copy.address} dev ${copy.link} `, ...network];
    });
}

/**
 * keepalived gives the macvlan of an IPv6 instance a copy of its parent's link-local address. We do not:
 * a BACKUP would answer neighbour solicitations for it from the virtual MAC address.
 */
const COPIED = /^inet6 fe80::\S+\/64 scope link nodad deprecated$/;

/** Who added an address, and whether it is being tried out, is a daemon's and a moment's. */
function addressLines(content: readonly string[]): string[] {
  let link = '';
  return content.flatMap((line) => {
    link = LINK.exec(line)?.groups?.['name'] ?? link;
    if (line.startsWith('macvlan mode'))
      return [`${link} ${line.split(' ').slice(0, 3).join(' ')}`];
    if (!/^inet6? /.test(line) || COPIED.test(line)) return [];
    return [`${link} ${line.replaceAll(/ (?:proto \S+|tentative)/g, '')}`];
  });
}

function partsOf(text: string): Map<string, string[]> {
  const parts = new Map<string, string[]>();
  let current: string[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.replaceAll(/\s+/g, ' ').trim();
    if (line.startsWith('### ')) {
      current = [];
      parts.set(line.slice('### '.length), current);
    } else if (line !== '') current.push(line);
  }
  return parts;
}
