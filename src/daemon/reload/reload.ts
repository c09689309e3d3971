/**
 * SIGHUP: the file is read anew, and what has changed is applied; what has not is not touched. A file
 * with an error changes nothing and is said to be refused. One reload at a time: requests that come
 * meanwhile are one more reload afterwards. On trial what ran before comes back by itself.
 */
import type { Clock } from '../../base/clock.ts';
import path from 'node:path';
import { errorText } from '../../base/errorText.ts';
import type { Log } from '../../base/log.ts';
import type { Model, Origins } from '../../config/index.ts';
import type { ReloadPlan } from '../../observe/reloadPlan.ts';
import { load, logFindings, refusalOf } from '../loading.ts';
import type { Loaded } from '../loading.ts';
import { describePlan, refusedPlan } from './reloadPlan.ts';
import type { Step } from './reloadPlan.ts';
import type { ReloadFiles } from './reloadFiles.ts';
import type { ServiceManagerLink } from '../serviceManager.ts';
import { Trial } from './trial.ts';

export interface ReloadTarget {
  readonly model: Model | undefined;
  readonly statusSentence: string;
  apply(model: Model): Promise<readonly string[]>;
  /** What `apply` would do now. Nothing is changed. */
  rehearse(model: Model, origins: Origins): Promise<Step>;
}

export interface ReloadParts {
  readonly file: string;
  readonly configId: string | undefined;
  /** The network namespace of the command line, which counts whatever the file says. */
  readonly namespace: string | undefined;
  readonly target: ReloadTarget;
  readonly log: Log;
  readonly manager: ServiceManagerLink;
  readonly files: ReloadFiles;
  readonly clock: Clock;
  /** For the journal: what became of a reload, in a sentence. */
  readonly onOutcome: (sentence: string) => void;
}

export interface ReloadOutcome {
  readonly ok: boolean;
  readonly sentence: string;
}

export class Reloader {
  readonly #parts: ReloadParts;
  readonly #trial: Trial<Model>;
  #running: Promise<ReloadOutcome> | undefined;
  #again = false;
  /** The next reload is on trial for so long. */
  #withinMs: number | undefined;
  /** A trial is over, and this is to run again. */
  #before: Model | undefined;

  constructor(parts: ReloadParts) {
    this.#parts = parts;
    this.#trial = new Trial(parts.clock, (before) => {
      this.#before = before;
      void this.#run();
    });
  }

  /**
   * Asks for a reload. Resolves when this one, and any that waits behind it, is through.
   * `confirmWithinMs`: what runs now comes back then, unless somebody confirms. While a reload is on trial so are
   * those that follow.
   */
  request(confirmWithinMs?: number): Promise<ReloadOutcome> {
    this.#again = true;
    this.#withinMs = confirmWithinMs ?? this.#withinMs;
    return this.#run();
  }

  /** One for somebody who reads the file himself afterwards: what is on trial is refused. */
  requestForGood(): Promise<ReloadOutcome> {
    if (this.trialEndsAt === undefined) return this.request();
    const sentence = 'the last reload has not been confirmed yet (failoverd reload --confirm)';
    return Promise.resolve({ ok: false, sentence });
  }

  /** When what ran before the last reload comes back, in milliseconds since 1970; undefined: it does not. */
  get trialEndsAt(): number | undefined {
    return this.#trial.endsAt;
  }

  /** What runs stays. */
  confirm(): ReloadOutcome {
    if (!this.#trial.confirm()) return { ok: false, sentence: 'no reload waits to be confirmed' };
    const outcome = { ok: true, sentence: `${this.#parts.file} is confirmed: what runs stays` };
    this.#tell(outcome);
    return outcome;
  }

  /** What a reload would do, of the file as it is at this moment. Changes nothing. */
  async plan(): Promise<ReloadPlan> {
    const { configId, target } = this.#parts;
    const loaded = load(this.#parts.file, configId);
    const file = path.resolve(this.#parts.file);
    const { findings } = loaded;
    const why = this.#refused(loaded);
    if (loaded.kind === 'refused' || why !== undefined) {
      const sentence = `${file} would not be reloaded: ${why}`;
      return refusedPlan(file, sentence, findings);
    }
    return describePlan(file, await target.rehearse(loaded.model, loaded.origins), findings);
  }

  #run(): Promise<ReloadOutcome> {
    this.#running ??= this.#work().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #work(): Promise<ReloadOutcome> {
    for (;;) {
      const { manager, files, target } = this.#parts;
      manager.reloading();
      const ended = files.begin(target.model);
      const outcome = await this.#next().catch((error: unknown) => this.#broken(error));
      ended();
      this.#tell(outcome);
      if (!this.#again && this.#before === undefined) return outcome;
    }
  }

  #next(): Promise<ReloadOutcome> {
    const before = this.#before;
    this.#before = undefined;
    if (before !== undefined) return this.#goBack(before);
    this.#again = false;
    const withinMs = this.#withinMs;
    this.#withinMs = undefined;
    return this.#reload(withinMs);
  }

  #tell(outcome: ReloadOutcome): void {
    const { onOutcome, log, target, manager } = this.#parts;
    onOutcome(outcome.sentence);
    log[outcome.ok ? 'notice' : 'error'](outcome.sentence, { event: 'reload' });
    const status = target.statusSentence;
    manager.ready(outcome.ok ? status : `${status}; ${outcome.sentence}`);
  }

  async #reload(withinMs: number | undefined): Promise<ReloadOutcome> {
    const { file, configId, target, log, files } = this.#parts;
    const loaded = load(file, configId);
    logFindings(loaded.findings, log);
    const before = target.model;
    files.found(before, loaded.findings);
    const why = this.#refused(loaded);
    if (loaded.kind === 'refused' || why !== undefined) return refusal(file, why ?? '');
    const missing = await target.apply(loaded.model);
    files.save(loaded.model);
    if (before !== undefined && withinMs !== undefined) this.#trial.begin(before, withinMs);
    return outcomeOf(`reloaded ${file}${this.#trialText()}`, missing);
  }

  /** Nobody has confirmed in time. */
  async #goBack(before: Model): Promise<ReloadOutcome> {
    const { file, target, files } = this.#parts;
    const missing = await target.apply(before);
    files.save(before);
    const sentence = `nobody has confirmed the reload of ${file} in time: what ran before it runs again, and differs from the file`;
    return { ...outcomeOf(sentence, missing), ok: false };
  }

  #trialText(): string {
    const { endsAt } = this.#trial;
    if (endsAt === undefined) return '';
    const time = new Date(endsAt).toTimeString().slice(0, 8);
    return `; at ${time} what ran before comes back, unless it is confirmed (failoverd reload --confirm)`;
  }

  /** Why this cannot run in place of what runs; undefined: it can. */
  #refused(loaded: Loaded): string | undefined {
    if (loaded.kind === 'refused') return refusalOf(loaded);
    const { target, namespace } = this.#parts;
    const fixed = changedForGood(target.model, loaded.model, namespace);
    return fixed && `${fixed} can only be changed by a restart`;
  }

  #broken(error: unknown) {
    return refusal(this.#parts.file, errorText(error));
  }
}

/** `missing`: what the engine did not confirm. */
function outcomeOf(sentence: string, missing: readonly string[]): ReloadOutcome {
  if (missing.length === 0) return { ok: true, sentence };
  return {
    ok: false,
    sentence: `${sentence}, but the engine did not confirm: ${missing.join(', ')}`,
  };
}

function refusal(file: string, why: string) {
  const sentence = `${file} was not reloaded: ${why}; the running configuration stays in effect`;
  return { ok: false, sentence };
}

/** What a running daemon cannot change; undefined when nothing of it was changed. */
function changedForGood(
  before: Model | undefined,
  after: Model,
  namespace: string | undefined,
): string | undefined {
  if (before === undefined) return undefined;
  const [old, next] = [before.globals.daemon, after.globals.daemon];
  const moved = namespace === undefined && old.netNamespace !== next.netNamespace;
  if (moved) return 'net_namespace';
  if (old.instance !== next.instance) return 'instance';
  return undefined;
}
