/** Scripts that take virtual time and remember when they ran. */
import type { ScriptOutcome, StartScript } from '../../src/base/script.ts';
import type { VirtualClock } from './virtualClock.ts';

export interface Behaviour {
  readonly takesMs: number;
  /** It cannot be started at all. */
  readonly broken?: boolean;
  /** Its exit status; 0 when not given. */
  readonly code?: number;
}

export interface Ran {
  readonly program: string;
  /** The arguments after the program. */
  readonly words: string;
  readonly from: number;
  to: number;
  kind: ScriptOutcome['kind'];
  readonly env: Readonly<Record<string, string>>;
}

const facts = { output: '', outputDropped: 0 };

export function virtualScripts(clock: VirtualClock, behaviour: (run: number) => Behaviour) {
  const ran: Ran[] = [];
  const start: StartScript = (run) => {
    const { takesMs, broken = false, code = 0 } = behaviour(ran.length);
    const from = clock.now();
    const words = run.command.argv.slice(1).join(' ');
    const program = run.command.argv[0] ?? '';
    const entry: Ran = { program, words, from, to: Infinity, kind: 'exited', env: run.env ?? {} };
    ran.push(entry);
    let resolve: (outcome: ScriptOutcome) => void = () => undefined;
    const outcome = new Promise<ScriptOutcome>((given) => (resolve = given));
    const end = (result: ScriptOutcome): void => {
      entry.to = clock.now();
      entry.kind = result.kind;
      resolve(result);
    };
    const timer = clock.at(from + takesMs, () => {
      const durationMs = takesMs;
      if (broken) end({ kind: 'notStarted', errno: 'ENOENT', reason: 'none', durationMs });
      else end({ kind: 'exited', code, durationMs, ...facts });
    });
    const stop = (): void => {
      timer.cancel();
      end({ kind: 'stopped', durationMs: clock.now() - from, ...facts });
    };
    return { outcome, stop };
  };
  return { start, ran };
}
