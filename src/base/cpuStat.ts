/** Where the kernel counts how a process's control groups were held back (CPUQuota). */
import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The `cpu.stat` of every control group that a process is in, and of the groups around it, whether or
 * not the file is there: cgroup v2, and v1 where the controller is mounted in its usual place.
 */
export function cpuStatFiles(pid: number | 'self'): readonly string[] {
  const files: string[] = [];
  for (const line of lines(`/proc/${pid}/cgroup`)) {
    const [, controllers = '', group = ''] = line.split(':');
    const root = controllers === '' ? '' : 'cpu';
    if (controllers !== '' && !controllers.split(',').includes('cpu')) continue;
    for (let at = group; at !== ''; at = at === '/' ? '' : path.dirname(at)) {
      files.push(path.join('/sys/fs/cgroup', root, at, 'cpu.stat'));
    }
  }
  return files;
}

function lines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
