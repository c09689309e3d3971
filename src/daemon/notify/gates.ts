/**
 * `notify_gate`: what has to be ready before the addresses of a new MASTER are. Adverts flow
 * meanwhile; the engine asks for the addresses when the script has ended, however it ended, and
 * does so by itself when the time is up.
 */
import { explainOutcome, isSuccess } from '../../base/script.ts';
import type { ScriptCommand, ScriptPolicy, StartScript } from '../../base/script.ts';
import type { Log } from '../../base/log.ts';
import type { Model } from '../../config/index.ts';
import type { Command, EngineEvent, GateClosed } from '../../engine/messages.generated.ts';
import { notifyEnvironment, notifyJson, nothingSkipped } from '../../notify/environment.ts';
import type { NotifyEvent } from '../../notify/event.ts';
import type { ScriptCommands } from '../scripts/scriptCommands.ts';

export interface GatesParts {
  readonly log: Log;
  readonly start: StartScript;
  readonly send: (commands: readonly Command[]) => void;
}

interface Setup {
  readonly commands: ReadonlyMap<string, ScriptCommand>;
  readonly policy: ScriptPolicy;
}

const delivery = { skipped: nothingSkipped, attempt: 1 };

export class Gates {
  readonly #parts: GatesParts;
  #setup: Setup | undefined;
  /** Told of, and not yet of the change of state that follows. */
  readonly #closed = new Map<number, GateClosed>();

  constructor(parts: GatesParts) {
    this.#parts = parts;
  }

  /** The scripts of the model from now on. One that cannot be run keeps nobody waiting. */
  configure(model: Model, scripts: ScriptCommands, policy: ScriptPolicy): void {
    const commands = new Map<string, ScriptCommand>();
    for (const { name, gate } of model.instances) {
      const resolved = gate === null ? undefined : scripts.resolve(gate.command);
      if (resolved?.kind === 'runnable') commands.set(name, resolved.command);
      if (resolved?.kind !== 'unrunnable') continue;
      const text = `${name}: the notify_gate script cannot be run: ${resolved.reason}`;
      this.#parts.log.error(text, { event: 'script', instance: name });
    }
    this.#setup = { commands, policy };
  }

  /**
   * Runs the script when `event` says that a gate is closed and `told`, what notify is told of the
   * same change. Returns its end, after which the other scripts may follow.
   */
  onEvent(event: EngineEvent, told: NotifyEvent | undefined): Promise<void> | undefined {
    if (event.kind === 'GateClosed') this.#closed.set(event.instance, event);
    if (event.kind !== 'StateChanged' || event.repeated) return undefined;
    const gate = this.#closed.get(event.instance);
    this.#closed.delete(event.instance);
    if (gate === undefined || event.to !== 'master') return undefined;
    return this.#run(gate, told);
  }

  async #run({ instance, episode, limit }: GateClosed, told: NotifyEvent | undefined) {
    const { start, send, log } = this.#parts;
    const command = told && this.#setup?.commands.get(told.name);
    if (told !== undefined && command !== undefined && this.#setup !== undefined) {
      const outcome = await start({
        command,
        policy: this.#setup.policy,
        timeoutMs: limit / 1000,
        env: notifyEnvironment(told, delivery),
        stdin: notifyJson(told, delivery),
      }).outcome;
      const text = `${told.name}: notify_gate ${explainOutcome(outcome)}`;
      const level = isSuccess(outcome) ? 'info' : 'warning';
      log[level](text, { event: 'script', instance: told.name });
    }
    send([{ kind: 'OpenGate', instance, episode }]);
  }
}
