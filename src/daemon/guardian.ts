/**
 * The guardian: a small process beside the daemon that says goodbye when the daemon has died of
 * anything (docs/adr/0003). It is started before the first instance is configured, is started again
 * when it ends, and does nothing while the daemon lives.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { errorText } from '../base/errorText.ts';
import type { Log } from '../base/log.ts';
import type { Removal } from './kernel/removal.ts';

export interface GuardianOptions {
  /** The executable; undefined: it was not built. */
  readonly program: string | undefined;
  /** The descriptor of the memory that it shares with the engine. */
  readonly willFd: number;
  /** Of SCHED_RR, as the engine's; 0: none. */
  readonly realtimePriority: number;
  /** The name of the daemon's lock (instanceLock.ts), which it takes before it does anything. */
  readonly lock: string;
  readonly log: Log;
  /** The journal's. */
  readonly onTrouble: (sentence: string) => void;
}

/** How long it may take to say that it is ready. It takes milliseconds. */
const readyMs = 5000;
/** One that lived for less than this is started again only after as long a pause. */
const pauseMs = 1000;
/** Its name for the descriptors, see native/guardian/main.cc. */
const lineFd = 4;

export class Guardian {
  readonly #options: GuardianOptions;
  #child: ChildProcess | undefined;
  #made: readonly Removal[] = [];
  #again: NodeJS.Timeout | undefined;
  #dismissed = false;
  #restarts = 0;

  constructor(options: GuardianOptions) {
    this.#options = options;
  }

  /** How often it had to be started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Its process id, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when it watches, or when it has been said why it does not. Never rejects. */
  async start(): Promise<void> {
    const { program, willFd, realtimePriority, lock, log } = this.#options;
    if (program === undefined) {
      this.#trouble('there is no guardian: build/Release/failoverd-guardian is missing');
      return;
    }
    const began = performance.now();
    const child = spawn(program, [String(process.pid), String(realtimePriority), lock], {
      // A session of its own: signals to our process group are not for it.
      detached: true,
      cwd: '/',
      env: {},
      stdio: ['ignore', 'ignore', 'inherit', willFd, 'pipe'],
    });
    this.#child = child;
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(`could not be started: ${errorText(error)}`));
      child.once('exit', (code, signal) => resolve(howItEnded(code, signal)));
    });
    void ended.then((how) => this.#onEnd(child, how, performance.now() - began));
    lineOf(child)?.on('error', () => undefined);
    this.#tell();
    const ready = await isReady(child, ended);
    const watches = `the guardian is watching, process ${child.pid}${whatEndsIt(child.pid)}`;
    if (ready) log.info(watches, { event: 'guardian' });
    else if (this.#child === child) this.#trouble('the guardian does not say that it watches');
    child.unref();
  }

  /** What has been made in the kernel without the engine, all of it, as requests that remove it. */
  bequeath(made: readonly Removal[]): void {
    this.#made = made;
    this.#tell();
  }

  #tell(): void {
    lineOf(this.#child)?.write(listOf(this.#made));
  }

  /** Nothing is left that it could do: it ends without a word. */
  dismiss(): void {
    this.#dismissed = true;
    clearTimeout(this.#again);
    this.#child?.kill('SIGKILL');
  }

  #onEnd(child: ChildProcess, how: string, livedMs: number): void {
    if (this.#child === child) this.#child = undefined;
    if (this.#dismissed) return;
    this.#trouble(`the guardian ${how}; it is started again`);
    this.#restarts += 1;
    const again = (): void => void this.start();
    if (livedMs >= pauseMs) again();
    else this.#again = setTimeout(again, pauseMs).unref();
  }

  #trouble(sentence: string): void {
    this.#options.log.error(sentence, { event: 'guardian' });
    this.#options.onTrouble(sentence);
  }
}

function lineOf(child: ChildProcess | undefined): Socket | null | undefined {
  // Of a process that could not be made for want of descriptors Node keeps no list of pipes.
  const pipes: ChildProcess['stdio'] | undefined = child?.stdio;
  return pipes?.[lineFd] as Socket | null | undefined;
}

/** It takes the least score that it may have (native/linux/out_of_memory.h). */
function whatEndsIt(pid: number | undefined): string {
  try {
    const score = Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8'));
    if (score <= -1000) return '';
    return `; without CAP_SYS_RESOURCE the kernel may end it when memory runs out (oom_score_adj ${score})`;
  } catch {
    return '';
  }
}

/** As native/guardian/line.h reads it: length u32, then records of kind u8, size u16, protocol u8. */
function listOf(made: readonly Removal[]): Buffer {
  const removalKind = 3;
  const records = made.map(({ protocol, request }) => {
    const head = Buffer.from([removalKind, 0, 0, protocol]);
    head.writeUInt16BE(request.length + 1, 1);
    return Buffer.concat([head, Buffer.from(request)]);
  });
  const body = Buffer.concat(records);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
}

/** Whether it has said that it watches, before it ended and within its time. */
async function isReady(child: ChildProcess, ended: Promise<string>): Promise<boolean> {
  const line = lineOf(child);
  let timer: NodeJS.Timeout | undefined;
  const said = new Promise<boolean>((resolve) => {
    line?.once('data', () => resolve(true));
    timer = setTimeout(() => resolve(false), readyMs);
  });
  const ready = await Promise.race([said, ended.then(() => false)]);
  clearTimeout(timer);
  line?.unref();
  return ready;
}
