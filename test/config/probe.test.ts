/** vrrp_probe, failoverd's own: what is read, what is refused, and that it is written as it was read. */
import { describe, expect, it } from 'vitest';
import { loadConfig, printConfig } from '../../src/config/index.ts';
import { memoryReader } from './support/memory.ts';

const read = (text: string) =>
  loadConfig('f', { configId: 'host', environment: {}, reader: memoryReader({ f: text }) });

const own = (text: string): string => text.replaceAll(/^(?=.)/gm, '@failoverd ');

const INSTANCE = `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    192.0.2.9
  }
`;

describe('vrrp_probe', () => {
  it('is read, with its defaults, and written as it was read', () => {
    const targets = [
      'icmp 192.0.2.1',
      'icmp fe80::1 eth0',
      'arp 192.0.2.1 eth0',
      'tcp 192.0.2.1 80',
      'http http://192.0.2.1/health',
      'http https://www.example.com/ 200-204',
      'dns 192.0.2.53 example.com mx',
    ];
    const probes = targets.map((target, n) =>
      own(`vrrp_probe p${n} {\n${target}\njitter 0.2\n}\n`),
    );
    const uses = targets.map((_, n) => `p${n} weight ${n}`).join('\n');
    const text = `${probes.join('')}${INSTANCE}${own(`track_probe {\n${uses}\n}\n`)}}\n`;
    const { model, diagnostics } = read(text);
    expect(diagnostics).toEqual([]);
    expect(model.probes.map(({ target }) => target)).toEqual([
      { kind: 'icmp', address: '192.0.2.1', interface: null },
      { kind: 'icmp', address: 'fe80::1', interface: 'eth0' },
      { kind: 'neighbor', address: '192.0.2.1', interface: 'eth0' },
      { kind: 'tcp', address: '192.0.2.1', port: 80 },
      { kind: 'http', url: 'http://192.0.2.1/health', from: 200, to: 399 },
      { kind: 'http', url: 'https://www.example.com/', from: 200, to: 204 },
      { kind: 'dns', server: '192.0.2.53', name: 'example.com', type: 'MX' },
    ]);
    expect(model.probes[0]).toMatchObject({
      interval: 1_000_000,
      timeout: 1_000_000,
      jitter: 200_000,
      rise: 1,
      fall: 1,
      initFail: false,
    });
    expect(model.instances[0]?.trackProbes[3]).toEqual({ name: 'p3', weight: 3, reverse: false });
    const again = read(printConfig(model));
    expect(again.diagnostics).toEqual([]);
    expect(again.model).toEqual(model);
  });

  it.each([
    ['icmp gateway.example.com', 'bad-address'],
    ['arp 192.0.2.1', 'missing-value'],
    ['tcp 192.0.2.1 0', 'bad-value'],
    ['http ftp://192.0.2.1/', 'bad-value'],
    ['http http://192.0.2.1/ 2xx', 'bad-value'],
    ['dns 192.0.2.1 example.com X', 'bad-value'],
    ['icmp 192.0.2.1\ntcp 192.0.2.1 80', 'bad-value'],
    ['interval 1', 'missing-value'],
  ])('%j is refused', (target, rule) => {
    const { diagnostics } = read(own(`vrrp_probe p {\n${target}\n}\n`));
    expect(diagnostics.map((finding) => finding.rule)).toContain(rule);
  });

  it('without the prefix is said to break keepalived', () => {
    const { diagnostics } = read('vrrp_probe p {\nicmp 192.0.2.1\n}\n');
    expect(diagnostics.map((finding) => finding.rule)).toContain('own-keyword');
  });

  it('that does not exist is said at its use', () => {
    const { diagnostics } = read(`${INSTANCE}${own('track_probe { gone }')}\n}\n`);
    expect(diagnostics.map((finding) => finding.rule)).toContain('unknown-tracker');
  });
});
