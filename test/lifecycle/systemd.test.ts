// The Debian package and its unit under a real systemd: what a manager makes of the daemon, and what its
// sandbox leaves of what the daemon promises.

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../lab/commands.ts';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import { Machine, whyNoMachine } from '../lab/machine.ts';

const root = path.resolve(import.meta.dirname, '../..');
const missing = whyNoMachine();
const UNIT = 'failoverd.service';
const CONFIG = '/etc/keepalived/keepalived.conf';
const DROP_IN = `/run/systemd/system/${UNIT}.d/test.conf`;
const VIP = '192.168.122.200';

const plain = (priority = 100): string => `
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 0.1
    version 3
    virtual_ipaddress {
        ${VIP}/24
    }
}
`;

/** Whatever asks the kernel or the host for more than sockets. */
const everything = `
global_defs {
    enable_script_security
    script_user nobody
}
vrrp_script chk {
    script "/bin/true"
    interval 1
    weight 3
}
vrrp_track_process journald {
    process systemd-journal
    weight 5
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 0.1
    version 3
    use_vmac
    no_accept
    promote_secondaries
    virtual_ipaddress {
        ${VIP}/24
    }
    virtual_routes {
        10.9.0.0/16 via 192.168.122.1
    }
    virtual_rules {
        from 192.168.122.0/24 table 100 priority 300
    }
    track_script {
        chk
    }
    track_process {
        journald
    }
    notify "/usr/bin/logger -t notified"
}
vrrp_instance VI_6 {
    interface eth0
    virtual_router_id 52
    priority 100
    advert_int 0.1
    version 3
    use_vmac
    virtual_ipaddress {
        fe80::52
        2001:db8::200/64
    }
}
`;

/** The kernel's word for the right to raise limits, as systemd does on any machine that is not a guest. */
function mayRaiseLimits(): boolean {
  const effective = /^CapEff:\t(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> 24n) & 1n) === 1n;
}

describe.skipIf(missing !== '')(`a router with systemd ${missing && `skipped, ${missing}`}`, () => {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'failoverd-systemd-'));
  let machine: Machine;
  let made: string;

  /** The package as it is made, under this version. */
  async function packageOf(version: string): Promise<string> {
    const tree = path.join(scratch, version);
    await run(['dpkg-deb', '-R', made, tree]);
    const control = path.join(tree, 'DEBIAN/control');
    const text = readFileSync(control, 'utf8').replace(/^Version: .*$/m, `Version: ${version}`);
    writeFileSync(control, text);
    const file = path.join(scratch, `${version}.deb`);
    await run(['dpkg-deb', '--root-owner-group', '-Znone', '--build', tree, file]);
    return file;
  }

  async function install(version: string): Promise<void> {
    copyFileSync(await packageOf(version), machine.file(`/root/${version}.deb`));
    await machine.run([
      'dpkg',
      '--install',
      '--no-triggers',
      '--force-depends',
      `/root/${version}.deb`,
    ]);
  }

  const configure = (text: string): void => writeFileSync(machine.file(CONFIG), text);
  const property = (name: string): Promise<string> => machine.property(UNIT, name);
  const addresses = (): Promise<string> => machine.run(['ip', '-br', 'address']);
  const restarts = async (): Promise<number> => Number(await property('NRestarts'));
  const holds = async (): Promise<boolean> => (await addresses()).includes(`${VIP}/`);
  const becomesMaster = (text = '1 MASTER'): Promise<void> =>
    eventuallyEqual('its word to systemd', () => property('StatusText'), text);

  async function dropIn(lines: string): Promise<void> {
    mkdirSync(machine.file(path.dirname(DROP_IN)), { recursive: true });
    // A guest that may not raise limits gets the rights that they stand in for.
    const rights = mayRaiseLimits() ? '' : 'CapabilityBoundingSet=CAP_SYS_NICE CAP_IPC_LOCK\n';
    writeFileSync(machine.file(DROP_IN), `[Service]\n${rights}${lines}`);
    await machine.run(['systemctl', 'daemon-reload']);
  }

  beforeAll(async () => {
    const script = `${root}/scripts/package-deb.mjs`;
    made = (await run([process.execPath, script, '--out', scratch])).trim();
    machine = await Machine.boot();
    await install('0.0.1');
    mkdirSync(machine.file(path.dirname(CONFIG)), { recursive: true });
    configure(plain());
    await dropIn('');
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('starts when it is ready, in real time, and is not started by the installation', async () => {
    expect(await property('ActiveState')).toBe('inactive');
    await machine.run(['systemctl', 'start', UNIT]);
    expect(await property('ActiveState')).toBe('active');
    await becomesMaster();
    expect(await holds()).toBe(true);
    expect(await machine.journal(UNIT)).not.toMatch(/refused|could not/);
  });

  it('does in its sandbox all that it does without one', async () => {
    configure(everything);
    await machine.run(['systemctl', 'restart', UNIT]);
    await becomesMaster('2 MASTER');
    await eventually('both trackers', async () =>
      (await machine.run(['failoverd', 'status'])).includes('priority: 108 = 100 + 3'),
    );
    const all = await addresses();
    for (const one of ['vrrp.51@eth0', 'vrrp.52@eth0', '2001:db8::200/64', 'fe80::52']) {
      expect(all).toContain(one);
    }
    expect(await machine.run(['ip', 'rule'])).toContain('lookup 100');
    expect(await machine.run(['ip', 'route'])).toContain('10.9.0.0/16 via 192.168.122.1');
    expect(await machine.run(['nft', 'list', 'ruleset'])).toContain(VIP);
    const filter = '/proc/sys/net/ipv4/conf/vrrp.51/rp_filter';
    expect(await machine.run(['cat', filter])).toBe('0\n');
    await eventually('the notify script', async () =>
      (await machine.run(['journalctl', '--output=cat', '-t', 'notified'])).includes('VI_1 MASTER'),
    );
    expect(await machine.journal(UNIT)).not.toMatch(/refused|could not|not permitted|read-only/);
    const doctor = await machine.attempt(['failoverd', 'doctor']);
    expect(doctor.stdout).not.toMatch(/firewall (?:may )?drop/);
    configure(plain());
    await machine.run(['systemctl', 'restart', UNIT]);
    await becomesMaster();
    expect(await addresses()).not.toContain('vrrp.');
  });

  it('reloads, and a file with an error fails the reload and changes nothing', async () => {
    const pid = await property('MainPID');
    configure(plain(120));
    await machine.run(['systemctl', 'reload', UNIT]);
    await eventually('the new priority', async () =>
      (await machine.run(['failoverd', 'status'])).includes('120'),
    );
    configure('vrrp_instance {');
    expect((await machine.attempt(['systemctl', 'reload', UNIT])).code).not.toBe(0);
    expect(await machine.journal(UNIT)).toContain("'vrrp_instance' needs a name");
    configure(plain());
    await machine.run(['systemctl', 'reload', UNIT]);
    expect(await property('MainPID')).toBe(pid);
    expect(await holds()).toBe(true);
  });

  it('is upgraded by its package: another process, no transition, the same service', async () => {
    const pid = await property('MainPID');
    const before = await restarts();
    const monitor = machine.run(['timeout', '60', 'sh', '-c', 'ip monitor address >/run/changes']);
    monitor.catch(() => undefined);
    await eventually('a listener', async () => {
      await machine.run(['ip', 'address', 'add', '10.0.0.9/32', 'dev', 'lo']);
      await machine.run(['ip', 'address', 'del', '10.0.0.9/32', 'dev', 'lo']);
      return readFileSync(machine.file('/run/changes'), 'utf8').includes('10.0.0.9');
    });
    await install('0.0.2');
    await eventually('another main process', async () => {
      const now = await property('MainPID');
      return now !== pid && now !== '0';
    });
    await becomesMaster();
    expect(await restarts()).toBe(before);
    expect(await property('ActiveState')).toBe('active');
    expect(readFileSync(machine.file('/run/changes'), 'utf8')).not.toContain(VIP);
    await machine.run(['systemctl', 'reload', UNIT]);
    expect(await holds()).toBe(true);
    await machine.run(['pkill', '-x', 'ip']);
  });

  it('is started again when it is killed, with nothing left in between', async () => {
    const pid = await property('MainPID');
    const before = await restarts();
    await machine.run(['kill', '-9', pid]);
    await eventually('another start', async () => (await restarts()) > before);
    await becomesMaster();
    expect(await machine.journal(UNIT)).toContain('1 goodbye sent, 1 address and 0 other things');
  });

  it('is ended by the watchdog and started again when it stands still', async () => {
    await dropIn('WatchdogSec=1\n');
    await machine.run(['systemctl', 'restart', UNIT]);
    await becomesMaster();
    const before = await restarts();
    await machine.run(['kill', '-STOP', await property('MainPID')]);
    await eventually('a start by the watchdog', async () => (await restarts()) > before);
    await becomesMaster();
    await dropIn('');
  });

  it('is not started again and again with a file that is wrong', async () => {
    configure('vrrp_instance {');
    expect((await machine.attempt(['systemctl', 'restart', UNIT])).code).not.toBe(0);
    expect(await property('Result')).toBe('exit-code');
    expect(await property('ActiveState')).toBe('failed');
    expect(await holds()).toBe(false);
    configure(plain());
    await machine.run(['systemctl', 'start', UNIT]);
    await becomesMaster();
  });

  it('stops, and is removed, without a trace', async () => {
    await machine.run(['systemctl', 'stop', UNIT]);
    expect(await property('Result')).toBe('success');
    expect(await holds()).toBe(false);
    await machine.run(['systemctl', 'start', UNIT]);
    await becomesMaster();
    await machine.run(['dpkg', '--purge', '--no-triggers', 'failoverd']);
    expect(await holds()).toBe(false);
    expect((await machine.attempt(['pgrep', '-f', 'lib/failoverd'])).stdout).toBe('');
    expect((await machine.attempt(['ls', '/usr/lib/failoverd', '/run/failoverd'])).stdout).toBe('');
  });
});
