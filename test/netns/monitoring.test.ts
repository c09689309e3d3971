import { readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import os from 'node:os';
import type { Socket } from 'node:net';
import path from 'node:path';
import { expect, test } from 'vitest';
import { attempt } from '../lab/commands.ts';
import { eventually } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { Lab } from '../lab/lab.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD } from '../lab/router-daemon.ts';
import { Capture } from '../lab/capture.ts';
import { version3 } from './configs.ts';
import { ControlClient } from '../../src/observe/controlClient.ts';
import { violations } from './jsonSchema.ts';
import type { Schema } from './jsonSchema.ts';
import { scrape } from './scrape.ts';
import { SERVER1, VIP } from './stage.ts';

/* What monitoring reads, against a living daemon; and that no number of onlookers costs an advert. */

const missing = whatIsMissing(LAB_PROGRAMS);
const documents = path.resolve(import.meta.dirname, '../../docs');
const statusSchema = JSON.parse(
  readFileSync(path.join(documents, 'control-socket.schema.json'), 'utf8'),
) as Schema;
const noPromtool = whatIsMissing(['promtool']);

test.runIf(missing === '')('files, metrics, status and kernel agree', async () => {
  const lab = await Lab.create();
  try {
    const { server1 } = lab;
    const daemon = await startDaemon(server1, version3('0.1', [`${VIP}/24`]));
    const client = await ControlClient.connect(server1.privatePath('c.sock'));
    await eventually('MASTER with its address', async () => {
      const [one] = (await client.status()).instances;
      return one?.state === 'MASTER' && one.confirmed === 1;
    });
    expect(await server1.addresses()).toContain(`${VIP}/24`);

    expect(violations(statusSchema, await client.status())).toEqual([]);
    const file = (kind: string): string => server1.privatePath(`keepalived.${kind}`);
    for (const signal of ['USR1', 'USR2', '36']) {
      process.kill(daemon.pid, signal === '36' ? 36 : `SIG${signal}`);
    }
    const data = await eventually('keepalived.data', () => textOf(file('data')));
    expect(data).toMatch(/^ VRRP Instance = VI_1$/m);
    expect(data).toMatch(/^ {3}State = MASTER$/m);
    expect(data).toMatch(/^ {5}192\.168\.122\.200\/24 dev eth0 scope global set$/m);
    const stats = await eventually('keepalived.stats', () => textOf(file('stats')));
    expect(stats).toMatch(/^VRRP Instance: VI_1\n {2}Advertisements:\n {4}Received: 0\n/);
    expect(stats).toMatch(/^ {2}Became master: 1$/m);
    const json = await eventually('keepalived.json', () => textOf(file('json')));
    const [first] = JSON.parse(json) as [{ data: Record<string, unknown>; stats: object }];
    expect(first.data).toMatchObject({ iname: 'VI_1', state: 2, vipset: true, vrid: 51 });
    expect(first.data['vips']).toEqual([`${VIP}/24 dev eth0 scope global set`]);
    expect(first.stats).toMatchObject({ become_master: 1, release_master: 0 });
    expect(json).toContain('\\/24');
    for (const kind of ['data', 'stats', 'json']) {
      expect(statSync(file(kind)).mode & 0o777).toBe(0o600);
    }

    const metrics = await scrape(server1.privatePath('m.sock'));
    const labels = 'instance_name="VI_1",interface="eth0",vrid="51",family="ipv4"';
    expect(metrics).toContain(`failoverd_state{${labels},state="MASTER"} 1\n`);
    expect(metrics).toContain(`failoverd_addresses_confirmed{${labels}} 1\n`);
    expect(metrics).toContain(`failoverd_became_master_total{${labels}} 1\n`);
    expect(metrics.endsWith('# EOF\n')).toBe(true);
    const corpus = process.env['FAILOVERD_CORPUS'];
    if (corpus !== undefined) {
      const read = (name: string): string =>
        readFileSync(path.join(corpus, 'dump_consumers', name), 'utf8');
      const sample = read('v2.1.5_keepalived.stats').split('VRRP Instance')[1] ?? '';
      expect(labelsOf(stats)).toEqual(labelsOf(`VRRP Instance${sample}`));
      const known = labelsOf(
        ['v2.2.7', 'v2.1.5'].map((v) => read(`${v}_keepalived.data`)).join(''),
      );
      expect(labelsOf(data).filter((label) => !known.includes(label))).toEqual([]);
    }

    // Signals that keepalived knows: statistics from zero, and two that do nothing.
    process.kill(daemon.pid, 63);
    await eventually('statistics to count anew', () => {
      process.kill(daemon.pid, 'SIGUSR2');
      return /^ {2}Became master: 0$/m.test(textOf(file('stats')) ?? '');
    });
    for (const signal of [64, os.constants.signals.SIGXCPU, os.constants.signals.SIGPIPE]) {
      process.kill(daemon.pid, signal);
    }
    expect((await client.status()).instances[0]?.counters.becameMaster).toBe(1);

    await client.drain('VI_1', { force: true });
    await eventually('metrics to say it is drained', async () =>
      (await scrape(server1.privatePath('m.sock'))).includes(`failoverd_drained{${labels}} 1\n`),
    );
    client.close();
  } finally {
    await lab.close();
  }
});

test.runIf(missing === '' && noPromtool === '')('promtool accepts rules and metrics', async () => {
  const lab = await Lab.create();
  try {
    const { server1 } = lab;
    server1.writeRun('load', '3\n');
    // What can be tracked, and a group: each of them has families of its own.
    const more = `vrrp_track_file load {
    file /var/run/load
}
vrrp_script chk {
    script /bin/true
    interval 1
}
vrrp_sync_group G {
    group {
        VI_1
    }
}
`;
    const use = `    track_file {
        load weight 1
    }
    track_script {
        chk
    }
}
`;
    const config = version3('0.1', [`${VIP}/24`]).replace(/}\n$/, use);
    await startDaemon(server1, more + config);
    const metrics = await eventually('metrics', async () => {
      const text = await scrape(server1.privatePath('m.sock'));
      return text?.includes('failoverd_tracker_runs_total{') === true && text;
    });
    // promtool reads the older text form, which knows no `info` and no end mark.
    const older = metrics.replace('# EOF\n', '').replace(/^# TYPE failoverd_build info$/m, '');
    const checked = await attempt(['promtool', 'check', 'metrics'], older.replace(/^\n/m, ''));
    const findings = checked.stderr.split('\n').filter((line) => line !== '');
    expect(findings.filter((line) => !/^\S+ no help text$/.test(line))).toEqual([]);
    const rules = path.join(documents, 'monitoring/alerts.yml');
    const judged = await attempt(['promtool', 'check', 'rules', rules]);
    expect(judged.stdout).toContain('6 rules found');
    const dashboard = path.join(documents, 'monitoring/dashboard.json');
    const page = path.join(documents, 'monitoring/README.md');
    const used = [rules, dashboard, page].map((file) => readFileSync(file, 'utf8')).join('');
    const names = [...used.matchAll(/failoverd_[a-z_]+/g)].map(([name]) => name);
    // A family without a sample is there all the same.
    const known = (name: string): boolean =>
      metrics.includes(`\n${name}`) || metrics.includes(`# TYPE ${name.replace('_total', '')} `);
    expect(names.filter((name) => !known(name))).toEqual([]);
  } finally {
    await lab.close();
  }
});

test.runIf(missing === '')('200 watchers, 50 of them stopped, cost no advert', async () => {
  const lab = await Lab.create();
  try {
    const { server1, client } = lab;
    const daemon = await startDaemon(server1, version3('0.01', [`${VIP}/24`]));
    const capture = await Capture.start(client);
    await capture.waitForAdvert({ from: SERVER1 });
    const watchers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => watcher(server1.privatePath('c.sock'), index < 50)),
    );
    await eventually('all to watch', () => watchers.slice(50).every(({ heard }) => heard() > 0));
    const before = memory(daemon.pid);
    const start = sentBy(await statusOf(server1));
    const since = Capture.now();
    for (let round = 0; round < 30; round++) {
      await scrape(server1.privatePath('m.sock'));
      if (round % 10 === 0) process.kill(daemon.pid, 'SIGUSR2');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const until = Capture.now();
    const sent = sentBy(await statusOf(server1)) - start;
    for (const { socket } of watchers) socket.destroy();
    // Deadlines were met by adverts, on the wire as well; a few may be late on a busy machine.
    const due = Math.floor((0.95 * (until - since)) / 10_000);
    expect(sent).toBeGreaterThanOrEqual(due);
    await eventually(`${due} adverts on the wire`, () => {
      return capture.adverts({ from: SERVER1, since, until }).length >= due;
    });
    expect(memory(daemon.pid) - before).toBeLessThan(64 * 1024);
  } finally {
    await lab.close();
  }
});

/** What a line says it is about, at its depth. */
function labelsOf(text: string): string[] {
  const lines = text
    .split('\n')
    .map((line) => /^\s*[A-Z][^=:]*(?= ?[=:])/.exec(line)?.[0].trimEnd());
  return lines.filter((label) => label !== undefined);
}

/** With its sockets and files where the test finds them. */
async function startDaemon(host: Host, config: string) {
  const file = host.writeConfig(config);
  const places = ['--socket', host.privatePath('c.sock')];
  const metrics = ['--metrics', `unix:${host.privatePath('m.sock')}`];
  const flags = ['-n', '-l', '-G', '-s', host.namespace, '-f', file, ...places, ...metrics];
  const daemon = await host.start([process.execPath, FAILOVERD, ...flags], {
    name: 'failoverd',
    outsideNetwork: true,
    env: { TMPDIR: host.privatePath('.') },
  });
  await eventually('its control socket', () => statusOf(host));
  return daemon;
}

async function statusOf(host: Host) {
  const client = await ControlClient.connect(host.privatePath('c.sock'));
  try {
    return await client.status();
  } finally {
    client.close();
  }
}

function sentBy({ instances }: Awaited<ReturnType<typeof statusOf>>): number {
  return instances[0]?.counters.advertsSent ?? 0;
}

function watcher(place: string, stopped: boolean) {
  let heard = 0;
  const socket: Socket = connect(place);
  socket.on('error', () => undefined);
  if (stopped) socket.pause();
  else socket.on('data', () => (heard += 1));
  socket.write('{"id":1,"method":"watch"}\n');
  return new Promise<{ readonly socket: Socket; readonly heard: () => number }>((resolve) => {
    socket.once('connect', () => resolve({ socket, heard: () => heard }));
  });
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Resident kilobytes. */
function memory(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
