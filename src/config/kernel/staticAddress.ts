/** An entry of static_ipaddress as rtnetlink requests (linux/if_addr.h). */

import { messageFlag, messageType, NetlinkRequest } from '../../base/netlink.ts';
import type { AddressConfig, ObjectConfig } from '../../engine/messages.generated.ts';
import { addressBytes, familyNumber } from './draft.ts';

const attribute = {
  address: 1,
  local: 2,
  label: 3,
  broadcast: 4,
  cacheInfo: 6,
  flags: 8,
  protocol: 11,
} as const;

/**
 * IFA_PROTO of static addresses: keepalived's, and not our mark of virtual ones. Adverts may be
 * sent from a static address, never from a virtual one.
 */
export const staticAddressProtocol = 18;
/** Where ifaddrmsg has the number of the interface, from the start of the message. */
const indexOffset = 20;
const forever = 0xffff_ffff;

function begin(type: number, flags: number, config: AddressConfig): NetlinkRequest {
  const family = familyNumber[config.address.includes(':') ? 6 : 4];
  const request = new NetlinkRequest(type, flags, (writer) =>
    writer.u8(family, config.prefixLength, 0, config.scope).u32(0),
  );
  return request.bytes(attribute.local, addressBytes(config.address));
}

/** `config.interfaceName` must be set. */
export function staticAddressObject(config: AddressConfig): ObjectConfig {
  const { create, exclusive } = messageFlag;
  const add = begin(messageType.newAddress, create | exclusive, config);
  add.bytes(attribute.address, addressBytes(config.peer ?? config.address));
  if (config.label !== '') add.text(attribute.label, config.label);
  if (config.broadcast !== undefined) {
    add.bytes(attribute.broadcast, addressBytes(config.broadcast));
  }
  if (config.flags !== 0) add.u32(attribute.flags, config.flags);
  if (config.preferredLifetime !== forever) {
    add.attribute(attribute.cacheInfo, (writer) =>
      writer.u32(config.preferredLifetime).u32(forever).u32(0).u32(0),
    );
  }
  add.u8(attribute.protocol, staticAddressProtocol);
  return {
    key: {
      kind: 'address',
      family: config.address.includes(':') ? 'ipv6' : 'ipv4',
      destination: config.address,
      prefixLength: config.prefixLength,
      table: 0,
      priority: 0,
    },
    add: add.toArray(),
    remove: begin(messageType.delAddress, 0, config).toArray(),
    devices: [
      { interfaceName: config.interfaceName, addOffset: indexOffset, removeOffset: indexOffset },
    ],
    track: config.track,
  };
}
