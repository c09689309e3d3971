/** Texts of keepalived's dump that no real file at hand has; each as keepalived 2.2.7 writes it. */

import { describe, expect, it } from 'vitest';
import { dumpKeepalived } from '../../src/config/index.ts';
import { instance, load } from './support/memory.ts';

type Data = Readonly<Record<string, unknown>>;

function dump(text: string): Data[] {
  return dumpKeepalived(load(text).model).map((entry) => entry.data as Data);
}

describe('routes', () => {
  it.each([
    ['10.8.0.0/16 dev eth0 table main tos 0x10', 'prepend 10.8.0.0/16 tos 16 dev eth0 proto 18'],
    ['throw 10.8.0.0/16 table local', 'prepend throw 10.8.0.0/16 table 255 proto 18'],
    [
      '10.8.0.0/16 dev eth0 protocol static no_track',
      'prepend 10.8.0.0/16 dev eth0 proto 4 no_track',
    ],
    [
      '10.8.0.0/16 dev eth0 mtu lock 1400 congctl cubic realms 3/4',
      'prepend 10.8.0.0/16 dev eth0 proto 18 realms 3/4 congctl cubic mtu lock 1400',
    ],
    [
      '10.8.0.0/16 dev eth0 hoplimit 9 initcwnd 10 features ecn rto_min 1s reordering 4',
      'prepend 10.8.0.0/16 dev eth0 proto 18 rto_min 1s features ecn reordering 4 hoplimit 9 initcwnd 10',
    ],
  ])('%s', (written, dumped) => {
    const [data] = dump(instance(`virtual_routes {\n ${written}\n}`));
    expect(data?.['vroutes']).toEqual([dumped]);
  });
});

describe('rules', () => {
  it.each([
    [
      'to 10.2.0.0/16 lookup main',
      'from all to 10.2.0.0/16 priority 9 tos 0x0 protocol 18 lookup 254',
    ],
    ['fwmark 4/15 table 7', 'from all priority 9 tos 0x0 fwmark 0x4/0xf protocol 18 lookup 7'],
    ['iif eth0 blackhole', 'from all priority 9 tos 0x0 iif eth0 protocol 18 type blackhole'],
    ['from 10.0.0.5 l3mdev', 'from 10.0.0.5 priority 9 tos 0x0 l3mdev protocol 18 lookup 0'],
    [
      'from 10.0.0.5 table 3 suppress_prefixlength 8',
      'from 10.0.0.5 priority 9 tos 0x0 suppress_prefixlen 8 protocol 18 lookup 3',
    ],
    [
      'ipproto tcp dport 30-31 table 6',
      'from all priority 9 tos 0x0 protocol 18 ipproto 6 dport 30-31 lookup 6',
    ],
  ])('%s', (written, dumped) => {
    const [data] = dump(instance(`virtual_rules {\n ${written} preference 9\n}`));
    expect(data?.['vrules']).toEqual([dumped]);
  });
});

describe('macvlans', () => {
  const vips = (text: string) => dump(text).map((data) => data['vips']);
  const device = (name: string, vrid: number, head: string, lines: string) =>
    `vrrp_instance ${name} {\n interface ${head}\n virtual_router_id ${vrid}\n virtual_ipaddress {\n${lines}\n}\n}\n`;

  it('addresses on one device share one', () => {
    const lines = ['10.6.0.1/24 dev eth1', '10.6.0.2/24 dev eth1', '10.6.0.3/24'];
    const text = device('A', 5, 'eth0', lines.map((line) => `${line} use_vmac`).join('\n'));
    expect(vips(text)).toEqual([
      [
        '10.6.0.1/24 dev vrrp.5@eth1 use_vmac scope global',
        '10.6.0.2/24 dev vrrp.5@eth1 use_vmac scope global',
        '10.6.0.3/24 dev vrrp1.5@eth0 use_vmac scope global',
      ],
    ]);
  });

  it("use_vmac means nothing on the instance's own, and use_vmac_addr everywhere else", () => {
    const lines = '10.7.0.1/24 dev eth0 use_vmac\n10.7.0.2/24 dev eth1';
    expect(vips(device('B', 6, 'eth0\n use_vmac\n use_vmac_addr', lines))).toEqual([
      ['10.7.0.1/24 dev vrrp.6@eth0 scope global', '10.7.0.2/24 dev vrrp1.6@eth1 scope global'],
    ]);
  });

  it('an instance takes the name that an earlier address left', () => {
    const first = device('A', 5, 'eth0', '10.6.0.1/24 dev eth1 use_vmac');
    const [, second] = dump(first + device('B', 5, 'eth2\n use_vmac', '10.7.0.1/24'));
    expect(second?.['vmac_ifname']).toBe('vrrp1.5');
  });
});
