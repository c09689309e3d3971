/** The service manager's ear: sd_notify(3) over one datagram each, and the watchdog. */
import { notifyText, readServiceManager } from '../base/systemdText.ts';
import type { ServiceState } from '../base/systemdText.ts';

/** Sends one datagram to a Unix socket without waiting; `@` begins an abstract name. */
export type SendDatagram = (path: string, data: Uint8Array) => number;

export interface ServiceManagerLink {
  ready(status: string): void;
  /** What `systemctl status` shows. The same text twice is sent once. */
  status(text: string): void;
  reloading(): void;
  stopping(status: string): void;
  /** Another process is the service; this one says nothing more. */
  handOver(pid: number): void;
  /** Something that takes `ms` at most begins: TimeoutStartSec and TimeoutStopSec are to wait. */
  extendTimeout(ms: number): void;
  close(): void;
}

export interface ServiceManagerOptions {
  readonly send: SendDatagram;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asked before each WATCHDOG=1: false keeps quiet, and the manager will act. */
  readonly isWell: () => boolean;
}

/** Speaks to the manager named in the environment; does nothing where there is none. */
export function serviceManager(options: ServiceManagerOptions): ServiceManagerLink {
  const { notifySocket, watchdogMs } = readServiceManager(options.env, process.pid);
  let shown: string | undefined;
  const tell = (state: ServiceState): void => {
    if (notifySocket !== undefined) options.send(notifySocket, Buffer.from(notifyText(state)));
  };
  const timer =
    watchdogMs === undefined
      ? undefined
      : setInterval(() => options.isWell() && tell({ kind: 'watchdog' }), watchdogMs).unref();
  return {
    ready: (status) => {
      shown = status;
      tell({ kind: 'ready', status });
    },
    status: (text) => {
      if (text === shown) return;
      shown = text;
      tell({ kind: 'status', status: text });
    },
    reloading: () => tell({ kind: 'reloading', monotonicMicros: process.hrtime.bigint() / 1000n }),
    stopping: (status) => tell({ kind: 'stopping', status }),
    handOver: (pid) => {
      clearInterval(timer);
      tell({ kind: 'mainPid', pid });
    },
    extendTimeout: (ms) => tell({ kind: 'extendTimeout', ms }),
    close: () => clearInterval(timer),
  };
}
