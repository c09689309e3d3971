import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { run } from '../lab/commands.ts';
import { eventually } from '../lab/eventually.ts';
import { Lab } from '../lab/lab.ts';
import { readPacket } from '../lab/packets.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';

const missing = whatIsMissing(LAB_PROGRAMS);
const here = test.runIf(missing === '');

async function namespacesOf(prefix: string): Promise<string[]> {
  const names = (await run(['ip', 'netns', 'list'])).split('\n');
  return names.filter((name) => name.startsWith(prefix));
}

here('a lab gives everything back when it is closed', async () => {
  const lab = await Lab.create({ privatePids: ['server2'] });
  const prefix = lab.server1.namespace.replace(/server1$/, '');
  expect(await namespacesOf(prefix)).toHaveLength(4);
  const inside = await lab.server2.start(['sleep', '600']);
  expect(existsSync(`/proc/${inside.pid}`)).toBe(true);
  await lab.client.run('ping', '-n', '-c', '1', '-W', '2', '192.168.122.102');
  await lab.close();
  expect(await namespacesOf(prefix)).toEqual([]);
  expect(existsSync(`/proc/${inside.pid}`)).toBe(false);
  expect(existsSync(lab.directory)).toBe(false);
});

here('a lab whose owner is killed is cleared away all the same', async () => {
  const module = path.resolve(import.meta.dirname, '../lab/lab.ts');
  const program = `import(${JSON.stringify(module)}).then(async ({ Lab }) => {
    const lab = await Lab.create({ privatePids: ['server2'] });
    const one = await lab.server1.start(['sleep', '600']);
    const two = await lab.server2.start(['sleep', '600']);
    console.log(JSON.stringify([lab.directory, lab.server1.namespace, one.pid, two.pid]));
    process.kill(process.pid, 'SIGKILL');
  });`;
  const owner = spawn(process.execPath, ['--import', 'tsx', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  owner.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  await new Promise((resolve) => owner.on('close', resolve));
  expect(owner.signalCode).toBe('SIGKILL');
  const [directory, namespace, ...pids] = JSON.parse(text) as [string, string, number, number];
  await eventually('the lab to be gone', async () => {
    const left = await namespacesOf(namespace.replace(/server1$/, ''));
    return left.length === 0 && !existsSync(directory);
  });
  await eventually(
    'its processes to be gone',
    () => !readdirSync('/proc').some((entry) => pids.includes(Number(entry))),
  );
});

here('/usr/local/bin and /run are the host’s own, and the machine’s tools stay', async () => {
  const lab = await Lab.create();
  try {
    lab.server1.installScript('only_here.sh', '#!/bin/sh\necho "$0" > /var/run/said\n');
    await lab.server1.run('/usr/local/bin/only_here.sh');
    expect(lab.server1.readRun('said')).toBe('/usr/local/bin/only_here.sh\n');
    expect(lab.server2.readRun('said')).toBeUndefined();
    expect(existsSync('/usr/local/bin/only_here.sh')).toBe(false);
    const version = await lab.server2.run(process.execPath, '--version');
    expect(version.trim()).toBe(process.version);
  } finally {
    await lab.close();
  }
});

here('a pulled cable takes the carrier away', async () => {
  const lab = await Lab.create();
  try {
    const state = async (): Promise<string> => lab.server1.ip('-br', 'link', 'show', 'eth0');
    await lab.setCable('server1', false);
    await eventually('eth0 without carrier', async () => (await state()).includes('NO-CARRIER'));
    await lab.setCable('server1', true);
    await eventually('eth0 up', async () => /\bUP\b/.test(await state()));
    const capture = await Capture.start(lab.client);
    expect((await capture.stop()).droppedByKernel).toBe(0);
  } finally {
    await lab.close();
  }
});

test('tcpdump’s lines are read as what they are', () => {
  const head = '1795476696.339182 02:00:00:00:01:65 > 01:00:5e:00:00:12, ethertype IPv4 (0x0800), ';
  const advert = readPacket(
    `${head}length 54: 192.168.122.101 > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 254, ` +
      'authtype simple, intvl 1s, length 20',
  );
  expect(advert).toMatchObject({
    kind: 'advert',
    at: 1_795_476_696_339_182,
    from: '192.168.122.101',
    version: 2,
    vrid: 51,
    priority: 254,
  });
  const arp = `${head.replace('IPv4 (0x0800)', 'ARP (0x0806)')}length 42: Request who-has `;
  const gratuitous = '192.168.122.200 (ff:ff:ff:ff:ff:ff) tell 192.168.122.200, length 28';
  expect(readPacket(arp + gratuitous)).toMatchObject({
    kind: 'announcement',
    address: '192.168.122.200',
  });
  expect(readPacket(`${arp}192.168.122.200 tell 192.168.122.10, length 28`)?.kind).toBe('other');
  expect(readPacket('tcpdump: listening on eth0')).toBeUndefined();
});
