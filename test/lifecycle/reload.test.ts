import { existsSync, readFileSync, readdirSync, statSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { configuration, OWN, VIP, World } from './world.ts';

const missing = whatIsMissing(LAB_PROGRAMS);

describe.skipIf(missing !== '')(`a daemon that is reloaded ${missing}`, () => {
  let world: World;
  let witness: Capture;
  beforeAll(async () => {
    world = await World.create();
    witness = await Capture.start(world.lab.client);
  });
  afterAll(() => world.lab.close());

  it('keeps running what ran when the file has an error, and says where it is', async () => {
    const file = world.host.writeConfig(configuration());
    const daemon = await world.daemon(file);
    await world.addresses(OWN, VIP);
    world.host.writeConfig(configuration().replace('interface eth0', 'interfaec eth0'));
    daemon.signal('SIGHUP');
    await daemon.waitForLine(
      /was not reloaded: it has 1 error.* at .*:\d+:\d+; the running configuration stays in effect/,
    );
    expect(daemon.tail()).toMatch(/keepalived\.conf:\d+:\d+: error: /);
    const since = Capture.now();
    await witness.waitForAdvert({ from: '192.168.122.101', priority: 100, since });
    await world.addresses(OWN, VIP);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });

  it('takes over what has changed without giving up MASTER', async () => {
    const file = world.host.writeConfig(configuration());
    const daemon = await world.daemon(file);
    await world.addresses(OWN, VIP);
    const since = Capture.now();
    const more = '192.168.122.201/24';
    const text = configuration('', 'VI_1', 150).replace(VIP, `${VIP}\n    ${more}`);
    world.host.writeConfig(text);
    daemon.signal('SIGHUP');
    await witness.waitForAdvert({ from: '192.168.122.101', priority: 150, since });
    await world.addresses(OWN, VIP, more);
    await daemon.waitForLine(/reloaded .*keepalived\.conf$/);
    expect(witness.adverts({ from: '192.168.122.101', priority: 0, since })).toEqual([]);
    world.host.writeConfig(configuration());
    daemon.signal('SIGHUP');
    await world.addresses(OWN, VIP);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });

  it('does not mind the namespace of the file where the command line names one', async () => {
    const daemon = await world.daemon(world.host.writeConfig(configuration('net_namespace other')));
    await world.addresses(OWN, VIP);
    const file = configuration('', 'VI_1', 150);
    world.host.writeConfig(file);
    daemon.signal('SIGHUP');
    await daemon.waitForLine(/reloaded .*keepalived\.conf$/);
    await daemon.stop();
    await world.nothingLeft();
  });

  it('says of a group that is new where it stands, and why', async () => {
    const daemon = await world.daemon(world.host.writeConfig(configuration()));
    await world.addresses(OWN, VIP);
    await daemon.waitForLine(/BACKUP -> MASTER/);
    world.host.writeConfig(`${configuration()}vrrp_sync_group G {\n  group {\n    VI_1\n  }\n}\n`);
    daemon.signal('SIGHUP');
    await daemon.waitForLine(/group G: INIT -> MASTER: the configuration was changed$/);
    await daemon.stop();
    await world.nothingLeft();
  });

  it('does not disturb an instance that has not changed', async () => {
    const daemon = await world.daemon(world.host.writeConfig(configuration()));
    await world.addresses(OWN, VIP);
    await daemon.waitForLine(/BACKUP -> MASTER/);
    const since = Capture.now();
    daemon.signal('SIGHUP');
    await daemon.waitForLine(/reloaded .*keepalived\.conf$/);
    await world.addresses(OWN, VIP);
    expect(witness.announcements('192.168.122.200', undefined, since)).toEqual([]);
    expect(daemon.lines.filter((line) => / -> /.test(line))).toHaveLength(2);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });

  it('keeps a reload on trial that is confirmed, and all that came after it', async () => {
    const daemon = await world.daemon(world.host.writeConfig(configuration()));
    const ask = (...args: string[]) => world.finish([...args, '-s', world.host.namespace]);
    await world.addresses(OWN, VIP);
    const more = '192.168.122.201/24';
    world.host.writeConfig(configuration().replace(VIP, `${VIP}\n    ${more}`));
    const begun = await ask('reload', '--confirm-within', '1h');
    expect(begun.code).toBe(0);
    expect(begun.text).toMatch(/reloaded .*; at \d\d:\d\d:\d\d what ran before comes back, unless/);
    await world.addresses(OWN, VIP, more);
    expect((await ask('status')).text).toMatch(/reload on trial: in (1h|59m)/);
    const upgraded = await ask('upgrade');
    expect(upgraded.text).toMatch(/no upgrade: the last reload has not been confirmed yet/);
    daemon.signal('SIGHUP');
    await eventually('a second one on trial, too', () =>
      Promise.resolve(
        daemon.lines.filter((line) => /what ran before comes back/.test(line)).length > 1,
      ),
    );
    expect(await ask('reload', '--confirm')).toMatchObject({ code: 0 });
    expect((await ask('status')).text).not.toMatch(/on trial/);
    const again = await ask('reload', '--confirm');
    expect(again).toMatchObject({ code: 1, text: 'no reload waits to be confirmed' });
    await world.addresses(OWN, VIP, more);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });

  it('goes back to what ran before a reload that nobody confirms, and stays MASTER', async () => {
    const daemon = await world.daemon(world.host.writeConfig(configuration()));
    await world.addresses(OWN, VIP);
    await daemon.waitForLine(/BACKUP -> MASTER/);
    const since = Capture.now();
    world.host.writeConfig(configuration('', 'VI_1', 150).replace('.200/24', '.201/24'));
    const where = ['-s', world.host.namespace];
    await world.finish(['reload', '--confirm-within', '5s', ...where]);
    await world.addresses(OWN, '192.168.122.201/24');
    await daemon.waitForLine(
      /nobody has confirmed the reload of .* in time: what ran before it runs/,
    );
    await world.addresses(OWN, VIP);
    const events = await world.finish(['events', ...where]);
    expect(events.text).toMatch(/nobody has confirmed the reload/);
    expect(witness.adverts({ from: '192.168.122.101', priority: 0, since })).toEqual([]);
    expect(daemon.lines.filter((line) => /[A-Z] -> /.test(line))).toHaveLength(2);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });

  it('leaves the files that it is asked for: one while it reloads, its findings, what has run', async () => {
    const { host } = world;
    const directory = path.dirname(host.privatePath('x'));
    const saved = host.privatePath('saved');
    const marker = host.privatePath('reloading');
    const findings = host.privatePath('findings');
    const settings = `global_defs {
  reload_file ${marker}
  reload_check_config ${findings}
  config_save_dir ${saved}
}`;
    const secret = 'authentication {\n auth_type PASS\n auth_pass Geheimes\n }\n version 2';
    const text = configuration(settings).replace('interface eth0', `interface eth0\n ${secret}`);
    // A predecessor was killed while it reloaded.
    writeFileSync(marker, '');
    const daemon = await world.daemon(host.writeConfig(text));
    await world.addresses(OWN, VIP);
    await eventually('no reload under way', () => !existsSync(marker));
    const copies = (): string[] => readdirSync(saved).toSorted();
    await eventually('a copy of the start', () => existsSync(saved) && copies().length === 1);
    expect(statSync(saved).mode & 0o777).toBe(0o700);

    const seen: string[] = [];
    const watcher = watch(directory, (_, name) => void (name !== null && seen.push(name)));
    host.writeConfig(text.replace('interface eth0', 'interfaec eth0'));
    daemon.signal('SIGHUP');
    await daemon.waitForLine(/was not reloaded/);
    expect(readFileSync(findings, 'utf8')).toMatch(/error: .*has no interface/);
    host.writeConfig(text.replace('priority 100', 'priority 150'));
    daemon.signal('SIGHUP');
    await daemon.waitForLine(/reloaded .*keepalived\.conf$/);
    watcher.close();
    // It was there twice, and went twice.
    await eventually('the marker', () => seen.filter((name) => name === 'reloading').length >= 4);
    expect(existsSync(marker)).toBe(false);
    expect(readFileSync(findings, 'utf8')).not.toContain('error:');
    const kept = copies().map((name) => path.join(saved, name));
    const [before = '', after = ''] = kept.map((file) => readFileSync(file, 'utf8'));
    expect(kept.map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
    expect(before).toContain('priority 100');
    expect(after).toBe(before.replace('priority 100', 'priority 150'));
    expect(before).not.toContain('Geheim');
    await daemon.stop();
    await world.nothingLeft();
  });

  it('reloads at the time that reload_time_file names, and at each with reload_repeat', async () => {
    const { host } = world;
    const timeFile = host.privatePath('when');
    const settings = `global_defs {\n reload_time_file ${timeFile}\n}`;
    const daemon = await world.daemon(host.writeConfig(configuration(settings)));
    await world.addresses(OWN, VIP);
    const soon = (): string => `${new Date(Date.now() + 2000).toISOString().slice(11, 19)}Z\n`;
    const reloads = () => daemon.lines.filter((line) => /: reloaded /.test(line)).length;
    writeFileSync(timeFile, 'at noon\n');
    await daemon.waitForLine(/names no time to reload at/);
    const next = configuration(settings.replace('when', 'when\n reload_repeat'), 'VI_1', 150);
    host.writeConfig(next);
    writeFileSync(timeFile, soon());
    const since = Capture.now();
    const { at } = await witness.waitForAdvert({ from: '192.168.122.101', priority: 150, since });
    expect(at - since).toBeGreaterThan(500_000);
    await eventually('the file to be removed', () => !existsSync(timeFile));
    await eventually('its word', () => reloads() === 1);

    writeFileSync(timeFile, soon());
    await eventually('another reload', () => reloads() === 2);
    expect(existsSync(timeFile)).toBe(true);
    await daemon.stop();
    await world.nothingLeft();
  });

  it('bears the name and the nice value of the file', async () => {
    const settings = 'global_defs {\n process_name speaker\n vrrp_priority 5\n}';
    const daemon = await world.daemon(world.host.writeConfig(configuration(settings)));
    await world.addresses(OWN, VIP);
    const stat = readFileSync(`/proc/${daemon.pid}/stat`, 'utf8');
    const [, name, rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
    expect([name, rest.split(' ')[16]]).toEqual(['speaker', '5']);
    await daemon.stop();
    await world.nothingLeft();
  });
});
