/**
 * The process id in a file, for scripts and forking units. It is a note, not a lock: the lock is
 * elsewhere, so a file left behind by a kill never keeps a daemon from starting.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { errorText } from '../base/errorText.ts';
import { controlPath } from '../observe/controlPath.ts';
import type { DaemonName } from '../observe/controlPath.ts';

/**
 * The file of a daemon that was told none: with use_pid_dir, or a name of its own, one beside the
 * control socket and named like it.
 */
export function pidPath({ namespace, instance }: DaemonName): string {
  return controlPath({ namespace, instance }).replace(/control([^/]*)\.sock$/, 'failoverd$1.pid');
}

/**
 * Writes the file as a whole, in place of one that was left behind. Anything else there, a
 * configuration that was named by mistake, is left alone. Answers the problem, if any.
 */
export function writePidFile(file: string): string | undefined {
  const temporary = `${file}.${process.pid}`;
  try {
    makeDirectory(path.dirname(file));
    if (!isPidFile(file)) throw new Error('what is there is no process id, and is left alone');
    writeFileSync(temporary, `${process.pid}\n`, { mode: 0o644, flag: 'wx' });
    renameSync(temporary, file);
    return undefined;
  } catch (error) {
    rmSync(temporary, { force: true });
    return `the process id could not be written to ${file}: ${errorText(error)}`;
  }
}

/** There is none, or a link, or one number; or nothing at all, as after a full disk. */
function isPidFile(file: string): boolean {
  const present = lstatSync(file, { throwIfNoEntry: false });
  if (present?.isFile() !== true) return true;
  return present.size < 32 && /^\s*\d*\s*$/.test(readFileSync(file, 'utf8'));
}

/** One level only: Node's recursive mkdir never returns where the kernel refuses with ENOENT. */
function makeDirectory(directory: string): void {
  if (!existsSync(directory)) mkdirSync(directory, { mode: 0o755 });
}

/** Removes the file, unless another process has written itself into it meanwhile. */
export function removePidFile(file: string): void {
  try {
    if (readFileSync(file, 'utf8').trim() === String(process.pid)) rmSync(file);
  } catch {
    // It is gone already.
  }
}
