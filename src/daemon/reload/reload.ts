/**
 * SIGHUP: the file is read anew, and what has changed is applied; what has not is not touched. A file
 * with an error changes nothing and is said to be refused. One reload at a time: requests that come
 * meanwhile are one more reload afterwards.
 */
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
  /** For the journal: what became of a reload, in a sentence. */
  readonly onOutcome: (sentence: string) => void;
}

export interface ReloadOutcome {
  readonly ok: boolean;
  readonly sentence: string;
}

export class Reloader {
  readonly #parts: ReloadParts;
  #running: Promise<ReloadOutcome> | undefined;
  #again = false;

  constructor(parts: ReloadParts) {
    this.#parts = parts;
  }

  /** Asks for a reload. Resolves when this one, and any that waits behind it, is through. */
  request(): Promise<ReloadOutcome> {
    this.#again = true;
    this.#running ??= this.#work().finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** What a reload would do, of the file as it is at this moment. Changes nothing. */
  async plan(): Promise<ReloadPlan> {
    const { file, configId, target } = this.#parts;
    const loaded = load(file, configId);
    const { findings } = loaded;
    const why = this.#refused(loaded);
    if (loaded.kind === 'refused' || why !== undefined) {
      const sentence = `${file} would not be reloaded: ${why}`;
      return refusedPlan(file, sentence, findings);
    }
    return describePlan(file, await target.rehearse(loaded.model, loaded.origins), findings);
  }

  async #work(): Promise<ReloadOutcome> {
    for (;;) {
      this.#again = false;
      this.#parts.manager.reloading();
      const ended = this.#parts.files.begin(this.#parts.target.model);
      const outcome = await this.#reload().catch((error: unknown) => this.#broken(error));
      ended();
      this.#parts.onOutcome(outcome.sentence);
      this.#parts.log[outcome.ok ? 'notice' : 'error'](outcome.sentence, { event: 'reload' });
      const status = this.#parts.target.statusSentence;
      this.#parts.manager.ready(outcome.ok ? status : `${status}; ${outcome.sentence}`);
      if (!this.#again) return outcome;
    }
  }

  async #reload(): Promise<ReloadOutcome> {
    const { file, configId, target, log, files } = this.#parts;
    const loaded = load(file, configId);
    logFindings(loaded.findings, log);
    files.found(target.model, loaded.findings);
    const why = this.#refused(loaded);
    if (loaded.kind === 'refused' || why !== undefined) return refusal(file, why ?? '');
    const missing = await target.apply(loaded.model);
    files.save(loaded.model);
    if (missing.length > 0) {
      const sentence = `reloaded ${file}, but the engine did not confirm: ${missing.join(', ')}`;
      return { ok: false, sentence };
    }
    return { ok: true, sentence: `reloaded ${file}` };
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
