/** Something in the kernel that somebody else can remove who knows nothing of it: the guardian. */

import { ByteWriter, NetlinkRequest } from '../../base/netlink.ts';
import { deleteLink } from './macvlan.ts';

export interface Removal {
  /** NETLINK_*. */
  readonly protocol: number;
  /** One message, or several that are one batch. */
  readonly request: readonly number[];
}

const netlinkRoute = 0;
const netlinkNetfilter = 12;

/** The kernel gives a link's number to no other one. */
export function linkRemoval(ifIndex: number): Removal {
  return { protocol: netlinkRoute, request: deleteLink(ifIndex) };
}

// linux/netfilter/nfnetlink.h, nf_tables.h
const batchBegin = 0x10;
const batchEnd = 0x11;
const nftables = 10;
const deleteTable = (nftables << 8) | 2;
const tableName = 1;
const flags = { request: 1, acknowledge: 4 };
const familyOf = { 4: 2, 6: 10 } as const;

/** struct nfgenmsg; its last field is in network order. */
function head(family: number, subsystem: number): (writer: ByteWriter) => void {
  return (writer) => writer.u8(family, 0, subsystem >> 8, subsystem & 0xff);
}

export function tableRemoval(family: 4 | 6, name: string): Removal {
  const { request, acknowledge } = flags;
  const parts = [
    new NetlinkRequest(batchBegin, request, head(0, nftables)),
    new NetlinkRequest(deleteTable, request | acknowledge, head(familyOf[family], 0)).text(
      tableName,
      name,
    ),
    new NetlinkRequest(batchEnd, request, head(0, nftables)),
  ];
  return { protocol: netlinkNetfilter, request: parts.flatMap((part) => part.toArray()) };
}
