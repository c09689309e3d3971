/** The engine as the daemon uses it; `Engine` of src/engine is one. */
import type { HandOverPlace } from '../engine/index.ts';
import type { Command, EngineSnapshot } from '../engine/messages.generated.ts';

export type { HandOverPlace } from '../engine/index.ts';

export interface EnginePort {
  /** Hands commands over, in order. Never blocks. */
  send(commands: readonly Command[]): void;
  /** JavaScript is alive and watches the trackers. */
  alive(): void;
  /** The engine's own picture of everything. */
  snapshot(): Promise<EngineSnapshot>;
  /** The memory that says what a guardian has to do. */
  willFd(): number;
  /** The flight recorder, one JSON line for each thing the core was told. */
  record(): readonly string[];
  /** Descriptors for the process that is starting to replace this one. */
  prepareHandOver(): HandOverPlace;
  /** Lets that one's engine go on, if it answers within so many microseconds (`HandedOver`). */
  handOver(patience: number): void;
  /** Changes of the ruleset of nftables are told from here on. */
  watchRuleset(): void;
  /** The thread has given everything back. */
  finished(): boolean;
  /** Goodbye if nobody has said it yet, then the end. Resolves when the thread is gone. */
  close(): Promise<void>;
}
