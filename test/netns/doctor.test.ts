// `failoverd doctor` on broken hosts, each broken for real in a namespace, several ways at a time
// where they do not hide each other; and on healthy ones.
import { gunzipSync } from 'node:zlib';
import { mkdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import path from 'node:path';
import { attempt, run } from '../lab/commands.ts';
import { startForging } from '../lab/forger.ts';
import { Lab } from '../lab/lab.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD, routerDaemon } from '../lab/router-daemon.ts';
import type { JournalEntry, StatusReport } from '../../src/observe/controlClient.ts';
import { WALKTHROUGH_LIKE } from './listenConfig.ts';

const missing = whatIsMissing([...LAB_PROGRAMS, 'nft', 'python3', 'keepalived']);

interface Verdict {
  readonly check: string;
  readonly verdict: string;
  readonly sentence: string;
  readonly cure?: string;
}

/** They depend on the machine that the test runs on. */
const ofTheMachine = new Set([
  'cpu_steal',
  'cpu_throttling',
  'clock',
  'unit',
  'realtime',
  'memory_lock',
]);

const ipv4 = WALKTHROUGH_LIKE;
const ipv6 = WALKTHROUGH_LIKE.replace('VI_1', 'VI_6')
  .replace('state MASTER', 'version 3')
  .replace(/authentication \{[^}]*\}/, '')
  .replace('192.168.122.200/24', 'fe80::200/64\n 2001:db8:122::200/64');
const both = `${ipv4}\n${ipv6}`;

/** One more instance, on another interface. */
function on(device: string, name = 'VI_2', vip = '192.168.123.200/24'): string {
  return ipv4
    .replace('VI_1', name)
    .replace('interface eth0', `interface ${device}`)
    .replace('router_id 51', 'router_id 52')
    .replace('192.168.122.200/24', vip);
}

const manyAddresses = Array.from({ length: 12 }, (_, index) => `192.168.122.${200 + index}/24`);
const syncGroup = 'vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n}\n';

interface Broken {
  readonly title: string;
  readonly config: string;
  readonly breaking: string;
  readonly mending: string;
  /** Names of the checks that find a problem or (with a ?) a warning, in their order. */
  readonly found: readonly string[];
  /** Runs the doctor through this. */
  readonly through?: readonly string[];
}

/** Runs what follows with a quarter of a processor, in a control group that goes with it. */
const IN_A_SMALL_GROUP = `set -e
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    echo +cpu > /sys/fs/cgroup/cgroup.subtree_control
    group=/sys/fs/cgroup/failoverd-test-$$; mkdir $group; echo '25000 100000' > $group/cpu.max
  else
    group=/sys/fs/cgroup/cpu/failoverd-test-$$; mkdir $group; echo 25000 > $group/cpu.cfs_quota_us
  fi
  (echo 0 > $group/cgroup.procs; exec "$0" "$@") && code=0 || code=$?
  until rmdir $group; do sleep 0.1; done
  exit $code`;

const brokenHosts: readonly Broken[] = [
  {
    title: 'a firewall rule, no multicast, no ARP answers, a VIP left over',
    config: ipv4,
    breaking: `nft 'add table inet filter; add chain inet filter input { type filter hook input priority 0; };
        add rule inet filter input ip protocol 112 drop'
      ip link set dev eth0 multicast off
      echo 8 > /proc/sys/net/ipv4/conf/eth0/arp_ignore
      ip addr add 192.168.122.200/24 dev eth0`,
    mending: `nft flush ruleset
      ip link set dev eth0 multicast on
      echo 0 > /proc/sys/net/ipv4/conf/eth0/arp_ignore
      ip addr del 192.168.122.200/24 dev eth0`,
    found: ['multicast_flag', 'arp_settings', 'firewall', 'leftover_address'],
  },
  {
    title: 'a policy that drops what is not TCP, an interface that is down',
    config: ipv4,
    breaking: `nft 'add table ip filter; add chain ip filter INPUT { type filter hook input priority 0; policy drop; };
        add rule ip filter INPUT ct state established,related accept; add rule ip filter INPUT tcp dport 22 accept'
      ip link set dev eth0 down`,
    mending: 'nft flush ruleset; ip link set dev eth0 up',
    found: ['interface_up', 'firewall'],
  },
  {
    title: 'an output chain that drops, a rule that may drop',
    config: ipv4,
    breaking: `nft 'add table inet f; add chain inet f out { type filter hook output priority 0; policy drop; };
        add chain inet f in { type filter hook input priority 0; }; add rule inet f in meta mark 7 drop'`,
    mending: 'nft flush ruleset',
    found: ['firewall?', 'firewall'],
  },
  {
    title: 'an interface that is missing',
    config: on('eth7'),
    breaking: '',
    mending: '',
    found: ['interface_exists'],
  },
  {
    title: 'no address, ARP off, an MTU that is too small',
    config: ipv4.replace('192.168.122.200/24', manyAddresses.join('\n')),
    breaking: 'ip addr flush dev eth0; ip link set dev eth0 arp off mtu 68',
    mending: `ip link set dev eth0 arp on mtu 1500; ip addr add 192.168.122.101/24 dev eth0
      ip link set dev eth0 down; ip link set dev eth0 up`,
    found: ['source_address', 'arp_flag', 'mtu'],
  },
  {
    title: 'a bridge that snoops without a querier, and its port in the configuration',
    config: `${ipv4}\n${on('br9')}`,
    breaking: `ip link add name br9 type bridge; ip link set dev br9 up
      ip addr add 192.168.123.1/24 dev br9; ip link set dev eth0 master br9`,
    mending: 'ip link del br9',
    found: ['interface_kind', 'multicast_snooping?'],
  },
  {
    title:
      'networkd, NetworkManager, two interfaces in one network, a router that does not forward',
    config: `${syncGroup}${ipv4}\n${on('ens9')}`,
    breaking: `mkdir -p /run/systemd/netif/links /run/NetworkManager/devices
      echo ADMIN_STATE=configured > /run/systemd/netif/links/$(cat /sys/class/net/lo/ifindex || true)
      for d in eth0:/run/systemd/netif/links:ADMIN_STATE=configured ens9:/run/NetworkManager/devices:managed=true; do
        name=\${d%%:*}; rest=\${d#*:}; index=$(ip -o link show dev $name | cut -d: -f1)
        echo \${rest#*:} > \${rest%%:*}/$index
      done
      ip addr add 192.168.122.150/24 dev ens9
      echo 0 > /proc/sys/net/ipv4/conf/all/forwarding`,
    mending:
      'rm -r /run/systemd/netif /run/NetworkManager; ip addr del 192.168.122.150/24 dev ens9',
    found: [
      'arp_settings?',
      'arp_settings?',
      'forwarding?',
      'network_manager?',
      'network_manager?',
    ],
  },
  {
    title: 'strict reverse path filtering under a virtual MAC, IPv6 switched off',
    config: `${ipv4.replace('state MASTER', 'use_vmac')}\n${ipv6}`,
    breaking: `echo 1 > /proc/sys/net/ipv4/conf/eth0/rp_filter
      echo 1 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6`,
    mending: `echo 0 > /proc/sys/net/ipv4/conf/eth0/rp_filter
      echo 0 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6`,
    found: ['source_address', 'rp_filter', 'duplicate_detection'],
  },
  {
    title: 'no rights, no real-time scheduling, no locked memory',
    config: ipv4,
    breaking: '',
    mending: '',
    found: ['capabilities', 'realtime?', 'memory_lock?'],
    through: [
      'prlimit',
      '--rtprio=0',
      '--memlock=65536',
      'setpriv',
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
    ],
  },
  {
    title: 'a unit that has failed, a clock that nobody sets',
    config: ipv4,
    breaking: `printf '#!/bin/sh\\necho LoadState=loaded; echo ActiveState=failed; echo Result=exit-code' > /usr/local/bin/systemctl
      printf '#!/bin/sh\\necho no' > /usr/local/bin/timedatectl
      chmod 755 /usr/local/bin/systemctl /usr/local/bin/timedatectl`,
    mending: 'rm /usr/local/bin/systemctl /usr/local/bin/timedatectl',
    found: ['unit', 'clock?'],
  },
  {
    title: 'a control group that is held back',
    config: ipv4,
    breaking: '',
    mending: '',
    found: ['cpu_throttling?'],
    through: ['sh', '-c', IN_A_SMALL_GROUP],
  },
  {
    title: 'an error in the configuration',
    config: ipv4.replace('interface eth0', 'interfaec eth0'),
    breaking: '',
    mending: '',
    found: ['configuration'],
  },
];

describe.skipIf(missing !== '')(`the doctor ${missing}`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.create();
  });
  afterAll(() => lab.close());

  /** Runs the doctor on server1. */
  async function doctor(
    config: string,
    through: readonly string[] = [],
    options: readonly string[] = [],
  ) {
    const file = lab.server1.writeConfig(config);
    const argv = [
      process.execPath,
      FAILOVERD,
      'doctor',
      '-f',
      file,
      '--json',
      '--seconds',
      '0.5',
      ...options,
    ];
    const { code, stdout, stderr } = await attempt([...lab.server1.entered(), ...through, ...argv]);
    expect(stderr).toBe('');
    return { code, verdicts: JSON.parse(stdout) as Verdict[] };
  }

  function alarming(verdicts: readonly Verdict[], machine: boolean): string[] {
    return verdicts
      .filter(
        ({ check, verdict }) =>
          /problem|warning/.test(verdict) && (machine || !ofTheMachine.has(check)),
      )
      .map(({ check, verdict }) => (verdict === 'warning' ? `${check}?` : check));
  }

  test.each(brokenHosts)('$title', async ({ config, breaking, mending, found, through }) => {
    await lab.server1.shell(breaking);
    try {
      const { code, verdicts } = await doctor(config, through);
      const machine = found.some((name) => ofTheMachine.has(name.replace('?', '')));
      const named = alarming(verdicts, machine).filter(
        // What this machine has of its own is no part of the story.
        (name) => found.includes(name) || !ofTheMachine.has(name.replace('?', '')),
      );
      expect(named, JSON.stringify(verdicts, null, 1)).toEqual(found);
      expect(
        verdicts.filter(({ verdict, cure }) => /problem|warning/.test(verdict) && !cure),
      ).toEqual([]);
      expect(code).toBe(found.every((name) => name.endsWith('?')) ? 0 : 8);
    } finally {
      await lab.server1.shell(mending);
    }
  });

  test('somebody else has the VIP, speaks for our VRID, and another daemon runs here', async () => {
    await lab.client.ip('addr', 'add', '192.168.122.200/24', 'dev', 'eth0');
    await lab.client.ip('addr', 'add', '2001:db8:122::200/64', 'dev', 'eth0', 'nodad');
    const keepalived = routerDaemon('keepalived', lab.server1);
    await keepalived.start(on('ens9'));
    const stranger = { source: '192.168.122.77', auth: 1, password: 'wrong' };
    const forger = await startForging(lab.server2, {
      ...stranger,
      addresses: ['192.168.122.200'],
      repeat: 10_000,
      every: 0.1,
    });
    await lab.server1.shell(`echo 1 > /proc/sys/net/ipv6/conf/eth0/accept_dad
      echo 1 > /proc/sys/net/ipv6/conf/eth0/dad_transmits
      ip addr add 2001:db8:122::200/64 dev eth0
      until ip -6 addr show dev eth0 | grep -q dadfailed; do sleep 0.1; done`);
    const { code, verdicts } = await doctor(both);
    await forger.stop();
    await keepalived.stop();
    await lab.server1.shell('ip addr del 2001:db8:122::200/64 dev eth0 || true');
    await lab.client.ip('addr', 'del', '192.168.122.200/24', 'dev', 'eth0');
    await lab.client.ip('addr', 'del', '2001:db8:122::200/64', 'dev', 'eth0');
    expect(new Set(alarming(verdicts, false)), JSON.stringify(verdicts, null, 1)).toEqual(
      new Set(['other_daemon', 'duplicate_detection', 'wire', 'duplicate_address']),
    );
    expect(code).toBe(8);
  });

  test('healthy hosts: nothing alarming is said, beside a master and as one', async () => {
    const keepalived = routerDaemon('keepalived', lab.server2);
    await keepalived.start(both);
    await lab.server2.shell(
      'until ip addr show dev eth0 | grep -q 192.168.122.200; do sleep 0.1; done',
    );
    const beside = await doctor(both, [], ['--seconds', '2']);
    await keepalived.stop();
    expect(alarming(beside.verdicts, false), JSON.stringify(beside.verdicts, null, 1)).toEqual([]);
    expect(beside.code).toBe(0);
    expect(beside.verdicts.find(({ check }) => check === 'peers')?.sentence).toMatch(
      /is MASTER of/,
    );

    const ours = routerDaemon('failoverd', lab.server1);
    await ours.start(both);
    await lab.server1.shell(
      'until ip addr show dev eth0 | grep -q 192.168.122.200; do sleep 0.1; done',
    );
    const as = await doctor(both, [], ['--seconds', '2']);
    await ours.stop();
    expect(alarming(as.verdicts, false), JSON.stringify(as.verdicts, null, 1)).toEqual([]);
    expect(
      as.verdicts.filter(({ check }) => check === 'multicast_joined').map(({ verdict }) => verdict),
    ).toEqual(['ok', 'ok']);
  });

  test('told no file it looks at that of the daemon of this namespace, and of no other', async () => {
    const { server1, server2 } = lab;
    const doctorOn = async (host: typeof server1) => {
      const words = ['doctor', '-s', host.namespace, '--json', '--seconds', '0'];
      const { stdout, stderr } = await attempt([
        ...host.entered(),
        process.execPath,
        FAILOVERD,
        ...words,
      ]);
      const verdicts = JSON.parse(stdout) as Verdict[];
      const about = verdicts.find(({ check }) => check === 'configuration')?.sentence ?? '';
      return { about, stderr };
    };
    const ours = routerDaemon('failoverd', server1, {}, ['-i', 'left']);
    await ours.start(`@left vrrp_script unused {\n script /bin/true\n }\n${ipv4}`);
    await server1.shell('until ip addr show dev eth0 | grep -q 122.200; do sleep 0.1; done');
    const here = await doctorOn(server1);
    expect(here.about).toContain(`${server1.privatePath('keepalived.conf')} has `);
    expect(here.stderr).toBe('');
    expect((await doctorOn(server2)).about).toContain('/etc/keepalived/keepalived.conf');
    await ours.stop();
  });

  test('a bundle is one archive that tar reads, and no secret is in it', async () => {
    const { server1 } = lab;
    const bundle = server1.privatePath('bundle.tar.gz');
    const signed = `${ipv6.replace('VI_6', 'VI_7').replace('router_id 51', 'router_id 57')}`
      .replaceAll('::200', '::207')
      .replace(
        'priority 100',
        'priority 100\n auth_hmac {\n key 1 hush-hush-hush-hush-hush-hush-hush-key\n active_key 1\n }',
      );
    const ours = routerDaemon('failoverd', server1);
    await ours.start(`${ipv4.replace('12345', 'hush1234')}\n${signed}`);
    for (const address of ['192.168.122.200', '::207/']) {
      await server1.shell(`until ip addr show dev eth0 | grep -q ${address}; do sleep 0.1; done`);
    }
    const { code, stderr } = await attempt([
      ...server1.entered(),
      process.execPath,
      path.resolve(FAILOVERD),
      'doctor',
      '-s',
      server1.namespace,
      '-f',
      server1.privatePath('keepalived.conf'),
      '--seconds',
      '0',
      '--bundle',
      bundle,
    ]);
    expect(code, stderr).not.toBe(1);
    await ours.stop();
    const directory = server1.privatePath('unpacked');
    mkdirSync(directory);
    await run(['tar', '-xzf', bundle, '-C', directory]);
    const read = (name: string): string =>
      readFileSync(path.join(directory, 'failoverd-doctor', name), 'utf8');
    const status = JSON.parse(read('status.json')) as StatusReport;
    expect(status.instances.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'VI_1 MASTER',
      'VI_7 MASTER',
    ]);
    const events = read('events.jsonl').trim().split('\n');
    const changes = events.map((line) => JSON.parse(line) as JournalEntry);
    expect(changes.filter(({ kind }) => kind === 'StateChanged').length).toBeGreaterThan(3);
    expect(read('why.txt')).toMatch(/VI_1: BACKUP -> MASTER/);
    expect(read('config-1.conf')).toMatch(/auth_pass \*{8}\n/);
    expect(read('config-as-read.conf')).toMatch(/auth_pass \*{8}\n/);
    expect(read('config-as-read.conf')).toMatch(/key 1 \*{8}\n/);
    expect(read('check.txt')).toMatch(/^no findings$|\d+ (?:note|warning)/m);
    for (const name of ['verdicts.json', 'facts.json', 'ip-addr.txt', 'nft.txt']) read(name);
    expect(gunzipSync(readFileSync(bundle)).toString('latin1')).not.toMatch(/hush/);
  });
});
