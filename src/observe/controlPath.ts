/** Where the control socket of a daemon is. */
import { readdirSync } from 'node:fs';
import path from 'node:path';

export const controlDirectory = '/run/failoverd';

export interface DaemonName {
  readonly namespace: string | undefined;
  readonly instance: string | undefined;
}

/** `control.sock`, with the namespace and the instance name between where there are some. */
export function controlPath({ namespace, instance }: DaemonName): string {
  const parts = ['control', namespace, instance, 'sock'].filter((part) => part !== undefined);
  return path.join(controlDirectory, parts.map((part) => part.replaceAll('/', '_')).join('.'));
}

/**
 * The sockets that a command may mean when it is told nothing: all that there are. One that nobody
 * answers at any more is among them.
 */
export function findControlPaths(): readonly string[] {
  try {
    const names = readdirSync(controlDirectory);
    const ours = names.filter((name) => name.startsWith('control') && name.endsWith('.sock'));
    return ours.sort().map((name) => path.join(controlDirectory, name));
  } catch {
    return [];
  }
}
