/**
 * All trackers of a daemon, over reloads.
 *
 * A tracker whose block did not change is not touched: its schedule, its streak and its counters go
 * on. One whose timing or rise and fall changed goes on from its verdict. One whose command changed
 * keeps its verdict until the first result, which then decides alone; so does nothing a reload adds
 * put an instance into FAULT before there is a result.
 */
import type { Clock } from '../base/clock.ts';
import type { ScriptOutcome, StartScript } from '../base/script.ts';
import { FileTracker } from './file.ts';
import type { FileTrackerOptions, FileTrackerView } from './file.ts';
import { askerFor } from './ask.ts';
import type { Question } from './ask.ts';
import { ProbeTracker } from './probe.ts';
import type { ProbeTrackerOptions, ProbeTrackerView } from './probe.ts';
import { ProcessMonitor } from './process.ts';
import type { ProcessMode, ProcessSetChanged, ProcessTrackerView } from './process.ts';
import type { ProcessPattern } from './processMatch.ts';
import type { ProcessSource } from './processSource.ts';
import type { TrackerListener, TrackerReport } from './report.ts';
import type { RiseFall, RiseFallStart } from './riseFall.ts';
import { ScriptTracker } from './script.ts';
import type { ScriptTrackerOptions, ScriptTrackerView } from './script.ts';

/** A script tracker as the configuration has it. */
export interface ScriptSetting extends Omit<ScriptTrackerOptions, 'begin'> {
  /** `init_fail`. */
  readonly initFail: boolean;
  /**
   * Some instance uses it without a weight, so that it could put that instance into FAULT. Only
   * such a tracker is assumed to be well when a reload adds it: to assume it of a weighted one
   * would raise a priority for nothing.
   */
  readonly unweighted: boolean;
}

/** A probe as the configuration has it. */
export interface ProbeSetting extends Omit<ProbeTrackerOptions, 'begin'> {
  readonly question: Question;
  readonly initFail: boolean;
  /** As of a script. */
  readonly unweighted: boolean;
}

export interface TrackerSettings {
  readonly scripts: readonly ScriptSetting[];
  readonly files: readonly FileTrackerOptions[];
  readonly processes: readonly ProcessPattern[];
  readonly probes: readonly ProbeSetting[];
}

export interface TrackerSetDeps {
  readonly clock: Clock;
  readonly start: StartScript;
  readonly source: ProcessSource;
  readonly report: TrackerListener;
  readonly processes: (change: ProcessSetChanged) => void;
  readonly onRun?: ((name: string, outcome: ScriptOutcome) => void) | undefined;
}

export type TrackerView =
  | ScriptTrackerView
  | FileTrackerView
  | ProcessTrackerView
  | ProbeTrackerView;

interface ScriptEntry {
  readonly setting: ScriptSetting;
  readonly tracker: ScriptTracker;
}

interface ProbeEntry {
  readonly setting: ProbeSetting;
  readonly tracker: ProbeTracker;
}

interface FileEntry {
  readonly setting: FileTrackerOptions;
  readonly tracker: FileTracker;
}

/** What trackers knew in another process, to go on from as after a reload. */
export interface CarriedStates {
  readonly scripts: readonly {
    readonly name: string;
    readonly of: unknown;
    readonly state: RiseFall;
  }[];
  readonly probes: CarriedStates['scripts'];
  readonly files: readonly { readonly name: string; readonly value: number }[];
}

export class TrackerSet {
  /** For the engine's process events, which the daemon hands on. */
  readonly processes: ProcessMonitor;
  readonly #deps: TrackerSetDeps;
  #scripts = new Map<string, ScriptEntry>();
  #files = new Map<string, FileEntry>();
  #probes = new Map<string, ProbeEntry>();
  readonly #latest = new Map<string, TrackerReport>();
  #carried: CarriedStates | undefined;
  #started = false;
  #processesStarted = false;

  constructor(mode: ProcessMode, deps: TrackerSetDeps) {
    this.#deps = deps;
    const { clock, source } = deps;
    this.processes = new ProcessMonitor(mode, { clock, source, emit: deps.processes });
  }

  carried(): CarriedStates {
    const scripts = [...this.#scripts.values()];
    const probes = [...this.#probes.values()];
    return {
      scripts: scripts.map(({ setting: { name, command }, tracker }) => ({
        name,
        of: command,
        state: tracker.riseFall(),
      })),
      probes: probes.map(({ setting: { name, question }, tracker }) => ({
        name,
        of: question,
        state: tracker.riseFall(),
      })),
      files: [...this.#files.values()].map(({ setting: { name }, tracker }) => ({
        name,
        value: tracker.value(),
      })),
    };
  }

  /** The first `configure` is as a reload of these. */
  adopt(carried: CarriedStates): void {
    this.#carried = carried;
    this.#started = true;
  }

  /** The trackers from now on: the first call starts, further ones are reloads. */
  async configure(settings: TrackerSettings): Promise<void> {
    const reload = this.#started;
    this.#started = true;
    this.#configureProbes(settings.probes, reload);
    await Promise.all([
      this.#configureScripts(settings.scripts, reload),
      this.#configureFiles(settings.files, reload),
      this.#configureProcesses(settings.processes),
    ]);
    this.#carried = undefined;
  }

  /** Ends everything. Resolves when the last script is gone. */
  async stop(): Promise<void> {
    this.processes.stop();
    for (const { tracker } of this.#files.values()) tracker.stop();
    for (const { tracker } of this.#probes.values()) tracker.stop();
    await Promise.all([...this.#scripts.values()].map(({ tracker }) => tracker.stop()));
  }

  /** What scripts and files last reported; for an engine that has to be told everything again. */
  reports(): readonly TrackerReport[] {
    return [...this.#latest.values()];
  }

  views(): readonly TrackerView[] {
    const scripts = [...this.#scripts.values()].map(({ tracker }) => tracker.view());
    const files = [...this.#files.values()].map(({ tracker }) => tracker.view());
    const probes = [...this.#probes.values()].map(({ tracker }) => tracker.view());
    return [...scripts, ...files, ...this.processes.views(), ...probes];
  }

  /** Nobody looks at processes before some tracker means one. */
  async #configureProcesses(patterns: readonly ProcessPattern[]): Promise<void> {
    if (this.#processesStarted) return this.processes.setPatterns(patterns);
    if (patterns.length === 0) return;
    this.#processesStarted = true;
    await this.processes.start(patterns);
  }

  async #configureScripts(settings: readonly ScriptSetting[], reload: boolean): Promise<void> {
    const old = this.#scripts;
    this.#scripts = new Map(
      settings.map((setting) => {
        const before = old.get(setting.name);
        if (before !== undefined && same(before.setting, setting)) return [setting.name, before];
        return [setting.name, { setting, tracker: this.#newScript(setting, before, reload) }];
      }),
    );
    const gone = [...old.values()].filter(({ tracker, setting }) => {
      if (!this.#scripts.has(setting.name)) this.#latest.delete(`script ${setting.name}`);
      return this.#scripts.get(setting.name)?.tracker !== tracker;
    });
    // The next one of its name begins when the old run is over: never two at once.
    await Promise.all(gone.map(({ tracker }) => tracker.stop()));
    for (const { tracker } of this.#scripts.values()) tracker.start();
  }

  #newScript(
    setting: ScriptSetting,
    before: ScriptEntry | undefined,
    reload: boolean,
  ): ScriptTracker {
    const { clock, start, onRun } = this.#deps;
    const known =
      before === undefined
        ? inherited(this.#carried?.scripts, setting.name, setting.command)
        : {
            verdict: before.tracker.riseFall(),
            unchanged: same(before.setting.command, setting.command),
          };
    const begin = beginOf(setting, known, reload);
    return new ScriptTracker(
      { ...setting, begin },
      { clock, start, onRun, report: (report) => this.#report(report) },
    );
  }

  #configureProbes(settings: readonly ProbeSetting[], reload: boolean): void {
    const old = this.#probes;
    const { clock } = this.#deps;
    const report: TrackerListener = (one) => this.#report(one);
    this.#probes = new Map(
      settings.map((setting) => {
        const before = old.get(setting.name);
        if (before !== undefined && same(before.setting, setting)) return [setting.name, before];
        const what =
          before === undefined
            ? inherited(this.#carried?.probes, setting.name, setting.question)
            : {
                verdict: before.tracker.riseFall(),
                unchanged: same(before.setting.question, setting.question),
              };
        const options = { ...setting, begin: beginOf(setting, what, reload) };
        const asker = askerFor(setting.question, clock);
        const deps = { clock, asker, random: Math.random, report };
        return [setting.name, { setting, tracker: new ProbeTracker(options, deps) }];
      }),
    );
    for (const { tracker, setting } of old.values()) {
      if (this.#probes.get(setting.name)?.tracker !== tracker) tracker.stop();
      if (!this.#probes.has(setting.name)) this.#latest.delete(`probe ${setting.name}`);
    }
    for (const { tracker } of this.#probes.values()) tracker.start();
  }

  async #configureFiles(settings: readonly FileTrackerOptions[], reload: boolean): Promise<void> {
    const old = this.#files;
    const files = new Map<string, FileEntry>();
    const fresh: FileTracker[] = [];
    for (const setting of settings) {
      const before = old.get(setting.name);
      if (before !== undefined && same(before.setting, setting)) {
        files.set(setting.name, before);
        continue;
      }
      // The initial file is written at start only.
      const init = reload ? undefined : setting.init;
      const other = this.#carried?.files.find(({ name }) => name === setting.name);
      const carriedOver = before?.tracker.value() ?? other?.value;
      const tracker = new FileTracker(
        { ...setting, init, carriedOver },
        { clock: this.#deps.clock, report: (report) => this.#report(report) },
      );
      files.set(setting.name, { setting, tracker });
      fresh.push(tracker);
    }
    for (const [name, { tracker }] of old) {
      if (files.get(name)?.tracker !== tracker) tracker.stop();
      if (!files.has(name)) this.#latest.delete(`file ${name}`);
    }
    this.#files = files;
    await Promise.all(fresh.map((tracker) => tracker.start()));
  }

  #report(report: TrackerReport): void {
    this.#latest.set(`${report.kind} ${report.tracker}`, report);
    this.#deps.report(report);
  }
}

/** What a predecessor of the same name knew, and whether it watched the same thing. */
interface Predecessor {
  readonly verdict: RiseFall;
  readonly unchanged: boolean;
}

function inherited(
  carried: CarriedStates['scripts'] | undefined,
  wanted: string,
  of: unknown,
): Predecessor | undefined {
  const found = carried?.find(({ name }) => name === wanted);
  return found && { verdict: found.state, unchanged: same(found.of, of) };
}

function beginOf(
  setting: Pick<ScriptSetting, 'initFail' | 'unweighted'>,
  before: Predecessor | undefined,
  reload: boolean,
): ScriptTrackerOptions['begin'] {
  if (before !== undefined) {
    const { verdict, unchanged } = before;
    if (unchanged) return { carriedOver: verdict };
    const assumed: Record<RiseFall['verdict'], RiseFallStart> = {
      ok: 'assumeOk',
      failed: 'assumeFailed',
      pending: 'init',
    };
    return assumed[verdict.verdict];
  }
  if (setting.initFail) return 'failed';
  return reload && setting.unweighted ? 'assumeOk' : 'init';
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
