/** Where a daemon with this configuration and command line has its control socket. Pure. */
import type { Model } from '../../config/index.ts';
import { controlPath } from '../../observe/controlPath.ts';
import type { DaemonOptions } from '../options.ts';

/** The command line wins over the file. */
export function controlPlace(
  { globals: { daemon } }: Model,
  options: Pick<DaemonOptions, 'namespace' | 'socket'>,
): string {
  if (options.socket !== undefined) return options.socket;
  const namespace = options.namespace ?? daemon.netNamespace ?? undefined;
  return (
    daemon.control.socket ?? controlPath({ namespace, instance: daemon.instance ?? undefined })
  );
}
