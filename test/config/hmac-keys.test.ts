import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/index.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'failoverd-keys-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const SECRET = '0123456789abcdef0123456789abcdef';
const HEX = Buffer.from(SECRET).toString('hex');

function load(...keys: readonly string[]) {
  const file = path.join(directory, 'keepalived.conf');
  writeFileSync(
    file,
    `vrrp_instance VI_1 {
      interface eth0
      virtual_router_id 51
      virtual_ipaddress { 192.0.2.1
      }
      auth_hmac {
        ${keys.join('\n')}
        active_key 1
      }
    }`,
  );
  const { model, diagnostics } = loadConfig(file, { configId: 'host', environment: {} });
  const rules = diagnostics.map((one) => one.rule).filter((rule) => rule.startsWith('hmac'));
  return { secrets: model.instances[0]?.hmac?.keys.map((key) => key.secret), rules };
}

it('reads a key as text, as hex digits, and from a file beside the configuration', () => {
  writeFileSync(path.join(directory, 'key'), `${SECRET}\n`, { mode: 0o600 });
  const absolute = path.join(directory, 'hex');
  writeFileSync(absolute, `hex:${HEX}`, { mode: 0o600 });
  const { secrets, rules } = load(
    `key 1 ${SECRET}`,
    `key 2 hex:${HEX}`,
    'key 3 file:key',
    `key 4 file:${absolute}`,
  );
  expect(secrets).toEqual([HEX, HEX, HEX, HEX]);
  expect(rules).toEqual([]);
});

it('says that others can read the file of a key', () => {
  writeFileSync(path.join(directory, 'key'), SECRET, { mode: 0o644 });
  const { secrets, rules } = load('key 1 file:key');
  expect(secrets).toEqual([HEX]);
  expect(rules).toEqual(['hmac-key-file']);
});

it('does not go on without authentication when the active key is not to be had', () => {
  const { secrets, rules } = load('key 1 file:no-such-file', `key 2 ${SECRET}`);
  expect(secrets).toBeUndefined();
  expect(rules).toEqual(['hmac-incomplete', 'hmac-key']);
});
