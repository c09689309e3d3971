// Help, manuals and completion come from different places and have to agree.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

function manual(name: string): string {
  const file = path.resolve(import.meta.dirname, '../../man', name);
  return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\\-', '-') : '';
}

describe.each(program.commands.map((command) => [command.name(), command] as const))(
  '%s',
  (name, command) => {
    it('has every option in its manual', () => {
      const text = manual(`failoverd-${name}.1`) || manual('failoverd.8');
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
