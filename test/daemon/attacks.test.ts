// What another user of the host may try in order to have something run as root, or to hear or say something
// through a FIFO, a socket or a file that is not theirs. Each attack is made by that user, for real; each is refused
// with a sentence, or does nothing.

import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { errorText } from '../../src/base/errorText.ts';
import { endLeftGroups } from '../../src/base/processGroups.ts';
import { defaultScriptPolicy, startScript } from '../../src/base/script.ts';
import type { ScriptOutcome } from '../../src/base/script.ts';
import { loadConfig } from '../../src/config/index.ts';
import { writeDump } from '../../src/daemon/dumps/keepalivedDumps.ts';
import { openLog } from '../../src/daemon/logging.ts';
import { writePidFile } from '../../src/daemon/pidFile.ts';
import { Fifos } from '../../src/notify/fifos.ts';
import { startControlServer } from '../../src/observe/controlServer.ts';
import type { StatusReport } from '../../src/observe/statusReport.ts';
import { scratchDirectory, until, writeScript } from '../base/scratch.ts';

const asRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
const policy = { ...defaultScriptPolicy, enforceSecurity: true };

/** Runs a line of shell as nobody; the attacker's own failures are no concern of ours. */
function attack(line: string): void {
  const who = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  try {
    execFileSync('setpriv', [...who, 'sh', '-c', line], { stdio: 'ignore' });
  } catch {
    return;
  }
}

/** A list of scripts that means this very process. */
const LIST = `cat /proc/sys/kernel/random/boot_id > $P
echo "${process.pid} $(cut -d' ' -f22 /proc/${process.pid}/stat)" >> $P`;

const python = (line: string): string =>
  `python3 -c 'import socket, time; s = socket.socket(socket.AF_UNIX); ${line}'`;

function run(script: string): Promise<ScriptOutcome> {
  return startScript({ command: { argv: [script] }, policy, timeoutMs: 5000 }).outcome;
}

describe.runIf(asRoot)('scripts of root', () => {
  let directory = '';
  let open = '';
  let evil = '';
  let loot = '';
  beforeEach(() => {
    directory = scratchDirectory();
    open = join(directory, 'open');
    fs.mkdirSync(open);
    fs.chmodSync(open, 0o1777); // As /tmp is.
    loot = join(directory, 'loot');
    evil = join(open, 'evil');
    attack(`printf '#!/bin/sh\\ntouch ${loot}\\n' > ${evil}; chmod 755 ${evil}`);
  });
  afterEach(() => expect(fs.existsSync(loot)).toBe(false));

  const reasonOf = async (script: string): Promise<string> => {
    const outcome = await run(script);
    expect(outcome.kind).toBe('refused');
    return 'reason' in outcome ? outcome.reason : '';
  };

  it('their own file where a script is expected', async () => {
    expect(await reasonOf(evil)).toBe(
      `${evil} belongs to uid ${NOBODY}, not to root; chown -h 0 ${evil} would mend it`,
    );
  });

  it('a symbolic link of theirs to a script that is safe', async () => {
    const link = join(open, 'link');
    attack(`ln -s /bin/true ${link}`);
    expect(await reasonOf(link)).toMatch(new RegExp(`^${link} belongs to uid ${NOBODY}`));
  });

  it('a directory of theirs with a script of root in it', async () => {
    const mine = join(open, 'mine');
    attack(`mkdir ${mine}`);
    const script = writeScript(mine, 'script', 'exit 0');
    expect(await reasonOf(script)).toMatch(new RegExp(`^${mine} belongs to uid ${NOBODY}`));
  });

  it('an interpreter of theirs in a script of root', async () => {
    const script = writeScript(directory, 'script', `#!${evil}\n`);
    expect(await reasonOf(script)).toMatch(new RegExp(`^${evil} belongs to uid ${NOBODY}`));
  });

  it('a safe script may stand in a sticky directory, where they cannot replace it', async () => {
    const script = writeScript(open, 'script', 'exit 0');
    attack(`rm -f ${script}; mv ${evil} ${script}; ln -sf ${evil} ${script}`);
    expect(await run(script)).toMatchObject({ kind: 'exited', code: 0 });
  });

  it('the race between the check and the run, a few hundred times', async () => {
    const mine = join(open, 'mine');
    const good = writeScript(directory, 'good', 'exit 0');
    attack(`mkdir ${mine}`);
    const flip = `cd ${mine}; while :; do ln -sfn ${directory} d; ln -sfn ${open} d; done`;
    const who = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
    const racer = spawn('setpriv', [...who, 'sh', '-c', flip], { stdio: 'ignore' });
    fs.copyFileSync(good, join(directory, 'evil'));
    fs.chmodSync(join(directory, 'evil'), 0o755);
    for (let n = 0; n < 200; n += 1) {
      const { kind } = await run(join(mine, 'd', 'evil'));
      expect(kind).toBe('refused');
    }
    racer.kill('SIGKILL');
  });
});

describe.runIf(asRoot)('FIFOs in a directory where everybody may write', () => {
  let open = '';
  let path = '';
  let problems: (string | undefined)[] = [];
  let fifos: Fifos;
  beforeEach(() => {
    open = join(scratchDirectory(), 'open');
    fs.mkdirSync(open);
    fs.chmodSync(open, 0o1777);
    path = join(open, 'events');
    problems = [];
    fifos = new Fifos({
      clock: systemClock,
      start: startScript,
      onProblem: (_path, problem) => problems.push(problem),
      onReaderEnd: () => undefined,
    });
  });
  afterEach(() => fifos.close(0));

  it.each([
    ['a FIFO of theirs', 'mkfifo $P', /belongs to uid 65534/],
    ['a symbolic link', 'ln -s /etc/passwd $P', /is a symbolic link, which is not followed/],
    ['a link to a FIFO of theirs', 'mkfifo $P.x; ln -s $P.x $P', /is a symbolic link/],
    ['a file', 'echo > $P', /is not a FIFO/],
    ['a directory', 'mkdir $P', /is a directory/],
  ])('%s under its name', async (_what, line, sentence) => {
    attack(line.replaceAll('$P', path));
    await fifos.configure([{ fifo: { path, mode: 0o600, linesMax: 10 } }], policy);
    fifos.write([{ kind: 'INSTANCE', name: 'VI_1', what: 'MASTER', priority: 1 }]);
    await until(() => problems.length > 0);
    expect(problems[0]).toMatch(sentence);
    expect(fifos.views()[0]?.written).toBe(0);
  });

  it('reading what is told to root alone', async () => {
    await fifos.configure([{ fifo: { path, mode: 0o600, linesMax: 10 } }], policy);
    fifos.write([{ kind: 'INSTANCE', name: 'VI_1', what: 'MASTER', priority: 1 }]);
    attack(`cat ${path} > ${open}/heard & sleep 0.2; kill $!; echo x >> ${path}; rm -f ${path}`);
    expect(fs.readFileSync(join(open, 'heard'), 'utf8')).toBe('');
    expect(fs.lstatSync(path).isFIFO()).toBe(true);
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });
});

describe.runIf(asRoot)('files and sockets in a directory where everybody may write', () => {
  let open = '';
  let path = '';
  let victim = '';
  const TMPDIR = process.env['TMPDIR'];
  beforeEach(() => {
    const directory = scratchDirectory();
    open = join(directory, 'open');
    fs.mkdirSync(open);
    fs.chmodSync(open, 0o1777);
    victim = join(directory, 'victim');
    fs.writeFileSync(victim, 'untouched');
    path = join(open, 'state');
    process.env['TMPDIR'] = open;
  });
  afterEach(() => {
    expect(fs.readFileSync(victim, 'utf8')).toBe('untouched');
    if (TMPDIR === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = TMPDIR;
  });

  const ledger = async (): Promise<string | undefined> => {
    const left = await endLeftGroups(path, 100);
    return left.kind === 'refused' ? left.reason : left.leaders.join();
  };
  const control = async (): Promise<string | undefined> => {
    try {
      const server = await startControlServer({ path, handlers: {} });
      const served = fs.lstatSync(path).isSocket() ? 'served' : 'not served';
      attack(python(`s.connect("${path}"); open("${open}/heard", "w").write("connected")`));
      attack(`rm -f ${path}; mv ${path} ${path}.away; ln -sf ${victim} ${path}`);
      const stays = fs.lstatSync(path).isSocket() && fs.statSync(path).uid === 0;
      server.close();
      return stays ? served : 'replaced';
    } catch (error) {
      return errorText(error);
    }
  };
  const dump = async (): Promise<string | undefined> => {
    const { model } = loadConfig(join(import.meta.dirname, 'no-such-file'));
    const counters = new Proxy({}, { get: () => 0 });
    const report = { instances: [{ name: 'VI_1', counters }] } as unknown as StatusReport;
    return writeDump('stats', { model, report, processes: new Map() });
  };
  const log = async (): Promise<string | undefined> => {
    const lines: string[] = [];
    const choices = { console: false, syslog: false, detail: 0, file: path, facility: 3 } as const;
    const error = process.stderr.write.bind(process.stderr);
    process.stderr.write = (text) => lines.push(String(text)) > 0;
    await openLog(choices, () => 0, {}).close();
    process.stderr.write = error;
    return lines.join('') || fs.readFileSync(path, 'utf8');
  };

  it.each([
    ['a link in the place of the process id', 'ln -s $V $P', () => writePidFile(path), undefined],
    [
      'a link where the process id is prepared',
      `ln -s $V $P.${process.pid}`,
      () => writePidFile(path),
      /could not be written.*EEXIST|exists/,
    ],
    [
      'a link in the place of the statistics',
      'ln -s $V $T/keepalived.stats',
      dump,
      /keepalived\.stats$/,
    ],
    [
      'a link in the place of the log',
      'ln -s $V $P',
      log,
      /the log file .* cannot be written: .*(ELOOP|EACCES)/,
    ],
    ['a list of scripts to be ended', LIST, ledger, /belongs to uid 65534 or others can write it/],
    ['a link to such a list', 'echo x > $P.x; ln -s $P.x $P', ledger, /is not an ordinary file/],
    [
      'a socket of theirs for that of the daemon',
      `${python('s.bind("$P"); s.listen(); time.sleep(5)')} & while ! [ -S $P ]; do sleep 0.1; done; sleep 0.2`,
      control,
      /another process already answers at /,
    ],
    ['a link in the place of the socket', 'ln -s $V $P', control, /^served$/],
    ['a file in the place of the socket', 'echo > $P', control, /^served$/],
  ] as const)('%s', async (_what, line, act, sentence) => {
    attack(line.replaceAll('$P', path).replaceAll('$V', victim).replaceAll('$T', open));
    const said = await act();
    if (sentence === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(sentence);
    expect(fs.existsSync(join(open, 'heard')) ? fs.statSync(join(open, 'heard')).size : 0).toBe(0);
  });

  it('a directory where the socket could be replaced is none for it', async () => {
    fs.chmodSync(open, 0o777);
    expect(await control()).toBe(`${open} can be written by everybody`);
  });
});
