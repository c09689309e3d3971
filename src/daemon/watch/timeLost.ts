/**
 * What the kernel counts of the time that this process did not have. A few small files, read on
 * JavaScript's thread once a second: the engine's never reads a file.
 */
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cpuStatFiles } from '../../base/cpuStat.ts';
import { microsPerSecond } from '../../base/units.ts';
import type { TimeLost } from '../../observe/lateness.ts';

/** As the engine names its thread. */
const threadName = 'failoverd-rt';
/** sysconf(_SC_CLK_TCK), which is the same wherever Node runs. */
const ticksPerSecond = 100;

/** Reads the totals; keeps where they stand. */
export class TimeLostReader {
  #schedstat: string | undefined;
  readonly #cpuStats = cpuStatFiles('self').filter((file) => throttledOf(file) !== undefined);

  read(continued: number): TimeLost {
    const at = os.uptime() * microsPerSecond;
    const awake = Number(process.hrtime.bigint() / 1000n);
    return {
      at,
      suspended: at - awake,
      continued,
      throttled: this.#throttled(),
      stolen: stolen(),
      waited: this.#waited(),
    };
  }

  #throttled(): number | undefined {
    const totals = this.#cpuStats.map(throttledOf).filter((total) => total !== undefined);
    return totals.length === 0 ? undefined : Math.max(...totals);
  }

  /** proc(5): time on the processor, time waiting for one, both in nanoseconds. */
  #waited(): number | undefined {
    this.#schedstat ??= schedstatOf(threadName);
    const waited = textOf(this.#schedstat)?.split(' ')[1];
    return waited === undefined ? undefined : Number(waited) / 1000;
  }
}

function textOf(file: string | undefined): string | undefined {
  try {
    return file === undefined ? undefined : readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function schedstatOf(name: string): string | undefined {
  const tasks = '/proc/self/task';
  const task = namesIn(tasks).find((tid) => textOf(path.join(tasks, tid, 'comm'))?.trim() === name);
  return task === undefined ? undefined : path.join(tasks, task, 'schedstat');
}

/** proc(5): user nice system idle iowait irq softirq steal. */
function stolen(): number | undefined {
  const fields = textOf('/proc/stat')?.split('\n')[0]?.trim().split(/\s+/).slice(1);
  const steal = fields?.[7];
  return steal === undefined ? undefined : (Number(steal) * microsPerSecond) / ticksPerSecond;
}

/** cgroup v2 counts microseconds, v1 nanoseconds. */
function throttledOf(file: string): number | undefined {
  const text = textOf(file);
  const micros = /^throttled_usec (\d+)$/m.exec(text ?? '')?.[1];
  const nanos = /^throttled_time (\d+)$/m.exec(text ?? '')?.[1];
  if (micros !== undefined) return Number(micros);
  return nanos === undefined ? undefined : Number(nanos) / 1000;
}
