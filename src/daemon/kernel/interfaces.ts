/** Macvlans, sysctls and tables of nftables that a daemon which was killed has left behind. */

import type { Model } from '../../config/index.ts';
import { removeLeftTables } from './firewall.ts';
import { Sysctls } from './sysctls.ts';
import { Vmacs } from './vmacs.ts';

/** Sentences about what was removed or put back. */
export async function removeInterfaces(model: Model): Promise<string[]> {
  const done: string[] = [];
  const problems: string[] = [];
  const say = (message: string): void => void problems.push(message);
  const log = { info: () => {}, notice: () => {}, warning: say, error: say };
  const { instance } = model.globals.daemon;
  const sysctls = new Sysctls(log, instance);
  const links = new Vmacs(log, sysctls, instance).removeAll();
  done.push(...links.map((name) => `removed the macvlan ${name}`));
  const restored = sysctls.restore();
  if (restored > 0) done.push(`put back ${restored} settings under /proc/sys/net`);
  const tables = await removeLeftTables(model);
  return [...done, ...tables.map((table) => `removed ${table}`), ...problems];
}
