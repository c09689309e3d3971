/** keepalived's files, for the monitoring that asks by signal. */
import { errorText } from '../../base/errorText.ts';
import type { Log } from '../../base/log.ts';
import { cureOf } from '../../base/retried.ts';
import type { StatusReport } from '../../observe/statusReport.ts';
import type { Daemon } from '../compose.ts';
import { dumpPath, writeDump } from './keepalivedDumps.ts';
import type { DumpKind } from './keepalivedDumps.ts';
import type { DaemonSignal } from '../signals.ts';
import { StatsBaseline } from './statsBaseline.ts';

const dumpOf: Readonly<Partial<Record<DaemonSignal, DumpKind>>> = {
  SIGUSR1: 'data',
  SIGUSR2: 'stats',
  STATS_CLEAR: 'stats',
  JSON: 'json',
};

export class Dumps {
  readonly #daemon: Daemon;
  readonly #source: { report(): Promise<StatusReport> };
  readonly #log: Log;
  readonly #baseline = new StatsBaseline();

  constructor(daemon: Daemon, source: { report(): Promise<StatusReport> }, log: Log) {
    this.#daemon = daemon;
    this.#source = source;
    this.#log = log;
  }

  /** Writes what this signal asks for, if it asks for anything. Never rejects. */
  async onSignal(signal: DaemonSignal): Promise<void> {
    const kind = dumpOf[signal];
    const { model } = this.#daemon;
    if (kind === undefined || model === undefined) return;
    try {
      const report = await this.#source.report();
      const processes = new Map(
        this.#daemon.trackerViews().processes.map(({ name, pids }) => [name, pids.length]),
      );
      const shown = this.#baseline.sinceCleared(report);
      if (signal === 'STATS_CLEAR') this.#baseline.clear(report);
      const file = await writeDump(kind, { model, report: shown, processes });
      if (file !== undefined) this.#log.info(`wrote ${file}`, { event: 'dump' });
    } catch (error) {
      const problem = errorText(error);
      const text = `${dumpPath(kind, model)} was not written: ${problem}${cureOf(problem)}`;
      this.#log.warning(text, { event: 'dump' });
    }
  }
}
