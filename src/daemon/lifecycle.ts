/**
 * A daemon's life after it has started: ready, reloads, the heartbeat, and the orderly end.
 *
 * SIGTERM and SIGINT stop it: goodbyes, addresses given back, last words to scripts, all within
 * bounds. A second one hurries: scripts get no more time.
 */
import { systemClock } from '../base/clock.ts';
import { deferred } from '../base/deferred.ts';
import type { Log } from '../base/log.ts';
import type { Daemon, StopBounds } from './compose.ts';
import { metricsText } from '../observe/metrics.ts';
import { controlHandlers } from './control/control.ts';
import type { EnginePort } from './enginePort.ts';
import { Dumps } from './dumps/dumps.ts';
import type { GiveBack } from './giveBack.ts';
import type { DaemonOptions } from './options.ts';
import { Reloader } from './reload/reload.ts';
import type { ReloadOutcome } from './reload/reload.ts';
import { ReloadFiles } from './reload/reloadFiles.ts';
import { Servers } from './control/servers.ts';
import type { ServiceManagerLink } from './serviceManager.ts';
import type { DaemonSignal, Signals } from './signals.ts';
import { StatusSource } from './control/statusSource.ts';
import { TimedReload } from './reload/timedReload.ts';
import { Upgrade } from './upgrade/upgrade.ts';
import type { Heir } from './upgrade/upgrade.ts';

export interface LifeParts {
  readonly daemon: Daemon;
  readonly engine: EnginePort;
  readonly options: DaemonOptions;
  readonly log: Log & { reopen(): void };
  readonly manager: ServiceManagerLink;
  readonly signals: Signals;
  readonly giveBack: GiveBack;
  /** The descriptor of the daemon's lock. */
  readonly lockFd: () => number;
}

/** Everything was given back, or another process goes on. */
export type Ending = 'stopped' | 'handedOver';

/** How often the engine hears that somebody watches the trackers. */
export const heartbeatMs = 1000;
/** Goodbyes and addresses take milliseconds; this is for a kernel that does not answer. */
const engineStopMs = 5000;
/** How long notify_stop scripts have; keepalived gives them one second. */
const scriptsStopMs = 3000;
/** How long who is connected has to read the last answer. */
const clientsMs = 1000;

/** Runs until the daemon has stopped, or another one has taken its place. */
export async function live(parts: LifeParts): Promise<Ending> {
  const { daemon, engine, options, log, manager, giveBack } = parts;
  const heartbeat = setInterval(() => engine.alive(), heartbeatMs);
  const source = new StatusSource(daemon, options, giveBack, () => reloader.trialEndsAt);
  giveBack.soon();
  const dumps = new Dumps(daemon, source, log);
  const files = new ReloadFiles(log);
  const reloader: Reloader = new Reloader({
    file: options.file,
    configId: options.configId,
    namespace: options.namespace,
    target: daemon,
    log,
    manager,
    files,
    clock: systemClock,
    onOutcome: (sentence) => {
      journalOwn(daemon, 'reload', sentence);
      giveBack.soon();
      if (daemon.model === undefined) return;
      void servers.apply(daemon.model);
      timed.configure(daemon.model.globals.reload);
    },
  });
  const timed = new TimedReload({ log, request: () => void reloader.request() });
  const heir = deferred<Heir>();
  const upgrade = upgradeOf(parts, () => reloader.requestForGood(), heir.resolve);
  const servers = new Servers({
    options,
    log,
    handlers: controlHandlers({ daemon, reloader, upgrade, report: () => source.report() }),
    metricsText: async () => {
      const { report, snapshot } = await source.picture();
      return metricsText(report, snapshot, daemon.repairs);
    },
  });
  if (daemon.model !== undefined) {
    await servers.apply(daemon.model);
    files.clear(daemon.model);
    files.save(daemon.model);
    timed.configure(daemon.model.globals.reload);
  }
  const end = await Promise.race([signalToEnd(parts, reloader, dumps), heir.promise]);
  giveBack.stop();
  timed.close();
  if (typeof end === 'object') await leave(parts, servers, end);
  else await stop(parts, servers, end);
  clearInterval(heartbeat);
  return typeof end === 'object' ? 'handedOver' : 'stopped';
}

/** Acts on signals; resolves with the one that ends the daemon. */
function signalToEnd({ signals, log, options }: LifeParts, reloader: Reloader, dumps: Dumps) {
  return new Promise<DaemonSignal>((resolve) => {
    signals.listen((received) => {
      if (received === 'SIGHUP') {
        log.reopen();
        void reloader.request();
      }
      void dumps.onSignal(received);
      if (received === 'SIGINT' && options.ignoreInterrupt) return;
      if (received === 'SIGTERM' || received === 'SIGINT') resolve(received);
    });
  });
}

function upgradeOf(
  { daemon, engine, log, lockFd }: LifeParts,
  reload: () => Promise<ReloadOutcome>,
  onDone: (heir: Heir) => void,
): Upgrade {
  const upgrade = new Upgrade({
    engine,
    kernel: daemon,
    model: () => daemon.model,
    carried: () => daemon.carried(),
    lockFd,
    reload,
    log,
    onFailed: (sentence) => journalOwn(daemon, 'upgrade', sentence),
    onDone,
  });
  daemon.listen((event) => {
    if (event.kind === 'HandedOver') upgrade.onHandedOver(event.errorNumber);
  });
  return upgrade;
}

/** The engine has stopped, and that of `heir` goes on. */
async function leave({ daemon, log, manager }: LifeParts, servers: Servers, heir: Heir) {
  log.notice(`process ${heir.pid} has replaced this one`, { event: 'upgrade' });
  manager.handOver(heir.pid);
  const bounds = { release: false, engineMs: engineStopMs, scriptsMs: scriptsStopMs };
  await daemon.handOver(bounds, async () => {
    await servers.leave();
    await heir.tell({ kind: 'left', what: 'places' });
  });
  await heir.tell({ kind: 'left', what: 'scripts' });
  await servers.end(clientsMs);
}

async function stop(parts: LifeParts, servers: Servers, signal: DaemonSignal): Promise<void> {
  parts.log.notice(`stopping on ${signal}`, { event: 'stopping' });
  parts.manager.stopping(`stopping on ${signal}`);
  await stopDaemon(parts);
  await servers.close();
}

async function stopDaemon({ daemon, options, log, signals }: LifeParts): Promise<void> {
  const bounds: StopBounds = {
    release: options.releaseOnStop,
    engineMs: engineStopMs,
    scriptsMs: scriptsStopMs,
  };
  const hurried = new Promise<'hurried'>((resolve) => {
    signals.listen((received) => {
      if (received === 'SIGTERM' || received === 'SIGINT') resolve('hurried');
    });
  });
  const stopping = daemon.stop(bounds);
  const result = await Promise.race([stopping, hurried]);
  if (result === 'hurried') {
    log.notice('stopping at once on a second signal', { event: 'stopping' });
    await daemon.hurry();
    return;
  }
  if (!result.inTime) log.error('the engine did not release everything in time');
  log.notice('stopped', { event: 'stopped' });
}

function journalOwn(daemon: Daemon, kind: 'reload' | 'upgrade', sentence: string): void {
  const entry = { wallMs: Date.now(), kind, subject: undefined, event: undefined } as const;
  daemon.journal.add({ ...entry, sentence });
}
