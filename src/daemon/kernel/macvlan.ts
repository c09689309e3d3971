/** Requests about macvlans and ipvlans (linux/if_link.h). */

import { ByteWriter, messageFlag, messageType, NetlinkRequest } from '../../base/netlink.ts';
import { addressBytes, familyNumber } from '../../config/kernel/draft.ts';

const attribute = { address: 1, name: 3, link: 5, master: 10, linkInfo: 18, alias: 20, group: 27 };
const info = { kind: 1, data: 2 };
const macvlanMode = 1;
const ipvlanData = { mode: 1, flags: 2 } as const;
const addressAttribute = { address: 1, local: 2, flags: 8 } as const;
const noDad = 0x02;
/** Frames between macvlans of one parent are dropped, as in keepalived. */
export const privateMode = 1;
const upFlag = 1;

/** Layer 2: broadcast and multicast reach it, as VRRP needs (IPVLAN_MODE_L2). */
const ipvlanLayer2 = 0;
/** IPVLAN_F_PRIVATE and IPVLAN_F_VEPA; without them one ipvlan reaches the other ones. */
const ipvlanFlags = { bridge: 0, private: 1, vepa: 2 } as const;

interface NewLink {
  readonly name: string;
  /** Numbers of the kernel. */
  readonly parent: number;
  readonly group: number;
}

/** struct ifinfomsg. */
function head(ifIndex: number, flags: number, change: number): (writer: ByteWriter) => void {
  return (writer) => writer.u8(0, 0).u16(0).u32(ifIndex).u32(flags).u32(change);
}

function begin({ name, parent, group }: NewLink): NetlinkRequest {
  const { create, exclusive } = messageFlag;
  const request = new NetlinkRequest(messageType.newLink, create | exclusive, head(0, 0, 0));
  request.text(attribute.name, name).u32(attribute.link, parent);
  return group === 0 ? request : request.u32(attribute.group, group);
}

export function createMacvlan(link: NewLink & { readonly mac: string }): number[] {
  const octets = link.mac.split(':').map((octet) => parseInt(octet, 16));
  return begin(link)
    .bytes(attribute.address, octets)
    .nested(attribute.linkInfo, (request) => {
      request.text(info.kind, 'macvlan');
      request.nested(info.data, () => request.u32(macvlanMode, privateMode));
    })
    .toArray();
}

/** With its parent's MAC address. A kernel without ipvlan answers EOPNOTSUPP. */
export function createIpvlan(
  link: NewLink & { readonly mode: keyof typeof ipvlanFlags },
): number[] {
  return begin(link)
    .nested(attribute.linkInfo, (request) => {
      request.text(info.kind, 'ipvlan');
      request.nested(info.data, () => {
        request.u16(ipvlanData.mode, ipvlanLayer2);
        request.u16(ipvlanData.flags, ipvlanFlags[link.mode]);
      });
    })
    .toArray();
}

/** An address of the link itself, which may be a source and waits for no duplicate detection. */
export function addOwnAddress(ifIndex: number, text: string): number[] {
  const [address = '', length = ''] = text.split('/');
  const family = address.includes(':') ? 6 : 4;
  const { create, exclusive } = messageFlag;
  const request = new NetlinkRequest(messageType.newAddress, create | exclusive, (writer) =>
    writer.u8(familyNumber[family], Number(length), 0, 0).u32(ifIndex),
  );
  request.bytes(addressAttribute.local, addressBytes(address));
  request.bytes(addressAttribute.address, addressBytes(address));
  if (family === 6) request.u32(addressAttribute.flags, noDad);
  return request.toArray();
}

/** The mark of a link that is ours. */
export function markLink(ifIndex: number, alias: string): number[] {
  const request = new NetlinkRequest(messageType.newLink, 0, head(ifIndex, 0, 0));
  return request.text(attribute.alias, alias).toArray();
}

/** Puts a link into a VRF; 0: takes it out of the one that it is in. */
export function moveLink(ifIndex: number, master: number): number[] {
  const request = new NetlinkRequest(messageType.newLink, 0, head(ifIndex, 0, 0));
  return request.u32(attribute.master, master).toArray();
}

export function raiseLink(ifIndex: number): number[] {
  return new NetlinkRequest(messageType.newLink, 0, head(ifIndex, upFlag, upFlag)).toArray();
}

export function deleteLink(ifIndex: number): number[] {
  return new NetlinkRequest(messageType.delLink, 0, head(ifIndex, 0, 0)).toArray();
}
