// Signed adverts (auth_hmac): the trailer as OpenSSL computes it from what was on the wire, beside
// keepalived, which signs nothing yet, recordings that somebody plays again, and keys that change.

import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { advertFacts } from '../lab/advert-facts.ts';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { forge } from '../lab/forger.ts';
import { framesOf, vrrpOf } from '../lab/frames.ts';
import type { RouterDaemon } from '../lab/router-daemon.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { statusOf } from './asking.ts';
import { SERVER1, SERVER2, VIP, vipIsOn, vipMovesTo, walkthrough, type Stage } from './stage.ts';

const TRAILER = 28;
const KEY = '00112233445566778899aabbccddeeff'.repeat(2);
const alone = { pairs: ALONE_WITH_OURSELVES, programs: ['python3'] };

interface Wishes {
  readonly priority: number;
  readonly hmac?: string;
  readonly version?: 2 | 3;
  readonly vrid?: number;
  readonly vips?: readonly string[];
}

function instance({
  priority,
  hmac,
  version = 3,
  vrid = 51,
  vips = [`${VIP}/24`],
}: Wishes): string {
  return `vrrp_instance VI_${vrid} {
  version ${version}
  interface eth0
  virtual_router_id ${vrid}
  priority ${priority}
  advert_int ${version === 2 ? 1 : 0.2}
  garp_master_delay 0
  ${hmac === undefined ? '' : `auth_hmac {\n    ${hmac}\n  }`}
  virtual_ipaddress {
    ${vips.join('\n    ')}
  }
}
`;
}

const keyed = (more = ''): string => `key 7 hex:${KEY}\n    active_key 7\n    ${more}`;

interface Signed {
  readonly vrid: number;
  readonly keyId: number;
  readonly seconds: number;
  readonly sequence: bigint;
  readonly isRight: boolean;
}

/** What the last 28 octets say, and whether the MAC is the one that OpenSSL comes to. */
function signed(frame: string): Signed {
  const { family, source, payload, version, vrid } = vrrpOf(frame);
  const trailer = payload.subarray(-TRAILER);
  const digested = Buffer.from(payload);
  digested.fill(0, 6, 8);
  digested.fill(0, digested.length - 16);
  const prefix = Buffer.concat([Buffer.from([family, version, vrid, 0]), source, Buffer.alloc(16)]);
  const whole = Buffer.concat([prefix.subarray(0, 20), digested]);
  const wanted = createHmac('sha256', Buffer.from(KEY, 'hex')).update(whole).digest();
  return {
    vrid,
    keyId: trailer[1] ?? 0,
    seconds: trailer.readUInt32BE(4),
    sequence: trailer.readBigUInt64BE(4),
    isRight:
      trailer[0] === 1 &&
      trailer.readUInt16BE(2) === 0 &&
      trailer.subarray(12).equals(wanted.subarray(0, 16)),
  };
}

walkthrough('each advert is signed, over both families, in both versions', alone, async (stage) => {
  const { client } = stage.lab;
  const witness = await Capture.start(client, 'eth0', 'ip proto 112 or ip6 proto 112');
  const hmac = keyed();
  const vips6 = ['fe80::200/64', '2001:db8:122::200/64'];
  await stage.server1.start(
    instance({ priority: 200, hmac }) +
      instance({ priority: 200, hmac, version: 2, vrid: 52, vips: ['192.168.122.202/24'] }) +
      instance({ priority: 200, hmac, vrid: 53, vips: vips6 }),
  );
  const vrids = [51, 52, 53];
  await eventually('four adverts of each', () =>
    vrids.every((vrid) => witness.adverts({ vrid }).length > 3),
  );
  await witness.stop();
  const now = Date.now() / 1000;
  const seen = (await framesOf(witness)).map(signed);
  expect(new Set(seen.map(({ vrid, keyId, isRight }) => `${vrid} ${keyId} ${isRight}`))).toEqual(
    new Set(vrids.map((vrid) => `${vrid} 7 true`)),
  );
  for (const vrid of vrids) {
    const sequences = seen.filter((one) => one.vrid === vrid).map(({ sequence }) => sequence);
    expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => (a < b ? -1 : 1)));
  }
  // Once more by another program, which shares neither code nor library with us.
  const outside = await advertFacts(witness, KEY);
  expect(outside.length).toBe(seen.length);
  expect(new Set(outside.map(({ vrid, signature }) => `${vrid} ${signature ?? ''}`))).toEqual(
    new Set(vrids.map((vrid) => `${vrid} right`)),
  );
  const sums = outside.map(({ vrid, checksum }) => `${vrid} ${checksum}`);
  expect(new Set(sums)).toEqual(new Set(['51 own', '52 plain', '53 own']));
  for (const { seconds } of seen) expect(Math.abs(now - seconds)).toBeLessThan(60);
});

/** keepalived's statistics of a daemon: how often this was the matter with an advert. */
async function refusals(daemon: RouterDaemon, matter: string): Promise<number> {
  const file = 'keepalived.stats';
  daemon.process.signal('SIGUSR2');
  return eventually('its statistics', () => {
    const [, section] = daemon.host.readRun(file)?.split('Authentication Extension Errors:') ?? [];
    const [, count] = new RegExp(`${matter}: (\\d+)`).exec(section ?? '') ?? [];
    return count === undefined ? undefined : Number(count);
  });
}

walkthrough(
  'permissive hears a keepalived that does not sign, enforce does not',
  { pairs: ['keepalived+failoverd'] },
  async (stage) => {
    await stage.server1.start(instance({ priority: 200 }));
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 200 });
    await stage.server2.start(instance({ priority: 100, hmac: keyed('mode permissive') }));
    await stage.server2.process.waitForLine(new RegExp(`the master is ${SERVER1}`));
    const heard = Capture.now();
    await eventually(
      'some adverts',
      () => stage.capture.adverts({ from: SERVER1, since: heard }).length > 10,
    );
    expect(stage.capture.adverts({ from: SERVER2 })).toEqual([]);

    stage.server2.reload(instance({ priority: 100, hmac: keyed('mode enforce') }));
    await stage.capture.waitForAdvert({ from: SERVER2, priority: 100 });
    await eventually('refusals', async () => (await refusals(stage.server2, 'Missing')) > 0);
  },
);

walkthrough(
  'receive-only does not sign, so that a keepalived hears it, but believes no forged signature',
  { pairs: ['failoverd+keepalived'] },
  async (stage) => {
    const witness = await Capture.start(stage.lab.client, 'eth0', 'ip proto 112');
    await stage.server1.start(
      instance({ priority: 200, hmac: keyed('mode receive-only\n    anti_replay monotonic') }),
    );
    await vipMovesTo(stage, 'server1', { priority: 200 });
    await stage.server2.start(instance({ priority: 100 }));
    await stage.server2.process.waitForLine(/VI_51\) Entering BACKUP STATE/);
    const settled = Capture.now();
    const forged = { source: '192.168.122.10', version: 3, vrid: 51, priority: 254 } as const;
    await forge(stage.lab.client, [{ ...forged, addresses: [VIP], interval: 0.2, hmacKey: 7 }]);
    await eventually('a refusal', async () => (await refusals(stage.server1, 'Invalid HMAC')) > 0);
    await eventually(
      'some more adverts',
      () => stage.capture.adverts({ from: SERVER1, since: settled }).length > 10,
    );
    expect(stage.capture.adverts({ from: SERVER2 })).toEqual([]);
    await witness.stop();
    const lengths = (await framesOf(witness)).map(vrrpOf).filter(({ source }) => source[3] === 101);
    expect(new Set(lengths.map(({ payload }) => payload.length))).toEqual(new Set([12]));
  },
);

for (const mode of ['time', 'monotonic']) {
  walkthrough(`a recording is refused: anti_replay ${mode}`, alone, async (stage) => {
    const { client } = stage.lab;
    const hmac = keyed(`anti_replay ${mode}`);
    await stage.server1.start(instance({ priority: 200, hmac }));
    await vipIsOn(stage, 'server1');
    const recorder = await Capture.start(client, 'eth0', `ip proto 112 and src ${SERVER2}`);
    await stage.server2.start(instance({ priority: 250, hmac }));
    await eventually('adverts of server2', () => recorder.advertsFrom(SERVER2).length > 4);
    await recorder.stop();
    await stage.server2.stop();
    await vipIsOn(stage, 'server1');

    const since = Capture.now();
    const recorded = await framesOf(recorder);
    await forge(
      client,
      recorded.map((frame) => ({ frame })),
    );
    await eventually('refusals', async () => (await refusals(stage.server1, 'Replay')) > 3);
    await eventually(
      'adverts as before',
      () => stage.capture.adverts({ from: SERVER1, priority: 200, since }).length > 5,
    );
    expect(stage.capture.adverts({ from: SERVER1, priority: 0, since })).toEqual([]);
    await vipIsOn(stage, 'server1');
  });
}

/** Everything that a daemon has told of itself: its log, its status, its dumps. */
async function told({ host, process }: RouterDaemon): Promise<string> {
  for (const signal of ['SIGUSR1', 'SIGUSR2', 36] as const) process.signal(signal);
  const status = JSON.stringify(await statusOf(host));
  const directory = host.runPath('.');
  const dumps = await eventually('all dumps', () => {
    const names = readdirSync(directory).filter((name) =>
      /^keepalived\.(data|stats|json)$/.test(name),
    );
    return names.length === 3 && names;
  });
  const texts = dumps.map((name) => readFileSync(path.join(directory, name), 'utf8'));
  return [process.lines.join('\n'), status, ...texts].join('\n');
}

async function keyIds(stage: Stage, from: string): Promise<Set<number>> {
  const filter = `ip proto 112 and src ${from} and ip[21] == 51`;
  const witness = await Capture.start(stage.lab.client, 'eth0', filter);
  await eventually('some adverts', () => witness.adverts({ from }).length > 3);
  await witness.stop();
  return new Set((await framesOf(witness)).map((frame) => signed(frame).keyId));
}

walkthrough('keys change one router after the other, and none is told', alone, async (stage) => {
  const secrets = ['FirstKeyOfThirtyTwoCharactersMax', 'SecondKeyOfThirtyTwoCharactersMx'];
  const [first = '', second = ''] = secrets;
  const keys = (active: number): string =>
    `key 1 ${first}\n    key 2 ${second}\n    active_key ${active}`;
  const password = instance({ priority: 50, version: 2, vrid: 52, vips: ['192.168.122.202/24'] });
  const file = (priority: number, active: number): string =>
    instance({ priority, hmac: keys(active) }) +
    password.replace(
      'version 2',
      'version 2\n  authentication { auth_type PASS\n auth_pass PassWort\n }',
    );
  await stage.server1.start(file(200, 1));
  await stage.server2.start(file(100, 1));
  await vipMovesTo(stage, 'server1', { priority: 200 });
  await stage.server2.process.waitForLine(new RegExp(`the master is ${SERVER1}`));
  const since = Capture.now();
  expect(await keyIds(stage, SERVER1)).toEqual(new Set([1]));
  stage.server1.reload(file(200, 2));
  await stage.server1.process.waitForLine(/reloaded /);
  expect(await keyIds(stage, SERVER1)).toEqual(new Set([2]));
  stage.server2.reload(file(100, 2));
  await stage.server2.process.waitForLine(/reloaded /);
  expect(await keyIds(stage, SERVER1)).toEqual(new Set([2]));
  expect(stage.capture.adverts({ from: SERVER2, vrid: 51, since })).toEqual([]);
  for (const one of [stage.server1, stage.server2]) {
    const text = await told(one);
    for (const secret of [...secrets, 'PassWort']) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString('hex'));
      expect(text).not.toContain(Buffer.from(secret).toString('base64'));
    }
  }
});
