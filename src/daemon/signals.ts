/**
 * Signals, from the first moment on. What arrives before somebody listens is kept: a SIGTERM during
 * the start must not be lost, and SIGHUP, SIGUSR1 and SIGUSR2 must not end us or start Node's debugger.
 */

import { onRealtimeSignal } from './realtimeSignals.ts';

/** Real-time signals go by keepalived's names for them. */
export type DaemonSignal = (typeof named)[number] | keyof typeof realtime;

const named = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/**
 * As glibc numbers them on Linux: SIGRTMIN+2, SIGRTMAX-1 and SIGRTMAX. The last asks keepalived for
 * a list of its threads, which there is not here; it must not end us all the same.
 */
const realtime = { JSON: 36, STATS_CLEAR: 63, TDUMP: 64 } as const;

export type SignalListener = (signal: DaemonSignal) => void;

export class Signals {
  #kept: DaemonSignal[] = [];
  #listener: SignalListener | undefined;

  /** Catches all of them, for as long as the process lives. */
  install(): void {
    for (const name of named) process.on(name, () => this.raise(name));
    for (const [name, number] of Object.entries(realtime)) {
      onRealtimeSignal(number, () => this.raise(name as keyof typeof realtime));
    }
    // As pid 1 of a container, with a log that is a broken pipe, or beyond a limit of real time
    // (SIGXCPU is its warning), nothing else may end us.
    for (const name of ['SIGPIPE', 'SIGXCPU'] as const) process.on(name, () => undefined);
  }

  /** Hands over those that were kept, and from then on each as it comes. */
  listen(listener: SignalListener): void {
    this.#listener = listener;
    for (const signal of this.#kept.splice(0)) listener(signal);
  }

  /** Nobody listens for now: what comes is kept again. */
  keep(): void {
    this.#listener = undefined;
  }

  /** As if the signal had arrived. */
  raise(signal: DaemonSignal): void {
    if (this.#listener === undefined) this.#kept.push(signal);
    else this.#listener(signal);
  }
}
