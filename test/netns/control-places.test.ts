import { statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ControlClient } from '../../src/observe/controlClient.ts';
import type { StatusReport } from '../../src/observe/controlClient.ts';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import { Lab } from '../lab/lab.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD, routerDaemon } from '../lab/router-daemon.ts';
import { version3 } from './configs.ts';
import { VIP } from './stage.ts';

/* Where the daemon can be asked, and by whom, is the file's to say, and a reload's to change. */

const missing = whatIsMissing(LAB_PROGRAMS);
/** In Debian's /etc/group. */
const adm = 4;

test.runIf(missing === '')('a reload moves the control socket and the metrics', async () => {
  const lab = await Lab.create();
  try {
    const { server1 } = lab;
    const place = (name: string): string => server1.privatePath(name);
    const config = (...lines: readonly string[]): string => {
      const own = lines.map((line) => `    @failoverd ${line}\n`).join('');
      return `global_defs {\n${own}}\n${version3('0.1', [`${VIP}/24`])}`;
    };
    const daemon = routerDaemon('failoverd', server1);
    await daemon.start(config(`control_socket ${place('one.sock')}`, 'control_group adm'));
    const client = await eventually('the first place', () => ask(place('one.sock')));
    await eventuallyEqual('its mode', () => modeOf(place('one.sock')), { mode: 0o660, gid: adm });

    const more = [`metrics unix:${place('m.sock')}`, 'metrics_group adm'];
    daemon.reload(config(`control_socket ${place('two.sock')}`, ...more));
    const second = await eventually('the second place', () => ask(place('two.sock')));
    await eventuallyEqual('its mode', () => modeOf(place('two.sock')), { mode: 0o660, gid: 0 });
    await eventually('the first place to be gone', async () => !(await ask(place('one.sock'))));
    // Who had asked before is not cut off.
    expect((await client.reload()).ok).toBe(true);
    await eventually('metrics', () => modeOf(place('m.sock'))?.gid === adm);

    daemon.reload(config(`control_socket ${place('two.sock')}`, 'control_group no-such-group'));
    await daemon.process.waitForLine(/there is no group no-such-group/);
    await eventually('no metrics', () => modeOf(place('m.sock')) === undefined);
    const third = await eventually('the same place', () => ask(place('two.sock')));
    for (const one of [client, second, third]) one.close();
    expect((await daemon.stop()).code).toBe(0);
    expect(modeOf(place('two.sock'))).toBeUndefined();
  } finally {
    await lab.close();
  }
});

async function ask(place: string): Promise<ControlClient | undefined> {
  return ControlClient.connect(place).catch(() => undefined);
}

function modeOf(place: string): { readonly mode: number; readonly gid: number } | undefined {
  const stat = statSync(place, { throwIfNoEntry: false });
  return stat && { mode: stat.mode & 0o777, gid: stat.gid };
}

test.runIf(missing === '')('commands find their daemon', async () => {
  const lab = await Lab.create();
  try {
    const { server1 } = lab;
    const start = async (name: string, vrid: number, more: string) => {
      const own = `instance ${name}\nglobal_defs {\n${more}\n}\n`;
      const instance = version3('0.1', [`192.168.122.${vrid + 150}/24`])
        .replace('id 51', `id ${vrid}`)
        .replace('VI_1', name);
      const file = server1.writeConfig(own + instance, `${name}.conf`);
      const argv = ['run', '-n', '-l', '-s', server1.namespace, '-f', file];
      const daemon = await server1.start([process.execPath, path.resolve(FAILOVERD), ...argv], {
        name,
        outsideNetwork: true,
      });
      await daemon.waitForLine(/INIT -> BACKUP/);
      return { file, daemon };
    };
    const status = (...options: readonly string[]) =>
      server1.attempt(process.execPath, path.resolve(FAILOVERD), 'status', '--json', ...options);
    const names = async (...options: readonly string[]): Promise<string> => {
      const { stdout, stderr } = await status(...options);
      if (stderr !== '') return stderr;
      return (JSON.parse(stdout) as StatusReport).instances.map(({ name }) => name).join();
    };
    expect(await names()).toMatch(
      /^failoverd: no daemon answers at \/run\/failoverd\/control.sock/,
    );
    await start('blue', 51, '');
    expect(await names()).toBe('blue');
    const elsewhere = server1.privatePath('green.sock');
    const green = await start('green', 52, `@failoverd control_socket ${elsewhere}`);
    expect(await names()).toBe('blue');
    expect(await names('-f', green.file)).toBe('green');
    const red = await start('red', 53, '');
    const socketOf = (name: string): string =>
      `/run/failoverd/control.${server1.namespace}.${name}.sock`;
    expect(await status()).toMatchObject({
      code: 1,
      stdout: '',
      stderr:
        'failoverd: several daemons run here; choose one with --instance, -s, -f or\n' +
        `  --socket ${socketOf('blue')}\n  --socket ${socketOf('red')}\n`,
    });
    expect(await names('-s', server1.namespace, '--instance', 'blue')).toBe('blue');
    expect(await names('-s', server1.namespace, '-f', red.file)).toBe('red');
    const asks = `"$0" "$1" status --json`;
    const told = (words: string): Promise<string> =>
      server1.run('sh', '-c', words, process.execPath, path.resolve(FAILOVERD), green.file);
    expect(await told(`FAILOVERD_SOCKET=${socketOf('red')} ${asks}`)).toContain('"red"');
    expect(await told(`FAILOVERD_SOCKET=${socketOf('red')} ${asks} -f "$2"`)).toContain('"green"');

    // What was killed leaves a socket behind that means nobody.
    await red.daemon.stop('SIGKILL');
    expect(await names()).toBe('blue');
  } finally {
    await lab.close();
  }
});
