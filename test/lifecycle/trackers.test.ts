// Checks of a real daemon: what status tells of them, and that none of them outlives a daemon that was killed.

import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlClient } from '../../src/observe/controlClient.ts';
import type { TrackerReportLine } from '../../src/observe/statusReport.ts';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import { childrenOf } from '../lab/process.ts';
import type { LabProcess } from '../lab/process.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD } from '../lab/router-daemon.ts';
import { configuration, OWN, VIP, World } from './world.ts';

const missing = whatIsMissing(LAB_PROGRAMS);

/** Checks of every kind, all with a weight, and `extra` in the instance. */
const CHECKS = `
vrrp_script chk {
  script /usr/local/bin/check.sh
  interval 0.2
  weight -10
}
vrrp_track_process no_such {
  process no-such-program
  weight -10
}
track_file value {
  file /run/value
  weight 1
}
@failoverd vrrp_probe self {
@failoverd   icmp 192.168.122.101
@failoverd   interval 0.2
@failoverd   timeout 0.1
@failoverd   weight -10
@failoverd }
`;
/** Two thousand processes a second that nobody asked for. */
const STORM = `
import os, time
while True:
    for _ in range(20):
        child = os.fork()
        if child == 0: os._exit(0)
        os.waitpid(child, 0)
    time.sleep(0.01)
`;
const PROCESSES = `
vrrp_track_process workers {
  process fo-worker
  quorum 2
  weight 10
}
${configuration().replace('priority 100', 'priority 100\n  track_process {\n    workers\n  }')}`;

const TRACKED = `priority 100
  track_script {
    chk
  }
  track_process {
    no_such
  }
  track_file {
    value
  }
  @failoverd track_probe { self }`;

const withChecks = (extra = ''): string =>
  CHECKS +
  configuration()
    .replace('vrrp_version 3', `vrrp_version 3\n  script_user root\n  ${extra}`)
    .replace('priority 100', TRACKED);

describe.skipIf(missing !== '')(`the checks of a daemon ${missing}`, () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(() => world.lab.close());

  async function tracker(name: string): Promise<TrackerReportLine> {
    const { host } = world;
    const names = readdirSync(host.runPath('failoverd')).filter((one) => one.endsWith('.sock'));
    const client = await ControlClient.connect(host.runPath(`failoverd/${names[0] ?? ''}`));
    const { trackers } = await client.status().finally(() => client.close());
    const found = trackers.find((one) => one.name === name);
    if (found === undefined) throw new Error(`status has no ${name}`);
    return found;
  }

  it('warns of a file that does not hold a number any more', async () => {
    const { host } = world;
    host.installScript('check.sh', '#!/bin/sh\nexit 0\n');
    host.writeRun('value', '3\n');
    const daemon = await world.daemon(host.writeConfig(withChecks()));
    await daemon.waitForLine(/notice: file value: the file holds 3$/);
    host.writeRun('value', 'three\n');
    await daemon.waitForLine(/warning: file value: .*not a number; the value stays 3$/);
    host.writeRun('value', '4\n');
    await daemon.waitForLine(/notice: file value: the file holds 4$/);
    await daemon.stop();
  });

  it('status tells the last result with its reason, its duration, the output and the next run', async () => {
    const { host } = world;
    host.installScript('check.sh', '#!/bin/sh\necho all is well\nsleep 0.05\n');
    host.writeRun('value', '3\n');
    const daemon = await world.daemon(host.writeConfig(withChecks()));
    await world.addresses(OWN, VIP);
    await eventually('a run', async () => (await tracker('chk')).runs?.last !== undefined);
    const { status, runs } = await tracker('chk');
    expect(status).toBe('ok');
    expect(runs?.last).toMatchObject({ outcome: 'succeeded', output: 'all is well\n' });
    expect(runs?.last?.durationMs).toBeGreaterThan(49);
    expect(runs?.nextInMs).toBeLessThan(201);
    for (const [body, outcome] of [
      ['echo no route; exit 3', 'exited with status 3: no route'],
      ['kill -USR1 $$', 'was killed by SIGUSR1'],
      ['sleep 60', 'did not end within 0.2 s and was killed'],
      ['#!/no/such/program', 'could not be started: .*its interpreter /no/such/program does not'],
    ] as const) {
      host.installScript('check.sh', body.startsWith('#!') ? `${body}\n` : `#!/bin/sh\n${body}\n`);
      await eventually(outcome, async () => {
        const last = (await tracker('chk')).runs?.last;
        return new RegExp(outcome).test(last?.outcome ?? '');
      });
      expect((await tracker('chk')).status).toBe('failed');
    }
    expect(await tracker('value')).toEqual({
      kind: 'file',
      name: 'value',
      status: '3',
      detail: '/run/value',
    });
    host.writeRun('value', 'three\n');
    await eventually('a problem', async () =>
      /which is not a number/.test((await tracker('value')).detail),
    );
    expect((await tracker('value')).status).toBe('3');
    expect(await tracker('no_such')).toMatchObject({ status: 'failed' });
    expect((await tracker('self')).runs?.last?.outcome).toMatch(/^192\.168\.122\.101 answers/);
    const table = await host.run(process.execPath, FAILOVERD, 'status', 'VI_1');
    expect(table).toMatch(/probe self: ok .*\n {2}ran \d+ times, 0 failed; last 0s ago, took/);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });

  it('no script outlives a daemon that was killed, nor one whose launcher was killed too', async () => {
    const { host } = world;
    host.installScript('check.sh', '#!/bin/sh\nsleep 600 &\nwait\n');
    const text = withChecks().replace('interval 0.2', 'interval 1000\n  timeout 1000');
    const file = host.writeConfig(text);
    const scripts = (): number => world.survivors().filter((line) => /check\.sh/.test(line)).length;
    const launcherOf = ({ pid }: LabProcess): number => {
      const command = (child: number) => readFileSync(`/proc/${child}/cmdline`, 'latin1');
      return childrenOf(pid).find((child) => command(child).includes('failoverd-launcher')) ?? 0;
    };
    const recorded = (): number => {
      const [name = ''] = readdirSync(host.runPath('failoverd')).filter((one) =>
        one.startsWith('scripts'),
      );
      return host.readRun(`failoverd/${name}`)?.match(/^\d+ \d+ *$/gm)?.length ?? 0;
    };
    const start = async (): Promise<LabProcess> => {
      const daemon = await world.daemon(file);
      await eventually('the check', () => scripts() === 1 && recorded() === 1);
      return daemon;
    };
    const alone = await start();
    alone.signal('SIGKILL');
    await alone.ended;
    await eventuallyEqual('scripts', scripts, 0);
    await world.cleanup(file);
    const kill = async (): Promise<void> => {
      const daemon = await start();
      daemon.signal('SIGSTOP'); // It would start another launcher.
      process.kill(launcherOf(daemon), 'SIGKILL');
      daemon.signal('SIGKILL');
      await daemon.ended;
      expect(scripts()).toBe(1);
    };
    await kill();
    const cleaned = await world.cleanup(file);
    expect(cleaned.text).toMatch(/ended what a killed failoverd had left running: process \d+/);
    await world.nothingLeft();
    await kill();
    const next = await world.daemon(file);
    await next.waitForLine(/ended what a killed failoverd had left running: process \d+/);
    await eventuallyEqual('checks', scripts, 1); // Its own.
    expect(await next.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });

  /** Waits until exactly so many are counted; `how` is what status adds to that. */
  const workers = (count: number, how: RegExp): Promise<unknown> =>
    eventually(`${count} workers`, async () => {
      const { detail } = await tracker('workers');
      if (detail.startsWith(`${count} running, 2 wanted`) && how.test(detail)) return true;
      throw new Error(detail);
    });

  it('processes are counted exactly in a storm of forks', async () => {
    const { host } = world;
    await host.shell('cp /bin/sleep /run/fo-worker');
    const worker = () => host.start(['/run/fo-worker', '600']);
    const storm = await host.start(['python3', '-c', STORM]);
    const daemon = await world.daemon(host.writeConfig(PROCESSES));
    await world.addresses(OWN, VIP);
    await workers(0, /wanted$/);
    const all = await Promise.all([worker(), worker(), worker(), worker()]);
    await workers(4, /wanted$/);
    await daemon.waitForLine(/priority 100 -> 110/);
    for (const one of all.slice(1)) one.signal('SIGKILL');
    await workers(1, /wanted$/);
    await daemon.waitForLine(/priority 110 -> 100/);
    await storm.stop();
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  });

  it('a daemon is counted that goes into the background before anybody can look at it', async () => {
    const { host } = world;
    // Its first process, whose exec is told, ends at once; so does the second; the third stays.
    await host.shell(`cat > /run/daemon.c <<'END'
#include <stdio.h>
#include <unistd.h>
int main(void) {
  if (fork() || fork()) _exit(0);
  dprintf(1, "%d", getpid());
  for (int fd = 0; fd < 3; fd++) close(fd);
  sleep(600);
}
END
      cc -o /run/fo-worker /run/daemon.c`);
    const daemon = await world.daemon(host.writeConfig(PROCESSES));
    await world.addresses(OWN, VIP);
    await workers(0, /wanted$/);
    const pids: number[] = [];
    for (let count = 1; count <= 5; count += 1) {
      pids.push(Number(await host.run('/run/fo-worker')));
      await workers(count, /wanted$/);
    }
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await workers(0, /wanted$/);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  });

  it('where the kernel does not tell of processes they are looked for, and status says so', async () => {
    const { host } = world;
    await host.shell('cp /bin/sleep /run/fo-worker');
    const args = ['run', '-n', '-l', '-D', '-f', host.writeConfig(PROCESSES)];
    // Inside of the namespace from the start, as in a container.
    const daemon = await host.start([process.execPath, FAILOVERD, ...args]);
    await world.addresses(OWN, VIP);
    const polled = /; looked for four times a second: the kernel does not tell of processes: /;
    await workers(0, polled);
    const worker = await host.start(['/run/fo-worker', '600']);
    await workers(1, polled);
    worker.signal('SIGKILL');
    await workers(0, polled);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  });
});
