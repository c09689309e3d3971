// Ten thousand packets a second that no router of ours has sent: forged, replayed, cut off, too
// long, with bits inverted. They silence no master, move nobody, are counted by their faults,
// cost what they cost, and do not hold up the takeover when the master really dies.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { startFlood, type Forgery } from '../lab/forger.ts';
import { framesOf } from '../lab/frames.ts';
import { hostMac } from '../lab/lab.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { ControlClient } from '../../src/observe/controlClient.ts';
import { onStage, SERVER2, VIP, type Stage } from './stage.ts';

const missing = whatIsMissing([...LAB_PROGRAMS, 'python3']);
const RATE = 10_000;
const HMAC_VIP = '192.168.122.201';
/** How much more CPU time than the stranger's one packet of theirs may cost. Two was measured. */
const COST_LIMIT = 8;
/** What is wrong with the packets for each of the instances; signed ones do not get that far. */
const OF_FORM = ['lengthErrors', 'ttlErrors', 'versionErrors', 'typeErrors', 'checksumErrors'];
const FAULTS = [
  [...OF_FORM, 'intervalErrors', 'authTypeErrors', 'authFailures'],
  ['authFailures'],
  OF_FORM,
];
const KEY = '00112233445566778899aabbccddeeff'.repeat(2);
const VIP6 = '2001:db8:122::200';

/** Three routers: VRRPv2 with a password, VRRPv3 that is signed, VRRPv3 over IPv6 with neither. */
function config(priority: number): string {
  const instance = (
    vrid: number,
    more: string,
    address: string,
  ): string => `vrrp_instance VI_${vrid} {
  interface eth0
  virtual_router_id ${vrid}
  priority ${priority}
  garp_master_delay 0
  ${more}
  virtual_ipaddress {
    ${address}
  }
}`;
  return [
    instance(51, 'authentication { auth_type PASS\n auth_pass s3cret\n }', `${VIP}/24`),
    instance(
      52,
      `version 3\n advert_int 0.2\n auth_hmac { key 7 hex:${KEY}\n active_key 7\n }`,
      `${HMAC_VIP}/24`,
    ),
    instance(53, 'version 3\n advert_int 0.2', `fe80::200/64\n ${VIP6}/64`),
  ].join('\n');
}

const BITS_OF_A_HEADER = 64;

/** A stranger who is better than anybody, but for one fault. */
function forgeries(replayed: readonly string[]): Forgery[] {
  const source = '192.168.122.10';
  const v2 = { source, vrid: 51, priority: 254, auth: 1, password: 's3cret', addresses: [VIP] };
  const v3 = {
    source,
    version: 3,
    vrid: 52,
    priority: 254,
    interval: 0.2,
    addresses: [HMAC_VIP],
  } as const;
  const v6 = {
    source: 'fe80::ff:fe00:10a',
    version: 3,
    vrid: 53,
    priority: 254,
    interval: 0.2,
    addresses: ['fe80::200', VIP6],
  } as const;
  return [
    { ...v2, password: 'guessed' },
    { ...v2, priority: 0, password: 'guessed' },
    { ...v2, auth: 0, password: '' },
    { ...v2, interval: 99 },
    v3,
    { ...v3, hmacKey: 7 },
    { ...v3, hmacKey: 8 },
    { ...v3, priority: 0 },
    ...replayed.map((frame) => ({ frame })),
    ...[v2, v6].flatMap((whole) => [
      { ...whole, ttl: 254 },
      { ...whole, badChecksum: true },
      { ...whole, cut: 5 },
      { ...whole, junk: 1200 },
      { ...whole, version: whole === v2 ? (3 as const) : (2 as const) },
    ]),
    ...[v2, v6].flatMap((whole) =>
      Array.from({ length: BITS_OF_A_HEADER }, (_, flip) => ({ ...whole, flip })),
    ),
  ];
}

async function statusOf(stage: Stage) {
  // The namespace is in the path, so that several daemons have sockets of their own.
  const path = stage.lab.server1.runPath(`failoverd/control.${stage.lab.server1.namespace}.sock`);
  const client = await ControlClient.connect(path);
  try {
    return (await client.status()).instances;
  } finally {
    client.close();
  }
}

/** Which faults have been counted for an instance. */
function faults(counters: Counters): string[] {
  const counted = Object.entries(counters).filter(([name, count]) => isFault(name) && count > 0);
  return counted.map(([name]) => name);
}

function refused(list: readonly Counters[]): number {
  const errors = list.flatMap((one) => Object.entries(one).filter(([name]) => isFault(name)));
  return errors.reduce((sum, [, count]) => sum + count, 0);
}

function isFault(counter: string): boolean {
  return /Errors$|Failures$/.test(counter);
}

/** Ticks of CPU time of a process, all threads, as seconds (proc(5): fields 14 and 15). */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** What server2 signed while it was MASTER with a higher priority. */
async function recordedAdverts(stage: Stage): Promise<string[]> {
  const filter = 'ip proto 112 and ip[21] == 52';
  const witness = await Capture.start(stage.lab.client, 'eth0', filter);
  await stage.server2.start(config(250));
  await eventually('signed adverts of server2', () => witness.advertsFrom(SERVER2).length > 4);
  await witness.stop();
  await stage.server2.stop();
  return framesOf(witness);
}

type Counters = Awaited<ReturnType<typeof statusOf>>[number]['counters'];

const pair = { server1: 'failoverd', server2: 'failoverd' } as const;
const title = `a flood of packets that nobody of ours has sent ${missing}`;

// Clauses: 7.1/told
test.runIf(missing === '')(title, async () => {
  await onStage(pair, { hub: true }, async (stage) => {
    const { server1, server2, lab } = stage;
    await server1.start(config(200));
    await eventually('server1 to be MASTER of all', async () =>
      (await statusOf(stage)).every((one) => one.state === 'MASTER'),
    );
    const replayed = await recordedAdverts(stage);
    await server2.start(config(100));
    await eventually('peace', async () => {
      const settled = (await statusOf(stage)).every((one) => one.state === 'MASTER');
      return settled && /VI_53: the master is/.test(server2.logs());
    });
    // The stage's witness would be the one that is flooded.
    await stage.capture.stop();
    const from = `ether src ${hostMac('server1')} or ether src ${hostMac('server2')}`;
    const witness = await Capture.start(lab.client, 'eth0', from);
    const told = [server1, server2].map((one) => one.process.lines.length);

    const heard = (list: readonly Counters[]): number[] => list.map((one) => one.advertsReceived);
    const quiet = (await statusOf(stage)).map((one) => one.counters);
    const before = cpuSeconds(server1.process.pid);
    const flood = await startFlood(lab.client, forgeries(replayed), RATE);
    const counters = await eventually('enough of the flood to have been counted', async () => {
      const list = (await statusOf(stage)).map((one) => one.counters);
      return refused(list) > 3 * RATE && list;
    });
    const spent = cpuSeconds(server1.process.pid) - before;
    const news = [server1, server2].flatMap((one, index) => one.process.lines.slice(told[index]));
    expect(news.filter((line) => / -> /.test(line))).toEqual([]);
    expect(witness.adverts({ from: SERVER2, priority: 100 })).toEqual([]);
    expect(counters.map(faults)).toEqual(FAULTS);
    expect(heard(counters)).toEqual(heard(quiet));

    // What is refused does not keep the others from seeing that the master is silent.
    await lab.setCable('server1', false);
    for (const vrid of [51, 52, 53]) {
      await server2.process.waitForLine(new RegExp(`VI_${vrid}: BACKUP -> MASTER`));
    }
    // To refuse a packet costs little more than to send it.
    const { sent, cpu } = await flood.end();
    expect(spent / refused(counters)).toBeLessThan((COST_LIMIT * cpu) / sent);
  });
});
