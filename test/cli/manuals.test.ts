// Help, manuals and completion come from different places and have to agree.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addCheckCommand } from '../../src/cli/check.ts';
import { addCleanupCommand } from '../../src/cli/cleanupCommand.ts';
import { completionScript, shells } from '../../src/cli/completion.ts';
import { addCompletionCommand } from '../../src/cli/completionCommand.ts';
import { addControlCommands } from '../../src/cli/controlCommands.ts';
import { addDoctorCommand } from '../../src/cli/doctorCommand.ts';
import { addListenCommand } from '../../src/cli/listenCommand.ts';
import { addReplayCommand } from '../../src/cli/replayCommand.ts';
import { addRunCommand } from '../../src/cli/runCommand.ts';
import { hasProgram } from '../lab/requirements.ts';

const program = new Command('failoverd');
addRunCommand(program);
addCheckCommand(program);
addCleanupCommand(program);
addListenCommand(program);
addReplayCommand(program);
addDoctorCommand(program);
addCompletionCommand(program);
addControlCommands(program);

const manuals = path.resolve(import.meta.dirname, '../../man');

/** Without the marks of fonts; '' when there is none. */
function manual(name: string): string {
  const file = path.join(manuals, name);
  if (!existsSync(file)) return '';
  return readFileSync(file, 'utf8')
    .replaceAll('\\-', '-')
    .replaceAll(/\\f[A-Z]/g, '');
}

/** The options that a page explains, by the heads of its paragraphs. */
function explained(text: string): string[] {
  const section = /^\.SH OPTIONS\n([^]*?)^\.SH/m.exec(text)?.[1] ?? '';
  const heads = [...section.matchAll(/^\.TP\n(.*)/gm)].map(([, head = '']) => head);
  return heads.flatMap((head) => head.match(/(?<=^|[\s",])--?[a-zA-Z][a-z-]*/g) ?? []).sort();
}

/** What stands behind the options in the usage: `[name]`, `<shell>`. */
function words(command: Command): string[] {
  return command.registeredArguments.map((argument) => argument.name());
}

/** Its options are those of keepalived(8), and stand in failoverd(8). */
const likeRun = new Set(['run', 'cleanup']);

describe.each(program.commands.map((command) => [command.name(), command] as const))(
  '%s',
  (name, command) => {
    it('has every option in its manual', () => {
      const text = manual(likeRun.has(name) ? 'failoverd.8' : `failoverd-${name}.1`);
      const long = command.options
        .filter((option) => !option.hidden)
        .map((option) => option.long ?? '');
      expect(long.filter((flag) => !text.includes(flag))).toEqual([]);
    });

    it('says what it is in one line, as the others do', () => {
      expect(command.description()).toMatch(/^[a-z].*[^.]$/);
      for (const option of command.options)
        expect(option.description).not.toMatch(/^[A-Z][a-z]|[^.]\.$/);
    });

    it('is named in failoverd(8)', () => {
      expect(manual('failoverd.8')).toContain(`\n.B ${name}\n`);
    });
  },
);

/** What `run` takes is failoverd(8). */
const pages = program.commands
  .filter((command) => command.name() !== 'run')
  .map((command) => [command.name(), command] as const);

it.each(pages)('%s has a page of its own, with what it takes and nothing else', (name, command) => {
  const page = manual(`failoverd-${name}.1`);
  expect(page).toContain(`.B failoverd ${name}\n`);
  const synopsis = /^\.SH SYNOPSIS\n([^]*?)^\.SH/m.exec(page)?.[1] ?? '';
  for (const word of words(command)) expect(synopsis).toContain(word);
  const options = command.options.filter((option) => !option.hidden);
  const flags = options.flatMap(({ short, long }) => [short, long].filter((one) => one));
  const told = explained(page);
  if (likeRun.has(name)) expect(flags).toEqual(expect.arrayContaining(told));
  else expect(told).toEqual(flags.toSorted((a = '', b = '') => (a < b ? -1 : 1)));
  expect(manual('failoverd.8')).toContain(`failoverd-${name} (1)`);
});

it('no page is about a command that does not exist', () => {
  const names = readdirSync(manuals).map((file) => /^failoverd-(.+)\.1$/.exec(file)?.[1]);
  const known = program.commands.map((command) => command.name());
  expect(names.filter((name) => name !== undefined && !known.includes(name))).toEqual([]);
});

describe('the command as it is built', () => {
  const failoverd = (...args: readonly string[]) =>
    spawnSync(process.execPath, [path.join(manuals, '../dist/failoverd.js'), ...args], {
      encoding: 'utf8',
    });

  it('lists every command, and no other', () => {
    const section = /^Daemon:\n([^]*?)\n\nWithout/m.exec(failoverd('--help').stdout)?.[1] ?? '';
    const listed = [...section.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name);
    const known = program.commands.map((command) => command.name());
    expect(new Set(listed.filter((name) => name !== 'help'))).toEqual(new Set(known));
  });

  it('has a list of commands that fits on a screen', () => {
    const lines = failoverd('--help').stdout.split('\n');
    expect(lines.length).toBeLessThan(50);
    expect(lines.filter((line) => line.length > 90)).toEqual([]);
  });

  it.each(program.commands.map((command) => [command.name(), command] as const))(
    '%s has help that names every option, with an example',
    (name, command) => {
      const { status, stdout } = failoverd(name, '--help');
      expect(status).toBe(0);
      expect(stdout).toMatch(/\n\nExamples:\n {2}\S/);
      expect(stdout.split('\n').length).toBeLessThan(50);
      expect(stdout).toMatch(new RegExp(`^Usage: failoverd ${name} `));
      expect(failoverd('help', name).stdout).toBe(stdout);
      for (const { long, hidden } of command.options) if (!hidden) expect(stdout).toContain(long);
    },
  );
});

describe.each(shells)('completion for %s', (shell) => {
  const script = completionScript(shell, program);

  it('knows every command and every option', () => {
    for (const command of program.commands) {
      expect(script).toContain(command.name());
      for (const { long, hidden } of command.options) {
        if (!hidden) expect(script).toContain(long?.replace('--', shell === 'fish' ? '' : '--'));
      }
    }
  });

  it.runIf(hasProgram(shell))('is accepted by the shell', () => {
    // From a file: fish does not read from the socket that a child's input is here.
    const directory = mkdtempSync(path.join(tmpdir(), 'failoverd-completion-'));
    const file = path.join(directory, 'script');
    writeFileSync(file, script);
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    rmSync(directory, { recursive: true });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

it.runIf(hasProgram('bash'))('bash completes commands and their options', () => {
  const complete = (...words: readonly string[]): string[] => {
    const list = words.map((word) => `'${word}'`).join(' ');
    const ask = `COMP_WORDS=(failoverd ${list}); COMP_CWORD=${words.length}; _failoverd; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const input = `${completionScript('bash', program)}\n${ask}\n`;
    return spawnSync('bash', { input, encoding: 'utf8' }).stdout.trim().split('\n');
  };
  expect(complete('do')).toEqual(['doctor']);
  expect(complete('status', '--w')).toEqual(['--watch']);
  expect(complete('doctor', '--b')).toEqual(['--bundle']);
  expect(complete('--dump')).toEqual(['--dump-conf']);
  expect(complete('listen', 'l')).toEqual(['lo']);
});
