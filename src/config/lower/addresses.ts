/** The addresses of an instance: one family, none twice, no more than an advert carries. */

import type { Family } from '../../base/units.ts';
import type { ListEntry } from '../keywords/blocks.ts';
import type { Entry } from '../keywords/types.ts';
import type { VirtualAddress } from '../model.ts';
import type { Lowering } from './context.ts';
import type { InstanceSettings } from './settings.ts';

export interface Addresses {
  readonly addresses: readonly VirtualAddress[];
  readonly excluded: readonly VirtualAddress[];
}

type AddressEntries = readonly Entry<readonly ListEntry<VirtualAddress>[]>[] | undefined;

/** Bytes of an Ethernet frame that no address can use (keepalived subtracts its header too). */
const mtu = 1500 - 14;

/** How many addresses an advert can carry (RFC 9568 §5.2.4 has eight bits for the count). */
export function mostAddresses(
  family: Family,
  version: 2 | 3,
  extra: { readonly ah: boolean; readonly hmac: boolean },
): number {
  const ip = family === 4 ? 20 : 40;
  const size = family === 4 ? 4 : 16;
  const trailer = (version === 2 ? 8 : 0) + (extra.ah ? 24 : 0) + (extra.hmac ? 28 : 0);
  return Math.min(255, Math.floor((mtu - ip - 8 - trailer) / size));
}

function keyOf({ address, interface: name }: VirtualAddress): string {
  return `${address} ${name ?? ''}`;
}

/** Addresses in the order of the file; repeated ones are reported and left out. */
export function listAddresses(
  entries: AddressEntries,
  seen: Map<string, ListEntry<VirtualAddress>>,
  context: Lowering,
): VirtualAddress[] {
  const list: VirtualAddress[] = [];
  for (const entry of (entries ?? []).flatMap(({ value }) => value)) {
    const first = seen.get(keyOf(entry.value));
    if (first !== undefined) {
      const message = `${entry.value.address} is already listed`;
      context.findings.report('duplicate-address', entry.span, message, {
        related: [{ span: first.span, message: 'it is listed here' }],
      });
      continue;
    }
    if (Buffer.byteLength(entry.value.interface ?? '') > 15) {
      const name = entry.value.interface ?? '';
      const message = `'${name}' is longer than an interface name can be; left out`;
      context.findings.report('bad-value', entry.span, message);
      continue;
    }
    seen.set(keyOf(entry.value), entry);
    context.origins.set(entry.value, '', entry);
    list.push(entry.value);
  }
  return list;
}

/** Reads both lists; addresses of the other family cannot be in the advert. */
export function lowerAddresses(
  settings: InstanceSettings,
  family: Family,
  context: Lowering,
): Addresses {
  const seen = new Map<string, ListEntry<VirtualAddress>>();
  const all = listAddresses(settings.virtual_ipaddress, seen, context);
  const addresses = all.filter((address) => {
    if (address.family === family) return true;
    const span = context.origins.of(address);
    const message = `${address.address} is of the other family than the instance (IPv${family})`;
    context.findings.report('wrong-family', span, `${message}; it is left out`, {
      hint: 'move it to virtual_ipaddress_excluded, or make an instance for it',
    });
    return false;
  });
  return { addresses, excluded: listAddresses(settings.virtual_ipaddress_excluded, seen, context) };
}

/** Without an interface of the instance an address has to name its own. */
export function withInterface(
  { addresses, excluded }: Addresses,
  device: string | null,
  context: Lowering,
): Addresses {
  const placed = (address: VirtualAddress): boolean => {
    if (device !== null || address.interface !== null) return true;
    const message = `there is no interface for ${address.address}; it is left out`;
    const hint = "add 'dev IFNAME' to it, or 'interface IFNAME' to the instance";
    context.findings.report('bad-address', context.origins.of(address), message, { hint });
    return false;
  };
  return { addresses: addresses.filter(placed), excluded: excluded.filter(placed) };
}

/** Moves what an advert cannot carry to the excluded ones. */
export function limitAddresses(
  { addresses, excluded }: Addresses,
  most: number,
  context: Lowering,
): Addresses {
  const first = addresses[most];
  if (first === undefined) return { addresses, excluded };
  const message = `an advert carries ${most} addresses, there are ${addresses.length}`;
  const span = context.origins.of(first);
  context.findings.report('too-many-addresses', span, `${message}; the rest is excluded`, {
    hint: 'list them in virtual_ipaddress_excluded',
  });
  return {
    addresses: addresses.slice(0, most),
    excluded: [...addresses.slice(most), ...excluded],
  };
}
