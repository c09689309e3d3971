/**
 * What keeps frames out that are sent to a virtual MAC address: a filter at the ingress of the macvlan
 * (RFC 9568 §6.4.2), as requests of tc(8) (linux/pkt_sched.h, pkt_cls.h).
 */

import { ByteWriter, messageFlag, messageType, NetlinkRequest } from '../../base/netlink.ts';
import type { ObjectConfig } from '../../engine/messages.generated.ts';

const attribute = { kind: 1, options: 2 } as const;
const bpf = { length: 4, program: 5, flags: 8 } as const;
/** What the program returns is what becomes of the frame (TCA_BPF_FLAG_ACT_DIRECT). */
const directAction = 1;
const verdict = { next: 0xffff_ffff, drop: 2 } as const;

/** TC_H_CLSACT as a parent, its own handle, and its side for frames that arrive. */
const clsact = { parent: 0xffff_fff1, handle: 0xffff_0000, ingress: 0xffff_fff2 } as const;
/** Ours is known by its preference, the protocol number of VRRP. */
const preference = 112;
/** ETH_P_ALL in network order. */
const anyProtocol = new ByteWriter().bytes([0, 3]).toArray();
/** Where tcmsg has the number of the interface, from the start of the message. */
const indexOffset = 20;

/** struct tcmsg. */
function head(
  ifIndex: number,
  handle: number,
  parent: number,
  info: (writer: ByteWriter) => ByteWriter,
): (writer: ByteWriter) => void {
  return (writer) => info(writer.u8(0, 0).u16(0).u32(ifIndex).u32(handle).u32(parent));
}

/** Preference and protocol in one number of the host's byte order. */
function infoOf(which: number): (writer: ByteWriter) => ByteWriter {
  const [high = 0, low = 0] = anyProtocol;
  const asRead = new Uint16Array(new Uint8Array([high, low]).buffer)[0] ?? 0;
  return (writer) => writer.u32(which * 0x1_0000 + asRead);
}

interface Instruction {
  readonly code: number;
  /** How many instructions to skip when it holds, and when it does not. */
  readonly skip: readonly [number, number];
  readonly value: number;
}

/** Classic BPF (linux/filter.h). */
const code = { loadByte: 0x30, jumpIfEqual: 0x15, end: 0x06 } as const;
/** SKF_AD_OFF + SKF_AD_PKTTYPE; PACKET_HOST: to the interface's own address, and to no group. */
const packetType = 0xffff_f004;
const packetHost = 0;

const discardOwn: readonly Instruction[] = [
  { code: code.loadByte, skip: [0, 0], value: packetType },
  { code: code.jumpIfEqual, skip: [0, 1], value: packetHost },
  { code: code.end, skip: [0, 0], value: verdict.drop },
  { code: code.end, skip: [0, 0], value: verdict.next },
];
const letPass: readonly Instruction[] = [{ code: code.end, skip: [0, 0], value: verdict.next }];

function newFilter(ifIndex: number, which: number, program: readonly Instruction[]): number[] {
  const { create, exclusive } = messageFlag;
  const at = head(ifIndex, which, clsact.ingress, infoOf(which));
  return new NetlinkRequest(messageType.newFilter, create | exclusive, at)
    .text(attribute.kind, 'bpf')
    .nested(attribute.options, (request) => {
      request.u16(bpf.length, program.length);
      request.attribute(bpf.program, (writer) => {
        for (const { code: what, skip, value } of program)
          writer
            .u16(what)
            .u8(...skip)
            .u32(value);
      });
      request.u32(bpf.flags, directAction);
    })
    .toArray();
}

function deleteFilter(ifIndex: number, which: number): number[] {
  const at = head(ifIndex, which, clsact.ingress, infoOf(which));
  return new NetlinkRequest(messageType.delFilter, 0, at).text(attribute.kind, 'bpf').toArray();
}

/** The filter of a macvlan, which must have `filterHolder`. */
export function frameFilter(interfaceName: string, family: 4 | 6): ObjectConfig {
  return {
    key: {
      kind: 'filter',
      family: family === 4 ? 'ipv4' : 'ipv6',
      destination: family === 4 ? '0.0.0.0' : '::',
      prefixLength: 0,
      table: 0,
      priority: preference,
    },
    add: newFilter(0, preference, discardOwn),
    remove: deleteFilter(0, preference),
    devices: [{ interfaceName, addOffset: indexOffset, removeOffset: indexOffset }],
    track: true,
  };
}

/** The queueing discipline that filters hang on; EEXIST: it has one. */
export function filterHolder(ifIndex: number): number[] {
  const { create, exclusive } = messageFlag;
  const at = head(ifIndex, clsact.handle, clsact.parent, (writer) => writer.u32(0));
  const request = new NetlinkRequest(messageType.newDiscipline, create | exclusive, at);
  return request.text(attribute.kind, 'clsact').toArray();
}

/** Adds and removes a filter that lets everything pass: whether the kernel has them. */
export function filterTrial(ifIndex: number): readonly (readonly number[])[] {
  const which = preference + 1;
  return [newFilter(ifIndex, which, letPass), deleteFilter(ifIndex, which)];
}
