/** Which macvlans and firewall rules a file wants. */

import { expect, test } from 'vitest';
import { load } from '../config/support/memory.ts';
import { tableText } from '../../src/daemon/kernel/firewallRules.ts';
import { addOwnAddress, createIpvlan } from '../../src/daemon/kernel/macvlan.ts';
import { wantedVmacs } from '../../src/daemon/kernel/vmacPlan.ts';

const instance = (name: string, vrid: number, more: string): string => `
vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${vrid}
  version 3
  ${more}
}`;

const model = (text: string) => load(text).model;

test('names and MAC addresses are those of keepalived', () => {
  const text = [
    instance('A', 51, 'use_vmac\n virtual_ipaddress { 10.0.0.1 }'),
    instance('B', 51, 'use_vmac\n virtual_ipaddress { fe80::1 }'),
    instance('C', 60, 'use_vmac mac0 02:00:00:00:00:07\n virtual_ipaddress { 10.0.0.3 }'),
    instance('D', 61, 'use_vmac\n use_vmac_addr\n virtual_ipaddress { 10.0.0.4 dev eth1 }'),
    instance('E', 62, 'virtual_ipaddress {\n 10.0.0.5\n 10.0.0.6 dev eth1 use_vmac\n }'),
  ].join('\n');
  const wanted = wantedVmacs(model(text), new Set());
  expect(wanted.map(({ name, mac, parent }) => `${name} ${mac} ${parent}`)).toEqual([
    'vrrp.51 00:00:5e:00:01:33 eth0',
    'vrrp6.51 00:00:5e:00:02:33 eth0',
    'mac0 02:00:00:00:00:07 eth0',
    'vrrp.61 00:00:5e:00:01:3d eth0',
    'vrrp1.61 00:00:5e:00:01:3d eth1',
    'vrrp.62 00:00:5e:00:01:3e eth1',
  ]);
});

test("a name that is somebody else's is not taken", () => {
  const one = instance('A', 51, 'use_vmac\n virtual_ipaddress { 10.0.0.1 }');
  expect(wantedVmacs(model(one), new Set(['vrrp.51']))[0]?.name).toBe('vrrp1.51');
});

test('no_accept spares neighbour discovery, and link-local addresses of other interfaces', () => {
  const text = instance('A', 51, 'no_accept\n virtual_ipaddress {\n fe80::1\n 2001:db8::1\n }');
  const wish = { vmacs: [], present: new Set<string>() };
  const table = { family: 6, name: 'failoverd', comment: 'failoverd' } as const;
  const rules = tableText(model(text), wish, table);
  expect(rules).toContain('elements = { 2001:db8::1 }');
  expect(rules).toContain('elements = { fe80::1 . "eth0" }');
  const input = rules.slice(rules.indexOf('chain in'));
  expect(input.indexOf('nd-neighbor-solicit')).toBeLessThan(input.indexOf('drop'));
  expect(tableText(model(text), wish, { ...table, family: 4 })).toBe('');
});

test('use_ipvlan wants an ipvlan with an address of its own, and no rules of the firewall', () => {
  const text = instance('A', 51, 'use_ipvlan 10.0.0.5/24 vepa\n virtual_ipaddress { 10.0.0.1 }');
  const vmacs = wantedVmacs(model(text), new Set());
  expect(vmacs).toMatchObject([
    {
      name: 'vrrp.51',
      parent: 'eth0',
      mac: null,
      ipvlan: { address: '10.0.0.5/24', mode: 'vepa' },
    },
  ]);
  const table = { family: 4, name: 'failoverd', comment: 'failoverd' } as const;
  expect(tableText(model(text), { vmacs, present: new Set(['eth0']) }, table)).toBe('');
});

// What `ip link add iv0 link eth0 type ipvlan mode l2 private` and `ip addr add` sent (strace -e
// trace=sendmsg), without the numbers of the message.
test('the requests for an ipvlan are those of ip(8)', () => {
  const made = createIpvlan({ name: 'iv0', parent: 7, group: 0, mode: 'private' });
  const hex = Buffer.from(made).toString('hex');
  expect(hex).toContain('08000500' + '07000000');
  expect(hex).toContain(
    '0b000100' + '6970766c616e0000' + '14000200' + '0600010000000000' + '0600020001000000',
  );
  const added = Buffer.from(addOwnAddress(9, '10.0.0.5/24')).toString('hex');
  expect(added).toContain(
    '02180000' + '09000000' + '08000200' + '0a000005' + '08000100' + '0a000005',
  );
});
