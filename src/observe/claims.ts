/**
 * Who else says that a virtual address is theirs, as a look at the wire has heard it. Pure.
 */
import type { OverheardClaim } from '../engine/messages.generated.ts';

/** A router that is MASTER, and what it serves on one interface. */
export interface Served {
  readonly instance: number;
  readonly vrid: number;
  readonly addresses: readonly string[];
}

/** Another host that has a virtual address of ours. */
export interface SecondOwner {
  readonly address: string;
  readonly mac: string;
}

/**
 * The first such claim for each instance. `ownMacs`: the Ethernet addresses of this host. The virtual
 * MAC address of the same virtual router is another router's that is MASTER, too: its adverts tell that.
 */
export function secondOwners(
  served: readonly Served[],
  claims: readonly OverheardClaim[],
  ownMacs: ReadonlySet<string>,
): ReadonlyMap<number, SecondOwner> {
  const found = new Map<number, SecondOwner>();
  for (const { instance, vrid, addresses } of served) {
    const last = vrid.toString(16).padStart(2, '0');
    const virtual = [`00:00:5e:00:01:${last}`, `00:00:5e:00:02:${last}`];
    const claim = claims.find(
      ({ address, mac }) =>
        addresses.includes(address) && !ownMacs.has(mac) && !virtual.includes(mac),
    );
    if (claim !== undefined) found.set(instance, { address: claim.address, mac: claim.mac });
  }
  return found;
}
