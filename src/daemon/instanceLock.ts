/**
 * One daemon for each network namespace and instance name.
 *
 * The lock is a listening socket in the abstract namespace: the kernel keeps those apart by network
 * namespace, gives the name back when the process is gone however it died, and leaves no stale file.
 * Whoever finds it taken asks it who is there. The guardian of a daemon that died holds it while it
 * carries out the will, bound but not listening (native/guardian/succession.h): that is waited for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';

export interface HeldLock {
  readonly kind: 'held';
  /** Of the socket, for a process that is to hold it as well. */
  fd(): number;
  release(): void;
}

export type LockResult =
  | HeldLock
  /** `pid`: of the holder, where it answered in time. */
  | { readonly kind: 'taken'; readonly pid: number | undefined }
  | { readonly kind: 'error'; readonly code: string };

/** How long a holder has to say who it is. */
const answerMs = 500;
/** How long a guardian may take, which as a rule needs a millisecond, and how often it is asked. */
const guardianMs = 12_000;
const pauseMs = 5;

/** Takes the lock of `instance` in the network namespace that this thread is in. */
export async function lockInstance(instance: string | undefined): Promise<LockResult> {
  const name = `\0${lockName(instance)}`;
  const until = performance.now() + guardianMs;
  do {
    const result = await tryLock(name);
    if (result !== 'guarded') return result;
    await sleep(pauseMs);
  } while (performance.now() < until);
  return { kind: 'error', code: 'the guardian of a failoverd that died still holds it' };
}

async function tryLock(name: string): Promise<LockResult | 'guarded'> {
  const server = answerer();
  const problem = await listen(server, name);
  if (problem === undefined) return held(server);
  if (problem !== 'EADDRINUSE') return { kind: 'error', code: problem };
  const holder = await askHolder(name);
  return holder === 'nobodyListens' ? 'guarded' : { kind: 'taken', pid: holder };
}

/**
 * Goes on with a lock that was inherited: a listening socket whose listener this process has become.
 * Who asks for the holder is answered by this process from now on.
 */
export async function inheritLock(fd: number): Promise<HeldLock> {
  const server = answerer();
  await new Promise<void>((resolve) => {
    server.once('error', () => resolve());
    server.listen({ fd }, () => resolve());
  });
  return held(server);
}

function answerer(): Server {
  return createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(`${process.pid}\n`);
  });
}

function held(server: Server): HeldLock {
  server.unref();
  // Node hands a listening socket to a child by this number, and has no other name for it.
  const { _handle: handle } = server as unknown as { readonly _handle: { readonly fd: number } };
  return { kind: 'held', fd: () => handle.fd, release: () => void server.close() };
}

/** Asks whether somebody holds the lock, without taking it. Undefined: nobody does. */
export async function findHolder(
  instance: string | undefined,
): Promise<{ readonly pid: number | undefined } | undefined> {
  const result = await lockInstance(instance);
  if (result.kind === 'taken') return { pid: result.pid };
  if (result.kind === 'held') result.release();
  return undefined;
}

/** The sentence for somebody who started a second daemon. */
export function takenText(instance: string | undefined, pid: number | undefined): string {
  const who = pid === undefined ? 'another failoverd' : `failoverd with process id ${pid}`;
  const name = instance === undefined ? '' : ` with the instance name ${instance}`;
  return `${who} already runs in this network namespace${name}`;
}

/** Without the zero that begins it. It may have at most 106 bytes; a longer one is cut. */
export function lockName(instance: string | undefined): string {
  return Buffer.from(`failoverd/${instance ?? ''}`)
    .subarray(0, 106)
    .toString();
}

function listen(server: Server, name: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(name, () => resolve(undefined));
  });
}

function askHolder(name: string): Promise<number | 'nobodyListens' | undefined> {
  return new Promise((resolve) => {
    let text = '';
    let refused = false;
    const socket = connect(name);
    const timer = setTimeout(() => socket.destroy(), answerMs);
    socket.on('data', (chunk: Buffer) => {
      if (text.length < 64) text += chunk.toString('latin1');
    });
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      refused = code === 'ECONNREFUSED';
    });
    socket.on('close', () => {
      clearTimeout(timer);
      if (refused) resolve('nobodyListens');
      const pid = /^([1-9][0-9]*)\n/.exec(text)?.[1];
      resolve(pid === undefined ? undefined : Number(pid));
    });
  });
}
