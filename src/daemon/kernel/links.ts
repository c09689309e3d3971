/** The links of this network namespace, with what the engine does not need to know of them. */

import { attributesOf, messageFlag, messageType, NetlinkRequest } from '../../base/netlink.ts';
import { readU32 } from '../../base/netlink.ts';
import { exchangeNetlink } from '../../engine/index.ts';

export interface Link {
  readonly ifIndex: number;
  readonly name: string;
  readonly up: boolean;
  /** `aa:bb:cc:dd:ee:ff`; empty where it has none of six octets. */
  readonly mac: string;
  /** "macvlan", "vlan", "bridge"...; empty for a device. */
  readonly kind: string;
  /** IFLA_LINK: the interface under it; 0: none. */
  readonly parent: number;
  /** IFLA_MASTER: its bridge, bond or VRF; 0: none. */
  readonly master: number;
  readonly group: number;
  readonly alias: string;
  /** IFLA_MACVLAN_MODE; 0 for other kinds. */
  readonly macvlanMode: number;
  /** IFLA_VRF_TABLE; 0 for other kinds. */
  readonly vrfTable: number;
}

const attribute = {
  address: 1,
  name: 3,
  link: 5,
  master: 10,
  linkInfo: 18,
  alias: 20,
  group: 27,
  extMask: 29,
} as const;
const skipStatistics = 8;
const headerSize = 16;
const infoSize = 16;
const upFlag = 1;
const ethernetType = 1;

function textOf(value: Buffer): string {
  return value.toString('utf8').replace(/\0+$/, '');
}

function infoOf(value: Buffer): Pick<Link, 'kind' | 'macvlanMode' | 'vrfTable'> {
  let kind = '';
  let first = 0; // the attribute 1 of a macvlan is its mode, that of a VRF its table
  for (const { type, value: inner } of attributesOf(value)) {
    if (type === 1) kind = textOf(inner);
    if (type !== 2 || !['macvlan', 'vrf'].includes(kind)) continue;
    for (const data of attributesOf(inner)) if (data.type === 1) first = readU32(data.value, 0);
  }
  const of = (wanted: string): number => (kind === wanted ? first : 0);
  return { kind, macvlanMode: of('macvlan'), vrfTable: of('vrf') };
}

/** The link of a whole RTM_NEWLINK. */
export function readLink(message: Buffer): Link {
  const body = message.subarray(headerSize);
  const found = { mac: '', name: '', parent: 0, master: 0, group: 0, alias: '' };
  let info = { kind: '', macvlanMode: 0, vrfTable: 0 };
  for (const { type, value } of attributesOf(body.subarray(infoSize))) {
    if (type === attribute.name) found.name = textOf(value);
    else if (type === attribute.link) found.parent = readU32(value, 0);
    else if (type === attribute.master) found.master = readU32(value, 0);
    else if (type === attribute.group) found.group = readU32(value, 0);
    else if (type === attribute.alias) found.alias = textOf(value);
    else if (type === attribute.linkInfo) info = infoOf(value);
    else if (type === attribute.address && value.length === 6) {
      found.mac = [...value].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
    }
  }
  const up = (readU32(body, 8) & upFlag) !== 0;
  return { ifIndex: readU32(body, 4), up, ...found, ...info };
}

/** The number of the VRF that a link is in; 0: none. A bridge or a bond is no VRF. */
export function vrfOf({ master }: Link, links: readonly Link[]): number {
  return links.find(({ ifIndex }) => ifIndex === master)?.kind === 'vrf' ? master : 0;
}

/** All links. Throws the system's error. */
export function listLinks(): Link[] {
  const request = new NetlinkRequest(messageType.getLink, messageFlag.dump, (writer) =>
    writer
      .u8(0, 0)
      .u16(ethernetType - 1)
      .u32(0)
      .u32(0)
      .u32(0),
  );
  request.u32(attribute.extMask, skipStatistics);
  const { messages } = exchangeNetlink(request.toArray());
  return messages
    .map((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    .map(readLink);
}
