// As process 1 of a container, with the capabilities of the example in docs/containers.md: what `docker stop`,
// `docker kill` and `docker exec` come to.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { childrenOf, sendSignal } from '../lab/process.ts';
import type { LabProcess } from '../lab/process.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD } from '../lab/router-daemon.ts';
import { configuration, OWN, VIP, World } from './world.ts';

const missing = whatIsMissing([...LAB_PROGRAMS, 'setpriv', 'unshare']);
const SERVER1 = '192.168.122.101';

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/containers.md'), 'utf8');
const example = /```yaml\n([^]*?)```/.exec(page)?.[1] ?? '';

/** The words of `KEY: [A, B]` in the example. */
function listed(key: string): string[] {
  const list = new RegExp(`^ *${key}: \\[(.*)\\]$`, 'm').exec(example)?.[1] ?? '';
  return list.split(',').map((word) => word.trim().replaceAll('"', ''));
}

const capabilities = listed('cap_add').map((name) => name.toLowerCase());

describe.skipIf(missing !== '')(`a daemon that is process 1 ${missing}`, () => {
  let world: World;
  let witness: Capture;
  beforeAll(async () => {
    world = await World.create();
    witness = await Capture.start(world.lab.client);
  });
  afterEach(async () => {
    await Promise.all(world.host.processes.map((one) => one.stop('SIGKILL')));
    await world.nothingLeft();
  });
  afterAll(() => world.lab.close());

  /** As `docker run` does it; `first` stands before the daemon. `pid`: of process 1, seen from here. */
  async function container(
    text: string,
    rights: readonly string[] = capabilities,
    first: readonly string[] = [],
  ): Promise<{ readonly outer: LabProcess; readonly pid: number }> {
    const file = world.host.writeConfig(text);
    const bounds = ['-all', ...rights.map((name) => `+${name}`)].join(',');
    const argv = [
      'unshare --pid --fork --mount-proc --kill-child'.split(' '),
      ['setpriv', '--bounding-set', bounds, '--inh-caps', '-all'],
      first,
      [process.execPath, FAILOVERD],
      listed('command').slice(1, -2),
      ['-D', '-f', file],
    ].flat();
    // No limit that would stand in for a capability.
    const limited = ['sh', '-c', 'ulimit -r 0; ulimit -l 64; exec "$0" "$@"', ...argv];
    const env = { FAILOVERD_TEST_MARK: world.mark };
    const outer = await world.host.start(limited, { name: 'container', env });
    const pid = await eventually('process 1', () => childrenOf(outer.pid)[0]);
    return { outer, pid };
  }

  async function master(text = configuration(), first: readonly string[] = []) {
    const started = await container(text, capabilities, first);
    await started.outer.waitForLine(/the guardian is watching/);
    await world.addresses(OWN, VIP);
    return started;
  }

  /** States of the children of process 1: `Z` is one that nobody has waited for. */
  const states = (pid: number): string[] =>
    childrenOf(pid).flatMap((child) => {
      try {
        const text = readFileSync(`/proc/${child}/stat`, 'utf8');
        return [text.slice(text.lastIndexOf(')') + 2).split(' ')[0] ?? ''];
      } catch {
        return [];
      }
    });

  it('is given what the example says', () => {
    expect(capabilities).toEqual(['net_admin', 'net_raw', 'net_broadcast']);
    expect(listed('command')).toEqual(expect.arrayContaining(['run', '-n', '-l', '-f']));
    expect(example).toMatch(/^ *init: false$/m);
  });

  it('says what it has not been given, and runs', async () => {
    const { outer, pid } = await master();
    expect(outer.tail()).toMatch(
      /normal scheduling; real-time scheduling was refused: .*CAP_SYS_NICE/,
    );
    expect(outer.tail()).toMatch(/memory could not be locked: .*CAP_IPC_LOCK/);
    sendSignal(pid, 'SIGTERM');
    expect(await outer.ended).toEqual({ code: 0, signal: null });
  });

  it('does not start without a right that it needs, and names it', async () => {
    const { outer } = await container(configuration(), ['net_raw']);
    expect((await outer.ended).code).toBe(4);
    await outer.waitForLine(/CAP_NET_ADMIN is missing: .*in a container with --cap-add/);
  });

  it('stops in order on SIGTERM, as docker stop sends it', async () => {
    const { outer, pid } = await master();
    const since = Capture.now();
    sendSignal(pid, 'SIGTERM');
    expect(await outer.ended).toEqual({ code: 0, signal: null });
    await witness.waitForAdvert({ from: SERVER1, priority: 0, since });
    expect(outer.tail()).toMatch(/stopping on SIGTERM[^]*stopped$/);
  });

  it('reloads on SIGHUP', async () => {
    const { outer, pid } = await master();
    world.host.writeConfig(configuration('', 'VI_1', 150));
    const since = Capture.now();
    sendSignal(pid, 'SIGHUP');
    await witness.waitForAdvert({ from: SERVER1, priority: 150, since });
    await outer.waitForLine(/reloaded /);
  });

  // The guardian dies with the pid namespace, and has to be faster.
  it.each([1, 2, 3])('that is killed says goodbye and leaves nothing (%i)', async () => {
    const { outer, pid } = await master();
    const since = Capture.now();
    sendSignal(pid, 'SIGKILL');
    await outer.ended;
    await witness.waitForAdvert({ from: SERVER1, priority: 0, since });
    await outer.waitForLine(/failoverd died: 1 goodbye sent, 1 address and 0 other things removed/);
  });

  it('behind another process 1: whoever kills that leaves the address, and cleanup removes it', async () => {
    const { outer, pid } = await master(configuration(), ['sh', '-c', '"$0" "$@" & wait']);
    const since = Capture.now();
    sendSignal(pid, 'SIGKILL');
    await outer.ended;
    await eventually('all of them to be gone', () => world.survivors().length === 0);
    expect(witness.adverts({ from: SERVER1, priority: 0, since })).toEqual([]);
    await world.addresses(OWN, VIP);
    expect(await world.cleanup(world.host.writeConfig(configuration()))).toMatchObject({ code: 0 });
  });

  it('reaps what scripts and docker exec leave behind', async () => {
    // Each puts a process into the background that outlives its parent.
    world.host.installScript('leaves-one', '#!/bin/sh\n(setsid sleep 0.5 &)\n');
    const settings = 'global_defs {\n  script_user root\n}';
    const text = configuration(settings).replace(
      'virtual_ipaddress',
      'notify_master "/usr/local/bin/leaves-one"\n  virtual_ipaddress',
    );
    const { pid } = await master(text);
    // The guardian and the launcher are its own.
    await eventually('the orphan of the script', () => childrenOf(pid).length > 2);
    await eventually('two children', () => childrenOf(pid).length === 2);
    const exec = ['nsenter', '-t', String(pid), '-p', '--', 'sh', '-c'];
    await world.host.run(...exec, '(sleep 0.2 &) ; (sleep 0.2 &) ; (true &)');
    await eventually('an orphan that has ended', () => states(pid).includes('Z'));
    await eventually('two children', () => childrenOf(pid).length === 2);
    await world.addresses(OWN, VIP);
  });

  it('answers its own commands, as docker exec runs them', async () => {
    const { pid } = await master();
    const exec = ['nsenter', '-t', String(pid), '-p', '--', process.execPath, FAILOVERD];
    expect(await world.host.run(...exec, 'status')).toMatch(/^VI_1 +MASTER/m);
    const upgrade = await world.host.attempt(...exec, 'upgrade');
    expect(upgrade).toMatchObject({ code: 1, stdout: '' });
    expect(upgrade.stderr).toMatch(/process 1/);
  });
});
