/**
 * Where the daemon can be asked: the control socket and the metrics. The command line wins over the
 * file. A reload that changes a place opens the new one and closes the old one; what is unchanged is
 * not touched. A daemon without them still does its work, and says so.
 */
import { resolveGroup } from '../../base/accounts.ts';
import { errorText } from '../../base/errorText.ts';
import type { Log } from '../../base/log.ts';
import { metricsPlaceText } from '../../base/metricsPlace.ts';
import { cureOf } from '../../base/retried.ts';
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

/** Milliseconds from one try to open what was refused to the next. */
const everyMs = 10_000;

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
  /** What could not be opened and was said to be so. */
  readonly #missed = new Set<string>();
  #again: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  /** Opens and closes what `model` asks for. One call after the other. */
  apply(model: Model): Promise<void> {
    this.#work = this.#work.then(async () => {
      await this.#applyControl(model);
      await this.#applyMetrics(model);
      this.#tryAgain(model);
    });
    return this.#work;
  }

  /** A disk that is full, or a place that is taken, need not be so for ever. */
  #tryAgain(model: Model): void {
    clearTimeout(this.#again);
    const refused = [this.#control, this.#metrics].some((one) => one?.server === undefined && one);
    if (this.#closed || !refused) return;
    this.#again = setTimeout(() => {
      if (this.#control?.server === undefined) this.#control = undefined;
      if (this.#metrics?.server === undefined) this.#metrics = undefined;
      void this.apply(model);
    }, everyMs).unref();
  }

  #miss(what: string, problem: string): undefined {
    if (this.#missed.has(what)) return;
    this.#missed.add(what);
    const again = `trying again every ${everyMs / 1000} s`;
    this.#parts.log.warning(`the ${what} cannot be opened: ${problem}${cureOf(problem)}; ${again}`);
  }

  #has(what: string): void {
    if (this.#missed.delete(what)) this.#parts.log.notice(`the ${what} is open now`);
  }

  #stopTrying(): void {
    this.#closed = true;
    clearTimeout(this.#again);
  }

  /** Another process serves at these places from now on. Who is connected stays until `end`. */
  async leave(): Promise<void> {
    this.#stopTrying();
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
    this.#stopTrying();
    await this.#work;
    for (const server of this.#retired) server.close();
    this.#control?.server?.close();
    this.#metrics?.server?.close();
  }

  async #applyControl(model: Model): Promise<void> {
    const { daemon } = model.globals;
    const { options, handlers } = this.#parts;
    const path = controlPlace(model, options);
    const wanted = JSON.stringify([path, daemon.control.group]);
    if (this.#control?.wanted === wanted) return;
    this.#retire(this.#control?.server);
    const group = await this.#groupOf(daemon.control.group);
    const what = `control socket ${path}`;
    const server = await startControlServer({ path, handlers, group }).catch((error: unknown) =>
      this.#miss(what, errorText(error)),
    );
    if (server !== undefined) this.#has(what);
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
    const { options, metricsText } = this.#parts;
    const place = options.metrics ?? daemon.control.metrics ?? undefined;
    const wanted = JSON.stringify([place, daemon.control.metricsGroup]);
    if (this.#metrics?.wanted === wanted) return;
    this.#metrics?.server?.close();
    this.#metrics = undefined;
    if (place === undefined) return;
    const { startMetricsServer } = await import('../../observe/metricsServer.ts');
    const group = await this.#groupOf(daemon.control.metricsGroup);
    const what = `place for metrics ${metricsPlaceText(place)}`;
    const server = await startMetricsServer(place, group, metricsText).catch((error: unknown) =>
      this.#miss(what, errorText(error)),
    );
    if (server !== undefined) this.#has(what);
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
