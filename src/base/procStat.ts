/** Who a process is, from /proc/PID/stat (proc_pid_stat(5)). */
import { readFileSync } from 'node:fs';
import { isShortage } from './shortage.ts';

export interface ProcessIdentity {
  readonly pid: number;
  /** The name that the kernel keeps, 15 bytes at most. */
  readonly comm: string;
  /** When it was started, in clock ticks since boot, as text. */
  readonly startTime: string;
}

/** Undefined for the dead and the kernel's own threads. Throws when it cannot be asked now (shortage.ts). */
export function readIdentity(pid: number): ProcessIdentity | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  }
}

/** PF_KTHREAD in the flags of a process (linux/sched.h). */
const kernelThread = 0x0020_0000;

/** Reads the text of the file; undefined for the dead and the kernel's. */
export function parseStat(text: string): ProcessIdentity | undefined {
  // The name stands in parentheses and may itself hold parentheses and blanks.
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const rest = text.slice(close + 2).split(' ');
  const state = rest[0];
  const flags = Number(rest[6]);
  const startTime = rest[19];
  if (open < 0 || state === undefined || startTime === undefined) return undefined;
  if (state === 'Z' || state === 'X' || (flags & kernelThread) !== 0) return undefined;
  return { pid: Number(text.slice(0, open)), comm: text.slice(open + 1, close), startTime };
}
