import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ControlClient } from '../../src/observe/controlClient.ts';
import { eventually } from '../lab/eventually.ts';
import { Lab } from '../lab/lab.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { routerDaemon } from '../lab/router-daemon.ts';
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
    expect(modeOf(place('one.sock'))).toEqual({ mode: 0o660, gid: adm });

    const more = [`metrics unix:${place('m.sock')}`, 'metrics_group adm'];
    daemon.reload(config(`control_socket ${place('two.sock')}`, ...more));
    const second = await eventually('the second place', () => ask(place('two.sock')));
    expect(modeOf(place('two.sock'))).toEqual({ mode: 0o660, gid: 0 });
    expect(await ask(place('one.sock'))).toBeUndefined();
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
