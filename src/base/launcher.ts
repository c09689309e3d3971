/**
 * The launcher: a small process that runs our scripts, so that this one, which is large, does not
 * fork (docs/adr/0008). It counts their time, ends them, keeps the end of what they print, and ends
 * all of them when this process is gone.
 *
 * It is started with the first script and again after it was killed. What it cannot do (another
 * user, without being root itself) or is not there for is done by `startChild`.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import os from 'node:os';
import { getSystemErrorName } from 'node:util';
import { explainNotStarted } from './childReason.ts';
import { innerCommandLine, startChild } from './child.ts';
import type { ChildHooks, ChildOutcome, ChildSpec, RunningChild } from './child.ts';
import { LauncherReports, runFrame, stopFrame } from './launcherFrames.ts';
import type { LauncherReport } from './launcherFrames.ts';
import { groupStarted, killGroup, leaderEnded } from './processGroups.ts';
import { checkScriptPath } from './scriptSecurity.ts';

/** Its name for the descriptor, see native/launcher/main.cc. */
const lineFd = 3;

export class Launcher {
  readonly #program: string;
  readonly #onTrouble: (sentence: string) => void;
  readonly #runs = new Map<number, LaunchedChild>();
  #process: ChildProcess | undefined;
  #reports = new LauncherReports();
  #lastId = 0;
  #gathering = false;
  #closed = false;

  constructor(program: string, onTrouble: (sentence: string) => void) {
    this.#program = program;
    this.#onTrouble = onTrouble;
  }

  /** Its process id, while there is one. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** As `startChild`. */
  start(spec: ChildSpec, hooks: ChildHooks = {}): RunningChild {
    const argv = innerCommandLine(spec);
    const foreign = spec.user !== undefined && process.geteuid?.() !== 0;
    const line = foreign || !isSayable(argv, spec) ? undefined : this.#line();
    if (line === undefined) return startChild(spec, hooks);
    do this.#lastId = (this.#lastId + 1) >>> 0;
    while (this.#runs.has(this.#lastId));
    const id = this.#lastId;
    const child = new LaunchedChild(spec, argv[0] ?? '', hooks, () => {
      this.#socket()?.write(stopFrame(id));
    });
    this.#runs.set(id, child);
    if (this.#runs.size === 1) line.ref();
    this.#gather(line);
    line.write(runFrame(id, argv, spec));
    return child;
  }

  /** Checks that are due together are asked for together, and their reports come together. */
  #gather(line: Socket): void {
    if (this.#gathering) return;
    this.#gathering = true;
    line.cork();
    setImmediate(() => {
      this.#gathering = false;
      line.uncork();
    });
  }

  /** Takes no more; what still runs is ended by it. */
  close(): void {
    this.#closed = true;
    this.#socket()?.end();
  }

  #line(): Socket | undefined {
    if (this.#process === undefined && !this.#closed) this.#begin();
    return this.#socket();
  }

  #socket(): Socket | undefined {
    return (this.#process?.stdio[lineFd] as Socket | null | undefined) ?? undefined;
  }

  #begin(): void {
    const child = spawn(this.#program, [], {
      // A session of its own: signals to our process group are not for it.
      detached: true,
      cwd: '/',
      env: {},
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    });
    child.on('error', () => this.#ended(child, 'could not be started'));
    if (child.pid === undefined) return;
    this.#process = child;
    this.#reports = new LauncherReports();
    child.on('exit', (code, signal) => {
      this.#ended(child, signal === null ? `ended with status ${code}` : `was ended by ${signal}`);
    });
    child.unref();
    const line = this.#socket();
    line?.unref();
    line?.on('error', () => undefined);
    line?.on('data', (chunk: Buffer) => {
      for (const report of this.#reports.push(chunk)) this.#take(report);
    });
  }

  #take(report: LauncherReport): void {
    const child = this.#runs.get(report.id);
    child?.take(report);
    if (child?.isOver === true) this.#forget(report.id);
  }

  #forget(id: number): void {
    this.#runs.delete(id);
    if (this.#runs.size === 0) this.#socket()?.unref();
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#process !== child) return;
    this.#process = undefined;
    if (!this.#closed) this.#onTrouble(`the launcher, which runs scripts, ${how}`);
    const lost = [...this.#runs.values()];
    this.#runs.clear();
    for (const run of lost) run.lose();
  }
}

type Ended = Extract<LauncherReport, { kind: 'ended' }>;

class LaunchedChild implements RunningChild {
  readonly outcome: Promise<ChildOutcome>;
  readonly #spec: ChildSpec;
  readonly #file: string;
  readonly #hooks: ChildHooks;
  readonly #sendStop: () => void;
  readonly #startedAt = performance.now();
  #resolve: (outcome: ChildOutcome) => void = () => undefined;
  #pid: number | undefined;
  #ending: 'timedOut' | 'stopped' | undefined;
  #hasEnded = false;
  #again: RunningChild | undefined;

  constructor(spec: ChildSpec, file: string, hooks: ChildHooks, sendStop: () => void) {
    this.#spec = spec;
    this.#file = file;
    this.#hooks = hooks;
    this.#sendStop = sendStop;
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  stop(): void {
    this.#again?.stop();
    if (this.#ending !== undefined || this.#hasEnded) return;
    this.#ending = 'stopped';
    this.#sendStop();
  }

  /** Nothing more will be heard of it. */
  get isOver(): boolean {
    return this.#hasEnded && this.#pid === undefined;
  }

  take(report: LauncherReport): void {
    switch (report.kind) {
      case 'started':
        this.#pid = report.pid;
        groupStarted(report.pid);
        return this.#hooks.onStarted?.(report.pid);
      case 'timeIsUp':
        if (this.#ending !== undefined) return;
        this.#ending = 'timedOut';
        return this.#hooks.onTimeout?.();
      case 'ended':
        this.#hasEnded = true;
        // A group that is being ended is ours until its last process is gone.
        if (!report.groupEnding) this.#released();
        return void this.#judge(report).then(this.#resolve);
      case 'groupIsGone':
        return this.#released();
    }
  }

  /**
   * The launcher is gone, and how this would have ended is not known: what is left of it is killed,
   * and it is run again without a launcher.
   */
  lose(): void {
    if (this.#pid !== undefined) killGroup(this.#pid);
    this.#pid = undefined;
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#ending === undefined) {
      this.#again = startChild(this.#spec, this.#hooks);
      return void this.#again.outcome.then(this.#resolve);
    }
    const durationMs = performance.now() - this.#startedAt;
    const facts = { durationMs, output: '', outputDropped: 0 };
    if (this.#ending === 'stopped') return this.#resolve({ kind: 'stopped', ...facts });
    this.#resolve({ kind: 'timedOut', timeoutMs: this.#spec.timeoutMs, ...facts });
  }

  #released(): void {
    if (this.#pid !== undefined) leaderEnded(this.#pid);
    this.#pid = undefined;
  }

  async #judge({ how, value, durationMs, output, outputDropped }: Ended): Promise<ChildOutcome> {
    const facts = { durationMs, output, outputDropped };
    if (this.#ending === 'stopped') return { kind: 'stopped', ...facts };
    if (this.#ending === 'timedOut') {
      return { kind: 'timedOut', timeoutMs: this.#spec.timeoutMs, ...facts };
    }
    if (how === 'exited') return { kind: 'exited', code: value, ...facts };
    if (how === 'signalled') return { kind: 'signalled', signal: signalName(value), ...facts };
    const { user, cwd } = this.#spec;
    if (how === 'refused') {
      return {
        kind: 'refused',
        reason: await explainRefusal(this.#file, user, output),
        durationMs,
      };
    }
    const errno = getSystemErrorName(-value);
    const reason = await explainNotStarted({ errno, file: this.#file, cwd, uid: user?.uid });
    return { kind: 'notStarted', errno, reason, durationMs };
  }
}

/** The launcher names the step alone. By now it may be another one, or have been mended. */
async function explainRefusal(
  file: string,
  user: ChildSpec['user'],
  step: string,
): Promise<string> {
  const verdict = await checkScriptPath(file, user);
  const found = verdict.kind === 'unsafe' && verdict.finding.asRoot ? verdict.finding : undefined;
  return found?.component === step
    ? found.reason
    : `${step} could be changed by others than root when it was to run`;
}

function signalName(number: number): string {
  const found = Object.entries(os.constants.signals).find(([, value]) => value === number);
  return found?.[0] ?? `signal ${number}`;
}

/** Whether this can be put to the kernel at all; if not, `startChild` says what is wrong. */
function isSayable(argv: readonly string[], spec: ChildSpec): boolean {
  const all = [...argv, spec.cwd, ...Object.entries(spec.env).flat()];
  return argv[0] !== undefined && argv[0] !== '' && !all.some((one) => one.includes('\0'));
}

let launcher: Launcher | undefined;

/** From now on scripts are run by this executable. */
export function openLauncher(program: string, onTrouble: (sentence: string) => void): void {
  closeLauncher();
  launcher = new Launcher(program, onTrouble);
}

/** No more scripts are run by it, and what still runs is ended. */
export function closeLauncher(): void {
  launcher?.close();
  launcher = undefined;
}

/** Starts a script: by the launcher where there is one. */
export function startLaunched(spec: ChildSpec, hooks: ChildHooks = {}): RunningChild {
  return launcher?.start(spec, hooks) ?? startChild(spec, hooks);
}
