/** `failoverd reload`: the file in place of what runs, or with --plan what that would do. */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { wantsColor } from '../base/terminal.ts';
import { trialSeconds } from '../daemon/reload/trial.ts';
import type { ControlClient, ReloadPlan } from '../observe/controlClient.ts';
import { ControlError } from '../observe/controlClient.ts';
import { withClient } from './controlSocket.ts';
import type { SocketOptions } from './controlSocket.ts';
import { exitCodes } from './exitCodes.ts';
import { secondsOf } from './howLong.ts';
import { reloadPlanText } from './reloadPlanText.ts';

interface ReloadOptions extends SocketOptions {
  readonly plan?: true;
  readonly dryRun?: true;
  readonly json?: true;
  /** Seconds. */
  readonly confirmWithin?: number;
  readonly confirm?: true;
}

/** Its options and what it does; `command` has those that choose a daemon. */
export function defineReload(command: Command): void {
  const plan = new Option('--plan', 'say what a reload would do, and change nothing');
  const within = new Option('--confirm-within <TIME>', 'go back unless confirmed: 60s, 10m, 1h');
  const confirm = new Option('--confirm', 'keep what was reloaded with --confirm-within');
  command
    .addOption(plan.conflicts(['confirmWithin', 'confirm']))
    .option('--json', 'the plan as JSON')
    .addOption(within.argParser(readTrial).conflicts('confirm'))
    .addOption(confirm)
    // What other programs call it leads here, and is no second name.
    .addOption(new Option('--dry-run').hideHelp())
    .action(reload);
}

async function reload(options: ReloadOptions, command: Command): Promise<void> {
  if (options.dryRun === true) {
    command.error("error: unknown option '--dry-run'\n(Did you mean --plan?)");
  }
  if (options.plan === true) return withClient(options, (client) => plan(client, options));
  if (options.json === true) command.error("error: option '--json' belongs to '--plan'");
  const { confirm, confirmWithin } = options;
  await withClient(options, async (client) => {
    const trial = confirmWithin === undefined ? {} : { confirmWithin };
    const outcome = await (confirm === true ? client.confirm() : client.reload(trial));
    const { ok, sentence } = outcome;
    (ok ? process.stdout : process.stderr).write(`${sentence}\n`);
    if (!ok) process.exitCode = confirm === true ? exitCodes.failure : exitCodes.configError;
  });
}

function readTrial(text: string): number {
  const seconds = secondsOf(text);
  const { least, most } = trialSeconds;
  if (seconds !== undefined && seconds >= least && seconds <= most) return seconds;
  throw new InvalidArgumentError(`Use ${least}s to ${most / 3600}h, as 60s, 10m or 1h.`);
}

async function plan(client: ControlClient, options: ReloadOptions): Promise<void> {
  const answer = await asked(client);
  const { useFile } = options;
  if (useFile !== undefined && !isSameFile(useFile, answer.file)) {
    throw new Error(
      `this daemon reads ${answer.file}, not ${useFile}: put the new text there, which changes nothing until a reload`,
    );
  }
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(answer, null, process.stdout.isTTY ? 2 : undefined)}\n`
      : reloadPlanText(answer, wantsColor(process.stdout)),
  );
  if (!answer.ok) process.exitCode = exitCodes.configError;
  else if (answer.disturbs) process.exitCode = exitCodes.disturbs;
}

async function asked(client: ControlClient): Promise<ReloadPlan> {
  try {
    return await client.plan();
  } catch (error) {
    if (!(error instanceof ControlError) || error.code !== 'unknownMethod') throw error;
    throw new Error('this daemon is an older one that cannot tell: upgrade it first', {
      cause: error,
    });
  }
}

function isSameFile(one: string, other: string): boolean {
  return real(one) === real(other);
}

function real(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return path.resolve(file);
  }
}
