/**
 * What a ruleset of nftables does to an advert. It walks the rules as the kernel does, as far as an
 * advert's fields decide them; what depends on more (a set, a mark, an extension of iptables) is
 * answered with "perhaps". Pure.
 */

/** The packet in question. */
export interface Probe {
  readonly family: 4 | 6;
  readonly hook: 'input' | 'output';
  readonly interface: string;
  readonly protocol: 112 | 51;
  readonly destination: string;
  readonly multicast: boolean;
}

export type Fate =
  | { readonly kind: 'passes' }
  /** `where`: table and chain, and the rule's handle where it was a rule. */
  | { readonly kind: 'dropped' | 'perhaps'; readonly where: string };

interface Chain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly hook?: string;
  readonly policy?: string;
  readonly prio?: number;
  readonly dev?: string;
}

interface Rule {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly handle: number;
  readonly expr?: readonly Record<string, unknown>[];
}

/** `mayPass`: it is perhaps accepted here, and goes on otherwise. */
type Outcome = 'accept' | 'drop' | 'perhaps' | 'mayPass' | 'next';
interface Step {
  readonly outcome: Outcome;
  readonly where: string;
}

/**
 * The objects that are in no table of a failoverd's own, which lets adverts through. It is known by its
 * comment, which only nft's text tells (`listing`: nft -t list ruleset).
 */
export function ofOthers(
  ruleset: readonly unknown[] | undefined,
  listing: string,
): readonly unknown[] | undefined {
  const own = new Set(
    [...listing.matchAll(/^table (\S+ \S+) \{\n\tcomment "failoverd[" ]/gm)].map(
      ([, name]) => name,
    ),
  );
  const isOwn = ({ chain, rule }: { chain?: Chain; rule?: Rule }): boolean => {
    const { family = '', table = '' } = chain ?? rule ?? {};
    return own.has(`${family} ${table}`);
  };
  return ruleset?.filter((object) => !isOwn(object as { chain?: Chain; rule?: Rule }));
}

/** The fate of a packet in all tables that see it. */
export function fateOf(ruleset: readonly unknown[], probe: Probe): Fate {
  const objects = ruleset as readonly { chain?: Chain; rule?: Rule }[];
  const chains = objects.flatMap(({ chain }) => (chain ? [chain] : []));
  const rules = objects.flatMap(({ rule }) => (rule ? [rule] : []));
  const hooks =
    probe.hook === 'input'
      ? ['ingress', 'prerouting', 'input']
      : ['output', 'postrouting', 'egress'];
  const bases = chains
    .filter((chain) => hooks.includes(chain.hook ?? '') && sees(chain, probe))
    .toSorted(
      (a, b) =>
        hooks.indexOf(a.hook ?? '') - hooks.indexOf(b.hook ?? '') || (a.prio ?? 0) - (b.prio ?? 0),
    );
  let doubt: string | undefined;
  for (const base of bases) {
    const { outcome, where } = walk(base, { chains, rules, probe, depth: 0 });
    const final = base.policy === 'drop' ? underDrop(outcome) : outcome;
    if (final === 'drop') return { kind: 'dropped', where };
    if (final === 'perhaps') doubt ??= where;
  }
  return doubt === undefined ? { kind: 'passes' } : { kind: 'perhaps', where: doubt };
}

/** A packet that no rule has judged, in a chain whose policy is to drop. */
function underDrop(outcome: Outcome): Outcome {
  if (outcome === 'mayPass') return 'perhaps';
  return outcome === 'next' ? 'drop' : outcome;
}

function sees(chain: Chain, { family, interface: device }: Probe): boolean {
  if (chain.family === 'netdev') return chain.dev === undefined || chain.dev === device;
  return chain.family === 'inet' || chain.family === (family === 4 ? 'ip' : 'ip6');
}

interface Walk {
  readonly chains: readonly Chain[];
  readonly rules: readonly Rule[];
  readonly probe: Probe;
  readonly depth: number;
}

function walk(chain: Chain, context: Walk): Step {
  const place = `${chain.family} ${chain.table} ${chain.name}`;
  let doubt: Step | undefined;
  let mayPass = false;
  for (const rule of context.rules) {
    const here =
      rule.family === chain.family && rule.table === chain.table && rule.chain === chain.name;
    if (!here) continue;
    const where = `${place} handle ${rule.handle}`;
    const step = one(rule, where, chain, context);
    if (step === undefined) continue;
    if (step.outcome === 'mayPass') mayPass = true;
    else if (step.outcome === 'perhaps') doubt ??= step;
    else if (step.outcome === 'drop') return mayPass ? { ...step, outcome: 'perhaps' } : step;
    else if (step.outcome === 'accept') return doubt ?? step;
    else break;
  }
  return doubt ?? { outcome: mayPass ? 'mayPass' : 'next', where: `${place} (policy)` };
}

/** What a rule does; undefined: it goes on to the next one. */
function one(rule: Rule, where: string, chain: Chain, context: Walk): Step | undefined {
  let certain = true;
  for (const statement of rule.expr ?? []) {
    const [name = '', body] = Object.entries(statement)[0] ?? [];
    if (name === 'match') {
      const matched = matches(body as Match, context.probe);
      if (matched === false) return undefined;
      if (matched === undefined) certain = false;
    } else if (name === 'accept' || name === 'return') {
      if (certain) return { outcome: name === 'accept' ? 'accept' : 'next', where };
      return name === 'accept' ? { outcome: 'mayPass', where } : undefined;
    } else if (name === 'drop' || name === 'reject') {
      return { outcome: certain ? 'drop' : 'perhaps', where };
    } else if (name === 'jump' || name === 'goto') {
      const step = enter((body as { target: string }).target, chain, context);
      if (step.outcome === 'next') {
        if (name === 'goto' && certain) return { outcome: 'next', where };
        continue;
      }
      if (certain || step.outcome === 'mayPass') return step;
      const outcome = step.outcome === 'accept' ? 'mayPass' : 'perhaps';
      return { outcome, where: step.where };
    } else if (name === 'xt' || name === 'limit' || name === 'queue' || name === 'vmap') {
      certain = false;
    }
  }
  return undefined;
}

const deepest = 16;

function enter(target: string, from: Chain, context: Walk): Step {
  const chain = context.chains.find(
    ({ family, table, name }) => family === from.family && table === from.table && name === target,
  );
  if (chain === undefined || context.depth === deepest) return { outcome: 'next', where: '' };
  return walk(chain, { ...context, depth: context.depth + 1 });
}

interface Match {
  readonly op: string;
  readonly left: {
    payload?: { protocol?: string; field?: string };
    meta?: { key: string };
    ct?: { key: string };
  };
  readonly right: unknown;
}

/** True, false, or undefined when an advert's fields do not say. */
function matches({ op, left, right }: Match, probe: Probe): boolean | undefined {
  const value = fieldOf(left, probe);
  if (value === undefined) return undefined;
  if (value === 'absent') return false;
  const equal = contains(right, value, probe.family);
  if (equal === undefined) return undefined;
  if (op === '==' || op === 'in') return equal;
  return op === '!=' ? !equal : undefined;
}

/** 'absent': an advert has no such field, so that no comparison holds. */
function fieldOf(left: Match['left'], probe: Probe): string | undefined {
  const { payload, meta, ct } = left;
  const protocol = probe.protocol === 112 ? 'vrrp' : 'ah';
  if (ct?.key === 'state') return 'new';
  if (meta !== undefined) {
    const known: Record<string, string> = {
      l4proto: protocol,
      protocol: probe.family === 4 ? 'ip' : 'ip6',
      nfproto: probe.family === 4 ? 'ipv4' : 'ipv6',
      pkttype: probe.multicast ? 'multicast' : 'host',
      [probe.hook === 'input' ? 'iifname' : 'oifname']: probe.interface,
      [probe.hook === 'input' ? 'iif' : 'oif']: probe.interface,
    };
    return known[meta.key];
  }
  if (payload === undefined) return undefined;
  const mine = probe.family === 4 ? 'ip' : 'ip6';
  if (payload.protocol === 'ip' || payload.protocol === 'ip6') {
    if (payload.protocol !== mine) return 'absent';
    if (payload.field === 'protocol' || payload.field === 'nexthdr') return protocol;
    return payload.field === 'daddr' ? probe.destination : undefined;
  }
  const others = ['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmpv6', 'igmp', 'esp', 'th'];
  return others.includes(payload.protocol ?? '') ? 'absent' : undefined;
}

const numbers: Readonly<Record<string, string>> = { '112': 'vrrp', '51': 'ah' };

/** Whether a value of nft's JSON (a word, a list, a set, a prefix) contains `value`. */
function contains(right: unknown, value: string, family: 4 | 6): boolean | undefined {
  if (typeof right === 'number') return (numbers[String(right)] ?? String(right)) === value;
  if (typeof right === 'string') {
    if (right.startsWith('@')) return undefined;
    return right.endsWith('*') ? value.startsWith(right.slice(0, -1)) : right === value;
  }
  if (Array.isArray(right)) return anyOf(right, value, family);
  if (right === null || typeof right !== 'object') return undefined;
  if ('set' in right && Array.isArray(right.set)) return anyOf(right.set, value, family);
  if ('prefix' in right)
    return inPrefix(right.prefix as { addr: string; len: number }, value, family);
  return undefined;
}

function anyOf(list: readonly unknown[], value: string, family: 4 | 6): boolean | undefined {
  const answers = list.map((one) => contains(one, value, family));
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

function inPrefix({ addr, len }: { addr: string; len: number }, value: string, family: 4 | 6) {
  if (family === 6) return addr === 'ff00::' && len <= 8 ? value.startsWith('ff') : undefined;
  const bits = (text: string): number =>
    text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - len);
  return Math.floor(bits(addr) / size) === Math.floor(bits(value) / size);
}
