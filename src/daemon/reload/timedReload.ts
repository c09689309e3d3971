/**
 * `reload_time_file`: a file that says when to reload. Whoever writes it need not be there at that
 * moment. It is removed when its moment has come, unless `reload_repeat` says that it stays.
 */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { errorText } from '../../base/errorText.ts';
import type { Log } from '../../base/log.ts';
import { PathWatch } from '../../trackers/pathWatch.ts';
import { reloadMoment } from './reloadMoment.ts';

export interface TimedReloadSettings {
  readonly timeFile: string | null;
  readonly repeat: boolean;
}

export interface TimedReloadParts {
  readonly log: Log;
  readonly request: () => void;
}

/** How often the file and the clock, which may be set, are looked at all the same. */
const lookMs = 30_000;

export class TimedReload {
  readonly #parts: TimedReloadParts;
  #settings: TimedReloadSettings = { timeFile: null, repeat: false };
  #watch: PathWatch | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What the file said when its moment was worked out. */
  #text: string | undefined;
  #moment: number | undefined;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: TimedReloadParts) {
    this.#parts = parts;
  }

  /** Follows another file from now on, or none. */
  configure(settings: TimedReloadSettings): void {
    const moved = settings.timeFile !== this.#settings.timeFile;
    this.#settings = settings;
    if (!moved || this.#closed) return;
    this.#watch?.close();
    this.#text = undefined;
    this.#moment = undefined;
    this.#watch =
      settings.timeFile === null
        ? undefined
        : new PathWatch(path.resolve(settings.timeFile), () => void this.#look());
    void this.#look();
  }

  close(): void {
    this.#closed = true;
    this.#watch?.close();
    clearTimeout(this.#timer);
  }

  /** One look after the other. Never rejects. */
  #look(): Promise<void> {
    this.#looking = this.#looking.then(async () => {
      clearTimeout(this.#timer);
      const { timeFile } = this.#settings;
      if (timeFile === null || this.#closed) return;
      await this.#watch?.refresh();
      this.#read(await readFile(timeFile, 'utf8').catch(() => undefined), timeFile);
      if (this.#moment !== undefined && this.#moment <= Date.now()) await this.#fire(timeFile);
      this.#arm();
    });
    return this.#looking;
  }

  #read(text: string | undefined, timeFile: string): void {
    if (text === this.#text) return;
    this.#text = text;
    this.#moment = text === undefined ? undefined : reloadMoment(text, Date.now());
    // A file that is being written is empty for a moment.
    if (text === undefined || text === '') return;
    const { log } = this.#parts;
    if (this.#moment === undefined) {
      const form = 'HH:MM:SS or YYYY-MM-DD HH:MM:SS, still to come, with Z for UTC';
      log.warning(`${timeFile} names no time to reload at (${form})`, { event: 'reload' });
    } else {
      log.notice(`reload at ${new Date(this.#moment).toISOString()}, as ${timeFile} says`, {
        event: 'reload',
      });
    }
  }

  async #fire(timeFile: string): Promise<void> {
    if (this.#settings.repeat) {
      this.#moment = reloadMoment(this.#text ?? '', Date.now());
    } else {
      this.#text = undefined;
      this.#moment = undefined;
      await rm(timeFile).catch((error: unknown) =>
        this.#parts.log.warning(`${timeFile} cannot be removed: ${errorText(error)}`),
      );
    }
    this.#parts.request();
  }

  #arm(): void {
    if (this.#closed) return;
    const wait = (this.#moment ?? Infinity) - Date.now();
    this.#timer = setTimeout(() => void this.#look(), Math.min(Math.max(wait, 0), lookMs)).unref();
  }
}
