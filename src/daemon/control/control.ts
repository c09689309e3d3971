/** What the daemon does for the clients of its control socket. */
import type { Model } from '../../config/index.ts';
import { ControlError } from '../../observe/controlProtocol.ts';
import type { Caller, Handler, Params } from '../../observe/controlServer.ts';
import type { JournalEntry } from '../../observe/journal.ts';
import { ofInstance } from '../../observe/statusReport.ts';
import type { StatusReport } from '../../observe/statusReport.ts';
import { whyOf } from '../../observe/why.ts';
import type { Daemon } from '../compose.ts';
import type { Reloader } from '../reload/reload.ts';
import { trialSeconds } from '../reload/trial.ts';
import type { Upgrade } from '../upgrade/upgrade.ts';

export interface ControlParts {
  readonly daemon: Daemon;
  readonly reloader: Reloader;
  readonly upgrade: Upgrade;
  readonly report: () => Promise<StatusReport>;
}

/** How often watchers get a picture. */
const watchMs = 1000;

export function controlHandlers(parts: ControlParts): Readonly<Record<string, Handler>> {
  const { daemon, reloader, upgrade } = parts;
  const watchers = new Watchers(parts);
  const handlers: Record<string, Handler> = {
    status: async (params) => pick(await parts.report(), instanceIn(params)),
    watch: async (params, caller) => {
      const name = instanceIn(params);
      pick(await parts.report(), name);
      watchers.add(name, caller);
    },
    why: (params) => why(daemon, instanceIn(params)),
    events: (params, caller) => events(daemon, params, caller),
    reload: (params) => reloader.request(trialIn(params)),
    confirm: () => reloader.confirm(),
    plan: () => reloader.plan(),
    upgrade: () => upgrade.request(),
    drain: (params) => drain(daemon, instanceIn(params), params['force'] === true),
    undrain: (params) => undrain(daemon, instanceIn(params)),
    record: () => daemon.record(),
  };
  return handlers;
}

/** Clients that look on. A picture is made once for all of them, and a text once for a name. */
class Watchers {
  readonly #parts: ControlParts;
  readonly #callers = new Map<Caller, string | undefined>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  add(name: string | undefined, caller: Caller): void {
    this.#callers.set(caller, name);
    caller.onGone(() => {
      this.#callers.delete(caller);
      if (this.#callers.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    });
    void this.#tell([caller]);
    this.#timer ??= setInterval(() => void this.#tell([...this.#callers.keys()]), watchMs).unref();
  }

  async #tell(callers: readonly Caller[]): Promise<void> {
    const report = await this.#parts.report().catch(() => undefined);
    if (report === undefined) return;
    const texts = new Map<string | undefined, string>();
    for (const caller of callers) {
      if (!caller.idle) continue;
      const name = this.#callers.get(caller);
      const part = name === undefined ? report : ofInstance(report, name);
      const text = texts.get(name) ?? JSON.stringify(part ?? { ...report, instances: [] });
      texts.set(name, text);
      caller.event(text);
    }
  }
}

function why(daemon: Daemon, name: string | undefined) {
  const entries = daemon.journal.since();
  return instancesOf(daemon, name).map((one) =>
    whyOf(one, daemon.stateOf(one), daemon.journal.transitions(one), entries),
  );
}

function events(daemon: Daemon, params: Params, caller: Caller): readonly JournalEntry[] {
  const after = numberIn(params, 'after') ?? 0;
  const sinceMs = numberIn(params, 'sinceMs') ?? 0;
  if (params['follow'] === true) {
    const stop = daemon.journal.follow((entry) => caller.event(JSON.stringify(entry)));
    caller.onGone(stop);
  }
  return daemon.journal.since(after).filter((entry) => entry.wallMs >= sinceMs);
}

function drain(daemon: Daemon, name: string | undefined, force: boolean) {
  return Promise.all(instancesOf(daemon, name).map((one) => daemon.drain(one, force)));
}

function undrain(daemon: Daemon, name: string | undefined) {
  const names = instancesOf(daemon, name);
  for (const one of names) daemon.undrain(one);
  return names;
}

function instancesOf(daemon: Daemon, name: string | undefined): readonly string[] {
  const model: Model | undefined = daemon.model;
  const names = model?.instances.map((one) => one.name) ?? [];
  if (name === undefined) return names;
  if (!names.includes(name)) throw unknownInstance(name);
  return [name];
}

function pick(report: StatusReport, name: string | undefined): StatusReport {
  if (name === undefined) return report;
  const part = ofInstance(report, name);
  if (part === undefined) throw unknownInstance(name);
  return part;
}

function unknownInstance(name: string): ControlError {
  return new ControlError('unknownInstance', `there is no instance ${name.slice(0, 80)}`);
}

function instanceIn(params: Params): string | undefined {
  const { instance } = params;
  if (instance === undefined || typeof instance === 'string') return instance;
  throw new ControlError('badRequest', 'instance is a name');
}

function numberIn(params: Params, key: string): number | undefined {
  const value = params[key];
  if (value === undefined || typeof value === 'number') return value;
  throw new ControlError('badRequest', `${key} is a number`);
}

/** Milliseconds, if the reload is on trial. */
function trialIn(params: Params): number | undefined {
  const seconds = numberIn(params, 'confirmWithin');
  if (seconds === undefined) return undefined;
  const { least, most } = trialSeconds;
  if (seconds >= least && seconds <= most) return seconds * 1000;
  throw new ControlError('badRequest', `confirmWithin is ${least} to ${most} seconds`);
}
