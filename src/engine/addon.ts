/**
 * Loads the native addon and says what it is made of. The only module of the project that touches
 * the .node file; everybody else imports `index.ts`.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Micros } from '../base/units.ts';
import type {
  CleanupReport,
  CleanupRequest,
  Command,
  CoreOptions,
  CoreSnapshot,
  EngineOptions,
  EngineSnapshot,
  EventRecord,
  Input,
  KernelListing,
  Output,
  OverheardFrame,
} from './messages.generated.ts';

/**
 * The protocol core in virtual time: pure and deterministic. After each `handle` or `advance`,
 * `drain` takes every output before the next call (anything else throws `NOT_DRAINED`).
 */
export interface NativeCore {
  handle(at: Micros, input: Input): void;
  advance(at: Micros): void;
  nextDeadline(): Micros | undefined;
  drain(): readonly Output[];
  snapshot(at: Micros): CoreSnapshot;
  /** What another core goes on with, as its input; undefined once a stop has begun. */
  bequeath(): Input | undefined;
}

/** The real-time thread, as the addon shows it; `Engine` of index.ts is the face for everybody. */
export interface NativeEngine {
  send(commands: readonly Command[]): number;
  bell(): number;
  drain(): readonly EventRecord[];
  alive(): void;
  requestSnapshot(): number;
  takeSnapshots(): readonly NativeSnapshot[];
  record(): readonly string[];
  /** The memory that a guardian is given; stays the engine's to close. */
  willFd(): number;
  prepareHandOver(): HandOverPlace;
  handOver(patience: Micros): void;
  watchRuleset(): void;
  finished(): boolean;
  close(limit: Micros): boolean;
}

/** Descriptors for the process that is to go on; the engine closes its own. */
export interface HandOverPlace {
  readonly memory: number;
  readonly line: number;
}

/** One host that is asked whether it is there (native/linux/probe_socket.h). Nothing waits. */
export interface NativeProbe {
  /** Sends question `sequence` (0..65535). 0, or the errno of what could not leave. */
  ask(sequence: number): number;
  isAnswered(sequence: number): boolean;
  close(): void;
}

export type NativeProbeKind = 'echo' | 'neighbor';

export interface NativeSnapshot {
  readonly token: number;
  readonly snapshot: EngineSnapshot;
}

/** Ears on one Ethernet interface, as the addon shows them; see `openListener`. */
export interface NativeListener {
  mac(): string;
  drain(): readonly OverheardFrame[];
  dropped(): number;
  probe(address: string): void;
  close(): void;
}

/** A type by the name that `describe()` gives it. */
export type MessageType =
  | 'Input'
  | 'Command'
  | 'Output'
  | 'EventRecord'
  | 'CoreOptions'
  | 'CoreSnapshot'
  | 'EngineOptions'
  | 'EngineSnapshot';

export interface NetlinkReply {
  /** Of the acknowledgement; 0: done. */
  readonly errorNumber: number;
  /** Whole messages with their headers, where a list was asked for. */
  readonly messages: readonly Uint8Array[];
}

export interface BuildInfo {
  readonly compiler: string;
  readonly sanitizer: string;
  readonly nodeApi: number;
}

export interface Addon {
  readonly Core: new (options: CoreOptions) => NativeCore;
  readonly Engine: new (options: EngineOptions) => NativeEngine;
  /** `claimsOfOthers`: nothing but ARP and neighbour advertisements that this host has not sent. */
  readonly Listener: new (interfaceName: string, claimsOfOthers: boolean) => NativeListener;
  /** Throws the system's error: EPERM, ENODEV. `interfaceName` may be empty for an echo. */
  readonly ProbeSocket: new (
    kind: NativeProbeKind,
    address: string,
    interfaceName: string,
  ) => NativeProbe;
  readonly buildInfo: BuildInfo;
  /** Every message as JSON text (native/addon/schema.h). */
  describe(): string;
  echo(type: MessageType, value: unknown): unknown;
  toJson(type: MessageType, value: unknown): string;
  fromJson(type: MessageType, text: string): unknown;
  /** Moves this process into a network namespace: a name of ip-netns(8) or a path. */
  enterNamespace(nameOrPath: string): void;
  /** Opens the process connector before the namespace is left. Returns 0 or an errno. */
  openProcessConnector(): number;
  /** Programs that are started get no descriptors that we inherited, and no ambient rights. */
  shieldChildren(): void;
  /** Gives free memory and pages that only a start needs back to the system. */
  giveBackMemory(): void;
  /** Takes what is left of a child that has ended. False: it is none, or has not. */
  reap(pid: number): boolean;
  /** One datagram to a Unix socket; a leading @ is the abstract namespace. Returns 0 or errno. */
  sendDatagram(path: string, bytes: Uint8Array): number;
  /** Links and addresses. Throws the system's error; blocks at most `limit`. */
  listKernel(limit: Micros): KernelListing;
  /** One netlink request and its answers. Throws and blocks as `listKernel`. */
  exchangeNetlink(protocol: number, message: Uint8Array, limit: Micros): NetlinkReply;
  /** Removes those of the addresses that exist. Throws and blocks as `listKernel`. */
  removeAddresses(request: CleanupRequest): CleanupReport;
}

/** The addon is not there or cannot be loaded. The message says what to do. */
export class AddonMissing extends Error {
  override readonly name = 'AddonMissing';
}

const levels = ['..', '../..', '../../..'];

function locate(): string {
  const chosen = process.env['FAILOVERD_ADDON'];
  if (chosen !== undefined) return chosen;
  for (const up of levels) {
    const file = path.resolve(import.meta.dirname, up, 'build/Release/failoverd.node');
    if (existsSync(file)) return file;
  }
  throw new AddonMissing(
    'the native addon has not been built: run `npm run build:native` ' +
      '(it needs g++ 12 or later, make and python3)',
  );
}

/** An executable that is built beside the addon; undefined: it is not there. */
export function nativeProgram(
  name: 'failoverd-guardian' | 'failoverd-launcher',
): string | undefined {
  const file = path.join(path.dirname(locate()), name);
  return existsSync(file) ? file : undefined;
}

let loaded: Addon | undefined;

/** The addon; loaded at the first call. Throws `AddonMissing`. */
export function addon(): Addon {
  if (loaded !== undefined) return loaded;
  const file = locate();
  try {
    loaded = createRequire(import.meta.url)(file) as Addon;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new AddonMissing(`the native addon ${file} cannot be loaded: ${reason}`);
  }
  return loaded;
}
