// Whatever a daemon dies of, the wire hears a goodbye and the host keeps nothing: a crash, and the kernel
// that kills what takes more memory than its control group has.

import { mkdirSync, existsSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import type { LabProcess } from '../lab/process.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD } from '../lab/router-daemon.ts';
import { guardians } from './kills.ts';
import { configuration, OWN, VIP, World } from './world.ts';

const missing = whatIsMissing(LAB_PROGRAMS);
const SERVER1 = '192.168.122.101';

/** Where control groups limit memory, and by which file: the older and the newer way. */
const memoryGroups = [
  { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', used: 'memory.usage_in_bytes' },
  { root: '/sys/fs/cgroup', limit: 'memory.max', used: 'memory.current' },
].find(({ root, used }) => existsSync(path.join(root, used)) || hasMemory(root));
const noGroups = memoryGroups === undefined ? 'skipped, no control group limits memory here' : '';

function hasMemory(root: string): boolean {
  const controllers = path.join(root, 'cgroup.controllers');
  return existsSync(controllers) && /\bmemory\b/.test(readFileSync(controllers, 'utf8'));
}

describe.skipIf(missing !== '')(`a daemon that dies ${missing}`, () => {
  let world: World;
  let witness: Capture;
  beforeAll(async () => {
    world = await World.create();
    witness = await Capture.start(world.lab.client);
  });
  afterAll(() => world.lab.close());

  async function master(before: readonly string[] = []): Promise<LabProcess> {
    const { host } = world;
    const file = host.writeConfig(configuration());
    const flags = ['-n', '-l', '-D', '-s', host.namespace, '-f', file];
    const argv = [...before, process.execPath, FAILOVERD, 'run', ...flags];
    const env = { FAILOVERD_TEST_MARK: world.mark, FAILOVERD_TEST_HOOKS: '1' };
    const daemon = await host.start(argv, { name: 'failoverd', outsideNetwork: true, env });
    await eventually('a guardian', () => guardians(daemon).length > 0);
    await world.addresses(OWN, VIP);
    return daemon;
  }

  it.each(['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGKILL'] as const)('of %s', async (signal) => {
    const daemon = await master();
    const since = Capture.now();
    daemon.signal(signal);
    expect((await daemon.ended).signal).toBe(signal);
    await witness.waitForAdvert({ from: SERVER1, priority: 0, since });
    await world.nothingLeft();
  });

  it.skipIf(noGroups !== '')(`of too little memory ${noGroups}`.trim(), async () => {
    const { root, limit, used } = memoryGroups ?? { root: '', limit: '', used: '' };
    const group = path.join(root, `failoverd-test-${process.pid}`);
    if (existsSync(path.join(root, 'cgroup.subtree_control'))) {
      writeFileSync(path.join(root, 'cgroup.subtree_control'), '+memory');
    }
    mkdirSync(group);
    try {
      const enter = `echo $$ > ${group}/cgroup.procs; exec "$0" "$@"`;
      const daemon = await master(['sh', '-c', enter]);
      const since = Capture.now();
      const now = Number(readFileSync(path.join(group, used), 'utf8'));
      writeFileSync(path.join(group, limit), String(now + 8 * 1024 * 1024));
      // 500 MB of garbage.
      daemon.signal('SIGPWR');
      expect((await daemon.ended).signal).toBe('SIGKILL');
      await witness.waitForAdvert({ from: SERVER1, priority: 0, since });
      await world.nothingLeft();
    } finally {
      await eventually('the group to be empty', () => {
        rmdirSync(group);
        return true;
      });
    }
  });
});
