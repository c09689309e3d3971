// The command as somebody meets it who knows nothing of it: whatever is wrong ends in one clear
// sentence and a documented exit code.
import { chmodSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeProblem } from '../../src/base/nodeProblem.ts';
import { exitCodeHelp } from '../../src/cli/exitCodes.ts';
import { attempt } from '../lab/commands.ts';

const command = path.resolve(import.meta.dirname, '../../dist/failoverd.js');
const isRoot = process.getuid?.() === 0;
const nobody = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

function failoverd(
  words: readonly string[],
  env: readonly string[] = [],
  before: readonly string[] = [],
) {
  return attempt(['env', ...env, ...before, process.execPath, command, ...words]);
}

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'failoverd-stranger-'));
  chmodSync(directory, 0o755);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function file(name: string, text: string, mode = 0o644): string {
  const full = path.join(directory, name);
  writeFileSync(full, text, { mode });
  return full;
}

const good = `vrrp_instance VI_1 {
  interface no-such-link
  virtual_router_id 51
  virtual_ipaddress {
    192.0.2.200/24
  }
}
`;

/** One line of text, whatever stands around it. */
function oneSentence(text: string): void {
  expect(text.trim().split('\n'), text).toHaveLength(1);
  expect(text).not.toMatch(/\n\s+at /);
}

describe('somebody who mistypes', () => {
  it.each([
    [['xyzzy'], 1, 'there is no command xyzzy; failoverd --help lists them'],
    [['stauts'], 1, 'there is no command stauts (did you mean status?); failoverd --help'],
    [['help', 'drian'], 1, 'there is no command drian (did you mean drain?)'],
    [['completion', 'tcsh'], 1, 'use bash, zsh, fish'],
    [['check', '--format', 'xml', '/x'], 1, 'unknown format xml'],
    [['-f', '/no/such.conf'], 6, 'there is no configuration file /no/such.conf'],
    [['cleanup', '-f', '/no/such.conf'], 6, 'there is no configuration file /no/such.conf'],
    [['listen', 'lo', '-f', '/no/such.conf'], 6, 'there is no configuration file /no/such.conf'],
    [['-f', '/tmp'], 6, 'the configuration file /tmp cannot be read'],
    [['-C'], 1, 'with -C alone there is nothing to do'],
  ])('%j', async (words, code, sentence) => {
    const { stderr, stdout, code: ended } = await failoverd(words);
    expect(stderr).toContain(sentence);
    oneSentence(stderr + stdout);
    expect(ended).toBe(code);
  });

  it.each([
    [['--no-such'], 'run'],
    [['listen'], 'listen'],
    [['doctor', '--seconds', 'x'], 'doctor'],
    [['run', 'extra'], 'run'],
    [['status', '--jsn'], 'status'],
  ])('%j: the sentence, and where the options are listed', async (words, command) => {
    const { stderr, code } = await failoverd(words);
    const meant = words[1] === '--jsn' ? '\\(Did you mean --json\\?\\)\n' : '';
    const help = `\\(failoverd ${command} --help lists what it takes\\)\n`;
    expect(stderr).toMatch(new RegExp(`^error: .*\n${meant}${help}$`));
    expect(code).toBe(1);
  });

  it('cleanup takes the options of a unit, and lists those that mean something', async () => {
    const { stdout } = await failoverd(['cleanup', '--help']);
    expect(stdout.match(/--[a-z-]+/g)?.toSorted()).toEqual(
      ['--config-id', '--help', '--namespace', '--use-file'].toSorted(),
    );
    const { stderr, code } = await failoverd(['cleanup', '-nlDP', '-f', '/no/such.conf']);
    expect(stderr).toBe('failoverd: there is no configuration file /no/such.conf\n');
    expect(code).toBe(6);
  });
});

describe('somebody who names what is no configuration', () => {
  const limit = 16 * 2 ** 20;

  async function fifo(): Promise<string> {
    const name = path.join(directory, 'fifo');
    await attempt(['mkfifo', name]);
    return name;
  }

  function huge(): string {
    const name = file('huge.conf', '');
    truncateSync(name, limit + 1);
    return name;
  }

  it.each([
    ['a FIFO that nobody writes to', fifo, 'it is a FIFO, not a regular file'],
    ['a device that never ends', () => '/dev/zero', 'it is a device, not a regular file'],
    ['a directory', () => directory, 'it is a directory, not a regular file'],
    ['a disk image', huge, 'it has more than 16 MiB'],
  ])('%s: all commands that read it say so and end', async (_what, make, why) => {
    const named = await make();
    for (const words of [['check'], ['-t', '-f'], ['run', '-f'], ['cleanup', '-f']]) {
      const { stderr, stdout, code } = await failoverd([...words, named]);
      expect(stdout + stderr).toContain(why);
      expect(code).toBe(6);
    }
    const including = file('including.conf', `includer ${named}\n${good}`);
    const { stdout, code } = await failoverd(['check', including]);
    expect(stdout).toMatch(/including\.conf:1:1: error: /);
    expect(code).toBe(5);
  });

  it('a file that is included over and over again: it is told where it is cut', async () => {
    const part = file('part.conf', '# what is said again and again\n'.repeat(100_000));
    const { stdout, code } = await failoverd([
      'check',
      file('often.conf', `include ${part}\n`.repeat(20)),
    ]);
    expect(stdout).toMatch(
      /often\.conf:6:1: error: the files have more than 16 MiB together: the rest is not read/,
    );
    expect(code).toBe(5);
  });

  it('a key of auth_hmac in a device', async () => {
    const words = 'virtual_router_id 51\n auth_hmac {\n key 1 file:/dev/zero\n active_key 1\n }';
    const { stdout, code } = await failoverd([
      'check',
      file('key.conf', good.replace('virtual_router_id 51', words)),
    ]);
    expect(stdout).toContain('it is a device, not a regular file');
    expect(code).toBe(5);
  });
});

describe('somebody who has read enough', () => {
  it.each([['help'], ['check --print CONFIG'], ['completion bash']])('%s | true', async (words) => {
    const config = file('long.conf', good);
    const pipe = `${process.execPath} ${command} ${words.replace('CONFIG', config)}`;
    // Node hears of the reader's end by the write that fails: enough of it, and late.
    const script = `{ ${pipe}; echo "ended with $?" >&2; } | sleep 0`;
    const { stderr } = await attempt(['sh', '-c', script]);
    expect(stderr).toMatch(/^ended with 0\n$/m);
    expect(stderr).not.toMatch(/EPIPE|\n\s+at /);
  });
});

describe('somebody whose host is not as it should be', () => {
  it('has not built the addon', async () => {
    const { stderr, code } = await failoverd(['listen', 'lo'], ['FAILOVERD_ADDON=/no/such.node']);
    expect(stderr).toContain('the native addon /no/such.node cannot be loaded');
    oneSentence(stderr);
    expect(code).toBe(1);
  });

  it.runIf(isRoot)(
    'has no right to read the file, and is not told that it does not exist',
    async () => {
      const secret = file('secret.conf', good, 0o600);
      const { stderr, code } = await failoverd(['-f', secret], [], nobody);
      expect(stderr).toContain(`${secret} cannot be read: permission denied (EACCES)`);
      oneSentence(stderr);
      expect(code).toBe(6);
    },
  );

  it('has no right to be a router', async () => {
    const { stderr, code } = await failoverd(['-f', file('good.conf', good)], [], nobody);
    expect(stderr).toContain('are missing: run failoverd as root');
    oneSentence(stderr);
    expect(code).toBe(4);
  });

  it('has no daemon that runs, and is asked whether it does', async () => {
    const words = ['status', '--socket', path.join(directory, 'no.sock')];
    const { stderr, code } = await failoverd(words);
    expect(stderr).toMatch(
      /^failoverd: no daemon answers at .*ENOENT\); does it run\? \(systemctl/,
    );
    oneSentence(stderr);
    expect(code).toBe(1);
  });

  it('has a log file that cannot be written: it is said, and the daemon is not mute', async () => {
    const words = ['-f', file('good.conf', good), '-G', '-g/no/such/directory/log'];
    const { stderr, code } = await failoverd(words, [], nobody);
    expect(stderr).toContain('the log file /no/such/directory/log cannot be written: no such file');
    expect(stderr).toContain('are missing');
    expect(code).toBe(4);
  });

  it.runIf(isRoot)('has a bundle on a file system that is read-only', async () => {
    const config = file('good.conf', good);
    const script = `mount -t tmpfs -o ro none /mnt && exec ${process.execPath} ${command} doctor -q -f ${config} --seconds 0 --bundle /mnt/x.tar.gz`;
    const { stderr, code } = await attempt(['unshare', '-m', 'sh', '-c', script]);
    expect(stderr).toBe(
      'failoverd doctor: /mnt/x.tar.gz cannot be written: read-only file system (EROFS)\n',
    );
    expect(code).toBe(1);
  });

  it('has an old Node.js', () => {
    expect(nodeProblem('18.19.0')).toMatch(
      /^Node.js 18\.19\.0 is too old: failoverd needs Node\.js 20/,
    );
    expect(nodeProblem('20.0.0')).toBeUndefined();
    expect(nodeProblem('26.1.0')).toBeUndefined();
  });
});

it('every exit code is in the manual', async () => {
  const { readFile } = await import('node:fs/promises');
  const manual = await readFile(path.resolve(import.meta.dirname, '../../man/failoverd.8'), 'utf8');
  const section = /\.SH EXIT STATUS\n([\s\S]*?)\n\.SH/.exec(manual)?.[1] ?? '';
  for (const [code] of exitCodeHelp) expect(section).toContain(`\n.B ${code}\n`);
});
