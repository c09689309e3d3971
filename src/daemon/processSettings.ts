/** What the file says about the process itself: its name in the list of processes, and its nice value. */
import os from 'node:os';
import { errorText } from '../base/errorText.ts';
import type { Log } from '../base/log.ts';
import type { Model } from '../config/index.ts';

/** `process_name`, or `vrrp_process_name`: this one process is both. */
export function nameProcess({ globals: { processNames } }: Model): void {
  const title = processNames.parent ?? processNames.vrrp;
  if (title !== null) process.title = title;
}

/** An heir begins with the nice value of the daemon that started it, which its scripts are not to have. */
export function forgetNice({ globals: { scheduling } }: Model): void {
  try {
    if (scheduling.vrrp.nice !== 0) os.setPriority(0);
  } catch {
    // It may not be raised again: scripts are as nice as the daemon.
  }
}

/** `vrrp_priority`: of this thread and those that it starts. Adverts have a real-time priority of their own. */
export function setNice({ globals: { scheduling } }: Model, log: Log): void {
  const { nice } = scheduling.vrrp;
  if (nice === 0) return;
  try {
    os.setPriority(nice);
  } catch (error) {
    log.warning(`vrrp_priority ${nice} is not allowed: ${errorText(error)}`, { event: 'start' });
  }
}
