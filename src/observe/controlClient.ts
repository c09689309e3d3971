/**
 * A client of the control socket, for the command line and for other programs (`failoverd/client`).
 * Needs neither the addon nor any right but that of opening the socket.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { ControlError, LineReader } from './controlProtocol.ts';
import type { ControlProblem } from './controlProtocol.ts';
import type { JournalEntry } from './journal.ts';
import type { ReloadPlan } from './reloadPlan.ts';
import type { StatusReport } from './statusReport.ts';
import type { Reason } from './why.ts';

export { ControlError } from './controlProtocol.ts';
export type { JournalEntry } from './journal.ts';
export type * from './reloadPlan.ts';
export type * from './statusReport.ts';
export type { Reason } from './why.ts';

export interface EventsParams {
  /** Only entries with a higher number. */
  readonly after?: number;
  /** Only entries not older than this, ms since 1970. */
  readonly sinceMs?: number;
  readonly follow?: boolean;
}

export interface DrainResult {
  readonly instance: string;
  /** It is out of service. */
  readonly ok: boolean;
  readonly sentence: string;
}

export interface ReloadResult {
  readonly ok: boolean;
  readonly sentence: string;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onEvent: ((event: unknown) => void) | undefined;
}

/** A status of many instances is a long line. */
const maxLineLength = 256 * 1024 * 1024;

export class ControlClient {
  readonly #socket: Socket;
  readonly #reader = new LineReader(maxLineLength);
  readonly #waiting = new Map<number, Waiting>();
  #id = 0;
  /** Resolves when the daemon has gone or `close` was called. */
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#hear(text));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    void this.closed.then(() => this.#rejectAll());
  }

  /** Throws the system's error when nobody serves there, or the socket is not for us. */
  static connect(path: string): Promise<ControlClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once('error', reject);
      socket.once('connect', () => resolve(new ControlClient(socket)));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  status(name?: string): Promise<StatusReport> {
    return this.#request('status', named(name));
  }

  /** A picture now and about once a second until the connection ends. */
  watch(name: string | undefined, onStatus: (status: StatusReport) => void): Promise<void> {
    return this.#request('watch', named(name), onStatus);
  }

  why(name?: string): Promise<readonly Reason[]> {
    return this.#request('why', named(name));
  }

  /** What is kept; with `follow` each further entry goes to `onEntry`. */
  events(
    params: EventsParams = {},
    onEntry?: (entry: JournalEntry) => void,
  ): Promise<readonly JournalEntry[]> {
    return this.#request('events', { ...params }, onEntry);
  }

  upgrade(): Promise<ReloadResult> {
    return this.#request('upgrade', {});
  }

  /** What `reload` would do now. Changes nothing. */
  plan(): Promise<ReloadPlan> {
    return this.#request('plan', {});
  }

  /** `confirmWithin`, 5 to 86,400 seconds: what runs now comes back then, unless confirm() comes first. */
  reload(options: { readonly confirmWithin?: number } = {}): Promise<ReloadResult> {
    return this.#request('reload', options);
  }

  /** What was reloaded on trial stays. */
  confirm(): Promise<ReloadResult> {
    return this.#request('confirm', {});
  }

  /**
   * Takes an instance out of service, or all of them: a MASTER when another one has taken over, and not at all
   * when nobody does, unless `force` insists. Says of each what became of it.
   */
  drain(
    name?: string,
    options: { readonly force?: boolean } = {},
  ): Promise<readonly DrainResult[]> {
    return this.#request('drain', { ...named(name), ...options });
  }

  /** Puts it back. Returns the names. */
  undrain(name?: string): Promise<readonly string[]> {
    return this.#request('undrain', named(name));
  }

  /** The flight recorder: what the core was told, one JSON text each, oldest first. */
  record(): Promise<readonly string[]> {
    return this.#request('record', {});
  }

  #request<Result, Event = never>(
    method: string,
    params: object,
    onEvent?: (event: Event) => void,
  ): Promise<Result> {
    this.#id += 1;
    const id = this.#id;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, {
        resolve: (result) => resolve(result as Result),
        reject,
        onEvent: onEvent as Waiting['onEvent'],
      });
      if (this.#socket.destroyed) return this.#rejectAll();
      this.#socket.write(`${JSON.stringify({ id, method, params })}\n`);
    });
  }

  #hear(text: string): void {
    for (const line of this.#reader.push(text) ?? []) {
      if (line !== '') this.#answer(JSON.parse(line) as IncomingLine);
    }
  }

  #answer(line: IncomingLine): void {
    const waiting = line.id === undefined ? undefined : this.#waiting.get(line.id);
    if (waiting === undefined || line.id === undefined) return;
    if ('event' in line) return waiting.onEvent?.(line.event);
    if (waiting.onEvent === undefined || line.error !== undefined) this.#waiting.delete(line.id);
    if (line.error === undefined) waiting.resolve(line.result);
    else waiting.reject(new ControlError(line.error.code, line.error.message));
  }

  #rejectAll(): void {
    for (const { reject } of this.#waiting.values()) {
      reject(new ControlError('internal', 'the daemon has closed the connection'));
    }
    this.#waiting.clear();
  }
}

interface IncomingLine {
  readonly id?: number;
  readonly result?: unknown;
  readonly event?: unknown;
  readonly error?: ControlProblem;
}

function named(name: string | undefined): object {
  return name === undefined ? {} : { instance: name };
}
