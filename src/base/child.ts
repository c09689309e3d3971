/**
 * Running one command and knowing exactly how it ended.
 *
 * Health checks and notify scripts belong to other people: they hang, leave things running, print
 * without end, disappear during an upgrade. So every command
 * - is the leader of its own session and process group, and a command that outstays its time is
 *   ended as a group: SIGTERM, and SIGKILL a grace period later for whoever is left;
 * - is over for us when its own process has ended, whoever still holds its pipes;
 * - ends in one of a few named ways (`ChildOutcome`), of which exactly one means success;
 * - is forked on a turn of the event loop of its own, so a hundred due at once do not stall it.
 */
import type { ChildProcess } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import type { Readable } from 'node:stream';
import { explainNotStarted } from './childReason.ts';
import { collectOutput, leaveLingering, OutputTail } from './childOutput.ts';
import { endGroup, groupStarted, leaderEnded } from './processGroups.ts';
import { checkScriptPath } from './scriptSecurity.ts';

/** Whom a command runs as; numbers only, names are resolved when the configuration is read. */
export interface ChildUser {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. None (the default) leaves the command with `gid` alone. */
  readonly groups?: readonly number[];
}

export interface ChildSpec {
  /** The program and its arguments. A program without a slash is looked up in `env.PATH`. */
  readonly argv: readonly string[];
  /** Undefined runs the command as whoever we are. */
  readonly user?: ChildUser | undefined;
  /** How long it may run, in milliseconds; Infinity for as long as it likes. */
  readonly timeoutMs: number;
  /** How long after SIGTERM the rest of its process group gets SIGKILL. */
  readonly killGraceMs: number;
  /** The whole environment; nothing of ours is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Text for its standard input; undefined gives it /dev/null. */
  readonly stdin?: string | undefined;
  /** How much of the end of its output is kept; 0 gives it /dev/null and is the fastest. */
  readonly maxOutputBytes: number;
  /** Runs `argv[0]` as a command line of /bin/sh, the other words as $1, $2 and so on. */
  readonly useShell?: boolean | undefined;
  /** File mode creation mask for the command; undefined leaves it ours. */
  readonly umask?: number | undefined;
  /**
   * Whether it is not run where it would get root's rights and others could change it: looked at
   * right before it is executed.
   */
  readonly refuseUnsafe?: boolean | undefined;
}

/** What is known of every command that was started. */
export interface ChildFacts {
  /** From the fork to the end of the command's own process, in milliseconds. */
  readonly durationMs: number;
  /** The end of what it wrote to standard output and standard error, in the order of arrival. */
  readonly output: string;
  /** How many bytes of output came before that and were not kept. */
  readonly outputDropped: number;
}

/** How a command ended. Only `exited` with code 0 is a success. */
export type ChildOutcome =
  | ({ readonly kind: 'exited'; readonly code: number } & ChildFacts)
  | ({ readonly kind: 'signalled'; readonly signal: string } & ChildFacts)
  | ({ readonly kind: 'timedOut'; readonly timeoutMs: number } & ChildFacts)
  /** Ended because `stop()` was called. */
  | ({ readonly kind: 'stopped' } & ChildFacts)
  /** It is unsafe and was not run. `reason` is a sentence for people. */
  | { readonly kind: 'refused'; readonly reason: string; readonly durationMs: number }
  /** There never was a process. `reason` is a sentence for people. */
  | {
      readonly kind: 'notStarted';
      readonly errno: string;
      readonly reason: string;
      readonly durationMs: number;
    };

export interface ChildHooks {
  /** Called at the moment the time is up: the command is still running and is being ended. */
  readonly onTimeout?: (() => void) | undefined;
  /** Called when there is a process. */
  readonly onStarted?: ((pid: number) => void) | undefined;
}

/** A command under way. */
export interface RunningChild {
  /** Never rejects. Resolves when the command's own process has ended or could not be started. */
  readonly outcome: Promise<ChildOutcome>;
  /** Ends the command and its process group; the outcome will be `stopped`. */
  stop(): void;
}

/** Starts a command. Errors of every kind come out of `outcome`; this never throws. */
export function startChild(spec: ChildSpec, hooks: ChildHooks = {}): RunningChild {
  return new Child(spec, hooks);
}

/** Starts a command and waits for its end. */
export function runChild(spec: ChildSpec): Promise<ChildOutcome> {
  return startChild(spec).outcome;
}

/** After the process ended, its last words may still be in the pipe: this long is given to them. */
const lastWordsMs = 25;

type Ending = 'timedOut' | 'stopped';

class Child implements RunningChild {
  readonly outcome: Promise<ChildOutcome>;
  readonly #spec: ChildSpec;
  readonly #hooks: ChildHooks;
  readonly #tail: OutputTail;
  #resolve: (outcome: ChildOutcome) => void = () => undefined;
  #pid: number | undefined;
  #startedAt = performance.now();
  #deadline: NodeJS.Timeout | undefined;
  #ending: Ending | undefined;

  constructor(spec: ChildSpec, hooks: ChildHooks) {
    this.#spec = spec;
    this.#hooks = hooks;
    this.#tail = new OutputTail(Math.max(spec.maxOutputBytes, needsSetpriv(spec) ? 256 : 0));
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    onOwnTurn(() => void this.#begin());
  }

  stop(): void {
    this.#end('stopped');
  }

  async #begin(): Promise<void> {
    const failures: unknown[] = [];
    try {
      const { execa } = await import('execa');
      this.#startedAt = performance.now();
      const fault = await refusalOf(this.#spec);
      if (this.#ending !== undefined) return this.#resolve({ kind: 'stopped', ...this.#facts() });
      if (fault !== undefined) {
        const { durationMs } = this.#facts();
        return this.#resolve({ kind: 'refused', reason: fault, durationMs });
      }
      const [file, ...args] = commandLine(this.#spec);
      const start = () => execa(file ?? '', args, execaOptions(this.#spec));
      const process = withUmask(this.#spec.umask, () => hearingFailures(failures, start));
      if (process.pid === undefined) return await this.#failed((await process).cause);
      process.catch(() => undefined); // The exit event tells us all; this promise waits for pipes.
      this.#started(process, process.pid);
    } catch (error) {
      await nextTurnOfLoop(); // Node tells the failure of a process on the next tick.
      await this.#failed(failures[0] ?? error);
    }
  }

  #started(process: ChildProcess, pid: number): void {
    const { spec, outputs } = { spec: this.#spec, outputs: [process.stdout, process.stderr] };
    this.#pid = pid;
    groupStarted(pid);
    const streams = outputs.filter((stream): stream is Readable => stream !== null);
    for (const stream of streams) collectOutput(stream, this.#tail);
    if (process.stdin !== null) {
      process.stdin.on('error', () => undefined); // It need not read what it is told.
      process.stdin.end(spec.stdin);
    }
    process.once('exit', (code, signal) => void this.#exited(code, signal, streams));
    if (spec.timeoutMs < 2 ** 31) {
      this.#deadline = setTimeout(() => this.#end('timedOut'), Math.ceil(spec.timeoutMs));
    }
    this.#hooks.onStarted?.(pid);
  }

  #end(why: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = why;
    clearTimeout(this.#deadline);
    if (this.#pid === undefined) return;
    endGroup(this.#pid, this.#spec.killGraceMs);
    if (why === 'timedOut') this.#hooks.onTimeout?.();
  }

  async #exited(code: number | null, signal: string | null, streams: Readable[]): Promise<void> {
    clearTimeout(this.#deadline);
    const durationMs = performance.now() - this.#startedAt;
    await lastWords(streams);
    for (const stream of streams) leaveLingering(stream);
    const facts = { ...this.#facts(), durationMs };
    this.#tail.close();
    if (this.#ending === undefined && this.#pid !== undefined) leaderEnded(this.#pid);
    this.#pid = undefined; // From here on the number may belong to somebody else.
    this.#resolve(this.#judge(code, signal, facts));
  }

  #judge(code: number | null, signal: string | null, facts: ChildFacts): ChildOutcome {
    if (this.#ending === 'stopped') return { kind: 'stopped', ...facts };
    if (this.#ending === 'timedOut') {
      return { kind: 'timedOut', timeoutMs: this.#spec.timeoutMs, ...facts };
    }
    if (code === null)
      return { kind: 'signalled', signal: signal ?? 'an unknown signal', ...facts };
    const wrapped = wrapperFailure(this.#spec, code, facts.output);
    if (wrapped !== undefined) {
      const { durationMs } = facts;
      return { kind: 'notStarted', errno: wrapped.errno, reason: wrapped.reason, durationMs };
    }
    return { kind: 'exited', code, ...facts };
  }

  async #failed(error: unknown): Promise<void> {
    const { user, cwd } = this.#spec;
    const file = commandLine(this.#spec)[0] ?? '';
    const errno = errorCode(error) ?? 'EINVAL';
    const known = errorCode(error) !== undefined || !(error instanceof Error);
    const failure = { errno, file, cwd, uid: user?.uid };
    const reason = known ? await explainNotStarted(failure) : firstLine(error.message);
    const durationMs = performance.now() - this.#startedAt;
    this.#resolve({ kind: 'notStarted', errno, reason, durationMs });
  }

  #facts(): ChildFacts {
    const durationMs = performance.now() - this.#startedAt;
    return { durationMs, output: this.#tail.text(), outputDropped: this.#tail.dropped() };
  }
}

/** Why a command may not run; undefined: it may. */
async function refusalOf(spec: ChildSpec): Promise<string | undefined> {
  if (spec.refuseUnsafe !== true) return undefined;
  const verdict = await checkScriptPath(innerCommandLine(spec)[0] ?? '', spec.user);
  if (verdict.kind !== 'unsafe' || !verdict.finding.asRoot) return undefined;
  return verdict.finding.reason;
}

/** setpriv(1), of util-linux, is how a command gets supplementary groups. */
const setpriv = '/usr/bin/setpriv';

function needsSetpriv(spec: ChildSpec): boolean {
  return (spec.user?.groups?.length ?? 0) > 0;
}

/** The words of the command, with the shell that it asks for. */
export function innerCommandLine(spec: ChildSpec): readonly string[] {
  const [first = '', ...rest] = spec.argv;
  return spec.useShell === true ? ['/bin/sh', '-c', first, 'sh', ...rest] : spec.argv;
}

/** The words that are really executed. */
function commandLine(spec: ChildSpec): readonly string[] {
  const inner = innerCommandLine(spec);
  if (spec.user === undefined || !needsSetpriv(spec)) return inner;
  // The fork in Node and libuv drops every supplementary group when it changes the user, so
  // a program in between has to set them. It drops ambient capabilities as well.
  const { uid, gid, groups = [] } = spec.user;
  const flags = [`--reuid=${uid}`, `--regid=${gid}`, `--groups=${groups.join(',')}`];
  return [setpriv, ...flags, '--inh-caps=-all', '--ambient-caps=-all', '--', ...inner];
}

/** setpriv ends with 126 or 127 and a line of its own when the command never ran. */
function wrapperFailure(
  spec: ChildSpec,
  code: number,
  output: string,
): { errno: string; reason: string } | undefined {
  if (!needsSetpriv(spec) || (code !== 126 && code !== 127)) return undefined;
  const complaint = /^setpriv: (.*)$/m.exec(output)?.[1];
  if (complaint === undefined) return undefined;
  if (!complaint.startsWith('failed to execute')) return { errno: 'EPERM', reason: complaint };
  return { errno: code === 127 ? 'ENOENT' : 'EACCES', reason: complaint };
}

/** Our part of execa's options, spelled out once so that their types are exact. */
function execaOptions(spec: ChildSpec) {
  const output = spec.maxOutputBytes > 0 || needsSetpriv(spec) ? 'pipe' : 'ignore';
  const { user } = spec;
  return {
    cwd: spec.cwd,
    env: { ...spec.env },
    extendEnv: false,
    detached: true, // setsid(2): a session and process group of its own.
    cleanup: false, // execa's exit listeners would fight with the daemon's own way to stop.
    reject: false,
    buffer: false,
    stdin: spec.stdin === undefined ? 'ignore' : 'pipe',
    stdout: output,
    stderr: output,
    ...(user !== undefined && !needsSetpriv(spec) ? { uid: user.uid, gid: user.gid } : {}),
  } as const;
}

/** The fork copies our mask, so it is changed around it; both calls are in one turn of the loop. */
function withUmask<T>(umask: number | undefined, action: () => T): T {
  if (umask === undefined) return action();
  const before = process.umask(umask);
  try {
    return action();
  } finally {
    process.umask(before);
  }
}

const births = channel('child_process');

/**
 * Without a free descriptor a process has no pipes, over which execa stumbles before it listens for
 * the error that Node tells of the process; told to nobody, that would end us.
 */
function hearingFailures<T>(failures: unknown[], action: () => T): T {
  const hear = (born: unknown): void => {
    const { process } = born as { process: ChildProcess };
    process.on('error', (error) => failures.push(error));
  };
  births.subscribe(hear);
  try {
    return action();
  } finally {
    births.unsubscribe(hear);
  }
}

/** The name of a system error, such as `ENOENT`; undefined for errors that have none. */
function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return errorCode(error.cause);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** Waits until every pipe is at its end, but not for pipes that somebody else keeps open. */
async function lastWords(streams: readonly Readable[]): Promise<void> {
  const open = streams.filter((stream) => !stream.readableEnded && !stream.destroyed);
  if (open.length === 0) return;
  const ends = open.map((stream) => new Promise((resolve) => stream.once('close', resolve)));
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => {
    // A loop that was busy meanwhile has not read the pipes yet: one more turn after the timer.
    timer = setTimeout(() => setImmediate(() => setImmediate(resolve)), lastWordsMs);
  });
  await Promise.race([Promise.all(ends), patience]);
  clearTimeout(timer);
}

function nextTurnOfLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const waitingForATurn: (() => void)[] = [];

/** Calls the actions in order, one on each turn of the event loop. */
function onOwnTurn(action: () => void): void {
  waitingForATurn.push(action);
  if (waitingForATurn.length === 1) setImmediate(nextTurn);
}

function nextTurn(): void {
  const action = waitingForATurn[0];
  action?.();
  waitingForATurn.shift();
  if (waitingForATurn.length > 0) setImmediate(nextTurn);
}
