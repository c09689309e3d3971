/** The source Ethernet address of an advert against what it should be (RFC 9568 §7.3, `use_vmac`). Pure. */
import type { OverheardAdvert } from '../../engine/messages.generated.ts';
import { isV6 } from './words.ts';

/** What the adverts of an instance should come from: a certain address, or any that is not virtual. */
export type ExpectedMac = { readonly mac: string } | 'physical';

type Family = 'ipv4' | 'ipv6';

/** `00:00:5e:00:01:VRID` for IPv4, `00:00:5e:00:02:VRID` for IPv6. */
export function virtualMac(family: Family, virtualRouterId: number): string {
  const octet = virtualRouterId.toString(16).padStart(2, '0');
  return `00:00:5e:00:0${family === 'ipv4' ? 1 : 2}:${octet}`;
}

export function isVirtualMac(mac: string): boolean {
  return /^00:00:5e:00:0[12]:/.test(mac);
}

/** What is odd about the source address of `advert`; undefined: nothing. `name`: of the instance. */
export function macDifference(
  advert: OverheardAdvert,
  expected: ExpectedMac | undefined,
  name: string,
): string | undefined {
  const { mac, virtualRouterId } = advert;
  const own = virtualMac(isV6(advert.destination) ? 'ipv6' : 'ipv4', virtualRouterId);
  if (expected !== undefined && expected !== 'physical' && expected.mac !== own) {
    if (mac === expected.mac) return undefined;
    return `sends from ${mac}, and ${name} is configured to send from ${expected.mac} (use_vmac)`;
  }
  if (isVirtualMac(mac) && mac !== own) {
    return `sends from ${mac}, the virtual MAC of ${ownerOf(mac)}: its own would be ${own}`;
  }
  if (expected === undefined) return undefined;
  if (expected === 'physical') {
    if (mac !== own) return undefined;
    return `sends from the virtual MAC ${own}, and ${name} is configured without use_vmac`;
  }
  if (mac === own) return undefined;
  return `sends from ${mac}, and ${name} is configured with use_vmac, which would be ${own}`;
}

/** `virtual router 52 over IPv4`, out of a virtual MAC. */
function ownerOf(mac: string): string {
  const version = mac.startsWith('00:00:5e:00:01:') ? 4 : 6;
  return `virtual router ${Number.parseInt(mac.slice(-2), 16)} over IPv${version}`;
}
