/**
 * Routes, rules and static addresses of the file that a daemon which was killed has left behind. The
 * requests name our protocol number, so that the kernel matches nobody else's; addresses, where
 * it does not, are looked at first.
 */

import { errnoText } from '../../base/errorText.ts';
import { attributesOf, messageFlag, messageType, NetlinkRequest } from '../../base/netlink.ts';
import { readU32 } from '../../base/netlink.ts';
import { addressBytes } from '../../config/kernel/draft.ts';
import { instanceObjects, staticObjects } from '../../config/kernel/objects.ts';
import { staticAddressProtocol } from '../../config/kernel/staticAddress.ts';
import type { Model } from '../../config/index.ts';
import { filtersOf } from '../../config/plan.ts';
import { exchangeNetlink } from '../../engine/index.ts';
import type { ObjectConfig } from '../../engine/messages.generated.ts';
import { ByteWriter } from '../../base/netlink.ts';
import { objectText } from '../../observe/objectText.ts';
import { hostOf } from './host.ts';
import { listLinks } from './links.ts';
import { wantedVmacs } from './vmacPlan.ts';
import type { Link } from './links.ts';

export interface Removed {
  /** What was removed. */
  readonly done: readonly string[];
  /** What could not be, with the reason. */
  readonly problems: readonly string[];
}

/** ENOENT, ESRCH, ENODEV, EADDRNOTAVAIL: it is not there. */
const absent = new Set([2, 3, 19, 99]);

/** The request with the numbers of its interfaces; undefined when one of them is not there. */
function filled({ remove, devices }: ObjectConfig, links: readonly Link[]): number[] | undefined {
  const bytes = [...remove];
  for (const { interfaceName, removeOffset } of devices) {
    const link = links.find(({ name }) => name === interfaceName);
    if (link === undefined) return undefined;
    if (removeOffset === 0) continue;
    bytes.splice(removeOffset, 4, ...new ByteWriter().u32(link.ifIndex).toArray());
  }
  return bytes;
}

/** `IFINDEX ADDRESS` of every address with the mark of static ones. */
function markedAddresses(): Set<string> {
  const request = new NetlinkRequest(messageType.getAddress, messageFlag.dump, (writer) =>
    writer.u32(0).u32(0),
  );
  const marked = new Set<string>();
  for (const message of exchangeNetlink(request.toArray()).messages) {
    const body = Buffer.from(message.buffer, message.byteOffset, message.byteLength).subarray(16);
    const found = { local: '', address: '', protocol: 0 };
    for (const { type, value } of attributesOf(body.subarray(8))) {
      if (type === 1) found.address = value.join();
      else if (type === 2) found.local = value.join();
      else if (type === 11) found.protocol = value[0] ?? 0;
    }
    if (found.protocol !== staticAddressProtocol) continue;
    marked.add(`${readU32(body, 4)} ${found.local === '' ? found.address : found.local}`);
  }
  return marked;
}

/** Those of the file, last first: rules before their tables, everything before addresses. */
function objectsOf(model: Model): ObjectConfig[] {
  const host = hostOf(model);
  const { names } = host;
  const vmacs = new Map(wantedVmacs(model, new Set()).map(({ key, name }) => [key, name]));
  // Of a macvlan that was there before us; ours go with theirs.
  const filters = model.instances.flatMap((one) => filtersOf(one, { ...host, vmacs }));
  const statics = staticObjects(model, names).objects;
  const ofInstances = model.instances.flatMap((one) => instanceObjects(one, names).objects);
  return [...statics, ...ofInstances, ...filters].toReversed();
}

export function removeObjects(model: Model): Removed {
  const objects = objectsOf(model);
  const done: string[] = [];
  const problems: string[] = [];
  if (objects.length === 0) return { done, problems };
  const links = listLinks();
  const marked = markedAddresses();
  const mayGo = ({ key, devices }: ObjectConfig): boolean => {
    if (key.kind !== 'address') return true;
    const link = links.find(({ name }) => name === devices[0]?.interfaceName);
    return marked.has(`${link?.ifIndex ?? 0} ${addressBytes(key.destination).join()}`);
  };
  for (const object of objects.filter(mayGo)) {
    const request = filled(object, links);
    if (request === undefined) continue;
    const { errorNumber } = exchangeNetlink(request);
    const what = objectText(object.key);
    if (errorNumber === 0) done.push(`removed the ${what}`);
    else if (!absent.has(errorNumber)) {
      problems.push(`the ${what} could not be removed: ${errnoText(errorNumber)}`);
    }
  }
  return { done, problems };
}
