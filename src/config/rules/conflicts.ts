/** Objects that cannot live together on one host. */

import type { Instance, VirtualAddress } from '../model.ts';
import type { RuleInput } from './input.ts';

/** Where the adverts of an instance are heard. */
function ear(instance: Instance): string {
  const { family, interface: device, virtualRouterId, unicast, sourceAddress } = instance;
  const where =
    unicast === null
      ? instance.multicastGroup
      : `${sourceAddress ?? ''} ${unicast.peers.map((peer) => peer.address).join(' ')}`;
  return [virtualRouterId, family, device ?? '', where].join(' ');
}

/** Two instances with one VRID on one interface could not tell their adverts apart. */
export function vridConflicts({ model, findings, origins }: RuleInput): void {
  const known = new Map<string, Instance>();
  for (const instance of model.instances) {
    const key = ear(instance);
    const other = known.get(key);
    if (other === undefined) {
      known.set(key, instance);
      continue;
    }
    const place = instance.interface === null ? '' : ` on ${instance.interface}`;
    const vrid = `VRID ${instance.virtualRouterId}${place}`;
    const message = `'${instance.name}' and '${other.name}' both use ${vrid}`;
    const at = origins.of(other, 'virtual_router_id');
    findings.report('vrid-conflict', origins.of(instance, 'virtual_router_id'), message, {
      hint: 'give one of them another virtual_router_id',
      related: at === null ? [] : [{ span: at, message: 'the other one is here' }],
    });
  }
}

/** Whoever is MASTER last in one of them takes the address away from the other one. */
export function sharedAddresses({ model, findings, origins }: RuleInput): void {
  const known = new Map<string, { instance: Instance; address: VirtualAddress }>();
  for (const instance of model.instances) {
    for (const address of [...instance.addresses, ...instance.excludedAddresses]) {
      const device = address.interface ?? deviceOf(instance);
      const key = `${address.address} ${device}`;
      const other = known.get(key);
      if (other === undefined) {
        known.set(key, { instance, address });
      } else if (other.instance !== instance && !goTogether(other.instance, instance)) {
        const who = `'${instance.name}' and '${other.instance.name}'`;
        const at = origins.of(other.address);
        const message = `${address.address} is a virtual address of both ${who} on ${device}`;
        findings.report('shared-address', origins.of(address), message, {
          hint: 'list it in one of them: each removes it when it is not MASTER any more',
          related: at === null ? [] : [{ span: at, message: 'the other one is here' }],
        });
      }
    }
  }
}

function goTogether(one: Instance, other: Instance): boolean {
  return one.syncGroup !== null && one.syncGroup === other.syncGroup;
}

/** Where the addresses of an instance are: a virtual MAC address makes an interface of its own. */
function deviceOf({ name, interface: device, vmac }: Instance): string {
  return vmac === null ? (device ?? '') : `the macvlan of '${name}'`;
}

/** Static entries may belong to a track_group, which has to exist. */
export function unknownTrackGroups({ model, findings, origins }: RuleInput): void {
  const known = new Set(model.trackGroups.map((group) => group.name));
  const entries = [...model.staticAddresses, ...model.staticRoutes, ...model.staticRules];
  for (const entry of entries) {
    if (entry.trackGroup === null || known.has(entry.trackGroup)) continue;
    const message = `there is no track_group '${entry.trackGroup}'`;
    findings.report('unknown-track-group', origins.of(entry), message);
  }
}
