/**
 * The control socket's server. Whatever a client does, it costs a bounded amount of memory: a line of
 * a request and a few requests wait here, answers up to a limit, and who does not read is dropped.
 */
import { lchownSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import path from 'node:path';
import { errorText } from '../base/errorText.ts';
import { removeStaleSocket } from '../base/staleSocket.ts';
import { version } from '../base/version.ts';
import { ControlError, LineReader, protocolVersion, readRequest } from './controlProtocol.ts';
import type { Answer, ErrorCode, Greeting, Request } from './controlProtocol.ts';

export type Params = Readonly<Record<string, unknown>>;

/** The client that asked, for as long as it stays. */
export interface Caller {
  /** One more event of this request. `text` is JSON, so that one text serves many clients. */
  event(text: string): void;
  /** Nothing of what was sent before waits any more: pictures are left out while it does. */
  readonly idle: boolean;
  /** Called once when the client is gone. */
  onGone(listener: () => void): void;
}

export type Handler = (params: Params, caller: Caller) => unknown;

export interface ControlServerOptions {
  readonly path: string;
  readonly handlers: Readonly<Record<string, Handler>>;
  /** The group that may use it; undefined: the daemon's own. */
  readonly group?: number | undefined;
}

const maxClients = 512;
const maxRequestLength = 16 * 1024;
const maxWaitingRequests = 16;
/** Of one client. Each costs a little with every event. */
const maxStreams = 16;
/** Beyond the longest line that was sent: a status of many instances is longer than this. */
const maxWaitingBytes = 256 * 1024;
/** Who has read nothing for between one and two of these is dropped. */
const patienceMs = 10_000;

/** Opens the socket. Throws a sentence when it cannot be had. */
export async function startControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const directory = path.dirname(options.path);
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const { mode } = statSync(directory);
  // With the sticky bit (/tmp) nobody can put another socket in the place of ours.
  if ((mode & 0o1002) === 0o002) throw new Error(`${directory} can be written by everybody`);
  if (await answers(options.path))
    throw new Error(`another process already answers at ${options.path}`);
  removeStaleSocket(options.path);
  const server = new ControlServer(options);
  await server.listen();
  return server;
}

export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #server: Server;
  readonly #clients = new Set<Client>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ControlServerOptions) {
    this.#options = options;
    // `echo '{...}' | nc -NU` closes its own direction before it reads.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = maxClients;
  }

  get clients(): number {
    return this.#clients.size;
  }

  listen(): Promise<void> {
    const { path: place, group } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      // Bound within this call, with this mode: nobody can connect before that is right.
      const before = process.umask(0o117);
      try {
        this.#server.listen(place, () => resolve());
      } finally {
        process.umask(before);
      }
      if (group !== undefined) lchownSync(place, process.getuid?.() ?? 0, group);
      this.#timer = setInterval(() => this.#dropStuck(), patienceMs).unref();
    });
  }

  /** Takes no further clients, and keeps those that are there. */
  retire(): void {
    this.#server.close();
    rmSync(this.#options.path, { force: true });
  }

  /** Lets every client have what was sent to it, and go. Resolves when they are gone, or after `ms`. */
  async end(ms: number): Promise<void> {
    const gone = [...this.#clients].map((client) => client.end());
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([Promise.all(gone), late]);
    clearTimeout(timer);
    this.close();
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#server.listening) this.retire();
    for (const client of this.#clients) client.drop();
  }

  #accept(socket: Socket): void {
    const client = new Client(socket, this.#options.handlers);
    this.#clients.add(client);
    client.onGone(() => this.#clients.delete(client));
  }

  #dropStuck(): void {
    for (const client of this.#clients) client.dropIfStuck();
  }
}

class Client {
  readonly #socket: Socket;
  readonly #handlers: ControlServerOptions['handlers'];
  readonly #reader = new LineReader(maxRequestLength);
  readonly #gone: (() => void)[] = [];
  #requests: string[] = [];
  #busy = false;
  #asksNoMore = false;
  #sentBefore = -1;
  #longestLine = 0;

  constructor(socket: Socket, handlers: ControlServerOptions['handlers']) {
    this.#socket = socket;
    this.#handlers = handlers;
    socket.setEncoding('utf8');
    socket.on('error', () => undefined);
    socket.on('close', () => this.#gone.forEach((listener) => listener()));
    socket.on('data', (text: string) => this.#hear(text));
    socket.on('end', () => {
      this.#asksNoMore = true;
      if (!this.#busy) socket.end();
    });
    const greeting: Greeting = { failoverd: version, protocol: protocolVersion };
    this.#write(`${JSON.stringify(greeting)}\n`);
  }

  get idle(): boolean {
    return this.#socket.writableLength === 0;
  }

  onGone(listener: () => void): void {
    if (this.#socket.destroyed) listener();
    else this.#gone.push(listener);
  }

  end(): Promise<void> {
    this.#socket.end();
    return new Promise((resolve) => this.onGone(resolve));
  }

  drop(): void {
    this.#socket.destroy();
  }

  dropIfStuck(): void {
    const sent = this.#socket.bytesWritten - this.#socket.writableLength;
    if (!this.idle && sent === this.#sentBefore) this.drop();
    this.#sentBefore = sent;
  }

  #hear(text: string): void {
    const lines = this.#reader.push(text);
    if (lines === undefined) return this.drop();
    this.#requests.push(...lines.filter((line) => line.trim() !== ''));
    if (this.#requests.length > maxWaitingRequests) return this.drop();
    if (!this.#busy) void this.#work();
  }

  /** One request after the other. */
  async #work(): Promise<void> {
    this.#busy = true;
    for (;;) {
      const line = this.#requests.shift();
      if (line === undefined || this.#socket.destroyed) break;
      const request = readRequest(line);
      if (request === undefined) {
        this.#fail(0, 'badRequest', 'a request is {"id":NUMBER,"method":TEXT,"params":OBJECT}');
      } else await this.#answer(request);
    }
    this.#busy = false;
    if (this.#asksNoMore) this.#socket.end();
  }

  async #answer({ id, method, params = {} }: Request): Promise<void> {
    const handler = Object.hasOwn(this.#handlers, method) ? this.#handlers[method] : undefined;
    if (handler === undefined) {
      return this.#fail(id, 'unknownMethod', `there is no method ${method.slice(0, 40)}`);
    }
    // The server is told when it goes, and each of its streams.
    if (this.#gone.length > maxStreams) {
      return this.#fail(id, 'refused', `this connection has ${maxStreams} streams already`);
    }
    try {
      this.#send({ id, result: (await handler(params, this.#callerOf(id))) ?? null });
    } catch (error) {
      const code = error instanceof ControlError ? error.code : 'internal';
      this.#fail(id, code, errorText(error));
    }
  }

  #callerOf(id: number): Caller {
    const isIdle = (): boolean => this.idle;
    return {
      event: (text) => this.#write(`{"id":${id},"event":${text}}\n`),
      get idle() {
        return isIdle();
      },
      onGone: (listener) => this.onGone(listener),
    };
  }

  #fail(id: number, code: ErrorCode, message: string): void {
    this.#send({ id, error: { code, message } });
  }

  #send(answer: Answer): void {
    this.#write(`${JSON.stringify(answer)}\n`);
  }

  #write(text: string): void {
    if (!this.#socket.writable) return;
    if (this.#socket.writableLength > maxWaitingBytes + this.#longestLine) return this.drop();
    this.#longestLine = Math.max(this.#longestLine, text.length);
    this.#socket.write(text);
  }
}

/** Whether a daemon serves there; a socket that nobody serves any more refuses. */
function answers(place: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(place);
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
