/**
 * `failoverd cleanup`: take away what a daemon that was killed left behind. It takes the daemon's own
 * options, so that a unit can hand both the same ones.
 */
import type { Command } from 'commander';
import { exitCodes } from './exitCodes.ts';
import { addRunOptions } from './runOptions.ts';
import type { RawRunOptions } from './runOptions.ts';

/** The others are taken, and mean nothing here. */
const heeded = new Set(['--use-file', '--config-id', '--namespace']);

export function addCleanupCommand(program: Command): void {
  const command = program
    .command('cleanup')
    .description('remove what a killed daemon left behind')
    .allowExcessArguments(false)
    .action(async (raw: RawRunOptions) => {
      const { cleanUp } = await import('../daemon/cleanup.ts');
      const { useFile: file, configId, namespace } = raw;
      const result = await cleanUp({ file, configId, namespace });
      for (const line of result.messages) process.stderr.write(`failoverd: ${line}\n`);
      process.exit(result.failure === undefined ? exitCodes.ok : exitCodes[result.failure]);
    });
  addRunOptions(command);
  for (const option of command.options) {
    if (!heeded.has(option.long ?? '')) option.hideHelp();
    if (option.long === '--namespace') option.description = 'the network namespace it ran in';
  }
}
