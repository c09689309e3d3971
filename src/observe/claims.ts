/**
 * Who else says that a virtual address is theirs, as a look at the wire has heard it. Pure.
 */
import type { OverheardClaim } from '../engine/messages.generated.ts';

/** An address that a router that is MASTER serves on the interface of the look. */
export interface Served {
  readonly instance: number;
  readonly vrid: number;
  readonly address: string;
}

/** Another host that has a virtual address of ours. */
export interface SecondOwner {
  readonly address: string;
  readonly mac: string;
}

/**
 * The first such claim for each instance. `ownMacs`: the Ethernet addresses of this host. The virtual
 * MAC address of the same virtual router is another router's that is MASTER, too: its adverts tell that.
 * `forServed` visits what is served, and is not called where nobody else claims anything.
 */
export function secondOwners(
  forServed: (visit: (served: Served) => void) => void,
  claims: readonly OverheardClaim[],
  ownMacs: ReadonlySet<string>,
): ReadonlyMap<number, SecondOwner> {
  const found = new Map<number, SecondOwner>();
  const others = claims.filter(({ mac }) => !ownMacs.has(mac));
  if (others.length === 0) return found;
  const claimed = new Set(others.map(({ address }) => address));
  forServed(({ instance, vrid, address }) => {
    if (!claimed.has(address) || found.has(instance)) return;
    const virtual = virtualMacs(vrid);
    const claim = others.find((one) => one.address === address && !virtual.includes(one.mac));
    if (claim !== undefined) found.set(instance, { address, mac: claim.mac });
  });
  return found;
}

function virtualMacs(vrid: number): readonly string[] {
  const last = vrid.toString(16).padStart(2, '0');
  return [`00:00:5e:00:01:${last}`, `00:00:5e:00:02:${last}`];
}
