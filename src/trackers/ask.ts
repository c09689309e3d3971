/**
 * One question to a host, in this process: no program is started and nothing is waited for but the
 * answer. Every question ends within its time-out, whatever the host does.
 */
import { Resolver } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { errnoText, errorText } from '../base/errorText.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { openProbe } from '../engine/index.ts';
import type { NativeProbe } from '../engine/index.ts';

/** Whom to ask, and what. Addresses are text; `interfaceName` may be empty for an echo. */
export type Question =
  | {
      readonly kind: 'echo' | 'neighbor';
      readonly address: string;
      readonly interfaceName: string;
    }
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number }
  | {
      readonly kind: 'http';
      readonly url: string;
      /** Statuses that are well, both ends included. */
      readonly from: number;
      readonly to: number;
      readonly verify: boolean;
    }
  | { readonly kind: 'dns'; readonly server: string; readonly name: string; readonly type: string };

/** How a question ended. `reason` is the predicate of a sentence about the host. */
export interface Answer {
  readonly kind: 'answered' | 'failed' | 'silent' | 'unasked';
  readonly reason: string;
}

/** A question under way. */
export interface Asking {
  /** Never rejects. */
  readonly answer: Promise<Answer>;
  /** Gives up; `answer` resolves at once. */
  stop(): void;
}

export interface Asker {
  ask(timeoutMs: number): Asking;
  /** Lets go of sockets. */
  close(): void;
}

/** What the system could not do; a question that was never asked says nothing of the host. */
function unasked(reason: string): Answer {
  return { kind: 'unasked', reason: `could not be asked: ${reason}` };
}

function failed(error: unknown): Answer {
  return { kind: 'failed', reason: `does not answer: ${errorText(error)}` };
}

const answered: Answer = { kind: 'answered', reason: 'answers' };

export function askerFor(question: Question, clock: Clock): Asker {
  switch (question.kind) {
    case 'echo':
    case 'neighbor':
      return new SocketAsker(question, clock);
    case 'tcp':
      return plainAsker(clock, (done) => askTcp(question, done));
    case 'http':
      return plainAsker(clock, (done) => askHttp(question, done));
    case 'dns':
      return plainAsker(clock, (done) => askDns(question, done));
  }
}

type Done = (answer: Answer) => void;

/** Adds the time-out to `begin`, which returns how to give up. */
function plainAsker(clock: Clock, begin: (done: Done) => () => void): Asker {
  const ask = (timeoutMs: number): Asking => {
    let giveUp: () => void = () => undefined;
    let timer: Timer | undefined;
    let finish: Done = () => undefined;
    const answer = new Promise<Answer>((resolve) => {
      finish = (how) => {
        timer?.cancel();
        giveUp();
        resolve(how);
      };
      timer = clock.at(clock.now() + timeoutMs, () => finish(silent(timeoutMs)));
      giveUp = begin(finish);
    });
    return { answer, stop: () => finish(unasked('it was stopped')) };
  };
  return { ask, close: () => undefined };
}

function silent(timeoutMs: number): Answer {
  return { kind: 'silent', reason: `did not answer within ${timeoutMs / 1000} s` };
}

function askTcp({ address, port }: { address: string; port: number }, done: Done): () => void {
  const socket = connect({ host: address, port });
  socket.on('connect', () => done(answered));
  socket.on('error', (error) => done(failed(error)));
  return () => socket.destroy();
}

function askHttp(question: Extract<Question, { kind: 'http' }>, done: Done): () => void {
  const { url, from, to, verify } = question;
  const headers = { 'User-Agent': 'failoverd', Connection: 'close' };
  const options = { agent: false as const, headers, lookup: lookUp, rejectUnauthorized: verify };
  const request = url.startsWith('https:') ? requestHttps(url, options) : requestHttp(url, options);
  request.on('response', (response) => {
    response.resume();
    const status = response.statusCode ?? 0;
    if (status >= from && status <= to) done(answered);
    else done({ kind: 'failed', reason: `answers with status ${status}` });
  });
  request.on('error', (error) => done(failed(error)));
  request.end();
  return () => request.destroy();
}

/**
 * Names of URLs are asked of the name servers without the C library, whose lookups take one of the
 * few threads that read files, for as long as a name server is silent.
 */
const lookUp: LookupFunction = (hostname, { all }, callback) => {
  const tell = (addresses: readonly string[]): void => {
    const found = addresses.map((address) => ({ address, family: isIP(address) }));
    const [first] = found;
    if (all === true || first === undefined) callback(null, found);
    else callback(null, first.address, first.family);
  };
  const resolver = new Resolver({ tries: 1 });
  resolver
    .resolve4(hostname)
    .catch(() => resolver.resolve6(hostname))
    .then(tell, (error: NodeJS.ErrnoException) => callback(error, []));
};

function askDns(question: Extract<Question, { kind: 'dns' }>, done: Done): () => void {
  const { server, name, type } = question;
  const resolver = new Resolver({ tries: 1 });
  resolver.setServers([server]);
  resolver.resolve(name, type).then(
    () => done(answered),
    (error: unknown) => done(failed(error)),
  );
  return () => resolver.cancel();
}

/** When it is looked for an answer, in milliseconds after the question; then every last step. */
const looks = [1, 2, 5, 10, 20, 50];
const lastStepMs = 50;

/** Echo, ARP and ND: sockets of our own, which are looked at instead of waited for. */
class SocketAsker implements Asker {
  readonly #question: Extract<Question, { kind: 'echo' | 'neighbor' }>;
  readonly #clock: Clock;
  #socket: NativeProbe | undefined;
  #sequence = 0;

  constructor(question: Extract<Question, { kind: 'echo' | 'neighbor' }>, clock: Clock) {
    this.#question = question;
    this.#clock = clock;
  }

  ask(timeoutMs: number): Asking {
    let timer: Timer | undefined;
    let finish: Done = () => undefined;
    const answer = new Promise<Answer>((resolve) => {
      finish = (how) => {
        timer?.cancel();
        resolve(how);
      };
      this.#sequence = (this.#sequence + 1) & 0xffff;
      const refused = this.#send(this.#sequence);
      if (refused !== undefined) return finish(refused);
      const since = this.#clock.now();
      const look = (step: number): void => {
        if (this.#socket?.isAnswered(this.#sequence) === true) return finish(answered);
        const passed = this.#clock.now() - since;
        if (passed >= timeoutMs) return finish(silent(timeoutMs));
        const next = looks[step] ?? passed + lastStepMs;
        timer = this.#clock.at(since + Math.min(next, timeoutMs), () => look(step + 1));
      };
      look(0);
    });
    return { answer, stop: () => finish(unasked('it was stopped')) };
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  /** A socket that cannot be had, or has lost its interface, is made anew with each question. */
  #send(sequence: number): Answer | undefined {
    const { kind, address, interfaceName } = this.#question;
    try {
      this.#socket ??= openProbe(kind, address, interfaceName);
    } catch (error) {
      return unasked(errorText(error));
    }
    const errno = this.#socket.ask(sequence);
    if (errno === 0) return undefined;
    this.close();
    return { kind: 'failed', reason: `cannot be reached: ${errnoText(errno)}` };
  }
}
