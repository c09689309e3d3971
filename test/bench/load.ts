// Load on all processors, from ordinary processes: what a busy host does to a daemon.

import { spawn, type ChildProcess } from 'node:child_process';
import os from 'node:os';

/** Twice as many busy loops as there are processors, until the returned function is called. */
export function loadAllCores(): () => void {
  const busy: ChildProcess[] = [];
  for (let i = 0; i < 2 * os.availableParallelism(); i++) {
    busy.push(spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }));
  }
  return () => {
    for (const one of busy) one.kill('SIGKILL');
  };
}
