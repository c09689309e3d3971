/**
 * Taking instances out of service, make before break (docs/adr/0004): a MASTER goes on serving until another one
 * is heard. This is the side that asks the engine, and waits for what comes of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../base/log.ts';
import type { Model } from '../config/index.ts';
import type { Command, DrainOutcome, EngineEvent } from '../engine/messages.generated.ts';
import type { DrainResult } from '../observe/controlClient.ts';
import type { Journal } from '../observe/journal.ts';
import { lingerFor } from './linger.ts';

export interface DrainingParts {
  readonly model: () => Model | undefined;
  /** By which the engine knows it; undefined: there is none. */
  readonly numberOf: (name: string) => number | undefined;
  readonly send: (commands: readonly Command[]) => void;
  readonly journal: Journal;
  readonly log: Pick<Log, 'notice'>;
}

/** The engine answers in time unless its answer was lost in a flood of events. */
const lostAfterMs = 2000;

export class Draining {
  readonly #parts: DrainingParts;
  readonly #waiting = new Map<number, (outcome: DrainOutcome) => void>();

  constructor(parts: DrainingParts) {
    this.#parts = parts;
  }

  /** Resolves when the instance is out of service, or when it is known why it is not. */
  async drain(name: string, insist: boolean): Promise<DrainResult> {
    const instance = this.#parts.numberOf(name);
    if (instance === undefined) return answer(name, false, 'is not there');
    this.#note(name, 'drains it');
    const patience = lingerFor(this.#leavingWith(name));
    const outcome = this.#outcomeOf(instance, patience / 1000 + lostAfterMs);
    this.#parts.send([{ kind: 'Drain', instance, drained: true, patience, insist }]);
    return answerOf(name, await outcome, patience / 1e6);
  }

  undrain(name: string): void {
    const instance = this.#parts.numberOf(name);
    if (instance === undefined) return;
    this.#note(name, 'put it back into service');
    this.#parts.send([{ kind: 'Drain', instance, drained: false, patience: 0, insist: false }]);
  }

  onEvent(event: EngineEvent): void {
    if (event.kind === 'DrainEnded') this.#waiting.get(event.instance)?.(event.outcome);
  }

  /** Who asks for what somebody has asked for already hears the same. */
  #outcomeOf(instance: number, limitMs: number): Promise<DrainOutcome | 'unknown'> {
    const before = this.#waiting.get(instance);
    const limit = new AbortController();
    const outcome = new Promise<DrainOutcome>((resolve) => {
      this.#waiting.set(instance, (ended) => {
        before?.(ended);
        this.#waiting.delete(instance);
        limit.abort();
        resolve(ended);
      });
    });
    const late = sleep(limitMs, 'unknown' as const, { signal: limit.signal }).catch(
      () => 'unknown' as const,
    );
    return Promise.race([outcome, late]);
  }

  /** Its sync group leaves with it. */
  #leavingWith(name: string): Model['instances'] {
    const { instances = [], syncGroups = [] } = this.#parts.model() ?? {};
    const members = syncGroups.find((group) => group.members.includes(name))?.members ?? [name];
    return instances.filter((one) => members.includes(one.name));
  }

  #note(name: string, what: string): void {
    const sentence = `${name}: an operator ${what}`;
    const entry = { wallMs: Date.now(), kind: 'operator', event: undefined } as const;
    this.#parts.journal.add({ ...entry, subject: name, sentence });
    this.#parts.log.notice(sentence, { event: 'operator', instance: name });
  }
}

function answer(instance: string, ok: boolean, what: string): DrainResult {
  return { instance, ok, sentence: `${instance} ${what}` };
}

function answerOf(
  name: string,
  outcome: DrainOutcome | 'unknown',
  patienceSeconds: number,
): DrainResult {
  switch (outcome) {
    case 'drained':
      return answer(name, true, 'is drained');
    case 'nobodyElse': {
      const waited = `no other router has taken over within ${patienceSeconds} s`;
      return answer(name, false, `stays MASTER: ${waited} (--force takes it out all the same)`);
    }
    case 'cancelled':
      return answer(
        name,
        false,
        'is not drained: it was put back into service, or failoverd stops',
      );
    case 'unknown':
      return answer(name, false, 'was told to drain, and it is not known with which result');
  }
}
