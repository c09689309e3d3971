/**
 * What a start or a reload has needed is given back: a compiled configuration leaves many times its
 * size in garbage, which V8 collects only when it needs room, and reading code that runs once leaves
 * its pages mapped. A daemon that has nothing to do would keep all of it for good.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** By then what was begun is through. A reload within this time begins it anew. */
const restMs = 3000;

export class GiveBack {
  readonly #giveBackMemory: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** `giveBackMemory` of the engine. */
  constructor(giveBackMemory: () => void) {
    this.#giveBackMemory = giveBackMemory;
  }

  /** Does it after a rest. Holds nothing open. */
  soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), restMs).unref();
  }

  /** Collects all garbage, which takes some tens of milliseconds for thousands of instances. */
  now(): void {
    collectGarbage();
    this.#giveBackMemory();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** V8 lends its collector to contexts that are made while the flag stands. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  try {
    const collect: unknown = runInNewContext('globalThis.gc');
    if (typeof collect === 'function') collect();
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
