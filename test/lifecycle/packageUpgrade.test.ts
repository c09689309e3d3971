// The Debian package on a machine of its own (the lab's, with copies of /usr, /var and /etc): dpkg installs
// one version, the daemon runs from it, dpkg installs the next, and the daemon is of that without a failover.
// systemctl is a script that does what systemd would, and writes down what it was asked.

import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { run } from '../lab/commands.ts';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { Lab } from '../lab/lab.ts';
import { hasProgram, LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { version3 } from '../netns/configs.ts';
import { SERVER1, VIP } from '../netns/stage.ts';

const root = path.resolve(import.meta.dirname, '../..');
const missing = hasProgram('dpkg-deb') ? whatIsMissing(LAB_PROGRAMS) : 'dpkg-deb is missing';
const OWN = `${SERVER1}/24`;

const COPIES = `mkdir -p /run/copies; mount -t tmpfs none /run/copies
for d in usr var etc; do
  mkdir -p /run/copies/$d/upper /run/copies/$d/work
  mount -t overlay -o lowerdir=/$d,upperdir=/run/copies/$d/upper,workdir=/run/copies/$d/work copy /$d
done
mkdir -p /run/systemd/system /etc/keepalived`;

const SYSTEMCTL = `#!/bin/sh
echo "$*" >> /run/systemctl.log
case "$1 $2" in
"disable --now") kill "$(cat /run/daemon.pid)" ;;
esac
`;

/** The package as it is built, and others made of it: another version, with another program. */
async function packages(
  directory: string,
): Promise<Readonly<Record<'old' | 'new' | 'broken', string>>> {
  const script = path.join(root, 'scripts/package-deb.mjs');
  const made = (await run([process.execPath, script, '--out', directory])).trim();
  const repacked = async (version: string, change: string): Promise<string> => {
    const tree = path.join(directory, version);
    const file = path.join(directory, `${version}.deb`);
    await run(['dpkg-deb', '-R', made, tree]);
    const control = path.join(tree, 'DEBIAN/control');
    const text = readFileSync(control, 'utf8').replace(/^Version: .*$/m, `Version: ${version}`);
    writeFileSync(control, text);
    await run(['sh', '-e'], `cd ${tree}\n${change}`);
    await run(['dpkg-deb', '--root-owner-group', '-b', tree, file]);
    return file;
  };
  return {
    old: await repacked('0.0.1', ':'),
    new: await repacked('100.1', ':'),
    broken: await repacked(
      '100.2',
      'echo "process.exit(7);" > usr/lib/failoverd/dist/failoverd.js',
    ),
  };
}

const pidOf = (host: Host): number => Number(host.readRun('daemon.pid'));
const askedOf = (host: Host): string => host.readRun('systemctl.log') ?? '';

test.runIf(missing === '')(`dpkg -i is an upgrade and no failover ${missing}`.trim(), async () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'failoverd-upgrade-'));
  const lab = await Lab.create();
  const host = lab.server1;
  const install = (file: string): Promise<string> =>
    host.run(
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'dpkg',
      '--force-depends',
      '--no-triggers',
      '-i',
      file,
    );
  try {
    const { old, new: next, broken } = await packages(directory);
    await host.shell(COPIES);
    await host.shell(
      `cat > /usr/local/bin/systemctl <<'END'\n${SYSTEMCTL}END\nchmod 755 /usr/local/bin/systemctl`,
    );
    await host.shell(
      `cat > /etc/keepalived/keepalived.conf <<'END'\n${version3('0.1', [`${VIP}/24`])}END`,
    );
    await install(old);
    expect(askedOf(host)).toBe('daemon-reload\n');
    const witness = await Capture.start(lab.client);
    const daemon = await host.start(['failoverd', '-n', '-l', '-D', '-p', '/run/daemon.pid']);
    await daemon.waitForLine(/BACKUP -> MASTER/);
    const first = await eventually('the pid file', () => pidOf(host) || undefined);

    await install(next);
    expect(askedOf(host)).toMatch(/is-active failoverd.service\n$/);
    const second = pidOf(host);
    expect(second).not.toBe(first);
    await eventuallyEqual('eth0', () => host.addresses(), [OWN, `${VIP}/24`]);

    // A program that cannot take over: systemd is asked to start it anew, as ever.
    await install(broken);
    expect(askedOf(host)).toMatch(/try-restart failoverd.service\n$/);
    expect(pidOf(host)).toBe(second);
    const since = Capture.now();
    await witness.waitForAdvert({ from: SERVER1, priority: 200, since });
    expect(witness.adverts({ from: SERVER1, priority: 0 })).toEqual([]);
    expect(askedOf(host)).not.toMatch(/disable|stop/);

    await host.run('dpkg', '--no-triggers', '--remove', 'failoverd');
    expect(askedOf(host)).toMatch(/disable --now failoverd.service\ndaemon-reload\n$/);
    await witness.waitForAdvert({ from: SERVER1, priority: 0, since });
    await eventuallyEqual('eth0', () => host.addresses(), [OWN]);
  } finally {
    await lab.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
