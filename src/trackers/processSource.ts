/**
 * Looking at processes: which there are, and who one of them is.
 *
 * One read of /proc/PID/stat tells a process's name, whether it is dead already, whether it belongs
 * to the kernel and when it was started, which together with its number identifies it for ever. The
 * command line is read separately and only where a tracker needs it, because the kernel may make
 * its reader wait for the process itself.
 *
 * Where it cannot be asked now (no descriptor is left), all of it throws: who cannot be seen is not gone.
 */
import { readdir, readFile } from 'node:fs/promises';
import { readIdentity } from '../base/procStat.ts';
import type { ProcessIdentity } from '../base/procStat.ts';
import { isShortage } from '../base/shortage.ts';

export interface ProcessSource {
  /** The numbers of all processes, cheaply; for polling. */
  pids(): Promise<readonly number[]>;
  /** The numbers of all processes, thoroughly; at start and after lost events. */
  inventory(): Promise<readonly number[]>;
  /** Undefined when there is no such process, or a zombie, or a thread of the kernel's. */
  identify(pid: number): ProcessIdentity | undefined;
  /** The words of its command line; undefined when it is gone. */
  commandLine(pid: number): Promise<readonly string[] | undefined>;
}

/** The processes of this PID namespace. */
export const systemProcesses: ProcessSource = {
  pids: pidsFromProc,
  inventory: pidsFromPsList,
  identify: readIdentity,
  commandLine: commandLineFromProc,
};

async function pidsFromProc(): Promise<readonly number[]> {
  return (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name)).map(Number);
}

/** ps-list calls ps(1), which a small container may not have. */
async function pidsFromPsList(): Promise<readonly number[]> {
  try {
    const { default: psList } = await import('ps-list');
    return (await psList()).map(({ pid }) => pid);
  } catch {
    return pidsFromProc();
  }
}

async function commandLineFromProc(pid: number): Promise<readonly string[] | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return text.split('\0').slice(0, text.endsWith('\0') ? -1 : undefined);
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  }
}
