import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from './eventually.ts';

/** How a process ended: an exit code, or the signal that ended it. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface LabProcessOptions {
  /** For messages. */
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The lab's directory of process ids, from which the janitor ends what outlives its owner. */
  readonly pidDirectory: string;
  /** The command is a wrapper that forks (nsenter into a pid namespace): the child is meant. */
  readonly wrapped?: boolean;
}

/** One long-running process of a lab, in a process group of its own so that Ctrl-C spares it. */
export class LabProcess {
  readonly name: string;
  /** Standard output and error, line by line, in order of arrival. */
  readonly lines: string[] = [];
  readonly ended: Promise<Ending>;
  #ending: Ending | undefined;
  #endedAt = 0;
  #pid = 0;
  readonly #child: ChildProcess;
  readonly #listeners = new Set<(line: string) => void>();

  private constructor(options: LabProcessOptions) {
    const [file = '', ...args] = options.argv;
    this.name = options.name;
    this.#child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(options.env && { env: { ...process.env, ...options.env } }),
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#hear(line));
    }
    this.ended = new Promise((resolve) => {
      const finish = (ending: Ending): void => {
        this.#ending = ending;
        this.#endedAt = performance.now();
        resolve(ending);
      };
      this.#child.on('error', (error) => {
        this.#hear(error.message);
        finish({ code: 127, signal: null });
      });
      // Not 'close': a grandchild may hold the pipes for longer than the process lives.
      this.#child.on('exit', (code, signal) => finish({ code, signal }));
    });
  }

  static async start(options: LabProcessOptions): Promise<LabProcess> {
    const started = new LabProcess(options);
    const outer = started.#child.pid;
    if (outer === undefined) throw new Error(`${options.name}: ${started.lines.join(' ')}`);
    started.#remember(outer, options.pidDirectory);
    started.#pid = options.wrapped
      ? await eventually(
          `${options.name} to start`,
          () => {
            if (started.#ending) throw new Error(started.tail());
            return childrenOf(outer)[0];
          },
          { everyMs: 2, timeoutMs: 10_000 },
        )
      : outer;
    return started;
  }

  /** The process id as the machine's first pid namespace counts. */
  get pid(): number {
    return this.#pid;
  }

  get running(): boolean {
    return this.#ending === undefined;
  }

  /** Calls back with every further line; the returned function stops that. */
  onLine(listener: (line: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends a signal, unless the process has ended already. */
  signal(signal: NodeJS.Signals | number): void {
    if (!this.running) return;
    sendSignal(this.#pid, signal);
    // A wrapper stops itself when its child is stopped, and would not see the child end.
    const wrapper = this.#child.pid ?? this.#pid;
    if (wrapper !== this.#pid && signal === 'SIGKILL') sendSignal(wrapper, 'SIGCONT');
  }

  /** Asks the process to end, insists after `patienceMs`, and tells how it ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', patienceMs = 15_000): Promise<Ending> {
    this.signal(signal);
    const timer = setTimeout(() => this.signal('SIGKILL'), patienceMs);
    try {
      return await this.ended;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits for a line that matches, among those heard already and those to come. */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<string> {
    return eventually(
      `a line ${pattern} from ${this.name}`,
      () => {
        const line = this.lines.find((candidate) => pattern.test(candidate));
        if (line === undefined && this.#isSilent()) throw new Error(`it ended:\n${this.tail()}`);
        return line;
      },
      timeoutMs === undefined ? {} : { timeoutMs },
    );
  }

  /** The last lines, for a message about a failure. */
  tail(count = 60): string {
    return this.lines.slice(-count).join('\n');
  }

  /** It has ended, and its last words have had time to come out of the pipe. */
  #isSilent(): boolean {
    return !this.running && performance.now() - this.#endedAt > 1000;
  }

  #hear(line: string): void {
    this.lines.push(line);
    for (const listener of this.#listeners) listener(line);
  }

  #remember(pid: number, directory: string): void {
    const file = path.join(directory, String(pid));
    try {
      writeFileSync(file, startTime(pid));
    } catch {
      return; // It has ended already; there is nothing to clear away.
    }
    void this.ended.then(() => rmSync(file, { force: true }));
  }
}

/** The process ids of a process's children. Empty when it has none or is gone. */
export function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    return [];
  }
}

/** Sends a signal to a process id that may be gone. */
export function sendSignal(pid: number, signal: NodeJS.Signals | number): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Field 22 of /proc/PID/stat: with the id it names a process for as long as the machine runs. */
function startTime(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[19] ?? '';
}
