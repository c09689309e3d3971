/**
 * The trackers of the running configuration: started, told to the engine, carried over a reload.
 *
 * The engine knows a tracker by number and revision; the trackers themselves only by name. A verdict
 * that is older than the engine's last word on a tracker is said again, so it never waits for a
 * change that may not come.
 */
import type { Clock } from '../../base/clock.ts';
import type { Log, LogLevel } from '../../base/log.ts';
import type { ScriptPolicy, StartScript } from '../../base/script.ts';
import { errnoText } from '../../base/errorText.ts';
import type { Model, TrackScript } from '../../config/index.ts';
import type { Command, EngineEvent, TrackerKind } from '../../engine/messages.generated.ts';
import type { Journal } from '../../observe/journal.ts';
import { fileValueNow, processesNow } from '../../trackers/lookOnce.ts';
import { systemProcesses } from '../../trackers/processSource.ts';
import type { TrackerReport } from '../../trackers/report.ts';
import { TrackerSet } from '../../trackers/set.ts';
import type { CarriedStates, ScriptSetting } from '../../trackers/set.ts';
import { probeSetting, processPattern, scriptSetting } from './trackerOptions.ts';
import type { Registry } from '../registry.ts';
import type { ScriptCommands } from '../scripts/scriptCommands.ts';

export interface TrackersParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: Journal;
  readonly registry: Registry;
  readonly start: StartScript;
  readonly send: (commands: readonly Command[]) => void;
}

/** What an heir goes on with. */
export interface CarriedTrackers {
  readonly verdicts: readonly TrackerReport[];
  readonly pids: readonly { readonly tracker: string; readonly pids: readonly number[] }[];
  readonly states: CarriedStates;
}

export class Trackers {
  readonly #parts: TrackersParts;
  readonly #set: TrackerSet;
  readonly #verdicts = new Map<string, TrackerReport>();
  readonly #pids = new Map<string, ReadonlySet<number>>();

  constructor(parts: TrackersParts) {
    this.#parts = parts;
    const { clock, start } = parts;
    this.#set = new TrackerSet(
      { kind: 'poll', reason: 'the engine has not reported yet whether it gets process events' },
      {
        clock,
        start,
        source: systemProcesses,
        report: (report) => this.#report(report),
        processes: ({ tracker, pids }) => {
          this.#pids.set(tracker, pids);
          this.#sendProcesses(tracker);
        },
      },
    );
  }

  /** Runs what the model wants; what is unchanged goes on undisturbed. */
  async configure(model: Model, commands: ScriptCommands, policy: ScriptPolicy): Promise<void> {
    const used = (kind: TrackerKind) => (one: { readonly name: string }) =>
      this.#parts.registry.findTracker(kind, one.name) !== undefined;
    const scripts = model.scripts.filter(used('script'));
    this.#forgetAllBut([
      ...scripts.map(({ name }) => `script ${name}`),
      ...model.files.filter(used('file')).map(({ name }) => `file ${name}`),
      ...model.probes.filter(used('probe')).map(({ name }) => `probe ${name}`),
    ]);
    await this.#set.configure({
      scripts: scripts.flatMap((script) => this.#runnable(model, script, commands, policy)),
      files: model.files
        .filter(used('file'))
        .map(({ name, path, init }) => ({ name, path, init: init ?? undefined })),
      processes: model.processes.filter(used('process')).map(processPattern),
      probes: model.probes
        .filter(used('probe'))
        .map((probe) => probeSetting(probe, isUnweighted(model, 'trackProbes', probe.name))),
    });
  }

  /** What has been said of the trackers that `known` knows, as commands by its numbers. */
  said(known: Registry): readonly Command[] {
    const verdicts = [...this.#verdicts.values()].map((report) => verdictCommand(known, report));
    const pids = [...this.#pids].map(([name, these]) => pidsCommand(known, name, these));
    return [...verdicts, ...pids].flatMap((command) => command ?? []);
  }

  /**
   * The same after a reload to `next`. What would be new is looked at now, or assumed to be what it
   * would begin with.
   */
  async foreseen(known: Registry, next: Model): Promise<readonly Command[]> {
    const unknown = (kind: TrackerKind) => (one: { readonly name: string }) =>
      known.findTracker(kind, one.name) !== undefined && !this.#verdicts.has(`${kind} ${one.name}`);
    const checks = [
      ...next.scripts.filter(unknown('script')).map((one) => ({ kind: 'script' as const, ...one })),
      ...next.probes.filter(unknown('probe')).map((one) => ({ kind: 'probe' as const, ...one })),
    ];
    const begun = checks.flatMap(({ kind, name, initFail }) => {
      const uses = kind === 'script' ? 'trackScripts' : 'trackProbes';
      if (!initFail && !isUnweighted(next, uses, name)) return [];
      return verdictCommand(known, assumed(kind, name, initFail ? 'failed' : 'ok', 0)) ?? [];
    });
    const files = next.files.filter(unknown('file')).map(async ({ name, path }) => {
      return verdictCommand(known, assumed('file', name, 'value', await fileValueNow(path)));
    });
    const processes = next.processes.map(async (one) => {
      const pids = await processesNow(processPattern(one), systemProcesses);
      return pidsCommand(known, one.name, new Set(pids));
    });
    const looked = await Promise.all([...files, ...processes]);
    return [...this.said(known), ...begun, ...looked.flatMap((command) => command ?? [])];
  }

  /** The engine was told of these: say again what they may have made it forget. */
  repeat(commands: readonly Command[]): void {
    for (const command of commands) {
      if (command.kind !== 'ApplyTracker') continue;
      const { kind, name } = command.config;
      if (kind === 'process') this.#sendProcesses(name);
      else this.#sendVerdict(kind, name);
    }
  }

  /** What the engine says of processes. */
  onEvent(event: EngineEvent): void {
    switch (event.kind) {
      case 'Started':
        return this.#setProcessMode(event.processEventsError);
      case 'ProcessForked':
        return this.#set.processes.onForked(event.parent, event.pid);
      case 'ProcessExecuted':
        return this.#set.processes.onExecuted(event.pid);
      case 'ProcessRenamed':
        return this.#set.processes.onRenamed(event.pid);
      case 'ProcessExited':
        return this.#set.processes.onExited(event.pid);
      case 'ProcessEventsLost':
      case 'Lost':
        return this.#set.processes.onEventsLost();
      default:
        return undefined;
    }
  }

  /** What this one knows. */
  carried(): CarriedTrackers {
    const pids = [...this.#pids].map(([tracker, these]) => ({ tracker, pids: [...these] }));
    return { verdicts: [...this.#verdicts.values()], pids, states: this.#set.carried() };
  }

  /** Begins with what another one knew, which the engine is told. Before `configure`. */
  adopt({ verdicts, pids, states }: CarriedTrackers): void {
    this.#set.adopt(states);
    for (const report of verdicts) {
      this.#verdicts.set(`${report.kind} ${report.tracker}`, report);
      this.#sendVerdict(report.kind, report.tracker);
    }
    for (const { tracker, pids: these } of pids) {
      this.#pids.set(tracker, new Set(these));
      this.#sendProcesses(tracker);
    }
  }

  /** Ends every check under way. Resolves when none of their processes is left. */
  stop(): Promise<void> {
    return this.#set.stop();
  }

  /** What status shows, by kind. */
  views() {
    const views = this.#set.views();
    return {
      scripts: views.filter((view) => view.kind === 'script'),
      files: views.filter((view) => view.kind === 'file'),
      processes: views.filter((view) => view.kind === 'process'),
      probes: views.filter((view) => view.kind === 'probe'),
      verdicts: [...this.#verdicts.values()],
    };
  }

  /** Nothing for a script that cannot be run at all: it is reported as failed instead. */
  #runnable(
    model: Model,
    script: TrackScript,
    commands: ScriptCommands,
    policy: ScriptPolicy,
  ): ScriptSetting[] {
    const { name } = script;
    const resolved = commands.resolve(script.command);
    if (resolved.kind === 'runnable') {
      const unweighted = isUnweighted(model, 'trackScripts', name);
      return [scriptSetting(script, resolved.command, policy, unweighted)];
    }
    const reason = `the script cannot be run: ${resolved.reason}`;
    const fixed = { status: 'failed', value: 0, cause: 'refused' } as const;
    this.#report({ kind: 'script', tracker: name, ...fixed, reason });
    return [];
  }

  #forgetAllBut(present: readonly string[]): void {
    for (const key of this.#verdicts.keys()) if (!present.includes(key)) this.#verdicts.delete(key);
  }

  #setProcessMode(errorNumber: number): void {
    this.#set.processes.setMode(
      errorNumber === 0
        ? { kind: 'events' }
        : {
            kind: 'poll',
            reason: `the kernel does not tell of processes: ${errnoText(errorNumber)}`,
          },
    );
  }

  #report(report: TrackerReport): void {
    const { log, journal } = this.#parts;
    const { kind } = report;
    const before = this.#verdicts.get(`${kind} ${report.tracker}`);
    this.#verdicts.set(`${kind} ${report.tracker}`, report);
    this.#sendVerdict(kind, report.tracker);
    const sentence = `${kind} ${report.tracker}: ${verdictWords(report)}${report.reason}`;
    const level = levelOf(report, before);
    const quiet = report.status === 'pending' || report.cause === 'assumed';
    log[quiet ? 'info' : level](sentence, { event: 'tracker', tracker: report.tracker });
    if (quiet) return;
    const subject = `${kind} ${report.tracker}`;
    journal.add({ wallMs: Date.now(), kind: 'tracker', subject, sentence, event: undefined });
  }

  #sendVerdict(kind: TrackerKind, name: string): void {
    const report = this.#verdicts.get(`${kind} ${name}`);
    const command = report && verdictCommand(this.#parts.registry, report);
    if (command !== undefined) this.#parts.send([command]);
  }

  #sendProcesses(name: string): void {
    const pids = this.#pids.get(name);
    const command = pids && pidsCommand(this.#parts.registry, name, pids);
    if (command !== undefined) this.#parts.send([command]);
  }
}

function assumed(
  kind: TrackerReport['kind'],
  tracker: string,
  status: TrackerReport['status'],
  value: number,
): TrackerReport {
  return { kind, tracker, status, value, cause: 'assumed', reason: '' };
}

/** undefined: nobody uses the tracker. */
function verdictCommand(registry: Registry, report: TrackerReport): Command | undefined {
  const known = registry.findTracker(report.kind, report.tracker);
  if (known === undefined) return undefined;
  const { status, value } = report;
  return { kind: 'ReportTracker', tracker: known.id, revision: known.revision, status, value };
}

function pidsCommand(
  registry: Registry,
  name: string,
  pids: ReadonlySet<number>,
): Command | undefined {
  const known = registry.findTracker('process', name);
  if (known === undefined) return undefined;
  return { kind: 'SetProcesses', tracker: known.id, revision: known.revision, pids: [...pids] };
}

/** Some instance or group goes to FAULT when it fails. */
function isUnweighted(model: Model, kind: 'trackScripts' | 'trackProbes', name: string): boolean {
  const users = [...model.instances, ...model.syncGroups];
  const uses = users.flatMap((user) => user[kind]);
  return uses.some((use) => use.name === name && use.weight === 0);
}

function verdictWords(report: TrackerReport): string {
  return { ok: 'OK: ', failed: 'failed: ', pending: '', value: '' }[report.status];
}

function levelOf(report: TrackerReport, before: TrackerReport | undefined): LogLevel {
  const { status, value, cause } = report;
  const unreadable = cause === 'unreadable' && before?.cause !== 'unreadable';
  if (status === 'failed' || unreadable) return 'warning';
  return before?.status !== status || before.value !== value ? 'notice' : 'info';
}
