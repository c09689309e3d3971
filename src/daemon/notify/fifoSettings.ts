/** The FIFOs of the file in the words of src/notify, their accounts looked up. */
import type { Log } from '../../base/log.ts';
import type { ScriptCommand } from '../../base/script.ts';
import type { Command, Model, ScriptUser } from '../../config/index.ts';
import type { FifoSetting } from '../../notify/fifos.ts';
import type { ScriptCommands } from '../scripts/scriptCommands.ts';

/** How many lines wait for a slow reader before the older states of an instance are left out. */
const linesMax = 1000;

/** In the order in which they are written; one whose owner does not exist is left out, and said. */
export function fifoSettings(
  model: Model,
  commands: ScriptCommands,
  umask: number,
  log: Log,
): FifoSetting[] {
  const { common, vrrp } = model.globals.fifos;
  const settings: FifoSetting[] = [];
  for (const fifo of [common, vrrp]) {
    if (fifo === null || settings.some((one) => one.fifo.path === fifo.path)) continue;
    const owner = ownerOf(fifo.user, commands);
    if (owner.kind === 'unrunnable') {
      log.error(`the FIFO ${fifo.path} is not made: ${owner.reason}`, { event: 'fifo' });
      continue;
    }
    const script = fifo.script === null ? undefined : readerOf(fifo.script, commands, log);
    const mode = 0o644 & ~umask;
    const made = { path: fifo.path, owner: owner.command.user, mode, linesMax };
    settings.push({ fifo: made, script });
  }
  return settings;
}

/** A FIFO without an owner belongs to whom scripts run as, who are to read it. */
function ownerOf(user: ScriptUser | null, commands: ScriptCommands) {
  return commands.resolve({ argv: [], user });
}

function readerOf(command: Command, commands: ScriptCommands, log: Log): ScriptCommand | undefined {
  const resolved = commands.resolve(command);
  if (resolved.kind === 'runnable') return resolved.command;
  const text = `the script ${command.argv[0]} that reads a FIFO cannot be run`;
  log.error(`${text}: ${resolved.reason}`, { event: 'fifo' });
  return undefined;
}
