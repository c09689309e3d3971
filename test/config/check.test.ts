/** The command: exit codes, formats, what the host lacks. */

import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkHost } from '../../src/config/index.ts';
import { instance, load } from './support/memory.ts';

const directory = mkdtempSync(join(tmpdir(), 'failoverd-check-'));
afterAll(() => rmSync(directory, { recursive: true }));

const source = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const main = join(directory, 'failoverd.mjs');

/** One file, as it is shipped: it starts in a fraction of the time that the sources take. */
beforeAll(async () => {
  const banner =
    "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";
  await build({
    entryPoints: [source],
    outfile: main,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: banner },
  });
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function failoverd(...words: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, NO_COLOR: '1' } };
    execFile(process.execPath, [main, ...words], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

describe('failoverd check', () => {
  const clean = file('clean.conf', instance(''));
  const warned = file('warned.conf', instance('nopremt'));
  const refused = file('refused.conf', 'vrrp_instance A {\n interface eth0\n}\n');

  it.each([
    ['a clean file', [clean], 0],
    ['warnings', [warned], 0],
    ['warnings when strict', ['--strict', warned], 5],
    ['errors', [refused], 5],
    ['no file', [join(directory, 'none.conf')], 6],
    ['a format that is none', ['--format', 'xml', clean], 1],
  ] as const)('%s', async (_what, words, code) => {
    expect((await failoverd('check', ...words)).code).toBe(code);
  });

  it('speaks JSON and SARIF', async () => {
    const json = await failoverd('check', '--format', 'json', warned);
    expect(JSON.parse(json.stdout)).toMatchObject([{ rule: 'unknown-keyword', line: 7 }]);
    const sarif = await failoverd('check', '--format', 'sarif', warned);
    expect(JSON.parse(sarif.stdout)).toMatchObject({ version: '2.1.0' });
  });

  it('prints, and writes the model and the dump', async () => {
    expect((await failoverd('check', '--print', clean)).stdout).toMatch(/^vrrp_instance VI_1 \{/);
    const model = JSON.parse((await failoverd('check', '--json', clean)).stdout);
    expect(model).toMatchObject({ instances: [{ name: 'VI_1', virtualRouterId: 51 }] });
    const dump = JSON.parse((await failoverd('check', '--dump', 'json', clean)).stdout);
    expect(dump).toMatchObject([{ data: { iname: 'VI_1', vrid: 51, base_priority: 100 } }]);
  });
});

describe('failoverd -t', () => {
  const waiting = 'global_defs {\n dynamic_interfaces\n}\n';
  const test = (name: string, text: string) =>
    failoverd('-t', '-f', file(name, waiting + text)).then(({ code }) => code);

  it('has the exit codes of keepalived', async () => {
    expect(await test('t0.conf', instance(''))).toBe(0);
    expect(await test('t5.conf', instance('nopremt'))).toBe(5);
    expect(await test('t6.conf', instance('notify /bin/true'))).toBe(6);
    expect(await test('t2.conf', instance('advert_int'))).toBe(2);
  });

  it('writes to a file when it is told to', async () => {
    const log = join(directory, 'test.log');
    const { stderr } = await failoverd(`--config-test=${log}`, '-f', join(directory, 't5.conf'));
    expect(stderr).toBe('');
    expect(readFileSync(log, 'utf8')).toMatch(/'nopremt' is not known/);
    const nowhere = await failoverd(`--config-test=${log}/x`, '-f', join(directory, 't5.conf'));
    expect(nowhere.code).toBe(5);
    expect(nowhere.stderr).toMatch(/x cannot be written: not a directory .*\n.*'nopremt' is not/);
  });
});

describe('several files', () => {
  it('are compared as routers of one network', async () => {
    const first = file('first.conf', instance('priority 150'));
    const second = file('second.conf', instance('advert_int 2'));
    const { code, stdout } = await failoverd('check', first, second);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\[peer-interval\]/);
  });
});

describe('the host', () => {
  const links = join(directory, 'net');
  mkdirSync(join(links, 'eth0'), { recursive: true });
  const host = { links, path: directory };
  const rules = async (text: string) =>
    (await checkHost(load(text), host)).map((finding) => finding.rule);

  it('has what is needed', async () => {
    expect(await rules(instance(''))).toEqual([]);
  });

  it('lacks an interface, or will have it', async () => {
    const text = instance('track_interface {\n eth7\n}');
    expect(await rules(text)).toEqual(['host-missing']);
    expect(await rules(`global_defs {\n dynamic_interfaces\n}\n${text}`)).toEqual(['host-waiting']);
  });

  it('lacks a program, or may not run it', async () => {
    const text = instance(`notify ${join(directory, 'notify.sh')}`);
    expect(await rules(text)).toEqual(['host-script']);
    file('notify.sh', '#!/bin/sh\n');
    expect(await rules(text)).toEqual(['host-script']);
  });

  it.each([
    ['notify', (path: string) => instance(`notify ${path} root`)],
    ['a gate', (path: string) => instance(`@failoverd notify_gate "${path}" root`)],
    ['the reader of a FIFO', (path: string) => fifo('notify_fifo', path)],
    ['the other reader', (path: string) => fifo('vrrp_notify_fifo', path)],
  ])('has a program that anybody may change, or a directory in its place: %s', async (_, text) => {
    const path = file('open.sh', '#!/bin/sh\n');
    chmodSync(path, 0o777);
    expect(await rules(text(path))).toEqual(['host-unsafe-script']);
    expect(await rules(text(directory))).toEqual(['host-script']);
  });

  it('lacks the account of a FIFO', async () => {
    const text = instance('');
    const defs = 'global_defs {\n notify_fifo /run/events no-such-user\n}\n';
    expect(await rules(defs + text)).toEqual(['host-missing']);
  });

  function fifo(keyword: string, path: string): string {
    const script = `${keyword} /run/events\n ${keyword}_script ${path} root`;
    return `global_defs {\n ${script}\n}\n${instance('')}`;
  }
});
