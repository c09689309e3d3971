/**
 * Scripts that somebody else could change, said when a configuration is loaded and not only when they
 * run: a notify script may not run for a year.
 */
import type { Log } from '../../base/log.ts';
import { inspectScript } from '../../base/script.ts';
import type { ScriptPolicy } from '../../base/script.ts';
import { allCommands } from '../../config/index.ts';
import type { Model } from '../../config/index.ts';
import type { ScriptCommands } from './scriptCommands.ts';

/** One warning for each script. Never rejects; nothing is run. */
export async function warnOfUnsafeScripts(
  model: Model,
  commands: ScriptCommands,
  policy: ScriptPolicy,
  log: Log,
): Promise<void> {
  const told = new Set<string>();
  for (const named of allCommands(model)) {
    const resolved = commands.resolve(named);
    if (resolved.kind === 'unrunnable') continue;
    const { file, verdict } = await inspectScript(resolved.command, policy);
    if (verdict.kind !== 'unsafe' || told.has(`${file} ${verdict.finding.component}`)) continue;
    const { component, reason, asRoot } = verdict.finding;
    told.add(`${file} ${component}`);
    const refused = asRoot && policy.enforceSecurity;
    const what = refused ? 'will be refused' : 'could be changed by others';
    log[refused ? 'error' : 'warning'](`the script ${file} ${what}: ${reason}`, {
      event: 'script',
    });
  }
}
