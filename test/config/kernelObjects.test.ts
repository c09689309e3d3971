/** Routes and rules as rtnetlink requests, where a real kernel does not show the difference. */

import { expect, test } from 'vitest';
import { builtInNames, type IprouteNames } from '../../src/config/kernel/names.ts';
import { instanceObjects } from '../../src/config/kernel/objects.ts';
import { load } from './support/memory.ts';

function lowered(lines: string, names: IprouteNames = builtInNames) {
  const text = `vrrp_instance V {
    interface eth0
    virtual_router_id 1
    virtual_ipaddress { 10.0.0.1 }
    ${lines}
  }
  `;
  const [instance] = load(text).model.instances;
  if (instance === undefined) throw new Error('no instance');
  return instanceObjects(instance, names);
}

test('an interface is named with the place of its number in both requests', () => {
  const [route] = lowered('virtual_routes { 10.1.0.0/16 via 10.0.0.9 dev eth1 mtu 1400 }').objects;
  const device = route?.devices[0];
  expect(device?.interfaceName).toBe('eth1');
  for (const [bytes, offset] of [
    [route?.add, device?.addOffset],
    [route?.remove, device?.removeOffset],
  ] as const) {
    // Four zeros behind the header of RTA_OIF.
    expect(bytes?.slice((offset ?? 0) - 4, (offset ?? 0) + 4)).toEqual([8, 0, 4, 0, 0, 0, 0, 0]);
    expect(bytes?.length).toBe((bytes?.[0] ?? 0) + 256 * (bytes?.[1] ?? 0));
  }
});

test('each next hop has its own interface', () => {
  const text = '10.1.0.0/16 nexthop via 10.0.0.9 dev eth1 weight 2 nexthop dev eth2';
  const [route] = lowered(`virtual_routes { ${text} }`).objects;
  expect(route?.devices.map(({ interfaceName }) => interfaceName)).toEqual(['eth1', 'eth2']);
});

test('an IPv6 route without a metric is known by the one that the kernel gives it', () => {
  const [route] = lowered('virtual_routes { 2001:db8::/32 dev eth1 }').objects;
  expect(route?.key).toMatchObject({ family: 'ipv6', priority: 1024, table: 254 });
});

test('a name that the host does not know leaves the entry out and says so', () => {
  const { objects, problems } = lowered('virtual_routes { 10.1.0.0/16 dev eth1 table office }');
  expect(objects).toEqual([]);
  expect(problems).toEqual([
    "the route 10.1.0.0/16 dev eth1 table office is left out: 'office' is in no rt_tables of this host",
  ]);
  const known: IprouteNames = (table, id) => (id === 'office' ? 77 : builtInNames(table, id));
  const again = lowered('virtual_routes { 10.1.0.0/16 dev eth1 table office }', known);
  expect(again.objects[0]?.key.table).toBe(77);
});

test('rules without a preference are numbered downwards, each family by itself', () => {
  const text = `static_rules {
    from 192.0.2.1 table 7
    from 2001:db8::1 table 7
    from 192.0.2.2 table 7
    from 192.0.2.3 table 7 preference 5
    from 2001:db8::2 table 7
  }`;
  const { staticRules } = load(text).model;
  expect(staticRules.map(({ preference }) => preference)).toEqual([16384, 16384, 16383, 5, 16383]);
});
