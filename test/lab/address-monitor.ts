import { eventually } from './eventually.ts';
import type { Host } from './host.ts';
import type { LabProcess } from './process.ts';

/** An address of TEST-NET-1 (RFC 5737) that no test uses for anything else. */
const PROBE = '192.0.2.1/32';

/**
 * `ip monitor address` on a host, with the options that are asked for. It has subscribed when this
 * returns: the command says nothing when it is ready, so an address comes and goes on the loopback
 * interface until one such change has been told.
 */
export async function startAddressMonitor(
  host: Host,
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<LabProcess> {
  const monitor = await host.start(['ip', ...options, 'monitor', 'address'], {
    name: 'ip monitor',
    env,
  });
  let heard = false;
  monitor.onLine((line) => {
    if (line.includes(PROBE)) heard = true;
  });
  await eventually(
    'ip monitor to tell of a change',
    async () => {
      if (heard) return true;
      await host.ip('addr', 'add', PROBE, 'dev', 'lo');
      await host.ip('addr', 'del', PROBE, 'dev', 'lo');
      return heard;
    },
    { everyMs: 50 },
  );
  return monitor;
}
