/**
 * Which VRF a macvlan belongs in, from messages as kernels with VRF devices send them: RTM_NEWLINK with
 * IFLA_MASTER, IFLA_LINKINFO and what is in it (linux/if_link.h). This machine's kernel need have none.
 */

import { describe, expect, test } from 'vitest';
import { messageType, NetlinkRequest } from '../../src/base/netlink.ts';
import { readLink, vrfOf } from '../../src/daemon/kernel/links.ts';
import { moveLink } from '../../src/daemon/kernel/macvlan.ts';

const attribute = { name: 3, link: 5, master: 10, linkInfo: 18 } as const;
/** IFLA_INFO_KIND, _DATA, _SLAVE_KIND, _SLAVE_DATA. */
const info = { kind: 1, data: 2, slaveKind: 4, slaveData: 5 } as const;

interface Sent {
  readonly ifIndex: number;
  readonly name: string;
  readonly kind: string;
  /** IFLA_VRF_TABLE, or the mode of a macvlan. */
  readonly data?: number;
  readonly master?: number;
  /** What its master is, as the kernel says it of the slave: with IFLA_VRF_PORT_TABLE of a VRF. */
  readonly slaveKind?: string;
}

function sent({ ifIndex, name, kind, data, master, slaveKind }: Sent) {
  const message = new NetlinkRequest(messageType.newLink, 0, (writer) =>
    writer.u8(0, 0).u16(1).u32(ifIndex).u32(0x1_1043).u32(0),
  );
  message.text(attribute.name, name);
  if (master !== undefined) message.u32(attribute.master, master);
  message.nested(attribute.linkInfo, (request) => {
    request.text(info.kind, kind);
    if (data !== undefined) request.nested(info.data, () => request.u32(1, data));
    if (slaveKind === undefined) return;
    request.text(info.slaveKind, slaveKind);
    request.nested(info.slaveData, () => request.u32(1, 10));
  });
  return readLink(Buffer.from(message.toArray()));
}

const blue = sent({ ifIndex: 7, name: 'blue', kind: 'vrf', data: 10 });
const red = sent({ ifIndex: 8, name: 'red', kind: 'vrf', data: 11 });
const bridge = sent({ ifIndex: 9, name: 'br0', kind: 'bridge' });
const others = [blue, red, bridge];
const parentIn = (master?: number, slaveKind?: string) =>
  sent({
    ifIndex: 2,
    name: 'eth0',
    kind: 'veth',
    ...(master !== undefined && { master }),
    ...(slaveKind !== undefined && { slaveKind }),
  });

describe('the VRF of an interface', () => {
  test('a VRF is known by its kind, and has its table', () => {
    expect(blue).toMatchObject({ kind: 'vrf', vrfTable: 10, master: 0 });
  });

  test('what the kernel says of a slave is nothing of its own', () => {
    expect(parentIn(7, 'vrf')).toMatchObject({ kind: 'veth', vrfTable: 0, master: 7 });
  });

  test('it changes with the master', () => {
    const moves: readonly (readonly [number | undefined, string | undefined, number])[] = [
      [undefined, undefined, 0],
      [7, 'vrf', 7],
      [8, 'vrf', 8],
      [9, 'bridge', 0],
      [99, 'vrf', 0], // one that is gone already
    ];
    for (const [master, kind, vrf] of moves) {
      expect(vrfOf(parentIn(master, kind), others)).toBe(vrf);
    }
  });

  test('a macvlan in another VRF than its parent is moved there, and out of it', () => {
    for (const vrf of [8, 0]) {
      const macvlan = { ifIndex: 5, name: 'vrrp.51', kind: 'macvlan', data: 1, master: 7 };
      expect(sent(macvlan).master).toBe(7);
      const request = Buffer.from(moveLink(5, vrf));
      expect(readLink(request)).toMatchObject({ ifIndex: 5, master: vrf });
    }
  });
});
