import { readFileSync, readdirSync } from 'node:fs';
import { eventually } from '../lab/eventually.ts';

interface Sample {
  readonly at: number;
  readonly descriptors: number;
  /** Resident memory that is no file's, in KiB. */
  readonly memory: number;
}

/** The first minute fills pools, histories and the collector's heap. */
const WARM_UP_MS = 60_000;
/** What a garbage collector may leave lying about, in KiB. */
const SLACK = 16 * 1024;

/** Looks at what a process holds, and tells what grows. */
export class Growth {
  readonly #pid: number;
  readonly #samples: Sample[] = [];

  constructor(pid: number) {
    this.#pid = pid;
  }

  sample(): void {
    const { descriptors, memory } = holdings(this.#pid);
    this.#samples.push({ at: performance.now(), descriptors, memory });
  }

  summary(): string {
    const { early, late } = this.#parts();
    return (
      `memory ${median(early, 'memory')} then ${median(late, 'memory')} KiB, ` +
      `descriptors ${least(early, 'descriptors')} then ${least(late, 'descriptors')}`
    );
  }

  /** Sentences about what has grown; empty when nothing has. */
  async grown(): Promise<readonly string[]> {
    const { early } = this.#parts();
    const found: string[] = [];
    const most = median(early, 'memory') + SLACK;
    try {
      // The collector is in no hurry while it is busy; the daemon asks it to when there is rest.
      const little = (): boolean => holdings(this.#pid).memory <= most;
      await eventually('as little memory as before', little, { everyMs: 200 });
    } catch {
      found.push(`memory grew from ${most - SLACK} to ${holdings(this.#pid).memory} KiB`);
    }
    const descriptors = least(early, 'descriptors');
    try {
      // Scripts have pipes while they run.
      const few = (): boolean => holdings(this.#pid).descriptors <= descriptors;
      await eventually('as few descriptors as before', few, { everyMs: 5 });
    } catch {
      found.push(`descriptors grew from ${descriptors} to ${holdings(this.#pid).descriptors}`);
    }
    return found;
  }

  /** The samples of the first and the last third after the warm-up. */
  #parts(): { readonly early: readonly Sample[]; readonly late: readonly Sample[] } {
    const [first, last] = [this.#samples[0]?.at ?? 0, this.#samples.at(-1)?.at ?? 0];
    const warm = first + Math.min(WARM_UP_MS, (last - first) / 3);
    const third = (last - warm) / 3;
    return {
      early: this.#samples.filter(({ at }) => at >= warm && at <= warm + third),
      late: this.#samples.filter(({ at }) => at >= last - third),
    };
  }
}

function holdings(pid: number): Pick<Sample, 'descriptors' | 'memory'> {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    memory: Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]),
  };
}

function median(samples: readonly Sample[], of: 'memory' | 'descriptors'): number {
  const sorted = samples.map((one) => one[of]).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function least(samples: readonly Sample[], of: 'memory' | 'descriptors'): number {
  return Math.min(...samples.map((one) => one[of]));
}
