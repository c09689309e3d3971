import { describe, expect, it } from 'vitest';
import { expectedOn } from '../../src/doctor/wire/expected.ts';
import { WireWatch } from '../../src/doctor/wire/watch.ts';
import { frameText } from '../../src/doctor/wire/words.ts';
import { load } from '../config/support/memory.ts';
import type { OverheardAdvert, OverheardFrame } from '../../src/engine/messages.generated.ts';

const configuration = `
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 100
  authentication {
    auth_type PASS
    auth_pass 12345
  }
  virtual_ipaddress {
    192.0.2.200/24
  }
}
`;

const password = new Uint8Array([...Buffer.from('12345'), 0, 0, 0]);

function advert(from: number, part: Partial<OverheardAdvert> = {}): OverheardAdvert {
  return {
    mac: `02:00:00:00:00:0${from}`,
    source: `192.0.2.${from}`,
    destination: '224.0.0.18',
    ttl: 255,
    length: 20,
    flaw: 'none',
    version: 2,
    type: 1,
    virtualRouterId: 51,
    priority: 100 + from,
    addressCount: 1,
    advertInterval: 1_000_000,
    addresses: ['192.0.2.200'],
    checksumAsV2: false,
    authType: 1,
    password,
    ahSequence: undefined,
    hmacKeyId: undefined,
    ...part,
  };
}

function frame(seconds: number, part: Partial<OverheardFrame>): OverheardFrame {
  const utcMicros = seconds * 1e6;
  return {
    utcMicros,
    outgoing: false,
    advert: undefined,
    claim: undefined,
    frame: new Uint8Array(),
    ...part,
  };
}

/** Names of what is found when adverts come one after the other, a third of a second apart. */
function heard(adverts: readonly OverheardAdvert[], compared = false): string[] {
  const expected = expectedOn(load(configuration).model, 'eth0');
  const watch = new WireWatch(compared ? expected : undefined);
  return adverts.flatMap((one, index) =>
    watch.take(frame(index / 3, { advert: one })).map(({ name }) => name),
  );
}

describe('a wire', () => {
  it('with one master, and with a takeover, is well', () => {
    expect(heard([advert(1), advert(1), advert(1)], true)).toEqual([]);
    expect(heard([advert(1), advert(1), advert(2), advert(2)], true)).toEqual([]);
    // The old master's last advert crosses the new one's first.
    expect(heard([advert(1), advert(2), advert(1), advert(2, { priority: 0 }), advert(1)])).toEqual(
      [],
    );
    expect(heard([advert(1), advert(1, { priority: 0 }), advert(2), advert(2)])).toEqual([]);
    // A preemption, in which both answer each other at once.
    const watch = new WireWatch();
    const crossing = [1, 2, 1, 2, 1, 2].map((from, index) =>
      frame(index / 1000, { advert: advert(from) }),
    );
    const after = [1, 2, 3].map((at) => frame(at, { advert: advert(2) }));
    expect([...crossing, ...after].flatMap((one) => watch.take(one))).toEqual([]);
  });

  it('with two masters says so once', () => {
    const turns = [1, 2, 1, 2, 1, 2, 1].map((from) => advert(from));
    expect(heard(turns)).toEqual(['two_masters']);
  });

  it('shows what differs from the configuration', () => {
    expect(heard([advert(1, { virtualRouterId: 9, addresses: [] })], true)).toEqual([
      'foreign_vrid',
    ]);
    expect(heard([advert(1, { addresses: ['192.0.2.201'] })], true)).toEqual(['vips_differ']);
    expect(heard([advert(1, { advertInterval: 2_000_000 })], true)).toEqual(['interval_differs']);
    expect(heard([advert(1, { password: new Uint8Array(8) })], true)).toEqual(['auth_differs']);
    expect(heard([advert(1, { authType: 0 })], true)).toEqual(['auth_differs']);
    expect(heard([advert(1, { ahSequence: 1 })], true)).toEqual(['auth_differs']);
    expect(heard([advert(1, { version: 3 })], true)).toEqual(['version_differs']);
  });

  it('shows where two routers differ, when there is no configuration', () => {
    expect(heard([advert(1), advert(2, { addresses: [] })])).toEqual(['vips_differ']);
    expect(heard([advert(1), advert(2, { authType: 0 })])).toEqual(['auth_differs']);
    expect(heard([advert(1), advert(2, { virtualRouterId: 52 })])).toEqual(['vip_in_two_routers']);
    expect(heard([advert(1), advert(1, { mac: '02:00:00:00:00:99' })])).toEqual([
      'duplicate_address',
    ]);
  });

  it('knows where adverts should come from', () => {
    const from = (mac: string, settings = '') => {
      const text = configuration.replace('priority 100', `priority 100\n${settings}`);
      const watch = new WireWatch(expectedOn(load(text).model, 'eth0'));
      return watch.take(frame(0, { advert: advert(1, { mac }) })).map(({ sentence }) => sentence);
    };
    const [ours, theirs, v6] = ['00:00:5e:00:01:33', '00:00:5e:00:01:34', '00:00:5e:00:02:33'];
    const who = 'virtual router 51 of 192.0.2.1 sends from';
    expect(from(ours, 'use_vmac')).toEqual([]);
    expect(from('02:00:00:00:00:01')).toEqual([]);
    expect(from('02:00:00:00:00:01', 'use_vmac\nvmac_xmit_base')).toEqual([]);
    expect(from(ours, 'use_vmac\nvmac_xmit_base')).toEqual([]);
    expect(from(theirs)).toEqual([
      `${who} ${theirs}, the virtual MAC of virtual router 52 over IPv4: its own would be ${ours}`,
    ]);
    expect(from(v6, 'use_vmac')).toEqual([
      `${who} ${v6}, the virtual MAC of virtual router 51 over IPv6: its own would be ${ours}`,
    ]);
    expect(from(ours)).toEqual([
      `${who} the virtual MAC ${ours}, and VI_1 is configured without use_vmac`,
    ]);
    expect(from('02:00:00:00:00:01', 'use_vmac')).toEqual([
      `${who} 02:00:00:00:00:01, and VI_1 is configured with use_vmac, which would be ${ours}`,
    ]);
    // Without a configuration the others show what differs.
    expect(heard([advert(1), advert(2, { mac: ours })])).toEqual(['mac_differs']);
  });

  it('shows packets that nobody accepts', () => {
    expect(heard([advert(1, { flaw: 'checksum' })])).toEqual(['bad_checksum']);
    expect(heard([advert(1, { flaw: 'length' })])).toEqual(['bad_advert']);
    expect(heard([advert(1, { ttl: 64 })])).toEqual(['bad_ttl']);
    // Unicast may come through routers.
    expect(heard([advert(1, { ttl: 64, destination: '192.0.2.9' })])).toEqual([]);
  });

  it('knows who may announce a virtual address', () => {
    const claim = (mac: string) => ({
      claim: 'gratuitousArp' as const,
      mac,
      address: '192.0.2.200',
    });
    const names = (mac: string): string[] => {
      const watch = new WireWatch();
      watch.take(frame(0, { advert: advert(1) }));
      return watch.take(frame(1, { claim: claim(mac) })).map(({ name }) => name);
    };
    expect(names('02:00:00:00:00:01')).toEqual([]);
    expect(names('00:00:5e:00:01:33')).toEqual([]);
    expect(names('02:00:00:00:00:66')).toEqual(['vip_announced_by_other']);
  });
});

it('prints an advert as tcpdump does, without its password', () => {
  const text = frameText(frame(0.25, { advert: advert(1) }));
  expect(text).toMatch(
    /^\d\d:\d\d:00\.250000 IP 192\.0\.2\.1 > 224\.0\.0\.18: VRRPv2, Advertisement, vrid 51, prio 101, authtype simple, intvl 1s, length 20, addrs: 192\.0\.2\.200$/,
  );
});
