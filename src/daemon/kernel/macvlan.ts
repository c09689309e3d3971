/** Requests about macvlans (linux/if_link.h). */

import { ByteWriter, messageFlag, messageType, NetlinkRequest } from '../../base/netlink.ts';

const attribute = { address: 1, name: 3, link: 5, master: 10, linkInfo: 18, alias: 20, group: 27 };
const info = { kind: 1, data: 2 };
const macvlanMode = 1;
/** Frames between macvlans of one parent are dropped, as in keepalived. */
export const privateMode = 1;
const upFlag = 1;

export interface NewMacvlan {
  readonly name: string;
  readonly mac: string;
  /** Numbers of the kernel; `master` 0: none. */
  readonly parent: number;
  readonly master: number;
  readonly group: number;
}

/** struct ifinfomsg. */
function head(ifIndex: number, flags: number, change: number): (writer: ByteWriter) => void {
  return (writer) => writer.u8(0, 0).u16(0).u32(ifIndex).u32(flags).u32(change);
}

export function createMacvlan(link: NewMacvlan): number[] {
  const { create, exclusive } = messageFlag;
  const request = new NetlinkRequest(messageType.newLink, create | exclusive, head(0, 0, 0));
  request.text(attribute.name, link.name);
  request.bytes(
    attribute.address,
    link.mac.split(':').map((octet) => parseInt(octet, 16)),
  );
  request.u32(attribute.link, link.parent);
  if (link.group !== 0) request.u32(attribute.group, link.group);
  return request
    .nested(attribute.linkInfo, () => {
      request.text(info.kind, 'macvlan');
      request.nested(info.data, () => request.u32(macvlanMode, privateMode));
    })
    .toArray();
}

/** The mark of a link that is ours, and the VRF of its parent. */
export function markLink(ifIndex: number, alias: string, master: number): number[] {
  const request = new NetlinkRequest(messageType.newLink, 0, head(ifIndex, 0, 0));
  request.text(attribute.alias, alias);
  if (master !== 0) request.u32(attribute.master, master);
  return request.toArray();
}

export function raiseLink(ifIndex: number): number[] {
  return new NetlinkRequest(messageType.newLink, 0, head(ifIndex, upFlag, upFlag)).toArray();
}

export function deleteLink(ifIndex: number): number[] {
  return new NetlinkRequest(messageType.delLink, 0, head(ifIndex, 0, 0)).toArray();
}
