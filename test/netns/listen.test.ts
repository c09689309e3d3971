// `failoverd listen` on wires that are odd, each made for real; tshark reads what it kept.
import { expect, onTestFinished, test } from 'vitest';
import { attempt, run } from '../lab/commands.ts';
import { forge, type Forgery } from '../lab/forger.ts';
import { Lab } from '../lab/lab.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD, routerDaemon } from '../lab/router-daemon.ts';
import { virtualMac } from '../../src/doctor/wire/virtualMac.ts';
import { WALKTHROUGH_LIKE } from './listenConfig.ts';

const missing = whatIsMissing([...LAB_PROGRAMS, 'python3']);

async function lab(): Promise<Lab> {
  const made = await Lab.create();
  onTestFinished(() => made.close());
  return made;
}

interface Heard {
  readonly code: number | null;
  readonly lines: readonly Record<string, unknown>[];
}

/** Listens on the client while `act` is done. */
async function listening(
  made: Lab,
  options: readonly string[],
  act: () => Promise<void>,
): Promise<Heard> {
  const argv = [process.execPath, FAILOVERD, 'listen', 'eth0', '--json', ...options];
  const listener = await made.client.start(argv, { name: 'listen' });
  // The socket is open once the kernel lists it.
  await made.client.shell(
    'until grep -q . /proc/net/packet && [ "$(wc -l < /proc/net/packet)" -gt 1 ]; do sleep 0.02; done',
  );
  await act();
  listener.signal('SIGINT');
  const { code } = await listener.ended;
  await new Promise((resolve) => setTimeout(resolve, 50));
  return { code, lines: listener.lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

interface OddWire {
  readonly title: string;
  /** A line more in the configuration of its instance. */
  readonly configured?: string;
  /** Made of a good advert for the wire's own VRID; the VRID after it is nobody's. */
  readonly sent: (good: Forgery) => readonly Forgery[];
  readonly found: readonly string[];
}

const stranger = '02:00:00:00:00:66';
const another = { source: '192.168.122.78', mac: '02:00:00:00:00:78', priority: 99 };

const wires: readonly OddWire[] = [
  { title: 'a healthy one', sent: (good) => [{ ...good, repeat: 3 }], found: [] },
  {
    title: 'two masters',
    // Within a moment it would be a takeover.
    sent: (good) => {
      const apart = { ...good, every: 0.4 };
      return [apart, { ...apart, ...another }, apart, { ...apart, ...another }];
    },
    found: ['two_masters'],
  },
  {
    title: 'a foreign VRID',
    sent: (good) => [{ ...good, vrid: next(good), addresses: ['192.168.122.9'] }],
    found: ['foreign_vrid'],
  },
  {
    title: 'another list of VIPs',
    sent: (good) => [{ ...good, addresses: ['192.168.122.8'] }],
    found: ['vips_differ'],
  },
  {
    title: 'another interval',
    sent: (good) => [{ ...good, interval: 2 }],
    found: ['interval_differs'],
  },
  {
    title: 'another password',
    sent: (good) => [{ ...good, password: 'wrong' }],
    found: ['auth_differs'],
  },
  {
    title: 'no authentication',
    sent: (good) => [{ ...good, auth: 0 }],
    found: ['auth_differs'],
  },
  {
    title: 'HMAC where a password is configured',
    sent: (good) => [{ ...good, auth: 0, hmacKey: 7 }],
    found: ['auth_differs'],
  },
  {
    title: 'another version',
    sent: (good) => [{ ...good, version: 3 }],
    found: ['version_differs'],
  },
  {
    title: 'a wrong checksum',
    sent: (good) => [{ ...good, badChecksum: true }],
    found: ['bad_checksum'],
  },
  { title: 'a TTL of 64', sent: (good) => [{ ...good, ttl: 64 }], found: ['bad_ttl'] },
  { title: 'an advert that is cut', sent: (good) => [{ ...good, cut: 4 }], found: ['bad_advert'] },
  {
    title: 'one VIP in two routers',
    sent: (good) => [good, { ...good, vrid: next(good) }],
    found: ['foreign_vrid', 'vip_in_two_routers'],
  },
  {
    title: 'a stranger announcing a VIP',
    sent: (good) => [good, { arp: good.addresses?.[0] ?? '', mac: stranger }],
    found: ['vip_announced_by_other'],
  },
  {
    title: 'one address on two hosts',
    sent: (good) => [
      { ...good, source: '192.168.122.79' },
      { ...good, source: '192.168.122.79', mac: stranger },
    ],
    found: ['duplicate_address'],
  },
  {
    title: 'a virtual MAC where no use_vmac is configured',
    sent: (good) => [{ ...good, mac: virtualMac('ipv4', good.vrid ?? 0) }],
    found: ['mac_differs'],
  },
  {
    title: 'the virtual MAC of another router',
    sent: (good) => [{ ...good, mac: virtualMac('ipv4', next(good)) }],
    found: ['mac_differs'],
  },
  {
    title: 'the virtual MAC of IPv6 with IPv4',
    sent: (good) => [{ ...good, mac: virtualMac('ipv6', good.vrid ?? 0) }],
    found: ['mac_differs'],
  },
  {
    title: 'use_vmac, as it should be',
    configured: 'use_vmac',
    sent: (good) => [{ ...good, mac: virtualMac('ipv4', good.vrid ?? 0) }],
    found: [],
  },
  {
    title: 'no virtual MAC where use_vmac is configured',
    configured: 'use_vmac',
    sent: (good) => [good],
    found: ['mac_differs'],
  },
];

const next = (good: Forgery): number => (good.vrid ?? 0) + 1;
const vridOf = (index: number): number => 51 + 2 * index;
const vipOf = (index: number): string => `192.168.122.${200 + index}`;

function configuration(): string {
  return wires
    .map(({ configured = '' }, index) =>
      WALKTHROUGH_LIKE.replace('VI_1', `VI_${index}`)
        .replace('router_id 51', `router_id ${vridOf(index)}`)
        .replace('192.168.122.200', vipOf(index))
        .replace('priority 100', `priority 100\n    ${configured}`),
    )
    .join('\n');
}

test.runIf(missing === '')(`odd wires are named, a healthy one is not ${missing}`, async () => {
  const made = await lab();
  const file = made.client.writeConfig(configuration());
  const all = wires.flatMap(({ sent }, index) =>
    sent({
      source: '192.168.122.77',
      vrid: vridOf(index),
      addresses: [vipOf(index)],
      auth: 1,
      password: '12345',
    }),
  );
  const heard = await listening(made, ['-f', file], () => forge(made.server1, all));
  const findings = heard.lines.filter(({ kind }) => kind === 'finding');
  const told = wires.map(({ title }, index) => ({
    title,
    found: findings
      .filter(({ virtualRouterId: vrid }) => Math.floor((Number(vrid) - 51) / 2) === index)
      .map(({ name }) => name),
  }));
  expect(told).toEqual(wires.map(({ title, found }) => ({ title, found })));
  expect(heard.code).toBe(8);
  expect(heard.lines.filter(({ hmacKeyId }) => hmacKeyId === 7)).toHaveLength(1);
  expect(JSON.stringify(heard.lines)).not.toContain('12345');
});

test.runIf(missing === '' && whatIsMissing(['keepalived']) === '')(
  'what keepalived sends is read as tshark reads it, in every form',
  async () => {
    const made = await lab();
    const version3 = WALKTHROUGH_LIKE.replace('state MASTER', 'version 3').replace(
      /authentication \{[^}]*\}/,
      '',
    );
    const forms = [
      WALKTHROUGH_LIKE.replace('PASS', 'AH'),
      version3
        .replace('VI_1', 'VI_2')
        .replaceAll(/51|200/g, (old) => (old === '51' ? '52' : '201')),
      version3
        .replace('VI_1', 'VI_3')
        .replace('router_id 51', 'router_id 53')
        .replace('192.168.122.200/24', 'fe80::200/64\n 2001:db8:122::200/64'),
    ];
    const pcap = made.client.privatePath('heard.pcap');
    const options = ['--json', '--count', '9', '--pcap', pcap];
    const argv = [process.execPath, FAILOVERD, 'listen', 'eth0', ...options];
    const listener = await made.client.start(argv, { name: 'listen' });
    await routerDaemon('keepalived', made.server1).start(forms.join('\n'));
    // Nothing is odd about it: exit code 0.
    expect(await listener.ended).toEqual({ code: 0, signal: null });
    const adverts = listener.lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ kind }) => kind === 'advert')
      .map((one) =>
        [one['source'], one['version'], one['virtualRouterId'], one['priority']].join(' '),
      );
    const fields = ['ip.src', 'ipv6.src', 'vrrp.version', 'vrrp.virt_rtr_id', 'vrrp.prio'];
    const wanted = fields.flatMap((field) => ['-e', field]);
    const rows = await run(['tshark', '-n', '-r', pcap, '-Y', 'vrrp', '-T', 'fields', ...wanted]);
    const seen = rows.trim().split('\n');
    expect(adverts).toEqual(seen.map((row) => row.trim().replaceAll(/\t+/g, ' ')));
    expect(new Set(adverts.map((one) => one.split(' ')[2]))).toEqual(new Set(['51', '52', '53']));
  },
);

test.runIf(missing === '')('what cannot be done is said in one sentence', async () => {
  const made = await lab();
  const listen = (...words: readonly string[]) => attempt([...made.client.entered(), ...words]);
  const node = [process.execPath, FAILOVERD, 'listen'];
  expect(await listen(...node, 'eth9')).toMatchObject({
    code: 1,
    stderr: 'failoverd listen: there is no interface eth9 (ip link shows what there is)\n',
  });
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];
  expect(await listen(...nobody, ...node, 'eth0')).toMatchObject({
    code: 4,
    stderr: 'failoverd listen: CAP_NET_RAW is missing: run it as root, or with CAP_NET_RAW\n',
  });
  expect(await listen(...node, 'eth0', '--pcap', '/no/such/x.pcap')).toMatchObject({
    code: 1,
    stderr:
      'failoverd listen: /no/such/x.pcap cannot be written: no such file or directory (ENOENT)\n',
  });
  expect(await listen(...node, 'eth0', '--seconds', 'soon')).toMatchObject({ code: 1 });
});
