/** What holds for interfaces rather than instances, in the words of the native core. */

import type { AnnounceLimit, LinkDelay } from '../engine/messages.generated.ts';
import type { Model } from './model.ts';

export interface NativeInterfaces {
  readonly limits: readonly AnnounceLimit[];
  readonly delays: readonly LinkDelay[];
}

/** Name of the macvlan that an instance's addresses on an interface have to themselves. */
type VmacOf = (instance: string, device: string) => string | undefined;

export function nativeInterfaces(model: Model, vmacOf: VmacOf): NativeInterfaces {
  return {
    limits: announceLimits(model, vmacOf),
    delays: model.interfaceDelays.map(({ interface: interfaceName, down, up }) => ({
      interfaceName,
      down,
      up,
    })),
  };
}

/** A group shares one limit; every other interface with addresses has the global one to itself. */
function announceLimits(model: Model, vmacOf: VmacOf): AnnounceLimit[] {
  const vmacs = vmacsByParent(model, vmacOf);
  const withVmacs = (names: readonly string[]): string[] => [
    ...names,
    ...names.flatMap((name) => [...(vmacs.get(name) ?? [])]),
  ];
  const groups = model.garpGroups.map(({ interfaces, garpInterval, gnaInterval }) => ({
    interfaces: withVmacs(interfaces),
    garpInterval,
    gnaInterval,
  }));
  const { garpInterval, gnaInterval } = model.globals.vrrp;
  if (garpInterval === 0 && gnaInterval === 0) return groups;
  const grouped = new Set(model.garpGroups.flatMap(({ interfaces }) => interfaces));
  const alone = [...vmacs.keys()].filter((name) => !grouped.has(name));
  return [
    ...groups,
    ...alone.map((name) => ({ interfaces: withVmacs([name]), garpInterval, gnaInterval })),
  ];
}

/** Every interface with addresses on it or over it. */
function vmacsByParent(model: Model, vmacOf: VmacOf): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { name, interface: own, addresses, excludedAddresses } of model.instances) {
    for (const address of [...addresses, ...excludedAddresses]) {
      const device = address.interface ?? own;
      if (device === null) continue;
      const over = found.get(device) ?? new Set();
      found.set(device, over);
      const vmac = vmacOf(name, device);
      if (vmac !== undefined) over.add(vmac);
    }
  }
  return found;
}
