// The guardian and the launcher as the daemon runs them, built with sanitizers: daemons die of anything, and
// no report may come of it.

import { existsSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { kernelBecomes, wholeKernel } from '../lab/kernel-state.ts';
import { Lab } from '../lab/lab.ts';
import { childrenOf } from '../lab/process.ts';
import type { LabProcess } from '../lab/process.ts';
import { FAILOVERD } from '../lab/router-daemon.ts';
import { guardians } from '../lifecycle/kills.ts';
import { programs, root } from './build.ts';

/** Two routers with all that a guardian takes away, and scripts of all kinds of bad behaviour. */
const CONFIG = `
${[1, 2]
  .map(
    (n) => `vrrp_instance VI_${n} {
  state MASTER
  version 3
  interface eth0
  virtual_router_id ${n}
  priority 200
  advert_int 0.1
  use_vmac
  no_accept
  virtual_ipaddress {
    10.90.${n}.1/24
    10.91.${n}.1/24
  }
  virtual_routes {
    10.92.${n}.0/24 via 192.168.122.10 dev eth0
  }
  virtual_rules {
    from 10.93.${n}.0/24 table 100 priority ${1000 + n}
  }
  track_script {
    talks weight 1
    hangs weight 1
    fails weight 1
  }
  notify "/usr/local/bin/talks"
}`,
  )
  .join('\n')}
`;

const SCRIPTS = `
vrrp_script talks {
  script "/usr/local/bin/talks"
  interval 0.1
}
vrrp_script hangs {
  script "/usr/local/bin/hangs"
  interval 0.2
  timeout 0.1
}
vrrp_script fails {
  script "/nowhere/at/all"
  interval 0.2
}
`;

const REPORT = /\w+Sanitizer|runtime error/;

/** A build of the programs, and a name that only its sanitizer brings into them. */
export interface SanitizedBuild {
  readonly directory: string;
  readonly symbol: '__asan_init' | '__tsan_init';
}

/** Where the addon is looked for, so that the programs beside it are those of this build. */
const addonOf = ({ directory }: SanitizedBuild): string => path.join(directory, 'failoverd.node');

async function start(lab: Lab, build: SanitizedBuild): Promise<LabProcess> {
  const host = lab.server1;
  host.installScript('talks', '#!/bin/sh\necho run >> /run/runs\nhead -c 100000 /dev/zero\n');
  host.installScript('hangs', '#!/bin/sh\ntrap "" TERM\nsleep 60 & wait; wait\n');
  const file = host.writeConfig(`${SCRIPTS}${CONFIG}`);
  // ThreadSanitizer's memory has fixed places, which the kernel may have given away.
  const argv = [
    'setarch',
    '-R',
    process.execPath,
    FAILOVERD,
    'run',
    '-n',
    '-l',
    '-D',
    '-s',
    host.namespace,
  ];
  const env = { FAILOVERD_ADDON: addonOf(build) };
  return host.start([...argv, '-f', file], { name: 'failoverd', outsideNetwork: true, env });
}

/** Whether a process runs that program of this build. */
function runs(pid: number, program: string, { directory }: SanitizedBuild): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) === path.join(directory, program);
  } catch {
    return false;
  }
}

/** Declares the tests. */
export function sanitizedPrograms(build: SanitizedBuild): void {
  const addon = addonOf(build);
  describe('the guardian and the launcher with sanitizers', () => {
    beforeAll(() => {
      rmSync(addon, { force: true });
      symlinkSync(path.join(root, 'build/Release/failoverd.node'), addon);
    });
    afterAll(() => rmSync(addon, { force: true }));

    test('are built with them', () => {
      for (const name of programs) {
        const program = readFileSync(path.join(build.directory, name));
        expect(program.includes(build.symbol), name).toBe(true);
      }
    });

    test.each(['SIGKILL', 'SIGSEGV', 'SIGABRT'] as const)('a daemon dies of %s', async (signal) => {
      const lab = await Lab.create();
      try {
        await diesOf(signal, lab, build);
      } finally {
        await lab.close();
      }
    });
  });
}

async function diesOf(
  signal: 'SIGKILL' | 'SIGSEGV' | 'SIGABRT',
  lab: Lab,
  build: SanitizedBuild,
): Promise<void> {
  const host = lab.server1;
  const before = await wholeKernel(host);
  const witness = await Capture.start(lab.client);
  const daemon = await start(lab, build);
  for (const vrid of [1, 2]) await witness.waitForAdvert({ vrid, priority: 201 });
  await eventually('ten runs', () => (host.readRun('runs') ?? '').split('\n').length > 10);
  const [guardian = 0] = guardians(daemon);
  expect(runs(guardian, 'failoverd-guardian', build)).toBe(true);
  const launcher = childrenOf(daemon.pid).filter((pid) => runs(pid, 'failoverd-launcher', build));
  expect(launcher).toHaveLength(1);
  const since = Capture.now();
  daemon.signal(signal);
  await daemon.ended;
  for (const vrid of [1, 2]) await witness.waitForAdvert({ vrid, priority: 0, since });
  await kernelBecomes(host, before);
  await eventually('the end of both programs', () => {
    const there = [guardian, ...launcher].filter((pid) => existsSync(`/proc/${pid}`));
    return there.length === 0;
  });
  expect(daemon.lines.filter((line) => REPORT.test(line))).toEqual([]);
  // What it says in the end, since nobody sees its exit status.
  expect(daemon.lines.join('\n')).toMatch(/failoverd died: 2 goodbyes sent, 4 addresses and/);
}
