// Everything that a daemon tells others, on a real one: scripts under a storm of transitions and over a
// reload, FIFOs whose readers stay, the first and the last script of its life, and whom scripts run as.

import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { configuration, OWN, VIP, World } from './world.ts';

const missing = whatIsMissing([...LAB_PROGRAMS, 'setpriv']);

/** Leaves a trace of its beginning and its end, and takes its time in between. */
const SLOW = `#!/bin/sh
echo "begin $3 $FAILOVERD_SKIPPED_COUNT" >> /run/told
sleep 0.15
echo "end $3" >> /run/told
`;

/** Prints what it is told at /run/notify. */
const SERVICE_MANAGER = `
import socket
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.bind('/run/notify')
print('listening')
while True: print(heard.recv(4096).decode().replace('\\n', ' '))
`;

const withNotify = (lines: string): string =>
  configuration().replace('priority 100', `priority 100\n  ${lines}`);

const withGlobals = (text: string, lines: string): string =>
  text.replace('vrrp_version 3', `vrrp_version 3\n  ${lines}`);

describe.skipIf(missing !== '')(`what a daemon tells ${missing}`, () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(() => world.lab.close());

  const told = (file = 'told'): string[] =>
    world.host.readRun(file)?.split('\n').slice(0, -1) ?? [];

  it('a thousand transitions and a slow script: in order, one at a time, to the last, over a reload and a restart', async () => {
    const { host } = world;
    host.installScript('slow.sh', SLOW);
    host.writeRun('value', '0\n');
    host.installScript('reader.sh', '#!/bin/sh\nexec cat "$1" >> /run/heard\n');
    const text = withGlobals(
      withNotify('track_file {\n    chk weight 0\n  }\n  notify /usr/local/bin/slow.sh'),
      `script_user root
  notify_fifo /run/events
  notify_fifo_script /usr/local/bin/reader.sh`,
    );
    const track = 'track_file chk {\n  file /run/value\n}\n';
    let daemon = await world.daemon(host.writeConfig(track + text));
    await world.addresses(OWN, VIP);
    for (let n = 1; n <= 1000; n += 1) {
      // As fast as they can follow one another, ten milliseconds each or less where nothing else runs.
      const next = n % 2 === 1 ? /FAULT/ : /BACKUP|MASTER/;
      writeFileSync(host.runPath('value'), `${n % 2}\n`);
      if (n === 500) {
        host.writeConfig((track + text).replace('weight 0', 'weight 0 noreverse'));
        daemon.signal('SIGHUP');
      }
      if (n === 750) {
        expect(await daemon.stop()).toEqual({ code: 0, signal: null });
        daemon = await world.daemon(host.writeConfig(track + text));
      }
      const isThere = (): boolean => next.test(told('heard').at(-1) ?? '');
      await eventually(`transition ${n}`, isThere, { everyMs: 1 });
    }
    await world.addresses(OWN, VIP);
    await eventuallyEqual('the last script', () => told().at(-1), 'end MASTER');
    const lines = told();
    const begins = lines.filter((line) => line.startsWith('begin'));
    // One at a time: each begin is followed by its own end.
    begins.forEach((line, index) => {
      expect(lines[2 * index]).toBe(line);
      expect(lines[2 * index + 1]).toBe(`end ${line.split(' ')[1] ?? ''}`);
    });
    // What was not run was told as left out; the FIFO has heard all of it.
    const skipped = begins.reduce((sum, line) => sum + Number(line.split(' ')[2] ?? 0), 0);
    expect(begins.length + skipped).toBe(told('heard').length);
    expect(told('heard').length).toBeGreaterThanOrEqual(1000);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expect(told().slice(-2)).toEqual(['begin STOP ', 'end STOP']);
    await world.nothingLeft();
  });

  it('a daemon that is killed in a storm: never two scripts at once, and the last state all the same', async () => {
    const { host } = world;
    host.installScript(
      'slow.sh',
      `#!/bin/sh
exec 9> /run/lock
flock -n 9 || echo two at once >> /run/told
sleep 1
echo "$3" >> /run/told
`,
    );
    host.writeRun('value', '0\n');
    const track = 'track_file chk {\n  file /run/value\n}\n';
    const notify = 'track_file {\n    chk weight 0\n  }\n  notify /usr/local/bin/slow.sh';
    const file = host.writeConfig(track + withGlobals(withNotify(notify), 'script_user root'));
    let daemon = await world.daemon(file);
    await world.addresses(OWN, VIP);
    for (let n = 1; n <= 300; n += 1) {
      writeFileSync(host.runPath('value'), `${n % 2}\n`);
      if (n % 100 === 50) {
        daemon.signal('SIGKILL');
        await daemon.ended;
        daemon = await world.daemon(file);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await world.addresses(OWN, VIP);
    await eventuallyEqual('the last script', () => told().at(-1), 'MASTER');
    expect(told()).not.toContain('two at once');
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expect(told().at(-1)).toBe('STOP');
    await world.nothingLeft();
  });

  it('the reader of a FIFO stays over reloads and hears all, to the end', async () => {
    const { host } = world;
    host.installScript(
      'reader.sh',
      '#!/bin/sh\necho "start $$" >> /run/heard\nexec cat "$1" >> /run/heard\n',
    );
    const globals = `script_user root
  vrrp_notify_fifo /run/events
  vrrp_notify_fifo_script /usr/local/bin/reader.sh
  vrrp_notify_priority_changes on
  fifo_write_vrrp_states_on_reload`;
    const text = withGlobals(configuration(), globals);
    const daemon = await world.daemon(host.writeConfig(text));
    await world.addresses(OWN, VIP);
    host.writeConfig(text.replace('priority 100', 'priority 120'));
    daemon.signal('SIGHUP');
    await eventually('the priority', () => told('heard').some((line) => line.endsWith(' 120')));
    host.writeConfig(
      text.replaceAll('VI_1', 'VI_2').replace('virtual_router_id 51', 'virtual_router_id 52'),
    );
    daemon.signal('SIGHUP');
    await eventually('the new one', () => told('heard').includes('INSTANCE "VI_2" MASTER 100'));
    await daemon.stop();
    const heard = told('heard');
    expect(heard.filter((line) => line.startsWith('start'))).toHaveLength(1);
    expect(heard.slice(1, 4)).toEqual([
      'INSTANCE "VI_1" BACKUP 100',
      'INSTANCE "VI_1" MASTER 100',
      'INSTANCE "VI_1" MASTER_PRIORITY 120',
    ]);
    expect(heard).toContain('INSTANCE "VI_1" MASTER 120'); // Said again by the reload.
    expect(heard.filter((line) => line.startsWith('INSTANCE "VI_1" FAULT'))).toHaveLength(1);
    expect(heard.at(-1)).toBe('INSTANCE "VI_2" STOP 100');
    await world.nothingLeft();
  });

  it('notify_replay: a reload tells scripts the present state again, and says that it is again', async () => {
    const { host } = world;
    host.installScript(
      'tell.sh',
      '#!/bin/sh\necho "$3 ${FAILOVERD_REPLAY:-new} $FAILOVERD_CAUSE_KIND" >> /run/told\n',
    );
    const text = (settings: string): string =>
      withGlobals(withNotify('notify /usr/local/bin/tell.sh'), `script_user root\n${settings}`);
    const replaying = text('  @failoverd notify_replay on');
    let daemon = await world.daemon(host.writeConfig(replaying));
    await eventuallyEqual('the first state', () => told().at(-1)?.slice(0, 10), 'MASTER new');
    const before = told();
    daemon.signal('SIGHUP');
    await eventuallyEqual('what is told again', () => told().slice(before.length), [
      'MASTER 1 replay',
    ]);
    // Off again: the reload itself is not a reason to tell anybody.
    host.writeConfig(text(''));
    daemon.signal('SIGHUP');
    await eventuallyEqual(
      'reloads',
      () => daemon.lines.filter((line) => /reloaded /.test(line)).length,
      2,
    );
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expect(
      told()
        .slice(before.length)
        .map((line) => line.split(' ').slice(0, 2).join(' ')),
    ).toEqual(['MASTER 1', 'STOP new']);
    // A restart tells what is so from then on, which is not told again.
    const restarted = told().length;
    daemon = await world.daemon(host.writeConfig(replaying));
    await eventuallyEqual(
      'the state after a restart',
      () => told().at(-1)?.slice(0, 10),
      'MASTER new',
    );
    expect(
      told()
        .slice(restarted)
        .filter((line) => / 1 /.test(line)),
    ).toEqual([]);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });

  it('runs startup_script first and shutdown_script last, each within its time', async () => {
    const { host } = world;
    const look = '#!/bin/sh\nip -o addr show dev eth0 | grep -c 192.168.122.200 >> /run/$1\n';
    host.installScript('look.sh', `${look}[ "$1" = first ] && sleep 60\nexit 0\n`);
    const globals = `script_user root
  startup_script "/usr/local/bin/look.sh first"
  startup_script_timeout 1
  shutdown_script "/usr/local/bin/look.sh last"`;
    const file = host.writeConfig(withGlobals(configuration(), globals));
    const manager = await host.start(['python3', '-uc', SERVICE_MANAGER], { name: 'manager' });
    await manager.waitForLine(/listening/);
    const args = ['run', '-n', '-l', '-D', '-s', host.namespace, '-f', file];
    const daemon = await world.start(args, 'failoverd', ['env', 'NOTIFY_SOCKET=/run/notify']);
    await daemon.waitForLine(/startup_script did not end within 1 s and was killed/);
    await world.addresses(OWN, VIP);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expect([told('first'), told('last')]).toEqual([['0'], ['0']]);
    // The unit's limits wait for both, however long they may take.
    await manager.waitForLine(/EXTEND_TIMEOUT_USEC=30000000/);
    const words = manager.lines.flatMap(
      (line) => /(EXTEND_\w+=\d+|READY|STOPPING)/.exec(line)?.[0] ?? [],
    );
    expect(words).toEqual([
      'EXTEND_TIMEOUT_USEC=21000000',
      'READY',
      'STOPPING',
      'EXTEND_TIMEOUT_USEC=30000000',
    ]);
    await manager.stop();
    const again = await world.daemon(host.writeConfig(withGlobals(configuration(), globals)));
    await eventually('the first script', () => told('first').length === 2);
    expect(await again.stop()).toEqual({ code: 0, signal: null });
    expect(told('last')).toHaveLength(1); // What never began needs no end.
    await world.nothingLeft();
  });

  it('scripts of another user have nothing of ours: no rights, no groups, no descriptors', async () => {
    const { host } = world;
    const script = `#!/bin/sh
{ grep -E '^(Cap(Inh|Prm|Eff|Amb)|Groups|Uid|SigBlk|SigIgn):' /proc/self/status
  ls /proc/self/fd | tr '\\n' ' '; echo; env | grep -E '^(NODE_|NOTIFY_|WATCHDOG_)'; } > /run/mine/part
mv /run/mine/part /run/mine/facts
`;
    host.installScript('facts.sh', script);
    execFileSync('install', ['-d', '-o', 'nobody', '-m', '0755', host.runPath('mine')]);
    const globals = 'script_user nobody\n  set_supplementary_groups';
    const text = withGlobals(withNotify('notify_backup /usr/local/bin/facts.sh'), globals);
    const daemon = await world.daemon(host.writeConfig(text));
    await eventually('the facts', () => /^0 1 2/m.test(host.readRun('mine/facts') ?? ''));
    const facts = (host.readRun('mine/facts') ?? '').replaceAll(/[ \t]+/g, ' ');
    const uid = execFileSync('id', ['-u', 'nobody']).toString().trim();
    expect(facts).toContain(`Uid: ${uid} ${uid} ${uid} ${uid}\n`);
    expect(facts).toMatch(/^Groups: ?$/m); // It has none beside its own.
    for (const name of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb', 'SigBlk']) {
      expect(facts).toContain(`${name}: 0000000000000000\n`);
    }
    // 3 is ls itself, reading the directory.
    expect(facts).toMatch(/^0 1 2 3 ?$/m);
    expect(facts).not.toMatch(/NODE_|NOTIFY_|WATCHDOG_/);
    await daemon.stop();
  });

  it('refuses a script that somebody else could change, says who, and the instance is in FAULT', async () => {
    const { host } = world;
    host.installScript('check.sh', '#!/bin/sh\nexit 0\n');
    host.installScript('open.sh', '#!/bin/sh\nexit 0\n');
    chmodSync(host.privatePath('bin/open.sh'), 0o777);
    const text = withGlobals(
      `vrrp_script chk {\n  script /usr/local/bin/check.sh\n  interval 0.2\n}\n${withNotify(
        'track_script {\n    chk\n  }\n  notify_fault /usr/local/bin/open.sh',
      )}`,
      'script_user root\n  enable_script_security',
    );
    const daemon = await world.daemon(host.writeConfig(text));
    // What will be refused is said at once, and not when it is needed.
    await daemon.waitForLine(/the script .*open\.sh will be refused: .* by everybody/);
    await world.addresses(OWN, VIP);
    const file = host.privatePath('bin/check.sh');
    chmodSync(file, 0o777);
    await daemon.waitForLine(
      /chk: failed: the script was refused for security: .*check\.sh can be written by everybody/,
    );
    await world.addresses(OWN);
    chmodSync(file, 0o755);
    await world.addresses(OWN, VIP);
    expect(readFileSync(file, 'utf8')).toContain('exit 0');
    await daemon.stop();
    await world.nothingLeft();
  });

  it('notify_gate: adverts flow, the address waits for the script or for the end of its time', async () => {
    const { host, lab } = world;
    const witness = await Capture.start(lab.client);
    host.installScript(
      'gate.sh',
      `#!/bin/sh
echo "gate $FAILOVERD_STATE $FAILOVERD_CAUSE_KIND" >> /run/told
while [ ! -e /run/go ]; do sleep 0.05; done
echo ready >> /run/told
`,
    );
    host.installScript('master.sh', '#!/bin/sh\necho master >> /run/told\n');
    const gate = (seconds: number): string =>
      withGlobals(
        withNotify(`@failoverd notify_gate /usr/local/bin/gate.sh
  @failoverd notify_gate_timeout ${seconds}
  notify_master /usr/local/bin/master.sh`),
        'script_user root',
      );
    const daemon = await world.daemon(host.writeConfig(gate(30)));
    await eventually('the gate', () => told().length === 1);
    const since = Capture.now();
    await witness.waitForAdvert({ from: '192.168.122.101', priority: 100, since });
    expect(await host.addresses()).toEqual([OWN]);
    expect(told()).toEqual(['gate MASTER masterSilent']);
    host.writeRun('go', '');
    await world.addresses(OWN, VIP);
    await eventuallyEqual('what was told', () => told().slice(1), ['ready', 'master']);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });

    await host.shell('rm /run/go');
    const late = await world.daemon(host.writeConfig(gate(0.5)));
    await world.addresses(OWN, VIP);
    await late.waitForLine(/notify_gate took too long: its addresses are added without it/);
    await late.waitForLine(/notify_gate did not end within 0.5 s and was killed/);
    expect(await late.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });
});
