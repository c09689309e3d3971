import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AddressRestored, ObjectRestored } from '../../src/engine/messages.generated.ts';
import { Culprits } from '../../src/observe/culprits.ts';

const address: AddressRestored = {
  kind: 'AddressRestored',
  instance: 1,
  ifIndex: 2,
  address: '192.0.2.1',
  count: 1,
};

function object(kind: 'route' | 'rule'): ObjectRestored {
  const key = { family: 'ipv4', destination: '192.0.2.0', prefixLength: 24, table: 254 } as const;
  return { kind: 'ObjectRestored', instance: 1, key: { kind, ...key, priority: 0 }, count: 1 };
}

describe('who has removed something of ours', () => {
  let run: string;
  beforeEach(() => {
    run = mkdtempSync(path.join(os.tmpdir(), 'culprits-'));
  });
  afterEach(() => rmSync(run, { recursive: true }));

  function file(name: string, text: string): void {
    mkdirSync(path.dirname(path.join(run, name)), { recursive: true });
    writeFileSync(path.join(run, name), text);
  }
  function culprits(elsewhere = false): Culprits {
    const made = new Culprits({ run, elsewhere });
    made.suspect({ kind: 'LinkSeen', ifIndex: 2, interfaceName: 'eth0', up: true, running: true });
    return made;
  }

  it('is systemd-networkd where that configures the interface, with its own file as the cure', () => {
    const own = '/etc/systemd/network/10-eth0.network';
    file('systemd/netif/links/2', `ADMIN_STATE=configured\nNETWORK_FILE=${own}\n`);
    const { hint } = culprits().suspect(address) ?? {};
    expect(hint).toBe(
      `systemd-networkd manages eth0: write [Network] KeepConfiguration=yes into ${own}`,
    );
    expect(culprits().suspect(object('route'))?.hint).toContain('ManageForeignRoutes=no');
    expect(culprits().suspect(object('rule'))?.hint).toContain('ManageForeignRoutingPolicyRules');
  });

  it('is NetworkManager where that does', () => {
    file('systemd/netif/links/2', 'ADMIN_STATE=unmanaged\n');
    file('NetworkManager/devices/2', '[device]\nmanaged=true\n');
    expect(culprits().suspect(address)?.hint).toContain('unmanaged-devices=interface-name:eth0');
  });

  it('is unknown where neither does, and in another network namespace', () => {
    file('systemd/netif/links/3', 'ADMIN_STATE=configured\n');
    expect(culprits().suspect(address)?.hint).toMatch(/by hand or by another program/);
    file('systemd/netif/links/2', 'ADMIN_STATE=configured\n');
    expect(culprits(true).suspect(address)?.by).toBe('unknown');
  });

  it('is the program that the kernel names, for nftables', () => {
    const named = culprits();
    expect(named.rulesRepaired('firewalld').hint).toBe('it was done with firewalld');
    expect(named.rulesRepaired('').hint).toBe('the kernel does not say by whom');
    expect(named.repairs).toEqual([{ what: 'nftables', by: 'unknown', count: 2 }]);
  });

  it('is counted', () => {
    const counted = culprits();
    counted.suspect(address);
    counted.suspect(object('rule'));
    counted.suspect(address);
    expect(counted.repairs).toEqual([
      { what: 'address', by: 'unknown', count: 2 },
      { what: 'rule', by: 'unknown', count: 1 },
    ]);
  });
});
