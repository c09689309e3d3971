/** What a plan has to know of this host. */

import { hostNames } from '../../config/kernel/names.ts';
import type { Model } from '../../config/index.ts';
import type { Host } from '../../config/plan.ts';

const usrDirectories = ['/usr/share/iproute2', '/usr/lib/iproute2'];
const etcDirectory = '/etc/iproute2';

export function hostOf(model: Model): Host {
  const { iprouteUsrDir, iprouteEtcDir } = model.globals.daemon;
  const usr = iprouteUsrDir === null ? usrDirectories : [iprouteUsrDir];
  return { names: hostNames([...usr, iprouteEtcDir ?? etcDirectory]), vmacs: new Map() };
}
