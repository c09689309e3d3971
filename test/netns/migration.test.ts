// docs/migrating-from-keepalived.md, command by command: keepalived on both routers, then ours on
// one, on both, and back. The VIP has to answer the client all the way.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { eventually } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { FAILOVERD, routerDaemon } from '../lab/router-daemon.ts';
import { WALKTHROUGH_LIKE } from './listenConfig.ts';
import { vipIsOn, VIP, walkthrough } from './stage.ts';

const page = readFileSync(
  path.resolve(import.meta.dirname, '../../docs/migrating-from-keepalived.md'),
  'utf8',
);
const oldFile = '/etc/keepalived/keepalived.conf';

/** A command of the page, as it would be typed on a host that has the old file at `file`. */
function command(begin: string, file: string): string {
  const line = page
    .split('\n')
    .find((one) => one.startsWith(`    ${begin}`))
    ?.trim();
  if (line === undefined) throw new Error(`the page has no command that begins with ${begin}`);
  return line
    .replaceAll(oldFile, file)
    .replaceAll('/tmp/shadow.conf', `${file}.shadow`)
    .replace(/^failoverd/, `${process.execPath} ${FAILOVERD}`);
}

/** The daemon of a line, in the host's network but started outside, as the other tests do. */
function start(host: Host, line: string) {
  const argv = [...line.split(' '), '-l', '-D', '-s', host.namespace];
  return host.start(argv, { name: 'failoverd', outsideNetwork: true });
}

const config = WALKTHROUGH_LIKE.replace('priority 100', 'priority 200');

walkthrough('the way from keepalived', { pairs: ['keepalived+failoverd'] }, async (stage) => {
  const { lab, server1 } = stage;
  await server1.start(config);
  await vipIsOn(stage, 'server1');
  const { client } = lab;
  const host = lab.server2;
  const file = host.writeConfig(config.replace('MASTER', 'BACKUP').replace('200\n', '100\n'));
  const answers = async (): Promise<unknown> => client.run('ping', '-n', '-c', '1', '-W', '2', VIP);

  await host.shell(command('failoverd check', file));
  await host.shell(command('failoverd listen', file));
  await host.shell(command('failoverd doctor', file));

  await host.shell(command('sed', file));
  const shadow = await start(host, command('failoverd run -n -f /tmp/shadow.conf', file));
  await shadow.waitForLine(/VI_1: INIT -> BACKUP/);
  await shadow.waitForLine(/the master is 192\.168\.122\.101/);
  await eventually('the pid file', () => host.readRun('failoverd-shadow.pid') !== undefined);
  await answers();
  await host.shell(command('kill', file));
  expect(await shadow.ended).toEqual({ code: 0, signal: null });

  const ours = await start(host, command('failoverd run -n -f /etc', file));
  await ours.waitForLine(/the master is 192\.168\.122\.101/);
  await server1.stop();
  await vipIsOn(stage, 'server2');
  await answers();

  const other = routerDaemon('failoverd', lab.server1);
  await other.start(config);
  await vipIsOn(stage, 'server1');
  await answers();

  // Back again, with one that was killed on the way.
  await other.stop();
  await vipIsOn(stage, 'server2');
  ours.signal('SIGKILL');
  await ours.ended;
  await host.attempt('sh', '-c', command('failoverd cleanup', file));
  await vipIsOn(stage, 'none');
  await server1.start(config);
  await vipIsOn(stage, 'server1');
  await answers();
  await server1.stop();
});
