/** Waits until the engine has confirmed what it was told to apply. */
import type { Command, EngineEvent } from '../../engine/messages.generated.ts';

interface Waiting {
  readonly missing: Set<string>;
  readonly done: (missing: readonly string[]) => void;
}

export class Applied {
  #waiting: Waiting[] = [];

  /**
   * Resolves with what was not confirmed within `limitMs`: empty when all is well. Called before the
   * commands are sent, so that no answer can be missed.
   */
  confirm(commands: readonly Command[], limitMs: number): Promise<readonly string[]> {
    const missing = new Set(commands.flatMap(expectation));
    if (missing.size === 0) return Promise.resolve([]);
    return new Promise((resolve) => {
      const timer = setTimeout(() => done([...missing]), limitMs);
      const done = (left: readonly string[]): void => {
        clearTimeout(timer);
        this.#waiting = this.#waiting.filter((one) => one.missing !== missing);
        resolve(left);
      };
      this.#waiting.push({ missing, done });
    });
  }

  onEvent(event: EngineEvent): void {
    if (event.kind === 'InstanceApplied') this.#heard(`apply ${event.instance} ${event.revision}`);
    if (event.kind === 'InstanceRemoved') this.#heard(`remove ${event.instance}`);
  }

  #heard(what: string): void {
    for (const { missing, done } of Array.from(this.#waiting)) {
      if (missing.delete(what) && missing.size === 0) done([]);
    }
  }
}

function expectation(command: Command): string[] {
  if (command.kind === 'ApplyInstance') {
    return [`apply ${command.config.id} ${command.config.revision}`];
  }
  return command.kind === 'RemoveInstance' ? [`remove ${command.instance}`] : [];
}
