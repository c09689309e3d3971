/** `failoverd run`: the daemon. */
import type { Command } from 'commander';
import type { FailureKind } from '../daemon/options.ts';
import { Signals } from '../daemon/signals.ts';
import { exitCodes } from './exitCodes.ts';
import type { ExitCode } from './exitCodes.ts';
import { addRunOptions, toDaemonOptions } from './runOptions.ts';
import type { RawRunOptions } from './runOptions.ts';

export function addRunCommand(program: Command): Command {
  const command = program
    .command('run')
    .description('run the daemon, in the foreground')
    .allowExcessArguments(false)
    .action(async (options: RawRunOptions) => run(options));
  return addRunOptions(command);
}

async function run(raw: RawRunOptions): Promise<void> {
  if (raw.signum !== undefined) {
    process.stdout.write(`${raw.signum}\n`);
    return;
  }
  if (raw.configTest === true) {
    const { runConfigTest } = await import('./check.ts');
    process.exitCode = await runConfigTest(toConfigTest(raw));
    return;
  }
  if (raw.check === true && raw.vrrp !== true) {
    process.stderr.write(
      'failoverd: with -C alone there is nothing to do: it has no LVS checkers\n',
    );
    process.exitCode = exitCodes.failure;
    return;
  }
  const signals = new Signals();
  signals.install();
  const { runDaemon } = await import('../daemon/run.ts');
  const end = await runDaemon(toDaemonOptions(raw, process.stderr.isTTY), signals);
  // Whatever is still open (a pipe, a timer) has had its time.
  process.exit(end.kind === 'failed' ? codeOf[end.why] : exitCodes.ok);
}

const codeOf: Readonly<Record<FailureKind, ExitCode>> = {
  configError: exitCodes.configError,
  noConfig: exitCodes.noConfig,
  alreadyRunning: exitCodes.alreadyRunning,
  noPermission: exitCodes.noPermission,
  failure: exitCodes.failure,
  internal: exitCodes.internal,
};

function toConfigTest(raw: RawRunOptions) {
  return {
    file: raw.useFile,
    configId: raw.configId,
    logFile: raw.configTestLog,
    allIncludes: raw.allConfig === true,
  };
}
