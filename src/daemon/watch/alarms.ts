/** The alarms of a running daemon: fed with events and counters, told to the journal and the log. */
import type { Log } from '../../base/log.ts';
import type { Command, EngineEvent, EngineSnapshot } from '../../engine/messages.generated.ts';
import { Alarms } from '../../observe/alarms.ts';
import type { Alarm, AlarmChange } from '../../observe/alarms.ts';
import type { Journal } from '../../observe/journal.ts';
import type { Names } from '../../observe/names.ts';

/** How often the counters are looked at. */
const everyMs = 5000;

export interface AlarmParts {
  readonly log: Log;
  readonly journal: Journal;
  readonly names: Names;
  /** The engine's picture. */
  readonly snapshot: () => Promise<EngineSnapshot>;
}

export class AlarmWatch {
  readonly #parts: AlarmParts;
  readonly #alarms = new Alarms();
  readonly #timer: NodeJS.Timeout;

  constructor(parts: AlarmParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.#look(), everyMs).unref();
  }

  /** All that stand. */
  get view(): readonly Alarm[] {
    return this.#alarms.view;
  }

  /** Takes note of what is about to be applied. */
  learn(commands: readonly Command[]): void {
    for (const command of commands) {
      if (command.kind !== 'ApplyInstance') continue;
      const { id, advertInterval, wantMaster } = command.config;
      this.#alarms.learn(id, { advertInterval, expectsMaster: !wantMaster });
    }
  }

  onEvent(event: EngineEvent, at: number): void {
    for (const change of this.#alarms.onEvent(event, at)) this.#tell(change);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (!this.#alarms.needsStatus) return;
    const snapshot = await this.#parts.snapshot().catch(() => undefined);
    if (snapshot === undefined) return;
    const { instances, at } = snapshot.core;
    for (const change of this.#alarms.onStatus(instances, at)) this.#tell(change);
  }

  #tell({ kind, alarm }: AlarmChange): void {
    const { log, journal, names } = this.#parts;
    const instance = names.instance(alarm.instance);
    const what = kind === 'raised' ? `alarm ${alarm.name}` : `alarm ${alarm.name} is over`;
    const sentence = kind === 'raised' ? `${what}: ${alarm.sentence}` : what;
    const fields = { event: 'alarm', alarm: alarm.name, instance, peer: alarm.peer };
    const level = kind === 'raised' ? 'warning' : 'notice';
    journal.add({
      wallMs: Date.now(),
      kind: 'alarm',
      subject: instance,
      sentence,
      event: undefined,
    });
    log[level](`${instance}: ${sentence}`, fields);
  }
}
