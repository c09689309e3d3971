/** Where the daemon can be asked: read, written again, and refused beyond this host. */
import { expect, it } from 'vitest';
import { loadConfig, printConfig } from '../../src/config/index.ts';
import { memoryReader } from './support/memory.ts';

const read = (text: string) =>
  loadConfig('f', { configId: 'host', environment: {}, reader: memoryReader({ f: text }) });

const router =
  'vrrp_instance VI_1 {\n  interface eth0\n  virtual_router_id 1\n  virtual_ipaddress {\n    192.0.2.1\n  }\n}\n';

const config = (...lines: readonly string[]): string =>
  `global_defs {\n${lines.map((line) => `  @failoverd ${line}\n`).join('')}}\n${router}`;

it.each([
  ['unix:/run/m.sock', { kind: 'unix', path: '/run/m.sock' }],
  ['127.0.0.1:9650', { kind: 'tcp', host: '127.0.0.1', port: 9650 }],
  ['[::1]:9650', { kind: 'tcp', host: '::1', port: 9650 }],
] as const)('metrics at %s', (address, place) => {
  const text = config(
    'control_socket /run/vrrp.sock',
    'control_group adm',
    `metrics ${address}`,
    'metrics_group prometheus',
  );
  const { model, diagnostics } = read(text);
  expect(diagnostics).toEqual([]);
  const wanted = {
    socket: '/run/vrrp.sock',
    group: 'adm',
    metrics: place,
    metricsGroup: 'prometheus',
  };
  expect(model.globals.daemon.control).toEqual(wanted);
  expect(read(printConfig(model)).model.globals.daemon.control).toEqual(wanted);
});

it.each(['metrics 192.0.2.1:9650', 'metrics 9650', 'control_socket vrrp.sock'])(
  'not %s',
  (line) => {
    const { model, diagnostics } = read(config(line));
    expect(diagnostics.map(({ rule }) => rule)).toEqual(['bad-value']);
    expect(model.globals.daemon.control).toMatchObject({ socket: null, metrics: null });
  },
);
