/** Questions that only the whole model answers. */

import type { Instance, Model, SyncGroup, TrackerUse, VirtualAddress } from './model.ts';

/** The macvlans and ipvlans of a configuration, by who is on them. */
export interface VmacNames {
  /** By name of the instance. */
  readonly instances: ReadonlyMap<string, string>;
  /** Of addresses on a macvlan that is not the instance's own. */
  readonly addresses: ReadonlyMap<VirtualAddress, string>;
}

/** Device of an address that has a macvlan of its own, or null. */
function addressDevice(address: VirtualAddress, instance: Instance): string | null {
  const device = address.interface ?? instance.interface;
  const own = instance.vmac !== null && device === instance.interface;
  const wanted = address.useVmac || (instance.vmac?.addresses ?? false);
  return wanted && !own ? device : null;
}

/**
 * A generated name is `PREFIX.VRID`; where that is taken a number goes between, for IPv6 a 6
 * first. Names are given in the order of the file; an address shares the macvlan that another one
 * of its VRID and family has on the same device.
 */
export function allVmacNames(model: Model): VmacNames {
  const instances = new Map<string, string>();
  const addresses = new Map<VirtualAddress, string>();
  const byDevice = new Map<string, string>();
  const taken = new Set<string>();
  const { vmacPrefix, vmacAddrPrefix } = model.globals.daemon;
  const onDevice = (device: string, instance: Instance, make: () => string): string => {
    const key = `${device} ${instance.virtualRouterId} ${instance.family}`;
    const name = byDevice.get(key) ?? make();
    byDevice.set(key, name);
    taken.add(name);
    return name;
  };
  for (const instance of model.instances) {
    if (instance.vmac !== null || instance.ipvlan !== null) {
      const given = instance.vmac?.name ?? instance.ipvlan?.name ?? null;
      const make = () => given ?? freeName(vmacPrefix, instance, taken);
      instances.set(instance.name, onDevice(instance.interface ?? '', instance, make));
    }
    for (const address of [...instance.addresses, ...instance.excludedAddresses]) {
      const device = addressDevice(address, instance);
      if (device === null) continue;
      const make = () => freeName(vmacAddrPrefix, instance, taken);
      addresses.set(address, onDevice(device, instance, make));
    }
  }
  return { instances, addresses };
}

/** Names of the macvlans and ipvlans that instances use, by instance. */
export function vmacNames(model: Model): ReadonlyMap<string, string> {
  return allVmacNames(model).instances;
}

function freeName(prefix: string, instance: Instance, taken: ReadonlySet<string>): string {
  const { family, virtualRouterId: vrid } = instance;
  const numbers = family === 6 ? ['', '6'] : [''];
  for (const number of numbers) {
    const name = `${prefix}${number}.${vrid}`;
    if (!taken.has(name)) return name;
  }
  let number = 1;
  while (taken.has(`${prefix}${number}.${vrid}`)) number += 1;
  return `${prefix}${number}.${vrid}`;
}

export interface EffectiveTrackers {
  readonly interfaces: readonly TrackerUse[];
  readonly scripts: readonly TrackerUse[];
  readonly files: readonly TrackerUse[];
  readonly processes: readonly TrackerUse[];
  readonly probes: readonly TrackerUse[];
  readonly bfds: readonly TrackerUse[];
}

/** The group's weight counts, unless the instance has none of its own to say. */
function merge(own: readonly TrackerUse[], shared: readonly TrackerUse[]): readonly TrackerUse[] {
  if (shared.length === 0) return own;
  const names = new Set(own.map((use) => use.name));
  const merged = own.map((use) => {
    const group = shared.find((other) => other.name === use.name);
    return group === undefined || use.weight === 0 ? use : group;
  });
  return [...merged, ...shared.filter((use) => !names.has(use.name))];
}

/** The trackers of an instance together with those of its sync group. */
export function effectiveTrackers(model: Model, instance: Instance): EffectiveTrackers {
  const group: SyncGroup | undefined =
    instance.syncGroup === null
      ? undefined
      : model.syncGroups.find((candidate) => candidate.name === instance.syncGroup);
  const owner = instance.priority === 255;
  const own = (use: TrackerUse): boolean => !owner || use.weight === 0;
  const interfaces = merge(instance.trackInterfaces, group?.trackInterfaces ?? []);
  return {
    interfaces: interfaces.filter((use) => use.name !== instance.interface && own(use)),
    scripts: merge(instance.trackScripts, group?.trackScripts ?? []).filter(own),
    files: merge(instance.trackFiles, group?.trackFiles ?? []).filter(own),
    processes: merge(instance.trackProcesses, group?.trackProcesses ?? []).filter(own),
    probes: merge(instance.trackProbes, group?.trackProbes ?? []).filter(own),
    bfds: merge(instance.trackBfds, group?.trackBfds ?? []).filter(own),
  };
}
