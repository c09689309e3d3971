/**
 * The daemon's side of notify: which scripts, FIFOs and mails there are, and what they are told.
 * What happens while the scripts' accounts are looked up, at start and at a reload, is kept and
 * told then; nothing is lost.
 */
import type { Clock } from '../../base/clock.ts';
import { explainOutcome, isSuccess } from '../../base/script.ts';
import type { ScriptCommand, ScriptPolicy, StartScript } from '../../base/script.ts';
import type { Log } from '../../base/log.ts';
import { findNamed } from '../../config/findNamed.ts';
import type { Command, Model, NotifyScripts as ModelScripts } from '../../config/index.ts';
import type { Command as EngineCommand, EngineEvent } from '../../engine/messages.generated.ts';
import type { NotifyKind, NotifyScripts, NotifyTarget } from '../../notify/event.ts';
import { Fifos } from '../../notify/fifos.ts';
import { MailQueue } from '../../notify/mailQueue.ts';
import { Notifier } from '../../notify/notifier.ts';
import { deletionState } from '../../notify/order.ts';
import { defaultQueueLimits } from '../../notify/queue.ts';
import type { NotifyResult } from '../../notify/queue.ts';
import type { Names } from '../../observe/names.ts';
import { fifoSettings } from './fifoSettings.ts';
import { Gates } from './gates.ts';
import { isMailed, mailSettings } from './mailSettings.ts';
import { contextOf, stopEvents } from './notifyEvents.ts';
import type { ScriptCommands } from '../scripts/scriptCommands.ts';
import { Tellings } from './tellings.ts';
import type { Telling } from './tellings.ts';

export interface NotificationsParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly names: Names;
  readonly start: StartScript;
  readonly send: (commands: readonly EngineCommand[]) => void;
}

/** What a configuration says of notifications beside the model. */
export interface NotifySetup {
  readonly commands: ScriptCommands;
  readonly policy: ScriptPolicy;
  /** The mask for FIFOs that are made. */
  readonly umask: number;
}

export class Notifications {
  readonly #parts: NotificationsParts;
  readonly #notifier: Notifier;
  readonly #fifos: Fifos;
  readonly #mails: MailQueue;
  readonly #tellings: Tellings;
  readonly #gates: Gates;
  #model: Model | undefined;
  #started = false;
  /** What has happened while the scripts of the first or a new model are looked up. */
  #waiting: (Telling & { readonly model: Model })[] | undefined = [];

  constructor(parts: NotificationsParts) {
    const { clock, log, start } = parts;
    this.#parts = parts;
    this.#tellings = new Tellings(parts.names);
    this.#gates = new Gates(parts);
    this.#notifier = new Notifier({
      clock,
      start,
      limits: defaultQueueLimits,
      onResult: (result) => this.#ended(result),
    });
    this.#fifos = new Fifos({
      clock,
      start,
      onProblem: (path, problem) => {
        if (problem === undefined) log.notice(`${path} is written`, { event: 'fifo' });
        else log.error(problem, { event: 'fifo' });
      },
      onReaderEnd: (path, outcome, againInMs) => {
        const text = `the script that reads ${path} ${explainOutcome(outcome)}`;
        log.warning(`${text}; again in ${againInMs / 1000} s`, { event: 'fifo' });
      },
    });
    this.#mails = new MailQueue({
      clock,
      onProblem: (sentence) => log.warning(sentence, { event: 'mail' }),
    });
  }

  /** The model whose events come from now on; its scripts follow with `configure`. */
  expect(model: Model): void {
    this.#model = model;
    this.#waiting ??= [];
  }

  /** The scripts, FIFOs and mail of the model from now on; what waited for them is told. */
  async configure(model: Model, { commands, policy, umask }: NotifySetup): Promise<void> {
    const { log, clock } = this.#parts;
    this.#notifier.configure(this.#targets(model, commands), policy);
    this.#mails.configure(mailSettings(model));
    this.#gates.configure(model, commands, policy);
    await this.#fifos.configure(fifoSettings(model, commands, umask, log), policy);
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const telling of waiting) this.#deliver(telling, telling.model);
    if (this.#started) {
      const again = this.#tellings.again(clock.wallMs(), model);
      if (model.globals.fifos.statesOnReload) this.#fifos.write(again);
      if (model.globals.fifos.replay) this.#notifier.notify(again);
    }
    this.#started = true;
  }

  onEvent(event: EngineEvent): void {
    if (this.#model === undefined) return;
    const told = this.#tellings.of(event, this.#parts.clock.wallMs(), this.#model);
    const after = this.#gates.onEvent(event, told?.event);
    if (told !== undefined) this.#tell({ ...told, after }, this.#model);
  }

  /** Says goodbye for what a reload is about to take away. Before `expect`. */
  removed(kind: NotifyKind, id: number, before: Model): void {
    const isInstance = kind === 'INSTANCE';
    const { names, clock } = this.#parts;
    const name = isInstance ? names.instance(id) : names.group(id);
    const notify = (
      isInstance ? findNamed(before.instances, name) : findNamed(before.syncGroups, name)
    )?.notify;
    if (notify === undefined) return;
    const present = this.#tellings.stateOf(kind, id) ?? 'INIT';
    const what = deletionState({ announceDeleted: notify.tellDeleted }, present);
    this.#tellings.forget(kind, id);
    if (what === undefined) return;
    const cause = 'it was removed from the configuration';
    const known = isInstance ? contextOf(name, before) : {};
    const context = { ...known, causeKind: 'removed', cause };
    const priority = known.basePriority ?? 0;
    const event = { kind, name, what, priority, at: clock.wallMs(), context };
    // At once: after this its scripts are not known any more.
    this.#deliver({ event, line: event }, before);
  }

  /** The FIFOs that were made here. */
  madeFifos(): readonly string[] {
    return this.#fifos.made();
  }

  /** Those that another process has made. Before `configure`. */
  adoptFifos(paths: readonly string[]): void {
    this.#fifos.adopt(paths);
  }

  /** Nobody is told anything: another process goes on. What runs has this long. */
  async handOver(boundMs: number): Promise<void> {
    this.#waiting = [];
    await Promise.all([
      this.#notifier.close(boundMs),
      this.#fifos.close(boundMs, true),
      this.#mails.close(boundMs),
    ]);
  }

  /** Tells everybody STOP and gives scripts, readers of FIFOs and the mail this long. */
  async stop(priorities: ReadonlyMap<string, number>, boundMs: number): Promise<void> {
    const model = this.#model;
    // A reload may be on its way: what waits for its scripts is told by those that are known.
    for (const telling of this.#waiting ?? []) this.#deliver(telling, telling.model);
    this.#waiting = undefined;
    if (model !== undefined) {
      const events = stopEvents(model, priorities, this.#parts.clock.wallMs());
      for (const event of events) this.#tell({ event, line: event }, model);
    }
    await Promise.all([
      this.#notifier.close(boundMs),
      this.#fifos.close(boundMs),
      this.#mails.close(boundMs),
    ]);
  }

  views() {
    return {
      scripts: this.#notifier.views(),
      fifos: this.#fifos.views(),
      mail: this.#mails.view(),
    };
  }

  #tell(telling: Telling, model: Model): void {
    if (this.#waiting === undefined) this.#deliver(telling, model);
    else this.#waiting.push({ ...telling, model });
  }

  /** keepalived's order: scripts, FIFOs, mail. */
  #deliver({ event, line, after }: Telling, model: Model): void {
    if (event !== undefined) this.#notifier.notify([event], after);
    this.#fifos.write([line]);
    if (event !== undefined && isMailed(event, model)) this.#mails.push(event);
  }

  #targets(model: Model, commands: ScriptCommands): NotifyTarget[] {
    const instances = model.instances.map(({ name, notify }): NotifyTarget => ({
      kind: 'INSTANCE',
      name,
      scripts: this.#scripts(name, notify, commands),
      announceDeleted: notify.tellDeleted,
      members: [],
    }));
    const groups = model.syncGroups.map(({ name, notify, members }): NotifyTarget => ({
      kind: 'GROUP',
      name,
      scripts: this.#scripts(name, notify, commands),
      announceDeleted: notify.tellDeleted,
      members,
    }));
    // Most have no scripts at all, and need not be known.
    return [...instances, ...groups].filter(({ scripts }) => hasAny(scripts));
  }

  #scripts(owner: string, scripts: ModelScripts, commands: ScriptCommands) {
    const resolve = (command: Command | null): ScriptCommand | undefined => {
      if (command === null) return undefined;
      const resolved = commands.resolve(command);
      if (resolved.kind === 'runnable') return resolved.command;
      const text = `${owner}: the notify script ${command.argv[0]} cannot be run`;
      this.#parts.log.error(`${text}: ${resolved.reason}`, { event: 'script', instance: owner });
      return undefined;
    };
    return {
      any: resolve(scripts.any),
      master: resolve(scripts.master),
      backup: resolve(scripts.backup),
      fault: resolve(scripts.fault),
      stop: resolve(scripts.stop),
      deleted: resolve(scripts.deleted),
      masterRxLowerPriority: resolve(scripts.masterRxLowerPri),
    };
  }

  #ended({ event, keyword, outcome }: NotifyResult): void {
    const text = `${event.name}: ${keyword} for ${event.what} ${explainOutcome(outcome)}`;
    const fields = { event: 'script', instance: event.name };
    if (isSuccess(outcome)) this.#parts.log.debug(text, fields);
    else this.#parts.log.warning(text, fields);
  }
}

function hasAny(scripts: NotifyScripts): boolean {
  return Object.values(scripts).some((script) => script !== undefined);
}
