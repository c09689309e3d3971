/**
 * What a start or a reload has needed is given back: a compiled configuration leaves many times its
 * size in garbage, which V8 collects only when it needs room, and reading code that runs once leaves
 * its pages mapped. A daemon that has nothing to do would keep all of it for good.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** By then what was begun is through. A reload within this time begins it anew. */
const restMs = 3000;
/**
 * What comes once after that, such as the first look for second owners, has run by then: it makes
 * V8 compile, and so reads megabytes of code that nobody needs for long.
 */
const lastMs = 7000;
/** So many events leave a megabyte or two behind. */
const manyEvents = 1000;
/** A picture of so many instances leaves some megabytes behind. */
const manyInstances = 500;

export class GiveBack {
  readonly #giveBackMemory: () => void;
  #timer: NodeJS.Timeout | undefined;
  #events = 0;

  /** `giveBackMemory` of the engine. */
  constructor(giveBackMemory: () => void) {
    this.#giveBackMemory = giveBackMemory;
  }

  /** Does it after a rest, and without collecting once more later. Holds nothing open. */
  soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.now();
      this.#timer = setTimeout(() => this.#giveBackMemory(), lastMs).unref();
    }, restMs).unref();
  }

  /** So many events of the engine have been dealt with: many are like a reload. */
  afterEvents(count: number): void {
    this.#events += count;
    if (this.#events < manyEvents) return;
    this.#events = 0;
    this.soon();
  }

  /** A status with so many instances has been made. While it is made again and again there is no rest. */
  afterPicture(instances: number): void {
    if (instances >= manyInstances) this.soon();
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
  // What is left is also moved together, so that whole pages become free.
  for (const flag of ['expose-gc', 'compact-on-every-full-gc']) setFlagsFromString(`--${flag}`);
  try {
    const collect: unknown = runInNewContext('globalThis.gc');
    if (typeof collect === 'function') collect();
  } finally {
    for (const flag of ['expose-gc', 'compact-on-every-full-gc'])
      setFlagsFromString(`--no-${flag}`);
  }
}
