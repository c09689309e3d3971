/**
 * The command. `failoverd -f FILE` is `failoverd run -f FILE`, so that it can stand where keepalived
 * stood. Everything heavy is imported by the command that needs it: the first advert should leave
 * within a quarter of a second of exec.
 */
import { Command, CommanderError } from 'commander';
import { errorText } from '../base/errorText.ts';
import { version } from '../base/version.ts';
import { nearest } from '../config/suggest.ts';
import { addCleanupCommand } from './cleanupCommand.ts';
import { addCompletionCommand } from './completionCommand.ts';
import { exitCodes } from './exitCodes.ts';
import { fromGetopt } from './getopt.ts';
import { addHelp } from './help.ts';
import { addDoctorCommand } from './doctorCommand.ts';
import { addListenCommand } from './listenCommand.ts';
import { addReplayCommand } from './replayCommand.ts';
import { addRunCommand } from './runCommand.ts';

/** Commands that ask a running daemon. */
const controlCommands = new Set([
  'status',
  'why',
  'events',
  'reload',
  'drain',
  'undrain',
  'upgrade',
  'record',
]);

/** Commands beside `run`, which is meant when none of them is the first word. */
const otherCommands = new Set([
  'run',
  'check',
  'cleanup',
  'listen',
  'replay',
  'doctor',
  'completion',
  'help',
  ...controlCommands,
]);

const helpWords = new Set(['-h', '--help', 'help']);

async function main(words: readonly string[]): Promise<void> {
  const program = new Command('failoverd');
  program
    .description('VRRP failover daemon that reads your keepalived.conf')
    .version(`failoverd ${version}`, '-v, --version')
    .helpOption('-h, --help', 'show this help')
    .exitOverride();
  addRunCommand(program);
  addCleanupCommand(program);
  if ([...controlCommands, 'completion', ...helpWords].includes(words[0] ?? '')) {
    const { addControlCommands } = await import('./controlCommands.ts');
    addControlCommands(program);
  }
  if (['check', 'completion', ...helpWords].includes(words[0] ?? '')) {
    const { addCheckCommand } = await import('./check.ts');
    addCheckCommand(program);
  }
  addDoctorCommand(program);
  addListenCommand(program);
  addReplayCommand(program);
  addCompletionCommand(program);
  addHelp(program);
  const arranged = arrange(words);
  // These two have an end of their own: orderly, whoever still reads.
  if (!['run', 'listen'].includes(arranged[0] ?? '')) endWithTheReader();
  await program.parseAsync(arranged, { from: 'user' });
}

/** `failoverd events | head -1`: who has read enough is no fault. A full disk is one. */
function endWithTheReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.ok);
    process.stderr.write(`failoverd: standard output: ${errorText(error)}\n`);
    process.exit(exitCodes.failure);
  });
}

/** The words as commander wants them: a command first, options in its own form. */
function arrange(words: readonly string[]): string[] {
  const first = words[0] ?? '';
  if (['-h', '--help', '-v', '--version'].includes(first)) return [...words];
  const asked = first === 'help' ? (words[1] ?? first) : first;
  if (/^[a-z]/.test(asked) && !otherCommands.has(asked)) throw new UnknownCommand(asked);
  if (!otherCommands.has(first)) return ['run', ...fromGetopt(words)];
  const likeRun = first === 'run' || first === 'cleanup';
  return likeRun ? [first, ...fromGetopt(words.slice(1))] : [...words];
}

/** A first word that is neither a command nor an option. */
class UnknownCommand extends Error {
  constructor(word: string) {
    const near = nearest(word, otherCommands);
    const meant = near === null ? '' : ` (did you mean ${near}?)`;
    super(`there is no command ${word}${meant}; failoverd --help lists them`);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UnknownCommand) {
    process.stderr.write(`failoverd: ${error.message}\n`);
    return exitCodes.failure;
  }
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.failure;
  }
  process.stderr.write(`failoverd: ${errorText(error)}\n`);
  if (error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  return exitCodes.internal;
}

// Not awaited here: a bundle with bytecode is no ES module, and has no await at its top.
void main(process.argv.slice(2)).catch((error: unknown) => {
  process.exitCode = exitCodeOf(error);
});
