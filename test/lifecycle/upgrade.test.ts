import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { kill } from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { LAB_PROGRAMS, hasProgram, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD, routerDaemon } from '../lab/router-daemon.ts';
import { World } from './world.ts';

const missing = whatIsMissing(LAB_PROGRAMS);
const VIP = '192.168.122.200';
const OWN = '192.168.122.101';

function router(interval: number, priority: number, more = '', before = ''): string {
  return `
global_defs {
  vrrp_version 3
}
${before}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int ${interval}
  virtual_ipaddress {
    ${VIP}/24
  }
  ${more}
}
`;
}

/** As systemd hears it: who says what. */
const MANAGER = `
import socket, struct, sys
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
heard.bind(sys.argv[1])
print("listening", flush=True)
while True:
    data, ancillary, _, _ = heard.recvmsg(4096, 256)
    pid = struct.unpack("3i", ancillary[0][2])[0]
    print(pid, " ".join(data.decode().split("\\n")).strip(), flush=True)
`;

/** A router that is upgraded, and a peer. The processes that go on are nobody's children. */
class Upgraded {
  readonly world: World;
  readonly #pids = new Set<number>();

  constructor(world: World) {
    this.world = world;
  }

  get pidFile(): string {
    return this.world.host.privatePath('upgraded.pid');
  }

  get pid(): number {
    const pid = Number(readFileSync(this.pidFile, 'utf8'));
    this.#pids.add(pid);
    return pid;
  }

  /** Under a name of its own, so that a test can put another program there. */
  get program(): string {
    return this.world.host.privatePath('failoverd.mjs');
  }

  async start(text: string, more: Readonly<Record<string, string>> = {}) {
    const { host } = this.world;
    writeFileSync(this.program, `await import(${JSON.stringify(FAILOVERD)});\n`);
    const file = host.writeConfig(text);
    const args = ['run', '-n', '-l', '-D', '-s', host.namespace, '-f', file, '-p', this.pidFile];
    const argv = [process.execPath, this.program, ...args];
    const env = { FAILOVERD_TEST_MARK: this.world.mark, ...more };
    const daemon = await host.start(argv, { name: 'failoverd', env, outsideNetwork: true });
    await eventually('the pid file', () => existsSync(this.pidFile));
    this.#pids.add(daemon.pid);
    return daemon;
  }

  /** A command to the daemon. */
  ask(...args: readonly string[]) {
    return this.world.finish([...args, '-s', this.world.host.namespace]);
  }

  /** Resolves with the process that goes on. */
  async succeed(): Promise<number> {
    const before = this.pid;
    const { code, text } = await this.ask('upgrade');
    expect(text).toMatch(/^process \d+ has replaced process \d+$/m);
    expect(code).toBe(0);
    await eventually('the pid file of the heir', () => this.pid !== before);
    await eventually('the end of the old one', () => !lives(before));
    return this.pid;
  }

  async end(): Promise<void> {
    for (const pid of this.#pids) if (lives(pid)) kill(pid, 'SIGTERM');
    await eventually('the end of all', () => [...this.#pids].every((pid) => !lives(pid)));
  }
}

function lives(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}

/** The longest time between two adverts of the router, ms. */
function longestGap(witness: Capture): number {
  const times = witness.adverts({ from: OWN }).map(({ at }) => at);
  let longest = 0;
  times.forEach((at, index) => {
    if (index > 0) longest = Math.max(longest, at - (times[index - 1] ?? at));
  });
  return longest / 1000;
}

describe.skipIf(missing !== '')(`a daemon that is upgraded ${missing}`, () => {
  let world: World;
  let upgraded: Upgraded;
  beforeEach(async () => {
    world = await World.create();
    upgraded = new Upgraded(world);
  });
  afterEach(async () => {
    await upgraded.end();
    await world.lab.close();
  });

  it.each([1, 0.1, 0.01])('misses no advert at advert_int %d', async (interval) => {
    const peer = routerDaemon('keepalived', world.lab.server2);
    const script = world.host.privatePath('told');
    const notify = `notify "/bin/sh -c 'echo told >> ${script}'"`;
    const first = await upgraded.start(router(interval, 150, notify));
    await first.waitForLine(/BACKUP -> MASTER/);
    await peer.start(router(interval, 100));
    await peer.process.waitForLine(/Entering BACKUP STATE/);
    const witness = await Capture.start(world.lab.client);
    const ping = await world.lab.client.start(['ping', '-n', '-i', '0.01', VIP], { name: 'ping' });
    await ping.waitForLine(/icmp_seq=10 /);
    const since = Capture.now();
    const told = readFileSync(script, 'utf8');
    const pids = new Set([upgraded.pid]);
    for (let times = 0; times < 3; times += 1) pids.add(await upgraded.succeed());
    await witness.waitForAdvert({ from: OWN, since: Capture.now() });
    await ping.stop('SIGINT');
    await witness.stop();
    expect(pids.size).toBe(4);
    expect(ping.tail()).toMatch(/ 0% packet loss/);
    expect(witness.adverts({ from: OWN, priority: 0 })).toEqual([]);
    expect(witness.adverts({ from: '192.168.122.102' })).toEqual([]);
    expect(witness.announcements(VIP, undefined, since)).toEqual([]);
    expect(readFileSync(script, 'utf8')).toBe(told);
    expect(longestGap(witness)).toBeLessThan(interval * 2000);
    expect(peer.process.tail()).not.toMatch(/Entering MASTER/);
    await upgraded.end();
    await peer.stop();
  });

  it('takes over in time after an upgrade as BACKUP', async () => {
    const peer = routerDaemon('keepalived', world.lab.server2);
    await peer.start(router(0.1, 150));
    await peer.process.waitForLine(/Entering MASTER STATE/);
    const first = await upgraded.start(router(0.1, 100));
    await first.waitForLine(/the master is 192\.168\.122\.102/);
    const witness = await Capture.start(world.lab.client);
    await upgraded.succeed();
    await peer.kill();
    const died = Capture.now();
    const { at } = await witness.waitForAdvert({ from: OWN, priority: 100 });
    // Three intervals and skewTime, and time for a machine that has more to do.
    expect(at - died).toBeLessThan(1_000_000);
    expect(witness.adverts({ from: OWN })[0]?.at).toBe(at);
    await witness.stop();
  });

  /** What a refused upgrade leaves: the same process as MASTER, and no advert missing. Ends the witness. */
  async function neverStopped(witness: Capture, pid: number): Promise<void> {
    const since = Capture.now();
    await witness.waitForAdvert({ from: OWN, priority: 150, since });
    expect(witness.adverts({ from: OWN, priority: 0 })).toEqual([]);
    expect(longestGap(witness)).toBeLessThan(200);
    expect(upgraded.pid).toBe(pid);
    await witness.stop();
  }

  it('goes on as it was when the file, or the program, is broken', async () => {
    const first = await upgraded.start(router(0.1, 150));
    await first.waitForLine(/BACKUP -> MASTER/);
    const witness = await Capture.start(world.lab.client);
    const { pid } = upgraded;
    world.host.writeConfig(router(0.1, 150).replace('interface eth0', 'interfaec eth0'));
    const refused = await upgraded.ask('upgrade');
    expect(refused.text).toMatch(
      /^no upgrade: .* it has 1 error.*; the running configuration stays in effect$/m,
    );
    expect(refused.code).toBe(1);
    world.host.writeConfig(router(0.1, 150));
    for (const [broken, why] of [
      ['process.exit(7);', /^no upgrade: the new process ended with status 7; the running daemon/m],
      [
        'import "nowhere";',
        /^no upgrade: the new process ended with status 1; the running daemon/m,
      ],
      [
        'process.kill(process.pid, "SIGKILL");',
        /^no upgrade: the new process was ended by SIGKILL/m,
      ],
    ] as const) {
      writeFileSync(upgraded.program, broken);
      const { code, text } = await upgraded.ask('upgrade');
      expect(text).toMatch(why);
      expect(code).toBe(1);
    }
    await neverStopped(witness, pid);
  });

  it('ends a new program that does not become ready, and serves on meanwhile', async () => {
    const first = await upgraded.start(router(0.1, 150));
    await first.waitForLine(/BACKUP -> MASTER/);
    const witness = await Capture.start(world.lab.client);
    const { pid } = upgraded;
    // Signals that ask do not end it.
    writeFileSync(upgraded.program, 'process.on("SIGTERM", () => 0); setInterval(() => 0, 1000);');
    const { code, text } = await upgraded.ask('upgrade');
    expect(text).toMatch(/^no upgrade: the new process .*30 s.*; the running daemon continues$/m);
    expect(code).toBe(1);
    const heir = await first.waitForLine(/process \d+ is starting to replace this one/);
    const candidate = Number(/process (\d+) is starting/.exec(heir)?.[1]);
    await eventually('the end of the new process', () => !lives(candidate));
    await neverStopped(witness, pid);
    // And the next one may try.
    writeFileSync(upgraded.program, `await import(${JSON.stringify(FAILOVERD)});\n`);
    await upgraded.succeed();
  });

  it('says goodbye when it is killed at once', async () => {
    const first = await upgraded.start(router(0.1, 150));
    await first.waitForLine(/BACKUP -> MASTER/);
    const witness = await Capture.start(world.lab.client);
    const asked = upgraded.ask('upgrade');
    const line = await first.waitForLine(/has replaced process/);
    expect(line).toMatch(String(first.pid));
    const heir = await first.waitForLine(/process \d+ is starting to replace this one/);
    kill(Number(/process (\d+) is starting/.exec(heir)?.[1]), 'SIGKILL');
    await witness.waitForAdvert({ from: OWN, priority: 0 });
    await asked;
    await world.addresses(`${OWN}/24`);
    await witness.stop();
    await world.nothingLeft();
  });

  it('keeps what trackers found, also where a check takes its time', async () => {
    const script = world.host.privatePath('check.sh');
    writeFileSync(script, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    const sleeper = world.host.privatePath(`sleep${process.pid}`);
    copyFileSync('/bin/sleep', sleeper);
    const sleeping = await world.host.start([sleeper, '1000'], { name: 'sleeper' });
    const check =
      `vrrp_script check {\n script ${script}\n interval 1\n weight 20\n rise 3\n}\n` +
      `vrrp_track_process sleeper {\n process sleep${process.pid}\n weight 7\n}`;
    const tracked = 'track_script {\n check\n }\n track_process {\n sleeper\n }';
    const text = router(0.1, 150, tracked, check);
    const first = await upgraded.start(text);
    const witness = await Capture.start(world.lab.client);
    await first.waitForLine(/BACKUP -> MASTER/);
    await witness.waitForAdvert({ from: OWN, priority: 177 });
    const since = Capture.now();
    // From here on no check comes to an end.
    writeFileSync(script, '#!/bin/sh\nsleep 60\n', { mode: 0o755 });
    await upgraded.succeed();
    await upgraded.succeed();
    const later = Capture.now();
    await witness.waitForAdvert({ from: OWN, since: later });
    const priorities = witness.adverts({ from: OWN, since }).map(({ priority }) => priority);
    expect([...new Set(priorities)]).toEqual([177]);
    sleeping.signal('SIGKILL');
    await witness.waitForAdvert({ from: OWN, priority: 170, since: later });
    await witness.stop();
  });

  it.each([
    ['keepalived', 'authentication {\n auth_type AH\n auth_pass secret\n }', 'version 2'],
    ['failoverd', `auth_hmac { key 7 hex:${'5a'.repeat(32)}\n active_key 7\n }`, 'version 3'],
  ] as const)('is believed by %s after three upgrades (%s)', async (kind, auth, version) => {
    const text = (priority: number): string => router(1, priority, `${auth}\n ${version}`);
    const peer = routerDaemon(kind, world.lab.server2);
    const first = await upgraded.start(text(150));
    await first.waitForLine(/BACKUP -> MASTER/);
    await peer.start(text(100));
    await peer.process.waitForLine(/BACKUP/);
    const witness = await Capture.start(world.lab.client, 'eth0', 'ip proto 112 or ip proto 51');
    for (let times = 0; times < 3; times += 1) await upgraded.succeed();
    // Nobody is MASTER by itself who has believed all of them.
    await new Promise((resolve) => setTimeout(resolve, 4500));
    expect(witness.adverts({ from: '192.168.122.102' })).toEqual([]);
    expect(peer.process.tail()).not.toMatch(/-> MASTER|Entering MASTER|refused|replay/i);
    await witness.stop();
    await upgraded.end();
    await peer.stop();
  });

  it.runIf(hasProgram('nft'))('leaves the tables to one of the two when they differ', async () => {
    const { host } = world;
    const first = await upgraded.start(router(0.1, 150, 'no_accept'));
    await first.waitForLine(/BACKUP -> MASTER/);
    const rules = async (): Promise<string> =>
      (await host.attempt('nft', 'list', 'table', 'ip', 'failoverd')).stdout;
    await eventually('the rules', async () => (await rules()).includes('chain in {'));
    const monitor = await host.start(['stdbuf', '-oL', 'nft', 'monitor'], { name: 'monitor' });
    await eventually('the monitor listens', async () => {
      await host.shell('nft add table ip probe; nft delete table ip probe');
      return monitor.lines.includes('delete table ip probe');
    });
    // A program whose rules have other names.
    const tools = host.privatePath('tools');
    mkdirSync(tools);
    const other = "sed 's/chain in {/chain inbound {/; s/chain out {/chain outbound {/'";
    const real = `PATH=${process.env['PATH'] ?? ''}`;
    writeFileSync(
      `${tools}/nft`,
      `#!/bin/sh\n${real}\n[ "$1" = -f ] || exec nft "$@"\n${other} | nft "$@"\n`,
      { mode: 0o755 },
    );
    const program = readFileSync(upgraded.program, 'utf8');
    writeFileSync(
      upgraded.program,
      `process.env.PATH = '${tools}:' + process.env.PATH;\n${program}`,
    );
    await upgraded.succeed();
    await eventually('its rules', async () => (await rules()).includes('chain inbound {'));
    // What has been written by now is on its way to the monitor.
    await host.shell('nft add table ip last');
    await eventually('the last change', () => monitor.lines.includes('add table ip last'));
    expect(monitor.lines.filter((line) => line === 'add table ip failoverd')).toHaveLength(1);
    // And the heir looks after them.
    await host.run('nft', 'delete', 'table', 'ip', 'failoverd');
    await eventually('again', async () => (await rules()).includes('chain inbound {'));
    await host.run('nft', 'delete', 'table', 'ip', 'last');
    await monitor.stop('SIGINT');
    await upgraded.end();
    await world.nothingLeft();
  });

  it('gives everything back at its own end, also what another process has made', async () => {
    const before = await world.host.run('sysctl', '-a', '-r', 'eth0.(arp|rp_filter)|all.rp_filter');
    const fifo = world.host.privatePath('fifo');
    const more =
      'use_vmac\n vmac_xmit_base\n no_accept\n virtual_routes {\n 10.9.0.0/16 dev eth0\n }';
    const global = `global_defs {\n vrrp_notify_fifo ${fifo}\n}`;
    const first = await upgraded.start(router(0.1, 150, more, global));
    await first.waitForLine(/BACKUP -> MASTER/);
    await eventually('the route', async () =>
      (await world.host.ip('route')).includes('10.9.0.0/16'),
    );
    const links = await world.host.ip('-o', 'link');
    await upgraded.succeed();
    await upgraded.succeed();
    expect((await world.host.ip('-o', 'link')).replaceAll(/ qlen.*/g, '')).toBe(
      links.replaceAll(/ qlen.*/g, ''),
    );
    expect(await world.host.ip('route')).toContain('10.9.0.0/16');
    expect(existsSync(fifo)).toBe(true);
    await upgraded.end();
    await world.nothingLeft();
    expect(await world.host.ip('route')).not.toContain('10.9.0.0/16');
    expect(existsSync(fifo)).toBe(false);
    expect(await world.host.run('sysctl', '-a', '-r', 'eth0.(arp|rp_filter)|all.rp_filter')).toBe(
      before,
    );
  });

  it('tells the service manager which process it is by now', async () => {
    const place = world.host.privatePath('notify');
    const manager = await world.host.start(['python3', '-c', MANAGER, place], { name: 'manager' });
    await manager.waitForLine(/listening/);
    const first = await upgraded.start(router(0.1, 150), {
      NOTIFY_SOCKET: place,
      WATCHDOG_USEC: '400000',
    });
    await manager.waitForLine(new RegExp(`^${first.pid} READY=1.*MAINPID=${first.pid}`));
    const pid = await upgraded.succeed();
    await manager.waitForLine(new RegExp(`^${pid} READY=1.*MAINPID=${pid}`));
    await manager.waitForLine(new RegExp(`^${pid} WATCHDOG=1`));
    const told = manager.lines.filter((line) => /MAINPID|STOPPING/.test(line));
    const own = told.findIndex((line) => line.startsWith(`${pid} READY=1`));
    expect(told[own - 1]).toBe(`${first.pid} MAINPID=${pid}`);
    expect(told.filter((line) => line.includes('STOPPING'))).toEqual([]);
  });

  it('knows why it is MASTER, and who was drained', async () => {
    const first = await upgraded.start(router(0.1, 150));
    await first.waitForLine(/BACKUP -> MASTER/);
    const two = [upgraded.ask('upgrade'), upgraded.ask('upgrade')];
    const codes = (await Promise.all(two)).map(({ code }) => code);
    expect(codes.toSorted((a, b) => (a ?? 9) - (b ?? 9))).toEqual([0, 1]);
    await eventually('the end of the old one', () => !lives(first.pid));
    await upgraded.succeed();
    expect((await upgraded.ask('why')).text).toMatch(/VI_1: BACKUP -> MASTER .*no advert from/);
    expect((await upgraded.ask('events')).text).toMatch(
      /VI_1: continues as MASTER \(priority 150\)/,
    );
    const trace = world.host.privatePath('trace');
    expect((await upgraded.ask('record', trace)).code).toBe(0);
    const replayed = await world.finish(['replay', trace]);
    expect(replayed.text).toMatch(/continues as MASTER/);
    expect(replayed.code).toBe(0);
    expect((await upgraded.ask('drain', '--force')).code).toBe(0);
    await world.addresses(`${OWN}/24`);
    await upgraded.succeed();
    expect((await upgraded.ask('status')).text).toMatch(/FAULT/);
    expect((await upgraded.ask('undrain')).code).toBe(0);
    await world.addresses(`${OWN}/24`, `${VIP}/24`);
  });
});
