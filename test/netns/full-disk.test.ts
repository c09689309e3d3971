// A full disk under all that a running daemon writes: its process id, the settings of the kernel that it
// changed, the scripts that it runs, the files that a signal asks for. Adverts go on, each is told once
// with its path and the cure, and each is written when there is room.

import { expect, test } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { Lab } from '../lab/lab.ts';
import type { LabProcess } from '../lab/process.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD } from '../lab/router-daemon.ts';
import { version3 } from './configs.ts';
import { SERVER1, VIP } from './stage.ts';

const missing = whatIsMissing(LAB_PROGRAMS);
const CHECK = 'vrrp_script check {\n  script "/usr/local/bin/check"\n  interval 1\n}\n';
const NO_ROOM = 'no space left on device \\(ENOSPC\\); make room on that file system';

/** What is said while there is no room: each of these once. */
const TROUBLES = [
  `/run/failoverd/here\\.pid: ${NO_ROOM}.*; it is tried again every 10 s`,
  `settings of the kernel were could not be written to /run/failoverd/sysctls-\\d+\\.json: ${NO_ROOM}`,
  `/run/failoverd/scripts\\.\\d+: ${NO_ROOM}`,
].map((text) => new RegExp(text));

const MENDED = [
  /the process id is in \/run\/failoverd\/here\.pid now/,
  /what the settings of the kernel were is in \/run\/failoverd\/sysctls-\d+\.json now/,
  /\/run\/failoverd\/scripts\.\d+: running scripts are recorded again/,
];

/** One line, as it is for people. */
const SENTENCE = /^failoverd: [^\n]+\n$/;
/** SIGRTMIN as the C library counts. */
const rtmin = 34;

const DUMPS = [
  ['SIGUSR1', 'keepalived.data'],
  ['SIGUSR2', 'keepalived.stats'],
] as const;

function start(host: Host): Promise<LabProcess> {
  const config = version3('0.05', [`${VIP}/24`]).replace(
    /}\n$/,
    '  use_vmac\n  track_script {\n    check\n  }\n}\n',
  );
  const file = host.writeConfig(CHECK + config);
  const flags = [
    '-n',
    '-l',
    '-D',
    '-s',
    host.namespace,
    '-f',
    file,
    '-p',
    '/run/failoverd/here.pid',
  ];
  const argv = [process.execPath, FAILOVERD, 'run', ...flags];
  const env = { TMPDIR: '/run/failoverd' };
  return host.start(argv, { name: 'failoverd', outsideNetwork: true, env });
}

test.runIf(missing === '')(`a full disk ${missing}`.trim(), async () => {
  const lab = await Lab.create();
  try {
    const host = lab.server1;
    const witness = await Capture.start(lab.client);
    await host.shell(`mkdir -p /run/failoverd; mount -t tmpfs -o size=64k none /run/failoverd
      dd if=/dev/zero of=/run/failoverd/rest bs=1k 2>/dev/null || true`);
    // What ends within a moment is not written down.
    host.installScript('check', '#!/bin/sh\nprintf x >> /run/runs\nsleep 0.2\n');
    const daemon = await start(host);
    for (const trouble of TROUBLES) await daemon.waitForLine(trouble);
    await witness.waitForAdvert({ from: SERVER1, priority: 200 });
    for (const [signal, name] of DUMPS) {
      daemon.signal(signal);
      await daemon.waitForLine(new RegExp(`/run/failoverd/${name} was not written: ${NO_ROOM}`));
    }

    // More checks run, and adverts go on; nothing is said a second time.
    const runs = (): number => (host.readRun('runs') ?? '').length;
    const since = Capture.now();
    const before = runs();
    await eventually('three more checks', () => runs() >= before + 3);
    await witness.waitForAdvert({ from: SERVER1, priority: 200, since });
    expect(witness.adverts({ from: SERVER1, priority: 0 })).toEqual([]);
    const said = TROUBLES.map((one) => daemon.lines.filter((line) => one.test(line)).length);
    expect(said).toEqual([1, 1, 1]);

    await host.run('rm', '/run/failoverd/rest');
    for (const mended of MENDED) await daemon.waitForLine(mended);
    expect(await host.run('cat', '/run/failoverd/here.pid')).toBe(`${daemon.pid}\n`);
    for (const [signal, name] of DUMPS) {
      daemon.signal(signal);
      await daemon.waitForLine(new RegExp(`wrote /run/failoverd/${name}`));
    }
    expect((await daemon.stop()).code).toBe(0);
    const left = await host.run('ls', '/run/failoverd');
    expect(left.trim().split('\n')).toEqual(['keepalived.data', 'keepalived.stats']);
  } finally {
    await lab.close();
  }
});

/** A file system on which not a single file can be made, at a place of its own. */
const NO_FILE = `mkdir -p /run/full; mount -t tmpfs -o nr_inodes=4,mode=755 none /run/full
  mkdir /run/full/saved; touch /run/full/a /run/full/b`;

test.runIf(missing === '')(`no room for a single file ${missing}`.trim(), async () => {
  const lab = await Lab.create();
  try {
    const host = lab.server1;
    const witness = await Capture.start(lab.client);
    await host.shell(NO_FILE);
    const settings = 'global_defs {\n  config_save_dir /run/full/saved\n}\n';
    const file = host.writeConfig(settings + version3('0.05', [`${VIP}/24`]));
    const socket = '/run/full/control.sock';
    const flags = ['-n', '-l', '-D', '-s', host.namespace, '-f', file, '--socket', socket];
    const env = { TMPDIR: '/run/full' };
    const argv = [process.execPath, FAILOVERD, 'run', ...flags];
    const daemon = await host.start(argv, { name: 'failoverd', outsideNetwork: true, env });
    await daemon.waitForLine(
      new RegExp(`the control socket ${socket} cannot be opened: .*ENOSPC.*again every 10 s`),
    );
    await daemon.waitForLine(/no copy of the configuration in \/run\/full\/saved: .*ENOSPC/);
    await witness.waitForAdvert({ from: SERVER1, priority: 200 });
    daemon.signal(rtmin + 2);
    await daemon.waitForLine(new RegExp(`/run/full/keepalived.json was not written: ${NO_ROOM}`));
    expect(await host.run('ls', '-R', '/run/full')).toBe(
      '/run/full:\na\nb\nsaved\n\n/run/full/saved:\n',
    );

    // It can be asked once there is room; what is asked for without any leaves nothing behind.
    await host.run('rm', '/run/full/a');
    await daemon.waitForLine(new RegExp(`the control socket ${socket} is open now`));
    const ask = (...words: readonly string[]) =>
      host.attempt(process.execPath, FAILOVERD, ...words, '--socket', socket);
    const record = await ask('record', '/run/full/record');
    expect(record).toMatchObject({ code: 1, stderr: expect.stringMatching(SENTENCE) });
    expect(record.stderr).toContain('/run/full/record: no space left on device (ENOSPC)');
    const trace = host.privatePath('trace');
    expect((await ask('record', trace)).code).toBe(0);
    for (const words of [
      `replay ${trace}`,
      `replay --json ${trace}`,
      'record',
      'status',
      'events',
    ]) {
      const where = words.startsWith('replay') ? '' : `--socket ${socket}`;
      const command = `${process.execPath} ${FAILOVERD} ${words} ${where} > /dev/full`;
      const { code, stderr } = await host.attempt('sh', '-c', command);
      expect({ words, code, stderr }).toEqual({
        words,
        code: 1,
        stderr: 'failoverd: standard output: no space left on device (ENOSPC)\n',
      });
    }
    expect((await host.run('ls', '/run/full')).split('\n')).toEqual([
      'b',
      'control.sock',
      'saved',
      '',
    ]);
    const since = Capture.now();
    await witness.waitForAdvert({ from: SERVER1, priority: 200, since });
    expect(witness.adverts({ from: SERVER1, priority: 0 })).toEqual([]);
    expect((await daemon.stop()).code).toBe(0);
  } finally {
    await lab.close();
  }
});
