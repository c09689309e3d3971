/**
 * The daemon put together: engine, dispatch, trackers, notify, journal and status, around one model.
 *
 * Intent flows down (`apply`), facts flow up (`take`). Everything that changes what runs goes through
 * `apply`, at start as at a reload: it computes commands from the old and the new model, sends them,
 * and waits for the engine to confirm each instance's revision.
 */
import { readlinkSync } from 'node:fs';
import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { startScript } from '../base/script.ts';
import type { Model, Origins } from '../config/index.ts';
import { plan, untold } from '../config/plan.ts';
import type { Host, Plan } from '../config/plan.ts';
import { listKernel } from '../engine/index.ts';
import { KernelSide } from './kernel/kernelSide.ts';
import type { Mended } from './kernel/kernelSide.ts';
import type { Removal } from './kernel/removal.ts';
import type {
  Command,
  EngineEvent,
  EngineSnapshot,
  EventRecord,
} from '../engine/messages.generated.ts';
import { Culprits } from '../observe/culprits.ts';
import type { Repair } from '../observe/culprits.ts';
import { stateWord } from '../observe/explain.ts';
import { Journal } from '../observe/journal.ts';
import type { DrainResult } from '../observe/controlClient.ts';
import { statusSentence } from '../observe/status.ts';
import type { StatusView } from '../observe/status.ts';
import { AlarmWatch } from './watch/alarms.ts';
import { Applied } from './reload/applied.ts';
import { rehearse } from './reload/rehearsal.ts';
import type { Step } from './reload/reloadPlan.ts';
import { Dispatch } from './dispatch.ts';
import type { EnginePort } from './enginePort.ts';
import type { Carried } from './upgrade/handOver.ts';
import { LatenessWatch } from './watch/latenessWatch.ts';
import { Draining } from './draining.ts';
import { lingerFor } from './linger.ts';
import { Notifications } from './notify/notifications.ts';
import { Registry } from './registry.ts';
import { resolveCommands, scriptPolicy } from './scripts/scriptCommands.ts';
import { warnOfUnsafeScripts } from './scripts/scriptWarnings.ts';
import { Trackers } from './trackers/trackers.ts';

export interface DaemonParts {
  readonly engine: EnginePort;
  readonly log: Log;
  /** `-u`; wins over the file. */
  readonly umask: number | undefined;
  readonly onStatus: (sentence: string) => void;
  /** What stands in the kernel that the engine does not know. */
  readonly onMade: (made: readonly Removal[]) => void;
}

/** How long the engine may take to confirm a configuration. It does it within microseconds. */
const confirmMs = 10_000;
/** Of the journal, which an heir goes on with. */
const carriedEntries = 500;

export class Daemon {
  readonly journal = new Journal();
  readonly registry = new Registry();
  readonly #parts: DaemonParts;
  readonly #culprits = new Culprits({ run: '/run', elsewhere: inOtherNamespace() });
  readonly #dispatch: Dispatch;
  readonly #trackers: Trackers;
  readonly #notifications: Notifications;
  readonly #applied = new Applied();
  readonly #kernel: KernelSide;
  readonly #alarms: AlarmWatch;
  readonly #lateness: LatenessWatch;
  readonly #draining: Draining;
  #model: Model | undefined;
  #plan: Plan | null = null;
  /** For which the plan was made. */
  #host: Host | undefined;
  #stopped: (() => void) | undefined;
  #isStopped = false;

  constructor(parts: DaemonParts) {
    const { log, engine } = parts;
    const { journal, registry } = this;
    this.#parts = parts;
    this.#kernel = new KernelSide({
      log,
      onMade: parts.onMade,
      onMended: (mended) => this.#tellMended(mended),
      watchRuleset: () => engine.watchRuleset(),
    });
    const shared = { clock: systemClock, log, start: startScript };
    this.#dispatch = new Dispatch({
      log,
      journal,
      names: registry,
      told: (instance) => registry.told(instance),
      culprits: this.#culprits,
      snapshot: () => engine.snapshot(),
      onStatus: (view) => parts.onStatus(statusSentence(view)),
    });
    const send = (commands: readonly Command[]): void => engine.send(commands);
    this.#trackers = new Trackers({ ...shared, journal, registry, send });
    this.#notifications = new Notifications({ ...shared, names: registry, send });
    const snapshot = () => engine.snapshot();
    const instances = () => this.#model?.instances ?? [];
    this.#alarms = new AlarmWatch({ log, journal, names: registry, instances, snapshot });
    this.#lateness = new LatenessWatch({ log, journal });
    this.#draining = new Draining({
      model: () => this.#model,
      numberOf: (name) => this.#numberOf(name),
      send,
      journal,
      log,
    });
    this.#dispatch.listen((event) => this.#applied.onEvent(event));
    this.#dispatch.listen((event) => this.#draining.onEvent(event));
    this.#dispatch.listen((event, { at }) => this.#alarms.onEvent(event, at));
    this.#dispatch.listen((event, { at }) => this.#lateness.onEvent(event, at));
    this.#dispatch.listen((event) => this.#kernel.onEvent(event));
    this.#dispatch.listen((event) => this.#trackers.onEvent(event));
    this.#dispatch.listen((event) => this.#notifications.onEvent(event));
    this.#dispatch.listen((event) => {
      if (event.kind === 'Stopped') this.#markStopped();
    });
  }

  get model(): Model | undefined {
    return this.#model;
  }

  get status(): StatusView {
    return this.#dispatch.view;
  }

  get statusSentence(): string {
    return statusSentence(this.#dispatch.view);
  }

  /** The state of an instance in the users' word. */
  stateOf(name: string): string {
    const view = [...this.#dispatch.view.values()];
    const found = view.find(({ instance }) => this.registry.instance(instance) === name);
    return stateWord(found?.state ?? 'init');
  }

  #numberOf(name: string): number | undefined {
    const ids = [...this.#dispatch.view.keys()];
    return ids.find((id) => this.registry.instance(id) === name);
  }

  snapshot(): Promise<EngineSnapshot> {
    return this.#parts.engine.snapshot();
  }

  record(): readonly string[] {
    return this.#parts.engine.record();
  }

  /** An operator takes an instance out of service, unless nobody else serves. Outlives reloads. */
  drain(name: string, force: boolean): Promise<DrainResult> {
    return this.#draining.drain(name, force);
  }

  undrain(name: string): void {
    this.#draining.undrain(name);
  }

  /** Events of the engine, in order. */
  take(records: readonly EventRecord[]): void {
    this.#dispatch.take(records);
  }

  /** Makes `model` run in place of what runs. Resolves with names of what was not confirmed. */
  async apply(model: Model): Promise<readonly string[]> {
    const told = await this.#tell(model);
    await this.#attend(model);
    const unconfirmed = await told.confirmed;
    this.#kernel.settle();
    return unconfirmed;
  }

  /**
   * What `apply` would do now: the same plan, carried out by a copy of the core. Nothing is changed
   * and nobody hears of it.
   */
  async rehearse(next: Model, origins: Origins): Promise<Step> {
    const [old, told] = [this.#model, this.#plan];
    if (old === undefined || told === null) throw new Error('nothing runs yet');
    const snapshot = await this.snapshot();
    const made = plan(told, next, this.#kernel.preview(next));
    const whole = plan(untold(told), old, this.#host).commands;
    const known = new Registry();
    known.learn(whole);
    const present = [...whole, ...this.#trackers.said(known)];
    known.learn(made.commands);
    const future = [...made.commands, ...(await this.#trackers.foreseen(known, next))];
    const played = rehearse({ snapshot, kernel: listKernel(), present }, future, known);
    return { old, next, origins, told, plan: made, played };
  }

  /**
   * The first part of `apply`, for a daemon that is to take another one's place: the engine knows the
   * model, and no script has been run yet.
   */
  async prepare(model: Model): Promise<readonly string[]> {
    await this.#kernel.rest();
    return (await this.#tell(model)).confirmed;
  }

  /** What the other one knew, after `prepare`. Resolves when the engine has been told. */
  async adopt({ journal, trackers, fifos }: Carried): Promise<void> {
    this.journal.adopt(journal);
    this.#notifications.adoptFifos(fifos);
    this.#trackers.adopt(trackers);
    await this.snapshot();
  }

  /** The engine has taken over, and what it does not know is this process's from now on. */
  serve(): Promise<void> {
    return this.#kernel.resume();
  }

  /** Another process may take over at any moment: what both would write is left alone. */
  rest(): Promise<void> {
    return this.#kernel.rest();
  }

  /** It has not. */
  resume(): Promise<void> {
    return this.#kernel.resume();
  }

  /** The rest of `apply`, when the other one has let go of its scripts. */
  async attend(): Promise<void> {
    if (this.#model !== undefined) await this.#attend(this.#model);
    this.#kernel.settle();
  }

  /** What a process that takes the place of this one is told. */
  carried(): Carried {
    return {
      journal: this.journal.carried(carriedEntries),
      trackers: this.#trackers.carried(),
      fifos: this.#notifications.madeFifos(),
    };
  }

  /**
   * Another process goes on: nothing is said and nothing given back. Resolves when nothing is run any
   * more; `onIdle` is called when that is true of all but scripts that are under way.
   */
  async handOver({ engineMs, scriptsMs }: StopBounds, onIdle: () => Promise<void>): Promise<void> {
    const { engine } = this.#parts;
    this.#alarms.stop();
    this.#lateness.stop();
    this.#kernel.leave();
    await within(scriptsMs, this.#trackers.stop());
    await onIdle();
    await this.#notifications.handOver(scriptsMs);
    await within(engineMs, engine.close());
  }

  /** Calls back with every further event of the engine. */
  listen(listener: (event: EngineEvent) => void): void {
    this.#dispatch.listen(listener);
  }

  async #tell(model: Model): Promise<{ readonly confirmed: Promise<readonly string[]> }> {
    this.#host = await this.#kernel.prepare(model);
    const next = plan(this.#plan, model, this.#host);
    const { commands, problems } = next;
    for (const problem of problems) this.#parts.log.warning(problem, { event: 'kernelObject' });
    if (this.#model !== undefined) this.#tellRemoved(this.#model, commands);
    this.registry.learn(commands);
    this.#alarms.learn(commands);
    const confirmed = this.#applied.confirm(commands, confirmMs);
    this.#notifications.expect(model);
    this.#model = model;
    this.#parts.engine.send(commands);
    // Sent is sent: for thousands of instances the commands weigh more than their settings.
    this.#plan = { ...next, commands: [] };
    this.#trackers.repeat(commands);
    return { confirmed };
  }

  /** Scripts, FIFOs and trackers of the model. */
  async #attend(model: Model): Promise<void> {
    const policy = scriptPolicy(model, this.#parts.umask);
    const scripts = await resolveCommands(model);
    void warnOfUnsafeScripts(model, scripts, policy, this.#parts.log);
    const umask = policy.umask ?? 0o177;
    await this.#notifications.configure(model, { commands: scripts, policy, umask });
    await this.#trackers.configure(model, scripts, policy);
  }

  /** Goodbyes, addresses given back, last words to scripts. Each part has its bound. */
  async stop(bounds: StopBounds): Promise<{ readonly inTime: boolean }> {
    const { engine } = this.#parts;
    this.#alarms.stop();
    this.#lateness.stop();
    const linger = lingerFor(this.#model?.instances ?? []);
    engine.send([{ kind: 'Stop', linger, release: bounds.release }]);
    const trackersGone = this.#trackers.stop();
    const inTime = await within(bounds.engineMs, this.#untilStopped());
    await this.#notifications.stop(this.#priorities(), bounds.scriptsMs);
    await within(bounds.scriptsMs, trackersGone);
    await within(bounds.engineMs, engine.close());
    if (bounds.release) await this.#kernel.giveBack();
    return { inTime };
  }

  /** No more time for scripts: the engine's goodbyes only, which take milliseconds. */
  async hurry(): Promise<void> {
    await within(1000, this.#parts.engine.close());
    await within(1000, this.#kernel.giveBack());
  }

  #tellMended(mended: Mended): void {
    const { by, hint } =
      mended.what === 'macvlan'
        ? this.#culprits.repaired('macvlan')
        : this.#culprits.rulesRepaired(mended.program);
    const sentence =
      mended.what === 'macvlan'
        ? `something else removed the macvlan ${mended.name}; it has been made again; ${hint}`
        : `something else removed or changed the nftables of failoverd; they are put back; ${hint}`;
    const entry = { wallMs: Date.now(), kind: 'repair', subject: undefined } as const;
    this.journal.add({ ...entry, sentence, event: undefined });
    const where = mended.what === 'macvlan' ? { interface: mended.name } : {};
    this.#parts.log.warning(sentence, { event: 'repair', ...where, by });
  }

  /** What was put back that somebody else had removed. */
  get repairs(): readonly Repair[] {
    return this.#culprits.repairs;
  }

  /** What of the daemon's own is not as it should be, each a sentence without its stop. */
  get troubles(): readonly string[] {
    return this.#kernel.troubles;
  }

  /** Alarms that stand. */
  alarmViews() {
    return this.#alarms.view;
  }

  trackerViews() {
    return this.#trackers.views();
  }

  notifyViews() {
    return this.#notifications.views();
  }

  #untilStopped(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      this.#stopped = resolve;
    });
  }

  #markStopped(): void {
    this.#isStopped = true;
    this.#stopped?.();
  }

  /** Scripts hear of a removal while they are still known. */
  #tellRemoved(before: Model, commands: readonly Command[]): void {
    for (const command of commands) {
      if (command.kind === 'RemoveInstance') {
        this.#notifications.removed('INSTANCE', command.instance, before);
      }
      if (command.kind === 'RemoveGroup') {
        this.#notifications.removed('GROUP', command.group, before);
      }
    }
  }

  #priorities(): ReadonlyMap<string, number> {
    const priorities = new Map<string, number>();
    for (const { instance, effectivePriority } of this.#dispatch.view.values()) {
      if (effectivePriority === undefined) continue;
      priorities.set(this.registry.instance(instance), effectivePriority);
    }
    return priorities;
  }
}

export interface StopBounds {
  /** false: leave the addresses and say nothing (`-V`). */
  readonly release: boolean;
  readonly engineMs: number;
  readonly scriptsMs: number;
}

/** Whether this network namespace is not the one that the host's managers of networks look after. */
function inOtherNamespace(): boolean {
  try {
    return readlinkSync('/proc/thread-self/ns/net') !== readlinkSync('/proc/1/ns/net');
  } catch {
    return false;
  }
}

/** Whether the promise settled in time. */
async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const inTime = await Promise.race([promise.then(() => true as const), late]);
  clearTimeout(timer);
  return inTime;
}
