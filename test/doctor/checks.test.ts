import { describe, expect, it } from 'vitest';
import { examine, worst } from '../../src/doctor/doctor.ts';
import type { Facts, RouterFacts, SystemFacts } from '../../src/doctor/host/facts.ts';
import { stealIn, throttledIn } from '../../src/doctor/host/system.ts';
import { fateOf, ofOthers } from '../../src/doctor/host/nft.ts';

const router: RouterFacts = {
  name: 'VI_1',
  interface: 'eth0',
  family: 4,
  virtualRouterId: 51,
  version: 2,
  unicast: false,
  multicastGroup: '224.0.0.18',
  advertInterval: 1_000_000,
  addresses: ['192.0.2.200'],
  packetSize: 40,
  usesVmac: false,
  protocol: 112,
  usesClock: false,
  syncGroup: undefined,
};

const system: SystemFacts = {
  capabilities: ['CAP_NET_ADMIN', 'CAP_NET_RAW'],
  limits: { realtimePriority: 99, lockedMemory: Infinity },
  daemonPid: 7,
  troubles: [],
  otherDaemons: [],
  steal: 0.01,
  throttled: 0,
  clockSynchronized: true,
  clockSource: 'tsc',
  unit: { LoadState: 'loaded', ActiveState: 'active', UnitFileState: 'enabled' },
};

/** A healthy host, but for `part`. */
function facts(part: { [Name in keyof Facts]?: Partial<Facts[Name]> } = {}): Facts {
  const link = {
    name: 'eth0',
    index: 2,
    flags: ['UP', 'LOWER_UP', 'MULTICAST', 'BROADCAST'],
    mtu: 1500,
    operState: 'UP',
    mac: '02:00:00:00:00:01',
    master: undefined,
    kind: undefined,
    bridge: undefined,
    addresses: [
      {
        family: 4 as const,
        address: '192.0.2.1',
        prefixLength: 24,
        scope: 'global',
        tentative: false,
        duplicate: false,
      },
    ],
  };
  const versions = { failoverd: '0', node: '20.0.0', kernel: '6', addonProblem: undefined };
  const configuration = {
    file: '/x',
    unread: undefined,
    errors: 0,
    warnings: 0,
    routers: [router],
  };
  const network = {
    links: [link],
    sysctls: {},
    nft: [],
    iptablesLegacy: undefined,
    firewalldRuns: false,
    filterable: [],
    memberships: ['eth0 224.0.0.18'],
    networkdLinks: [],
    networkManagerLinks: [],
  };
  return {
    versions: { ...versions, ...part.versions },
    configuration: { ...configuration, ...part.configuration },
    network: { ...network, ...part.network },
    system: { ...system, ...part.system },
    wires: {},
  };
}

const alarming = (given: Facts): string[] =>
  examine(given)
    .filter(({ verdict }) => verdict === 'problem' || verdict === 'warning')
    .map(({ check, verdict }) => `${check} ${verdict}`);

describe('the checks of what a test cannot break for real', () => {
  it('say nothing of a healthy host', () => {
    expect(alarming(facts())).toEqual([]);
    expect(worst(examine(facts()))).toBe('ok');
  });

  it('name what is wrong', () => {
    const cases: readonly (readonly [Parameters<typeof facts>[0], string])[] = [
      [{ versions: { node: '18.19.0' } }, 'node_version problem'],
      [{ versions: { addonProblem: 'it has not been built' } }, 'addon problem'],
      [{ system: { steal: 0.3 } }, 'cpu_steal warning'],
      [{ system: { throttled: 0.5 } }, 'cpu_throttling warning'],
      [{ system: { clockSource: 'jiffies' } }, 'clock warning'],
      [{ network: { iptablesLegacy: ':INPUT DROP [0:0]' } }, 'iptables_legacy warning'],
      [{ network: { memberships: [] } }, 'multicast_joined problem'],
      [{ configuration: { unread: 'there is no file' } }, 'configuration problem'],
    ];
    for (const [part, found] of cases) expect(alarming(facts(part))).toEqual([found]);
    const signed = { ...router, usesClock: true };
    const unset = facts({
      configuration: { routers: [signed] },
      system: { clockSynchronized: false },
    });
    expect(alarming(unset)).toEqual(['clock problem']);
    const network = { ...facts().network };
    const macvlan = { ...network.links[0]!, name: 'vrrp.51', kind: 'macvlan', addresses: [] };
    const links = [...network.links, { ...macvlan, mac: '00:00:5e:00:01:33' }];
    const shut = (filterable: readonly string[]) =>
      facts({
        configuration: { routers: [{ ...router, usesVmac: true }] },
        network: { links, filterable },
      });
    expect(alarming(shut([]))).toEqual(['vmac_filter warning']);
    expect(alarming(shut(['vrrp.51']))).toEqual([]);
  });

  it('say "unknown" of what could not be found out', () => {
    const blind = facts({
      network: { nft: undefined },
      system: { steal: undefined, unit: undefined },
    });
    const unknown = examine(blind).filter(({ verdict }) => verdict === 'unknown');
    expect(unknown.map(({ check }) => check)).toEqual(['unit', 'firewall', 'cpu_steal']);
  });
});

/* Nobody can steal from a test: /proc/stat as a busy hypervisor leaves it. */
describe('time that this host did not have', () => {
  it('is read out of /proc/stat', () => {
    const stat = 'cpu  100 0 100 500 0 0 0 300 0 0\ncpu0 50 0 50 250 0 0 0 150 0 0\nintr 1\n';
    expect(stealIn(stat)).toBe(0.3);
    expect(alarming(facts({ system: { steal: stealIn(stat) } }))).toEqual(['cpu_steal warning']);
    expect(stealIn('cpu  100 0 100 500 0 0 0 0 0 0\n')).toBe(0);
    expect(stealIn('')).toBeUndefined();
  });

  it('is read out of cpu.stat of both versions of control groups', () => {
    const v1 = 'nr_periods 200\nnr_throttled 50\nthrottled_time 9\nnr_bursts 0\nburst_time 0\n';
    const v2 = 'usage_usec 9\nuser_usec 5\nnr_periods 40\nnr_throttled 10\nthrottled_usec 9\n';
    expect([v1, v2].map(throttledIn)).toEqual([0.25, 0.25]);
    expect(throttledIn(v1.replace('200', '0'))).toBe(0);
    // The root group of version 2 counts no periods.
    expect(throttledIn('usage_usec 9\nuser_usec 5\nsystem_usec 4\n')).toBeUndefined();
  });
});

describe('the fate of an advert in a ruleset', () => {
  const chain = {
    chain: { family: 'inet', table: 't', name: 'in', hook: 'input', prio: 0, policy: 'drop' },
  };
  const rule = (...expr: readonly object[]) => ({
    rule: { family: 'inet', table: 't', chain: 'in', handle: 1, expr },
  });
  const match = (left: object, right: unknown, op = '==') => ({ match: { op, left, right } });
  const protocol = { payload: { protocol: 'ip', field: 'protocol' } };
  const destination = { payload: { protocol: 'ip', field: 'daddr' } };
  const fate = (...rules: readonly object[]): string =>
    fateOf([chain, ...rules], {
      family: 4,
      hook: 'input',
      interface: 'eth0',
      protocol: 112,
      destination: '224.0.0.18',
      multicast: true,
    }).kind;
  const accept = { accept: null };

  it('does not count what stands in a table of our own', () => {
    const own = { rule: { family: 'ip', table: 'failoverd', chain: 'in', handle: 2 } };
    const others = { rule: { family: 'ip', table: 'failoverd_2', chain: 'in', handle: 3 } };
    const listing =
      'table ip failoverd {\n\tcomment "failoverd"\n\tchain in {\n\t}\n}\ntable ip failoverd_2 {\n}\n';
    expect(ofOthers([own, others], listing)).toEqual([others]);
    expect(ofOthers(undefined, '')).toBeUndefined();
  });

  it.each([
    ['an empty chain has its policy', [], 'dropped'],
    ['a protocol by name', [rule(match(protocol, 'vrrp'), accept)], 'passes'],
    [
      'a protocol by number, in a set',
      [rule(match(protocol, { set: [6, 112] }), accept)],
      'passes',
    ],
    ['another protocol', [rule(match(protocol, 'tcp'), accept)], 'dropped'],
    [
      'a prefix',
      [rule(match(destination, { prefix: { addr: '224.0.0.0', len: 4 } }), accept)],
      'passes',
    ],
    [
      'a prefix that is too narrow',
      [rule(match(destination, { prefix: { addr: '224.1.0.0', len: 16 } }), accept)],
      'dropped',
    ],
    [
      'an interface with a wildcard',
      [rule(match({ meta: { key: 'iifname' } }, 'eth*'), accept)],
      'passes',
    ],
    [
      'ports, which an advert has not',
      [rule(match({ payload: { protocol: 'tcp', field: 'dport' } }, 22), accept)],
      'dropped',
    ],
    [
      'established connections',
      [rule(match({ ct: { key: 'state' } }, ['established'], 'in'), accept)],
      'dropped',
    ],
    [
      'a rule before the one that accepts',
      [rule(match(protocol, 'vrrp'), { drop: null }), rule(accept)],
      'dropped',
    ],
    [
      'a mark, which nobody can know',
      [rule(match({ meta: { key: 'mark' } }, 7), { drop: null }), rule(accept)],
      'perhaps',
    ],
    [
      'a named set, which may hold anything',
      [rule(match(destination, '@groups'), accept)],
      'perhaps',
    ],
  ] as const)('%s', (_title, rules, wanted) => {
    expect(fate(...rules)).toBe(wanted);
  });
});
