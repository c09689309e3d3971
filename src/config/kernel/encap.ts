/** Encapsulation of a route or next hop: RTA_ENCAP_TYPE and RTA_ENCAP (linux/lwtunnel.h). */

import type { NetlinkRequest } from '../../base/netlink.ts';
import { parseAddress } from '../address.ts';
import type { Encapsulation } from '../model-routes.ts';
import { addressBytes, bigEndian, parseNumber, Unusable } from './draft.ts';

const typeAttribute = 21;
const valueAttribute = 22;
const nestedFlag = 0x8000;

const types = { mpls: 1, ip: 2, ila: 3, ip6: 4 } as const;
/** LWTUNNEL_IP_* and LWTUNNEL_IP6_* have the same numbers. */
const options: Readonly<Record<string, number>> = {
  id: 1,
  dst: 2,
  src: 3,
  ttl: 4,
  hoplimit: 4,
  tos: 5,
  tc: 5,
  flags: 6,
};

function writeTunnel(request: NetlinkRequest, encap: Encapsulation): void {
  for (const [name, text] of encap.options) {
    const type = options[name] ?? 0;
    if (name === 'id') request.bytes(type, bigEndian(BigInt(parseNumber(text, 'id')), 8));
    else if (name === 'flags') {
      request.bytes(type, bigEndian(BigInt(parseNumber(text, 'number of flags')), 2));
    } else if (name === 'dst' || name === 'src') {
      if (parseAddress(text) === null) throw new Unusable(`'${text}' is no address`);
      request.bytes(type, addressBytes(text));
    } else request.u8(type, parseNumber(text, name));
  }
}

/** Labels of twenty bits; the last one says that it is (RFC 3032 §2.1). */
function labelBytes(text: string): number[] {
  const labels = text.split('/').map((label) => parseNumber(label, 'label'));
  return labels.flatMap((label, index) =>
    bigEndian((BigInt(label) << 12n) | (index === labels.length - 1 ? 0x100n : 0n), 4),
  );
}

function locatorBytes(text: string): number[] {
  const groups = text.split(':');
  if (groups.length !== 4) throw new Unusable(`'${text}' is no locator`);
  return groups.flatMap((group) => bigEndian(BigInt(parseNumber(`0x${group}`, 'locator')), 2));
}

export function writeEncap(request: NetlinkRequest, encap: Encapsulation | null): void {
  if (encap === null) return;
  const text = encap.options[0]?.[1] ?? '';
  request.attribute(typeAttribute, (writer) => writer.u16(types[encap.type]));
  request.nested(valueAttribute | nestedFlag, () => {
    if (encap.type === 'mpls') request.bytes(1, labelBytes(text));
    else if (encap.type === 'ila') request.bytes(1, locatorBytes(text));
    else writeTunnel(request, encap);
  });
}
