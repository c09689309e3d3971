/**
 * Where counting began anew (STATS_CLEAR), for the files that keepalived's monitoring reads. Status
 * and metrics go on counting: whoever reads those takes differences.
 */
import type { InstanceReport, StatusReport } from '../../observe/statusReport.ts';

type Counters = InstanceReport['counters'];

export class StatsBaseline {
  #cleared = new Map<string, Counters>();

  /** From here on everything counts from zero. */
  clear({ instances }: StatusReport): void {
    this.#cleared = new Map(instances.map(({ name, counters }) => [name, counters]));
  }

  sinceCleared(report: StatusReport): StatusReport {
    if (this.#cleared.size === 0) return report;
    const instances = report.instances.map((one) => ({
      ...one,
      counters: this.#since(one.name, one.counters),
    }));
    return { ...report, instances };
  }

  #since(name: string, counters: Counters): Counters {
    const before = this.#cleared.get(name);
    if (before === undefined) return counters;
    const keys = Object.keys(counters) as (keyof Counters)[];
    // One that was removed and added again has begun at zero by itself.
    if (keys.some((key) => counters[key] < before[key])) return counters;
    return Object.fromEntries(
      keys.map((key) => [key, counters[key] - before[key]]),
    ) as unknown as Counters;
  }
}
