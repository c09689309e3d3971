/** What notify scripts are told: values that the daemon makes out of the engine's events. */
import type { ScriptCommand } from '../base/script.ts';

export type NotifyKind = 'INSTANCE' | 'GROUP';

/** The words that scripts know. STOP and DELETED are last words, not states of the protocol. */
export type NotifyState = 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' | 'DELETED';

/** The notify scripts of one vrrp_instance or vrrp_sync_group. */
export interface NotifyScripts {
  readonly master?: ScriptCommand | undefined;
  readonly backup?: ScriptCommand | undefined;
  readonly fault?: ScriptCommand | undefined;
  readonly stop?: ScriptCommand | undefined;
  readonly deleted?: ScriptCommand | undefined;
  /** `notify_master_rx_lower_pri`: as MASTER an advert of a lower priority was heard. */
  readonly masterRxLowerPriority?: ScriptCommand | undefined;
  /** The generic `notify`. */
  readonly any?: ScriptCommand | undefined;
}

/** An instance or group and what it wants to have run. */
export interface NotifyTarget {
  readonly kind: NotifyKind;
  readonly name: string;
  readonly scripts: NotifyScripts;
  /** `notify_deleted` was given, with or without a script: deletion is DELETED and not FAULT. */
  readonly announceDeleted: boolean;
  /** The instances of a group, by name; empty for an instance. */
  readonly members: readonly string[];
}

/** Circumstances, for the environment and the standard input of scripts. */
export interface NotifyContext {
  readonly previousState?: NotifyState | 'INIT' | undefined;
  /** Why, in a sentence for people, and as the word that the journal uses. */
  readonly cause?: string | undefined;
  readonly causeKind?: string | undefined;
  /** The other router concerned, and the priority that it advertises. */
  readonly peer?: string | undefined;
  readonly peerPriority?: number | undefined;
  readonly basePriority?: number | undefined;
  readonly interfaceName?: string | undefined;
  readonly vrid?: number | undefined;
  readonly family?: 'ipv4' | 'ipv6' | undefined;
  /** The virtual addresses with their prefix lengths. */
  readonly addresses?: readonly string[] | undefined;
  /** Nothing happened now: a state is told once more, after a restart or by request. */
  readonly replay?: boolean | undefined;
}

export interface NotifyEvent {
  readonly kind: NotifyKind;
  readonly name: string;
  readonly what: NotifyState | 'MASTER_RX_LOWER_PRI';
  /** The effective priority of an instance; 0 for a group. */
  readonly priority: number;
  /** When it happened, in milliseconds since 1970. */
  readonly at: number;
  readonly context: NotifyContext;
}
