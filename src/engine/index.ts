/**
 * The engine for the rest of the project: the real-time thread behind a small typed face. Whoever
 * wants the protocol in virtual time takes `createCore`.
 */
import { Socket } from 'node:net';
import { addon } from './addon.ts';
import type {
  HandOverPlace,
  NativeCore,
  NativeEngine,
  NativeProbe,
  NativeProbeKind,
  NetlinkReply,
} from './addon.ts';
import type {
  CleanupReport,
  CleanupRequest,
  Command,
  CoreOptions,
  EngineOptions,
  EngineSnapshot,
  EventRecord,
  KernelListing,
} from './messages.generated.ts';

export { claimsOfOthers, Listener } from './listener.ts';
export { addon, AddonMissing, nativeProgram } from './addon.ts';
export type {
  HandOverPlace,
  MessageType,
  NativeCore,
  NativeProbe,
  NativeProbeKind,
  NetlinkReply,
} from './addon.ts';

/** What the engine is told when nobody asks for anything else. */
export const defaultEngineOptions: EngineOptions = {
  core: { startupDelay: 0, restoresPerMinute: 60 },
  realtimePriority: 50,
  lockMemory: true,
  cpus: [],
  silenceLimit: 0,
  processEvents: true,
  hearAllVrids: false,
  receiveBuffer: 1 << 20,
  recorderBytes: 4 << 20,
  predecessor: undefined,
};

/** The mailbox is full: nothing was accepted. Send less at once, or again a moment later. */
export function isEngineBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENGINE_BUSY';
}

/** How long `close` waits for the thread before it reports that it hangs, in milliseconds. */
const closeLimit = 5000;

interface Waiting {
  readonly resolve: (snapshot: EngineSnapshot) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * The real-time thread. Starts with the constructor, which throws the system's own error when the
 * thread cannot be had. Events arrive in order through `onEvents`, never from within a call of
 * this class.
 */
export class Engine {
  readonly #native: NativeEngine;
  readonly #options: CoreOptions;
  readonly #bell: Socket;
  readonly #onEvents: (events: readonly EventRecord[]) => void;
  readonly #snapshots = new Map<number, Waiting>();
  #ended: (() => void) | undefined;
  #closing = false;

  constructor(options: EngineOptions, onEvents: (events: readonly EventRecord[]) => void) {
    this.#native = new (addon().Engine)(options);
    this.#options = options.core;
    this.#onEvents = onEvents;
    this.#bell = new Socket({ fd: this.#native.bell(), readable: true, writable: false });
    this.#bell.on('data', () => this.#hear());
    this.#bell.on('error', () => undefined);
  }

  /**
   * Hands commands over, in order, all or none. Returns the number of the batch. Throws
   * `InvalidCommand` (a mistake of ours), or an error that `isEngineBusy` knows.
   */
  send(commands: readonly Command[]): number {
    return this.#native.send(commands);
  }

  /**
   * JavaScript is alive and watches the trackers; to be called more often than `silenceLimit`.
   * Nothing once the engine is being closed: who stops in peace still has a kernel to tidy.
   */
  alive(): void {
    if (!this.#closing) this.#native.alive();
  }

  /** The engine's own picture of everything, as of now or a little later. */
  snapshot(): Promise<EngineSnapshot> {
    return new Promise((resolve, reject) => {
      this.#snapshots.set(this.#native.requestSnapshot(), { resolve, reject });
    });
  }

  /**
   * The flight recorder as JSON lines: the core's options, then what it was told, oldest first
   * (src/observe/replay.ts).
   */
  record(): readonly string[] {
    return [JSON.stringify({ options: this.#options }), ...this.#native.record()];
  }

  /** The memory that says what a guardian has to do; stays the engine's to close. */
  willFd(): number {
    return this.#native.willFd();
  }

  /** A place for what another process is to go on with. No hand-over may be under way. */
  prepareHandOver(): HandOverPlace {
    return this.#native.prepareHandOver();
  }

  /** Offers it there, for `patience` microseconds at most. `HandedOver` tells what came of it. */
  handOver(patience: number): void {
    this.#native.handOver(patience);
  }

  /** Changes of the ruleset of nftables are told from here on (`RulesetChanged`). */
  watchRuleset(): void {
    this.#native.watchRuleset();
  }

  /** True once the thread has given everything back (after the event `Stopped`). */
  finished(): boolean {
    return this.#native.finished();
  }

  /**
   * Ends the engine: goodbyes and everything given back, unless a `Stop` has seen to that; the last
   * events are delivered, the thread is joined, then the bell is closed.
   */
  async close(): Promise<void> {
    if (!this.#native.finished()) {
      this.#sendStop();
      await this.#end();
    }
    this.#hear();
    this.#closing = true;
    const joined = this.#native.close(closeLimit * 1000);
    this.#bell.destroy();
    for (const waiting of this.#snapshots.values()) {
      waiting.reject(new Error('the engine was closed before it made the snapshot'));
    }
    if (!joined) throw new Error(`the engine's thread did not end within ${closeLimit} ms`);
  }

  #sendStop(): void {
    try {
      this.#native.send([{ kind: 'Stop', linger: 0, release: true }]);
    } catch (error) {
      // With a full mailbox the thread is stopped by the native close.
      if (!isEngineBusy(error)) throw error;
    }
  }

  /** Resolves when the thread says that it has finished, or when it has had its time. */
  #end(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, closeLimit);
      this.#ended = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #hear(): void {
    const events = this.#native.drain();
    if (events.length > 0) this.#onEvents(events);
    for (const { token, snapshot } of this.#native.takeSnapshots()) {
      this.#snapshots.get(token)?.resolve(snapshot);
      this.#snapshots.delete(token);
    }
    if (this.#native.finished()) this.#ended?.();
  }
}

/** A core in virtual time. */
export function createCore(
  options: CoreOptions = { startupDelay: 0, restoresPerMinute: 60 },
): NativeCore {
  return new (addon().Core)(options);
}

/** Asks one host whether it is there: echo by ICMP, neighbor by ARP or ND. Throws as `open`. */
export function openProbe(
  kind: NativeProbeKind,
  address: string,
  interfaceName: string,
): NativeProbe {
  return new (addon().ProbeSocket)(kind, address, interfaceName);
}

/** Moves this process into a network namespace, before an engine is made. */
export function enterNamespace(nameOrPath: string): void {
  addon().enterNamespace(nameOrPath);
}

/** Opens the process connector for the next engine, before `enterNamespace`. 0 or an errno. */
export function openProcessConnector(): number {
  return addon().openProcessConnector();
}

/** Programs that are started get no descriptors that we inherited, and no ambient rights. */
export function shieldChildren(): void {
  addon().shieldChildren();
}

/** Gives free memory and pages that only a start needs back to the system (milliseconds). */
export function giveBackMemory(): void {
  addon().giveBackMemory();
}

/** Takes what is left of a child that has ended; never of one that Node waits for. */
export function reap(pid: number): boolean {
  return addon().reap(pid);
}

/** One datagram to a Unix socket (`@name`: abstract): sd_notify, journald, syslog. 0 or errno. */
export function sendDatagram(path: string, bytes: Uint8Array): number {
  return addon().sendDatagram(path, bytes);
}

/** Links and addresses of this network namespace. Blocks, at most `limit` microseconds. */
export function listKernel(limit = 2_000_000): KernelListing {
  return addon().listKernel(limit);
}

/** Protocols of netlink(7). */
const netlinkProtocol = { route: 0, netfilter: 12 } as const;

/** One request (rtnetlink when not told) and its answers, without an engine. Blocks, at most `limit`. */
export function exchangeNetlink(
  message: readonly number[],
  protocol: keyof typeof netlinkProtocol = 'route',
  limit = 2_000_000,
): NetlinkReply {
  return addon().exchangeNetlink(netlinkProtocol[protocol], Uint8Array.from(message), limit);
}

/** Removes addresses without an engine. Blocks, at most `request.limit` microseconds. */
export function removeAddresses(request: CleanupRequest): CleanupReport {
  return addon().removeAddresses(request);
}
