/** Which macvlans and ipvlans a model wants: names, MAC addresses and parents. Pure. */

import { vmacNames } from '../../config/effective.ts';
import { vmacKey } from '../../config/plan.ts';
import type { Instance, Model, VirtualAddress } from '../../config/index.ts';
import type { IpvlanSettings } from '../../config/model.ts';

export interface WantedVmac {
  /** What a plan asks for it by: an instance's name, or that and an interface. */
  readonly key: string;
  readonly name: string;
  /** `aa:bb:cc:dd:ee:ff` of a macvlan; null: an ipvlan, which has its parent's. */
  readonly mac: string | null;
  /** What is wanted of an ipvlan (use_ipvlan). */
  readonly ipvlan: Pick<IpvlanSettings, 'address' | 'mode'> | null;
  /** Interface under it. */
  readonly parent: string;
  readonly family: 4 | 6;
  /** null: as the parent. */
  readonly group: number | null;
}

/** RFC 9568 §7.3: the last octet is the VRID. */
function macOf({ family, virtualRouterId, vmac }: Instance): string {
  const last = virtualRouterId.toString(16).padStart(2, '0');
  return vmac?.mac ?? `00:00:5e:00:0${family === 4 ? 1 : 2}:${last}`;
}

function freeName(prefix: string, vrid: number, taken: ReadonlySet<string>): string {
  for (let number = 0; ; number += 1) {
    const name = `${prefix}${number === 0 ? '' : number}.${vrid}`;
    if (!taken.has(name)) return name;
  }
}

/** `use_vmac` of an address, or `use_vmac_addr` for one that is on another interface. */
function wantsVmac(instance: Instance, address: VirtualAddress): boolean {
  const elsewhere = address.interface !== null && address.interface !== instance.interface;
  if (instance.vmac === null) return address.useVmac;
  return elsewhere && (address.useVmac || instance.vmac.addresses);
}

/** `blocked`: names of interfaces that are somebody else's. */
export function wantedVmacs(model: Model, blocked: ReadonlySet<string>): WantedVmac[] {
  const names = vmacNames(model);
  const taken = new Set([...blocked, ...names.values()]);
  const { vmacPrefix, vmacAddrPrefix } = model.globals.daemon;
  const wanted = new Map<string, WantedVmac>();
  const want = (instance: Instance, key: string, parent: string, name: string): void => {
    taken.add(name);
    const { family } = instance;
    const group = instance.vmac?.group ?? null;
    wanted.set(key, { key, name, mac: macOf(instance), ipvlan: null, parent, family, group });
  };
  const wantIpvlan = (instance: Instance, parent: string, name: string): void => {
    taken.add(name);
    const { name: key, family, ipvlan } = instance;
    wanted.set(key, { key, name, mac: null, ipvlan, parent, family, group: ipvlan?.group ?? null });
  };
  for (const instance of model.instances) {
    const { name, virtualRouterId: vrid, vmac } = instance;
    const planned = names.get(name);
    if (instance.interface !== null && planned !== undefined) {
      const free = blocked.has(planned) ? freeName(vmacPrefix, vrid, taken) : planned;
      if (vmac !== null) want(instance, name, instance.interface, free);
      else wantIpvlan(instance, instance.interface, free);
    }
    for (const address of [...instance.addresses, ...instance.excludedAddresses]) {
      const device = address.interface ?? instance.interface;
      if (device === null || !wantsVmac(instance, address)) continue;
      const key = vmacKey(name, device);
      if (!wanted.has(key)) want(instance, key, device, freeName(vmacAddrPrefix, vrid, taken));
    }
  }
  return [...wanted.values()];
}
