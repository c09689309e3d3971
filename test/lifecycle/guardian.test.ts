import { readFileSync } from 'node:fs';
import { kill } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { guardians } from './kills.ts';
import { configuration, OWN, VIP, World } from './world.ts';

const missing = whatIsMissing(LAB_PROGRAMS);

const HOLD_LOCK = `
import socket, time
held = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
held.bind(b"\\0failoverd/".ljust(108, b"\\0"))
print("held", flush=True)
time.sleep(60)
`;

/** Whether this process, as whose children daemons run, has CAP_SYS_RESOURCE. */
function mayAskForMore(): boolean {
  const [, effective = '0'] =
    /^CapEff:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return ((BigInt(`0x${effective}`) >> 24n) & 1n) === 1n;
}

describe.skipIf(missing !== '')(`the guardian ${missing}`, () => {
  let world: World;
  beforeAll(async () => {
    world = await World.create();
  });
  afterAll(() => world.lab.close());

  it('outlives the whole process group of a daemon and says goodbye', async () => {
    const witness = await Capture.start(world.lab.client);
    const daemon = await world.daemon(world.host.writeConfig(configuration()));
    await world.addresses(OWN, VIP);
    kill(-daemon.pid, 'SIGKILL');
    await daemon.ended;
    await witness.waitForAdvert({ from: '192.168.122.101', priority: 0 });
    await world.nothingLeft();
    await witness.stop();
  });

  it('is started again when it dies, and the new one does the same', async () => {
    const daemon = await world.daemon(world.host.writeConfig(configuration()));
    await world.addresses(OWN, VIP);
    kill(guardians(daemon).at(-1) ?? 0, 'SIGKILL');
    await daemon.waitForLine(/guardian was ended by SIGKILL; it is started again/);
    await eventually('a new guardian', () => guardians(daemon).length === 2);
    await world.addresses(OWN, VIP);
    daemon.signal('SIGKILL');
    await daemon.ended;
    await world.nothingLeft();
  });

  it('does nothing on signals, and nothing while the daemon is stopped', async () => {
    const daemon = await world.daemon(world.host.writeConfig(configuration()));
    await world.addresses(OWN, VIP);
    const [guardian = 0] = guardians(daemon);
    daemon.signal('SIGSTOP');
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGPIPE']) {
      kill(guardian, signal);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    await world.addresses(OWN, VIP);
    daemon.signal('SIGCONT');
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expect(guardians(daemon)).toEqual([guardian]);
    await world.nothingLeft();
  });

  it('that was frozen leaves the heir of its daemon alone', async () => {
    const file = world.host.writeConfig(configuration());
    const first = await world.daemon(file);
    await world.addresses(OWN, VIP);
    const [guardian = 0] = guardians(first);
    kill(guardian, 'SIGSTOP');
    first.signal('SIGKILL');
    const second = await world.daemon(file);
    await second.waitForLine(/BACKUP -> MASTER/);
    kill(guardian, 'SIGCONT');
    await first.waitForLine(/another failoverd runs by now: nothing was done/);
    await world.addresses(OWN, VIP);
    expect(await second.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });

  it('that is frozen at work keeps the next daemon waiting', async () => {
    const file = world.host.writeConfig(configuration());
    // As the guardian holds it: bound, not listening.
    const holder = await world.host.start(['python3', '-c', HOLD_LOCK], { name: 'holder' });
    await holder.waitForLine(/held/);
    const daemon = await world.daemon(file);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(daemon.lines.join()).not.toMatch(/already runs|guardian is watching/);
    holder.signal('SIGKILL');
    await daemon.waitForLine(/BACKUP -> MASTER/);
    await daemon.stop();
    await world.nothingLeft();
  });

  it('has one right only, cannot get another, and is the last that the kernel kills', async () => {
    const daemon = await world.daemon(world.host.writeConfig(configuration()));
    await eventually('a guardian', () => guardians(daemon).length > 0);
    const [pid = 0] = guardians(daemon);
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}:\\s*(\\S+)$`, 'm').exec(status)?.[1];
    const netAdmin = (1 << 12).toString(16).padStart(16, '0');
    for (const set of ['CapEff', 'CapPrm', 'CapBnd']) expect(field(set), set).toBe(netAdmin);
    for (const set of ['CapInh', 'CapAmb']) expect(field(set), set).toBe('0'.repeat(16));
    expect(field('NoNewPrivs')).toBe('1');
    // Who may not ask for the least score keeps the daemon's.
    const score = (of: number): string => readFileSync(`/proc/${of}/oom_score_adj`, 'utf8');
    expect(score(pid)).toBe(mayAskForMore() ? '-1000\n' : score(daemon.pid));
    const told = daemon.lines.find((line) => line.includes('the guardian is watching')) ?? '';
    const open = `without CAP_SYS_RESOURCE .*\\(oom_score_adj ${score(pid).trim()}\\)`;
    expect(told).toMatch(new RegExp(mayAskForMore() ? `process ${pid}$` : open));
    await daemon.stop();
    await world.nothingLeft();
  });

  it('is not there with -V: the addresses are to stay', async () => {
    const file = world.host.writeConfig(configuration());
    const daemon = await world.daemon(file, ['-V']);
    await world.addresses(OWN, VIP);
    expect(guardians(daemon)).toEqual([]);
    daemon.signal('SIGKILL');
    await daemon.ended;
    await world.addresses(OWN, VIP);
    expect((await world.cleanup(file)).code).toBe(0);
    await world.nothingLeft();
  });
});
