/**
 * Where the daemon can be asked: the control socket and the metrics. The command line wins over the
 * file. A reload that changes a place opens the new one and closes the old one; what is unchanged is
 * not touched. A daemon without them still does its work, and says so.
 */
import { resolveGroup } from '../../base/accounts.ts';
import { errorText } from '../../base/errorText.ts';
import type { Log } from '../../base/log.ts';
import { metricsPlaceText } from '../../base/metricsPlace.ts';
import type { Model } from '../../config/index.ts';
import { startControlServer } from '../../observe/controlServer.ts';
import type { ControlServer, Handler } from '../../observe/controlServer.ts';
import type { MetricsServer } from '../../observe/metricsServer.ts';
import { controlPlace } from './controlPlace.ts';
import type { DaemonOptions } from '../options.ts';

export interface ServerParts {
  readonly options: Pick<DaemonOptions, 'namespace' | 'socket' | 'metrics'>;
  readonly log: Log;
  readonly handlers: Readonly<Record<string, Handler>>;
  /** The metrics as they are now. */
  readonly metricsText: () => Promise<string>;
}

/** A server with the settings that it was opened for. */
interface Open<Server> {
  readonly wanted: string;
  readonly server: Server | undefined;
}

export class Servers {
  readonly #parts: ServerParts;
  #control: Open<ControlServer> | undefined;
  #metrics: Open<MetricsServer> | undefined;
  /** Closed but for the clients that they still have. */
  readonly #retired = new Set<ControlServer>();
  #work: Promise<void> = Promise.resolve();

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  /** Opens and closes what `model` asks for. One call after the other. */
  apply(model: Model): Promise<void> {
    this.#work = this.#work.then(async () => {
      await this.#applyControl(model);
      await this.#applyMetrics(model);
    });
    return this.#work;
  }

  /** Another process serves at these places from now on. Who is connected stays until `end`. */
  async leave(): Promise<void> {
    await this.#work;
    this.#control?.server?.retire();
    this.#metrics?.server?.close();
    this.#metrics = undefined;
  }

  /** Everybody has what was sent. */
  async end(ms: number): Promise<void> {
    const present = this.#control?.server;
    const servers = present === undefined ? [...this.#retired] : [...this.#retired, present];
    await Promise.all(servers.map((server) => server.end(ms)));
  }

  async close(): Promise<void> {
    await this.#work;
    for (const server of this.#retired) server.close();
    this.#control?.server?.close();
    this.#metrics?.server?.close();
  }

  async #applyControl(model: Model): Promise<void> {
    const { daemon } = model.globals;
    const { options, log, handlers } = this.#parts;
    const path = controlPlace(model, options);
    const wanted = JSON.stringify([path, daemon.control.group]);
    if (this.#control?.wanted === wanted) return;
    this.#retire(this.#control?.server);
    const group = await this.#groupOf(daemon.control.group);
    const server = await startControlServer({ path, handlers, group }).catch((error: unknown) => {
      log.warning(`there is no control socket ${path}: ${errorText(error)}`, { event: 'control' });
      return undefined;
    });
    this.#control = { wanted, server };
  }

  /** Who is being answered, perhaps about this very reload, keeps the connection. */
  #retire(server: ControlServer | undefined): void {
    for (const old of this.#retired) {
      if (old.clients > 0) continue;
      old.close();
      this.#retired.delete(old);
    }
    if (server === undefined) return;
    server.retire();
    this.#retired.add(server);
  }

  async #applyMetrics({ globals: { daemon } }: Model): Promise<void> {
    const { options, log, metricsText } = this.#parts;
    const place = options.metrics ?? daemon.control.metrics ?? undefined;
    const wanted = JSON.stringify([place, daemon.control.metricsGroup]);
    if (this.#metrics?.wanted === wanted) return;
    this.#metrics?.server?.close();
    this.#metrics = undefined;
    if (place === undefined) return;
    const { startMetricsServer } = await import('../../observe/metricsServer.ts');
    const group = await this.#groupOf(daemon.control.metricsGroup);
    const server = await startMetricsServer(place, group, metricsText).catch((error: unknown) => {
      const text = `there are no metrics at ${metricsPlaceText(place)}: ${errorText(error)}`;
      log.warning(text, { event: 'metrics' });
      return undefined;
    });
    this.#metrics = { wanted, server };
  }

  /** undefined: the daemon's own, which is what remains when there is no such group. */
  async #groupOf(name: string | null): Promise<number | undefined> {
    if (name === null) return undefined;
    const group = await resolveGroup(name);
    if (group === undefined) {
      const text = `there is no group ${name}: sockets are for the daemon's own group`;
      this.#parts.log.warning(text, { event: 'control' });
    }
    return group;
  }
}
