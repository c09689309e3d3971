/** The alarms of a running daemon: fed with events and counters, told to the journal and the log. */
import os from 'node:os';
import type { Log } from '../../base/log.ts';
import type { Instance } from '../../config/index.ts';
import { Shared } from '../../base/shared.ts';
import { microsPerSecond } from '../../base/units.ts';
import type { Command, EngineEvent, EngineSnapshot } from '../../engine/messages.generated.ts';
import { Alarms } from '../../observe/alarms.ts';
import type { Alarm, AlarmChange, AlarmSettings } from '../../observe/alarms.ts';
import type { Journal } from '../../observe/journal.ts';
import type { Names } from '../../observe/names.ts';
import { ClaimsWatch } from './claimsWatch.ts';

/** How often the counters are looked at. */
const everyMs = 5000;

export interface AlarmParts {
  readonly log: Log;
  readonly journal: Journal;
  readonly names: Names;
  /** Those of the file that runs. */
  readonly instances: () => readonly Instance[];
  /** The engine's picture. */
  readonly snapshot: () => Promise<EngineSnapshot>;
}

export class AlarmWatch {
  readonly #parts: AlarmParts;
  readonly #alarms = new Alarms();
  readonly #claims: ClaimsWatch;
  readonly #timer: NodeJS.Timeout;

  constructor(parts: AlarmParts) {
    this.#parts = parts;
    this.#claims = new ClaimsWatch({
      instances: parts.instances,
      name: (instance) => parts.names.instance(instance),
      masters: this.#alarms.masters,
      onLook: (instance, other) => {
        for (const change of this.#alarms.onLook(instance, other, engineNow())) this.#tell(change);
      },
    });
    this.#timer = setInterval(() => void this.#look(), everyMs).unref();
  }

  /** All that stand. */
  get view(): readonly Alarm[] {
    return this.#alarms.view;
  }

  /** Takes note of what is about to be applied. */
  learn(commands: readonly Command[]): void {
    const shared = new Shared<AlarmSettings>();
    for (const command of commands) {
      if (command.kind !== 'ApplyInstance') continue;
      const { id, advertInterval, wantMaster } = command.config;
      this.#alarms.learn(id, shared.of({ advertInterval, expectsMaster: !wantMaster }));
    }
  }

  onEvent(event: EngineEvent, at: number): void {
    for (const change of this.#alarms.onEvent(event, at)) this.#tell(change);
    this.#claims.onEvent(event);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#claims.stop();
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

/** The engine's clock (CLOCK_BOOTTIME), to a hundredth of a second, in microseconds. */
function engineNow(): number {
  return Math.round(os.uptime() * microsPerSecond);
}
