/**
 * A script as the configuration names it: found, judged, run and its end put in words. What health
 * checks and notify scripts have in common.
 */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { ChildHooks, ChildOutcome, ChildSpec, ChildUser, RunningChild } from './child.ts';
import { startLaunched } from './launcher.ts';
import { checkScriptPath } from './scriptSecurity.ts';
import type { SecurityVerdict } from './scriptSecurity.ts';
import { defaultPath, scriptEnvironment } from './scriptEnv.ts';

/** A command of the configuration, with the words already split. */
export interface ScriptCommand {
  readonly argv: readonly string[];
  readonly user?: ChildUser | undefined;
  /** Runs `argv[0]` as a command line of /bin/sh. */
  readonly useShell?: boolean | undefined;
  /** Instead of running anything: succeeds while this file can be opened for reading. */
  readonly openFile?: string | undefined;
}

/** What holds for every script of a daemon (`global_defs` and command line). */
export interface ScriptPolicy {
  /** `enable_script_security`: a script that others could change is refused, not warned about. */
  readonly enforceSecurity: boolean;
  /** File mode creation mask for scripts; undefined leaves it the daemon's. */
  readonly umask?: number | undefined;
  /** The environment that scripts inherit from, usually `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How long after SIGTERM a script's process group gets SIGKILL, in milliseconds. */
  readonly killGraceMs: number;
  /** How much of the end of a script's output is kept, in bytes. */
  readonly maxOutputBytes: number;
}

/** What is used where nothing is configured; the grace period is keepalived's. */
export const defaultScriptPolicy: ScriptPolicy = {
  enforceSecurity: false,
  environment: process.env,
  killGraceMs: 2000,
  maxOutputBytes: 4096,
};

/** One run of a script. */
export interface ScriptRun {
  readonly command: ScriptCommand;
  readonly policy: ScriptPolicy;
  readonly timeoutMs: number;
  /** Variables on top of the inherited environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly stdin?: string | undefined;
}

/** How a run ended; `refused` means that script security forbade it. */
export type ScriptOutcome = ChildOutcome;

export interface RunningScript {
  /** Never rejects. */
  readonly outcome: Promise<ScriptOutcome>;
  stop(): void;
}

/** How scripts are started; tests in virtual time put their own in its place. */
export type StartScript = (run: ScriptRun, hooks?: ChildHooks) => RunningScript;

/** Starts a script. Every trouble comes out of `outcome`. */
export const startScript: StartScript = (run, hooks = {}) => {
  const command = runnable(run.command);
  const program = programOf(command);
  const start = (file: string): RunningChild =>
    startLaunched(childSpec({ ...run, command }, file), hooks);
  if (program.includes('/')) return start(program);
  return startLater(findInPath(program, run.policy.environment['PATH']), start);
};

/** A script whose file is still being looked for. */
function startLater(file: Promise<string>, start: (file: string) => RunningChild): RunningScript {
  let child: RunningChild | undefined;
  let stopped = false;
  const begin = async (): Promise<ScriptOutcome> => {
    const found = await file;
    if (stopped) return { kind: 'stopped', durationMs: 0, output: '', outputDropped: 0 };
    child = start(found);
    return child.outcome;
  };
  const stop = (): void => {
    stopped = true;
    child?.stop();
  };
  return { outcome: begin(), stop };
}

function programOf(command: ScriptCommand): string {
  return command.useShell === true ? '/bin/sh' : (command.argv[0] ?? '');
}

/**
 * Opening a file is left to a process of its own like everything else: it has a user, and a file
 * system that does not answer must not take a thread of ours with it.
 */
function runnable(command: ScriptCommand): ScriptCommand {
  const { openFile, user } = command;
  if (openFile === undefined) return command;
  return { argv: ['/bin/sh', '-c', 'exec < "$1"', 'sh', openFile], user };
}

/** What is known of a script before it runs. */
export interface ScriptInspection {
  /** The program that would be executed: an absolute path where one was found. */
  readonly file: string;
  readonly verdict: SecurityVerdict;
}

/** Looks at a script without running it. */
export async function inspectScript(
  command: ScriptCommand,
  policy: Pick<ScriptPolicy, 'environment'>,
): Promise<ScriptInspection> {
  const program = programOf(command);
  const file = program.includes('/')
    ? program
    : await findInPath(program, policy.environment['PATH']);
  if (!file.startsWith('/'))
    return { file, verdict: { kind: 'unreadable', errno: 'ENOENT', component: file } };
  return { file, verdict: await checkScriptPath(file, command.user) };
}

async function findInPath(name: string, path: string | undefined): Promise<string> {
  for (const directory of (path ?? defaultPath).split(':')) {
    const candidate = `${directory}/${name}`;
    if (directory.startsWith('/') && (await isExecutable(candidate))) return candidate;
  }
  return name;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function childSpec(run: ScriptRun, file: string): ChildSpec {
  const { command, policy } = run;
  const argv = command.useShell === true ? command.argv : [file, ...command.argv.slice(1)];
  return {
    argv,
    user: command.user,
    timeoutMs: run.timeoutMs,
    killGraceMs: policy.killGraceMs,
    env: environmentOf(run),
    cwd: '/',
    stdin: run.stdin,
    maxOutputBytes: policy.maxOutputBytes,
    useShell: command.useShell,
    umask: policy.umask,
    refuseUnsafe: policy.enforceSecurity,
  };
}

const environments = new WeakMap<ScriptPolicy, Readonly<Record<string, string>>>();

/** A check has the same at every run: reading `process.env` costs as much as all the rest. */
function environmentOf({ policy, env }: ScriptRun): Readonly<Record<string, string>> {
  if (env !== undefined) return scriptEnvironment(policy.environment, env);
  const known = environments.get(policy);
  if (known !== undefined) return known;
  const made = scriptEnvironment(policy.environment);
  environments.set(policy, made);
  return made;
}

/** A run's end as a predicate for "the script ...", without a full stop. */
export function describeOutcome(outcome: ScriptOutcome): string {
  switch (outcome.kind) {
    case 'exited':
      return outcome.code === 0 ? 'succeeded' : `exited with status ${outcome.code}`;
    case 'signalled':
      return `was killed by ${outcome.signal}`;
    case 'timedOut':
      return `did not end within ${seconds(outcome.timeoutMs)} and was killed`;
    case 'stopped':
      return 'was stopped';
    case 'notStarted':
      return `could not be started: ${outcome.reason}`;
    case 'refused':
      return `was refused for security: ${outcome.reason}`;
  }
}

/** The same with the last line of what it printed, where that may say why it failed. */
export function explainOutcome(outcome: ScriptOutcome): string {
  const said = 'output' in outcome && !isSuccess(outcome) ? lastLine(outcome.output) : '';
  return said === '' ? describeOutcome(outcome) : `${describeOutcome(outcome)}: ${said}`;
}

/** So much of a script's last line goes into a sentence. */
const lastLineMax = 160;

function lastLine(output: string): string {
  const line = output.trimEnd().split('\n').at(-1)?.trim() ?? '';
  // What a script prints is somebody else's text: nothing in it may draw on a terminal.
  const plain = line.replaceAll(/[^\x20-\x7e\u00a0-\uffff]/g, '?');
  return plain.length > lastLineMax ? `${plain.slice(0, lastLineMax)}...` : plain;
}

/** Whether a run says that what it checked is well; everything but exit status 0 says it is not. */
export function isSuccess(outcome: ScriptOutcome): boolean {
  return outcome.kind === 'exited' && outcome.code === 0;
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(3))} s`;
}
