/**
 * `startup_script` and `shutdown_script`: before anything is touched and after everything is given
 * back, each with its time-out. How they end is said and changes nothing: a router that does not
 * start because a script failed helps nobody.
 */
import type { Log } from '../../base/log.ts';
import { explainOutcome, isSuccess, startScript } from '../../base/script.ts';
import type { RunningScript } from '../../base/script.ts';
import { toMilliseconds } from '../../base/units.ts';
import type { Model } from '../../config/index.ts';
import { resolveCommands, scriptPolicy } from './scriptCommands.ts';
import type { ServiceManagerLink } from '../serviceManager.ts';
import type { DaemonSignal, Signals } from '../signals.ts';

export interface LifeScriptParts {
  readonly model: Model;
  readonly umask: number | undefined;
  readonly log: Log;
  readonly manager: Pick<ServiceManagerLink, 'extendTimeout'>;
}

/** What the service manager waits beyond a script's own time: for its end, and for all the rest. */
const marginMs = 20_000;

/** Runs `startup_script`. false: a signal said meanwhile that we are to stop. */
export async function runStartupScript(parts: LifeScriptParts, signals: Signals): Promise<boolean> {
  const { startup, startupTimeout } = parts.model.globals.scripts;
  if (startup === null) return true;
  const heard: DaemonSignal[] = [];
  let script: RunningScript | undefined;
  const isEnd = (signal: DaemonSignal): boolean => signal === 'SIGTERM' || signal === 'SIGINT';
  signals.listen((signal) => {
    heard.push(signal);
    if (isEnd(signal)) script?.stop();
  });
  await runLifeScript('startup_script', toMilliseconds(startupTimeout), parts, (started) => {
    script = started;
    if (heard.some(isEnd)) started.stop();
  });
  signals.keep();
  for (const signal of heard) signals.raise(signal);
  return !heard.some(isEnd);
}

export async function runShutdownScript(parts: LifeScriptParts): Promise<void> {
  const { shutdownTimeout } = parts.model.globals.scripts;
  await runLifeScript('shutdown_script', toMilliseconds(shutdownTimeout), parts, () => undefined);
}

async function runLifeScript(
  keyword: 'startup_script' | 'shutdown_script',
  timeoutMs: number,
  { model, umask, log, manager }: LifeScriptParts,
  onStart: (script: RunningScript) => void,
): Promise<void> {
  const { startup, shutdown } = model.globals.scripts;
  const named = keyword === 'startup_script' ? startup : shutdown;
  if (named === null) return;
  const resolved = (await resolveCommands(model)).resolve(named);
  if (resolved.kind === 'unrunnable') {
    log.error(`${keyword} cannot be run: ${resolved.reason}`, { event: 'script' });
    return;
  }
  const { command } = resolved;
  manager.extendTimeout(timeoutMs + marginMs);
  const script = startScript({ command, policy: scriptPolicy(model, umask), timeoutMs });
  onStart(script);
  const outcome = await script.outcome;
  const level = isSuccess(outcome) ? 'info' : 'error';
  log[level](`${keyword} ${explainOutcome(outcome)}`, { event: 'script' });
}
