/**
 * The FIFOs of a daemon and the scripts that read them, over reloads: what did not change is not
 * touched, so that a reader neither loses a line nor its place.
 */
import type { Clock } from '../base/clock.ts';
import type { ScriptCommand, ScriptOutcome, ScriptPolicy, StartScript } from '../base/script.ts';
import { Fifo } from './fifo.ts';
import type { FifoOptions, FifoView } from './fifo.ts';
import type { FifoEvent } from './fifoLines.ts';
import { FifoReader } from './fifoReader.ts';

export interface FifoSetting {
  readonly fifo: FifoOptions;
  /** Gets the path of the FIFO as its last argument. */
  readonly script?: ScriptCommand | undefined;
}

export interface FifosDeps {
  readonly clock: Clock;
  readonly start: StartScript;
  /** A FIFO cannot be written (a sentence), or can again (undefined). */
  readonly onProblem: (path: string, problem: string | undefined) => void;
  /** A script that reads a FIFO ended by itself and is started again. */
  readonly onReaderEnd: (path: string, outcome: ScriptOutcome, againInMs: number) => void;
}

interface Entry {
  readonly setting: FifoSetting;
  readonly fifo: Fifo;
  readonly reader: FifoReader | undefined;
}

/** How long the script of a FIFO that a reload removes has to read what is left. */
const leaveMs = 1000;

export class Fifos {
  readonly #deps: FifosDeps;
  #entries: readonly Entry[] = [];
  #inherited: readonly string[] = [];

  constructor(deps: FifosDeps) {
    this.#deps = deps;
  }

  /** The FIFOs from now on, in the order in which they are written. Resolves when they are open. */
  async configure(settings: readonly FifoSetting[], policy: ScriptPolicy): Promise<void> {
    const old = this.#entries;
    const entries = settings.map((setting) => this.#entryFor(setting, policy, old));
    this.#entries = entries;
    const fresh = entries.filter(({ fifo }) => !old.some((entry) => entry.fifo === fifo));
    await Promise.all([
      ...old.map((entry) => leave(entry, entries)),
      ...fresh.map(({ fifo }) => fifo.open()),
    ]);
    for (const { reader } of entries) {
      if (!old.some((entry) => entry.reader === reader)) reader?.start();
    }
  }

  /** The paths of those that were made here. */
  made(): readonly string[] {
    return this.#entries.filter(({ fifo }) => fifo.made).map(({ setting }) => setting.fifo.path);
  }

  /** What another process made is as if it had been made here. Before `configure`. */
  adopt(paths: readonly string[]): void {
    this.#inherited = paths;
  }

  /** Writes the events of one moment into every FIFO. */
  write(events: readonly FifoEvent[]): void {
    for (const { fifo } of this.#entries) for (const event of events) fifo.write(event);
  }

  /**
   * The end: readers have `boundMs` for the last lines, in two halves; what we made is removed, unless
   * it is to stay for another process.
   */
  async close(boundMs: number, stays = false): Promise<void> {
    const entries = this.#entries;
    this.#entries = [];
    await Promise.all(entries.map((entry) => closeEntry(entry, boundMs, !stays)));
  }

  views(): readonly FifoView[] {
    return this.#entries.map(({ fifo }) => fifo.view());
  }

  #entryFor(setting: FifoSetting, policy: ScriptPolicy, old: readonly Entry[]): Entry {
    const before = old.find((entry) => same(entry.setting.fifo, setting.fifo));
    if (before !== undefined && same(before.setting.script, setting.script)) return before;
    const { clock, start, onProblem, onReaderEnd } = this.#deps;
    const { path } = setting.fifo;
    const told = (problem: string | undefined): void => onProblem(path, problem);
    const fifo =
      before?.fifo ??
      new Fifo(setting.fifo, {
        clock,
        onProblem: told,
        inherited: this.#inherited.includes(path),
      });
    if (setting.script === undefined) return { setting, fifo, reader: undefined };
    const onEnd = (outcome: ScriptOutcome, againInMs: number): void =>
      onReaderEnd(path, outcome, againInMs);
    const reader = new FifoReader(setting.script, path, { clock, start, policy, onEnd });
    return { setting, fifo, reader };
  }
}

/** Lets go of what of an entry is not used any more. */
async function leave(entry: Entry, entries: readonly Entry[]): Promise<void> {
  const { path } = entry.setting.fifo;
  const samePath = entries.some(({ setting }) => setting.fifo.path === path);
  if (!entries.some(({ fifo }) => fifo === entry.fifo)) await entry.fifo.close(0, !samePath);
  if (!entries.some(({ reader }) => reader === entry.reader)) await entry.reader?.close(leaveMs);
}

async function closeEntry(
  { fifo, reader }: Entry,
  boundMs: number,
  remove: boolean,
): Promise<void> {
  await fifo.close(boundMs / 2, remove);
  await reader?.close(boundMs / 2);
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
