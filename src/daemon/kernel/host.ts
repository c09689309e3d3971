/** What a plan has to know of this host. */

import { hostNames, type IprouteNames } from '../../config/kernel/names.ts';
import type { Model } from '../../config/index.ts';
import type { IprouteId } from '../../config/model-routes.ts';
import type { Host } from '../../config/plan.ts';
import { listLinks } from './links.ts';

const usrDirectories = ['/usr/share/iproute2', '/usr/lib/iproute2'];
const etcDirectory = '/etc/iproute2';

export function hostOf(model: Model): Host {
  const { iprouteUsrDir, iprouteEtcDir } = model.globals.daemon;
  const usr = iprouteUsrDir === null ? usrDirectories : [iprouteUsrDir];
  const files = hostNames([...usr, iprouteEtcDir ?? etcDirectory]);
  const names: IprouteNames = (table, id) => (table === 'vrf' ? vrfTable(id) : files(table, id));
  return { names, vmacs: new Map(), filters: true };
}

/** The routing table of a VRF that exists. */
function vrfTable(id: IprouteId): number | undefined {
  return listLinks().find(({ name, kind }) => kind === 'vrf' && name === id)?.vrfTable;
}
