/** The targets of the log. Each has a bound on what it holds, and counts what it had to drop. */
import {
  close as closeFd,
  constants,
  fstatSync,
  open,
  openSync,
  statSync,
  write as writeFd,
} from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import type { Writable } from 'node:stream';
import type { LogSink } from './log.ts';
import type { LogIdentity, LogLine } from './logFormat.ts';
import { consoleText, journalBytes, syslogText } from './logFormat.ts';

/** Sends one datagram to a Unix socket without waiting; answers 0 or the kernel's errno. */
export type SendDatagram = (path: string, data: Uint8Array) => number;

/** What a target may hold back for a reader that does not read. */
const maxWaitingBytes = 256 * 1024;

export type LineText = (line: LogLine) => string;

/**
 * Standard error, or whatever `fd` is. A pipe is opened once more, because whoever shares our end may
 * make it blocking again (every program started with our standard error does); a socket cannot be,
 * but its stream queues as well. Files and terminals are written to from a thread of the pool.
 */
export function consoleSink(fd: number, text: LineText): LogSink {
  const stat = fstatSync(fd);
  if (stat.isFIFO()) return streamSink(openPipe(fd), text);
  if (stat.isSocket()) return streamSink(process.stderr, text);
  return new FileSink({ fd, text });
}

function openPipe(fd: number): Writable {
  try {
    const own = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
    return new Socket({ fd: own, readable: false, writable: true });
  } catch {
    return process.stderr;
  }
}

/** A stream that queues what its reader does not take; the queue is bounded here. */
export function streamSink(stream: Writable, text: LineText): LogSink {
  let dropped = 0;
  stream.on('error', () => undefined); // A reader that went away must not end the daemon.
  return {
    write(line) {
      if (stream.destroyed) return;
      if (stream.writableLength > maxWaitingBytes) {
        dropped += 1;
        return;
      }
      stream.write(droppedText(dropped) + text(line));
      dropped = 0;
    },
    close: (patienceMs) =>
      stream.destroyed || stream.writableLength === 0
        ? Promise.resolve()
        : withPatience(patienceMs, (done) => void stream.write('', () => done())),
  };
}

/** Where a file target writes: a file that it opens itself, or a descriptor that it was given. */
export type FileTarget =
  | { readonly path: string; readonly text?: LineText }
  | { readonly fd: number; readonly text?: LineText };

/** A file, written to one piece at a time from a thread of the pool: a stalled disk stalls no one. */
export class FileSink implements LogSink {
  readonly #target: FileTarget;
  readonly #text: LineText;
  #fd: number | undefined;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #busy = false;
  #idle: (() => void) | undefined;

  constructor(target: FileTarget) {
    this.#target = target;
    this.#text = target.text ?? consoleText;
    this.#fd = 'fd' in target ? target.fd : undefined;
  }

  write(line: LogLine): void {
    const text = this.#text(line);
    if (this.#waitingBytes + text.length > maxWaitingBytes) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(text);
    this.#waitingBytes += text.length;
    this.#next();
  }

  /** The file may have been renamed away: the next line opens it again. */
  reopen(): void {
    if (this.#busy || this.#fd === undefined || 'fd' in this.#target) return;
    closeFd(this.#fd, () => undefined);
    this.#fd = undefined;
  }

  close(patienceMs: number): Promise<void> {
    if (!this.#busy) return Promise.resolve();
    return withPatience(patienceMs, (done) => {
      this.#idle = done;
    });
  }

  #next(): void {
    if (this.#busy) return;
    if (this.#waiting.length === 0) return this.#idle?.();
    this.#busy = true;
    if (this.#fd === undefined) return this.#open();
    const text = droppedText(this.#dropped) + this.#waiting.join('');
    const lines = this.#dropped + this.#waiting.length;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#dropped = 0;
    this.#writeAll(this.#fd, Buffer.from(text), lines);
  }

  /** `lines`: how many are lost when the disk does not take them. */
  #writeAll(fd: number, bytes: Buffer, lines: number): void {
    writeFd(fd, bytes, (error, written) => {
      if (error === null && written > 0 && written < bytes.length) {
        return this.#writeAll(fd, bytes.subarray(written), lines);
      }
      if (error !== null) this.#dropped += lines;
      this.#busy = false;
      this.#next();
    });
  }

  #open(): void {
    if (!('path' in this.#target)) return;
    open(this.#target.path, appendFlags(this.#target.path), 0o640, (error, fd) => {
      this.#busy = false;
      this.#fd = error === null ? fd : undefined;
      if (error === null) return this.#next();
      this.#dropped += this.#waiting.length;
      this.#waiting = [];
      this.#waitingBytes = 0;
      this.#idle?.();
    });
  }
}

/**
 * How a log file is opened. Where others may write (/tmp, where keepalived has it) a link may be
 * somebody's way to have us write elsewhere: there none is followed.
 */
export function appendFlags(file: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  const mode = statSync(path.dirname(file), { throwIfNoEntry: false })?.mode ?? 0;
  return O_WRONLY | O_APPEND | O_CREAT | ((mode & 0o022) === 0 ? 0 : O_NOFOLLOW);
}

/** The local syslog daemon. */
export function syslogSink(send: SendDatagram, identity: LogIdentity): LogSink {
  return datagramSink(send, '/dev/log', (line) => Buffer.from(syslogText(line, identity)));
}

/** The journal's own socket, with structured fields. */
export function journalSink(send: SendDatagram, identity: LogIdentity): LogSink {
  const path = '/run/systemd/journal/socket';
  return datagramSink(send, path, (line) => journalBytes(line, identity));
}

function datagramSink(send: SendDatagram, path: string, bytes: (l: LogLine) => Buffer): LogSink {
  let dropped = 0;
  return {
    write(line) {
      const message = dropped === 0 ? line.message : droppedText(dropped) + line.message;
      dropped = send(path, bytes({ ...line, message })) === 0 ? 0 : dropped + 1;
    },
    close: () => Promise.resolve(),
  };
}

function droppedText(count: number): string {
  return count === 0 ? '' : `(${count} lines were lost here: the log did not take them) `;
}

function withPatience(patienceMs: number, start: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patienceMs);
    start(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
