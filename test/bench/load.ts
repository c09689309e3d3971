// Load on all processors, from ordinary processes: what a busy host does to a daemon.

import { spawn, type ChildProcess } from 'node:child_process';
import os from 'node:os';

/**
 * Twice as many busy loops as there are processors, until the returned function is called. Each has a session
 * of its own, as services have: in one session they would count as one beside a daemon, where the kernel
 * shares processors among sessions (sched_autogroup).
 */
export function loadAllCores(): () => void {
  const busy: ChildProcess[] = [];
  for (let i = 0; i < 2 * os.availableParallelism(); i++) {
    busy.push(spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore', detached: true }));
  }
  return () => {
    for (const one of busy) one.kill('SIGKILL');
  };
}
