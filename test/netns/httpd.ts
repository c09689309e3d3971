import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { eventually } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import type { LabProcess } from '../lab/process.ts';

/** A process whose name is httpd: a copy of sleep under that name. */
export async function startHttpd(host: Host): Promise<LabProcess> {
  const program = host.privatePath('httpd');
  copyFileSync('/bin/sleep', program);
  const httpd = await host.start([program, '600']);
  await eventually('httpd to have its name', () => processName(httpd.pid) === 'httpd');
  return httpd;
}

/**
 * Waits until no httpd runs on the machine. Daemons that watch the machine's own process table
 * would count it, whoever started it.
 */
export async function noOtherHttpd(): Promise<void> {
  await eventually(
    'every other httpd on this machine to end',
    () => {
      const entries = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
      return !entries.some((entry) => processName(Number(entry)) === 'httpd');
    },
    { timeoutMs: 90_000, everyMs: 200 },
  );
}

function processName(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}
