/** `failoverd completion SHELL`. */
import type { Command } from 'commander';
import { completionScript, shells } from './completion.ts';
import type { Shell } from './completion.ts';
import { exitCodes } from './exitCodes.ts';

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('print a completion script for bash, zsh or fish')
    .argument('<shell>', shells.join(', '))
    .allowExcessArguments(false)
    .action((shell: string) => {
      if (!(shells as readonly string[]).includes(shell)) {
        process.stderr.write(`failoverd completion: use ${shells.join(', ')}\n`);
        process.exitCode = exitCodes.failure;
        return;
      }
      process.stdout.write(completionScript(shell as Shell, program));
    });
}
