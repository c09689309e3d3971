import type { MetricsPlace } from '../base/metricsPlace.ts';

/** What the command line decides about a daemon. */
export interface DaemonOptions {
  /** The configuration file; a pattern means all files that match, in order (`-f`). */
  readonly file: string;
  /** What `@ID` lines of the file are compared with; undefined: the host's first name (`-i`). */
  readonly configId: string | undefined;
  /** Network namespace to run in; wins over the file's `net_namespace` (`-s`). */
  readonly namespace: string | undefined;
  /** The control socket; undefined: below /run/failoverd, by namespace and instance name. */
  readonly socket: string | undefined;
  /** Where metrics are served; undefined: nowhere. */
  readonly metrics: MetricsPlace | undefined;
  /** Files that receive our process id (`-p`, and `-r` for tools that look for it). */
  readonly pidFiles: readonly string[];
  /** `-n`: the caller knows that we stay in the foreground. */
  readonly foregroundAsked: boolean;
  /** false: addresses stay and nothing is said when we stop (`-V`). */
  readonly releaseOnStop: boolean;
  readonly ignoreInterrupt: boolean;
  /** File mode creation mask; wins over the file's `umask` (`-u`). */
  readonly umask: number | undefined;
  /** The parsed configuration is written to the log at start (`-d`). */
  readonly dumpConfig: boolean;
  readonly log: LogChoices;
}

export interface LogChoices {
  /** Standard error, with `-l` or where it is a terminal. */
  readonly console: boolean;
  /** 0: what an operator wants to see; 1: detail (`-D`); 2: everything. */
  readonly detail: 0 | 1 | 2;
  readonly syslog: boolean;
  /** Facility of syslog(3), 0..23. */
  readonly facility: number;
  /** Also into this file (`-g`). */
  readonly file: string | undefined;
}

/** How a daemon's life ended, for the exit code. */
export type DaemonEnd =
  | { readonly kind: 'stopped' }
  /** Another process goes on, and has what was ours. */
  | { readonly kind: 'handedOver' }
  | { readonly kind: 'failed'; readonly why: FailureKind };

export type FailureKind =
  | 'configError'
  | 'noConfig'
  | 'alreadyRunning'
  | 'noPermission'
  | 'failure'
  | 'internal';

export const defaultConfigFile = '/etc/keepalived/keepalived.conf';
export const defaultLogFile = '/tmp/failoverd.log';
