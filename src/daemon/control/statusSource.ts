/**
 * The status document, made when somebody asks. However many ask, the engine's thread is asked for
 * a snapshot a few times a second at most.
 */
import path from 'node:path';
import { version } from '../../base/version.ts';
import { statusReport } from '../../observe/statusReport.ts';
import type { DaemonReport, StatusReport } from '../../observe/statusReport.ts';
import type { EngineSnapshot } from '../../engine/messages.generated.ts';
import type { Daemon } from '../compose.ts';
import type { GiveBack } from '../giveBack.ts';
import type { DaemonOptions } from '../options.ts';
import { notifyLines } from './notifyLines.ts';
import { trackerLines } from './trackerLines.ts';
import { configHash } from './withoutSecrets.ts';

/** A picture is handed out again for so long. */
const freshMs = 200;

export interface Picture {
  readonly report: StatusReport;
  readonly snapshot: EngineSnapshot;
}

export class StatusSource {
  readonly #daemon: Daemon;
  readonly #subject: Pick<DaemonReport, 'configFile' | 'configId'>;
  readonly #startedAt = Date.now();
  #madeAt = Number.NEGATIVE_INFINITY;
  #picture: Promise<Picture> | undefined;
  #stale: NodeJS.Timeout | undefined;
  readonly #trialEndsAt: () => number | undefined;
  readonly #giveBack: Pick<GiveBack, 'afterPicture'>;
  /** The hash of the model that it was made from. */
  #hash: { readonly model: unknown; readonly text: string } | undefined;

  constructor(
    daemon: Daemon,
    { file, configId }: Pick<DaemonOptions, 'file' | 'configId'>,
    giveBack: Pick<GiveBack, 'afterPicture'>,
    trialEndsAt: () => number | undefined,
  ) {
    this.#trialEndsAt = trialEndsAt;
    this.#daemon = daemon;
    this.#giveBack = giveBack;
    this.#subject = { configFile: path.resolve(file), ...(configId !== undefined && { configId }) };
  }

  async report(): Promise<StatusReport> {
    return (await this.picture()).report;
  }

  picture(): Promise<Picture> {
    const now = performance.now();
    if (this.#picture !== undefined && now - this.#madeAt < freshMs) return this.#picture;
    this.#madeAt = now;
    const picture = this.#make();
    this.#picture = picture;
    // That of thousands of instances weighs tens of megabytes.
    clearTimeout(this.#stale);
    this.#stale = setTimeout(() => (this.#picture = undefined), freshMs).unref();
    return picture;
  }

  async #make(): Promise<Picture> {
    const { registry, journal, model } = this.#daemon;
    const snapshot = await this.#daemon.snapshot();
    const trialEndsAt = this.#trialEndsAt();
    const report = statusReport({
      snapshot,
      wallMs: Date.now(),
      names: registry,
      configOf: (id) => registry.described(id),
      lastChange: (name) => journal.transitions(name).at(-1),
      trackers: trackerLines(this.#daemon.trackerViews(), model?.processes ?? []),
      notify: notifyLines(this.#daemon.notifyViews()),
      alarms: this.#daemon.alarmViews(),
      daemon: {
        version,
        pid: process.pid,
        startedAt: this.#startedAt,
        ...this.#subject,
        configHash: this.#hashNow(),
        troubles: this.#daemon.troubles,
        ...(trialEndsAt !== undefined && { trialEndsAt }),
      },
    });
    this.#giveBack.afterPicture(snapshot.core.instances.length);
    return { report, snapshot };
  }

  #hashNow(): string {
    const { model } = this.#daemon;
    if (model === undefined) return '';
    if (this.#hash?.model !== model) this.#hash = { model, text: configHash(model) };
    return this.#hash.text;
  }
}
