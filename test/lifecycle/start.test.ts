import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../lab/commands.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { configuration, OWN, VIP, World } from './world.ts';

const missing = whatIsMissing(LAB_PROGRAMS);
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

describe.skipIf(missing !== '')(`a daemon that starts ${missing}`, () => {
  let world: World;
  beforeAll(async () => {
    world = await World.create();
  });
  afterAll(() => world.lab.close());

  it('beside another one says which, and exits with 3', async () => {
    const file = world.host.writeConfig(configuration());
    const first = await world.daemon(file);
    await world.addresses(OWN, VIP);
    const second = await world.finish(['-n', '-l', '-s', world.host.namespace, '-f', file]);
    expect(second).toMatchObject({ code: 3, signal: null });
    expect(second.text.trim().split('\n')).toHaveLength(1);
    expect(second.text).toContain(`failoverd with process id ${first.pid} already runs`);
    await world.addresses(OWN, VIP);
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });

  it('beside another one with another instance name is welcome', async () => {
    const named = configuration('instance other');
    const other = named.replace('router_id 51', 'router_id 52').replace('.200/24', '.201/24');
    const first = await world.daemon(world.host.writeConfig(configuration()));
    await world.addresses(OWN, VIP);
    const second = await world.daemon(world.host.writeConfig(other, 'other.conf'));
    await world.addresses(OWN, VIP, '192.168.122.201/24');
    expect(await second.stop()).toEqual({ code: 0, signal: null });
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });

  it('has its process id beside its socket, by its name, while it runs', async () => {
    const { namespace } = world.host;
    const pidFile = (name: string): string | undefined =>
      world.host.readRun(`failoverd/failoverd.${namespace}${name}.pid`);
    const first = await world.daemon(world.host.writeConfig(configuration('use_pid_dir')));
    await world.addresses(OWN, VIP);
    const named = configuration('instance two')
      .replace('_id 51', '_id 52')
      .replace('.200/', '.201/');
    const file = world.host.writeConfig(named, 'two.conf');
    const second = await world.daemon(file);
    await world.addresses(OWN, VIP, '192.168.122.201/24');
    expect(pidFile('')).toBe(`${first.pid}\n`);
    expect(pidFile('.two')).toBe(`${second.pid}\n`);

    const third = await world.finish(['-n', '-l', '-s', namespace, '-f', file]);
    expect(third.code).toBe(3);
    expect(third.text).toContain(
      `failoverd with process id ${second.pid} already runs in this network namespace ` +
        'with the instance name two',
    );
    expect(pidFile('.two')).toBe(`${second.pid}\n`);

    await second.stop();
    await first.stop();
    expect([pidFile(''), pidFile('.two')]).toEqual([undefined, undefined]);
    await world.nothingLeft();
  });

  it('without rights says which are missing, and exits with 4', async () => {
    const file = world.host.writeConfig(configuration());
    const result = await world.finish(['-n', '-l', '-f', file], nobody);
    expect(result).toMatchObject({ code: 4, signal: null });
    expect(result.text).toMatch(/CAP_NET_ADMIN and CAP_NET_RAW are missing: run failoverd as root/);
    expect(result.text.trim().split('\n')).toHaveLength(1);
    await world.nothingLeft();
  });

  it('with a typo never starts, points at the character and exits with 2', async () => {
    const file = world.host.writeConfig(
      configuration().replace('interface eth0', 'interfaec eth0'),
    );
    const result = await world.finish(['-n', '-l', '-s', world.host.namespace, '-f', file]);
    expect(result).toMatchObject({ code: 2, signal: null });
    expect(result.text).toMatch(/keepalived\.conf:\d+:\d+: error: /);
    expect(result.text).toMatch(/\n.*\^\^\^/);
    expect(result.text).toMatch(
      /'interfaec' is not known.*\n.*\n.*\n *help: did you mean 'interface'\?/,
    );
    expect(result.text).toMatch(/nothing was started/);
    await world.nothingLeft();
  });

  it('without a file exits with 6, with a wrong option with 1', async () => {
    const gone = await world.finish(['-n', '-l', '-f', '/no/such/file.conf']);
    expect(gone).toMatchObject({ code: 6, signal: null });
    expect(gone.text).toContain('there is no configuration file /no/such/file.conf');
    const wrong = await world.finish(['--no-such-option']);
    expect(wrong).toMatchObject({ code: 1, signal: null });
    expect(wrong.text).toContain("unknown option '--no-such-option'");
  });

  it('in a namespace that does not exist exits with 1', async () => {
    const file = world.host.writeConfig(configuration());
    const result = await world.finish(['-n', '-l', '-s', 'no-such-namespace', '-f', file]);
    expect(result).toMatchObject({ code: 1, signal: null });
    expect(result.text).toMatch(/namespace no-such-namespace cannot be entered/);
  });

  it('with an interface that does not exist waits for it, and says so', async () => {
    const { namespace } = world.host;
    const text = configuration().replace('interface eth0', 'interface late0');
    const daemon = await world.daemon(world.host.writeConfig(text));
    await daemon.waitForLine(/VI_1: INIT -> FAULT .*interface late0 does not exist/);
    await run(['ip', '-n', namespace, 'link', 'add', 'late0', 'type', 'veth', 'peer', 'late1']);
    await run(['ip', '-n', namespace, 'addr', 'add', '192.0.2.1/24', 'dev', 'late0']);
    await run(['ip', '-n', namespace, 'link', 'set', 'late1', 'up']);
    await run(['ip', '-n', namespace, 'link', 'set', 'late0', 'up']);
    await daemon.waitForLine(/VI_1: BACKUP -> MASTER/);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    await run(['ip', '-n', namespace, 'link', 'del', 'late0']);
    await world.nothingLeft();
  });

  it('writes its process id and removes it', async () => {
    const file = world.host.writeConfig(configuration());
    const pidFile = world.host.runPath('failoverd.pid');
    const daemon = await world.daemon(file, ['-p', pidFile]);
    await world.addresses(OWN, VIP);
    expect(world.host.readRun('failoverd.pid')).toBe(`${daemon.pid}\n`);
    await daemon.stop();
    expect(world.host.readRun('failoverd.pid')).toBeUndefined();
    await world.nothingLeft();
  });
});
