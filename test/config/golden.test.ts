/**
 * One file for each rule, with everything that is said about it. UPDATE_GOLDEN=1 writes the
 * expected texts anew; read the difference before committing it.
 */

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/config/catalogue.ts';
import { compareRouters, formatDiagnostics, loadConfig } from '../../src/config/index.ts';
import { memoryReader } from './support/memory.ts';

const directory = join(import.meta.dirname, 'golden');
const names = readdirSync(directory).filter((name) => name.endsWith('.conf'));
const update = process.env['UPDATE_GOLDEN'] === '1';

function loadGolden(name: string) {
  const text = readFileSync(join(directory, name), 'utf8');
  const reader = memoryReader({ [name]: text });
  return loadConfig(name, { configId: 'host', environment: {}, reader });
}

function compareText(name: string, text: string): void {
  const path = join(directory, `${name}.txt`);
  if (update) writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
}

/** Rules that need a host, or more lines than anybody wants to read; tested elsewhere. */
const elsewhere = new Set([
  'file-not-read',
  'too-large',
  'too-many-findings',
  'hmac-key-file',
  'host-missing',
  'host-waiting',
  'host-script',
  'host-unsafe-script',
]);

/** Told beside the mistake, as long as failoverd does not act on the keyword. */
const aside = new Set(['not-in-effect-yet', 'no-effect']);

describe('what is said about each mistake', () => {
  const single = names.filter((name) => !/\.[ab]\.conf$/.test(name));
  it.each(single)('%s', (name) => {
    const rule = name.replace('.conf', '');
    const { diagnostics } = loadGolden(name);
    expect(diagnostics.map((finding) => finding.rule)).toContain(rule);
    const told = diagnostics.filter((finding) => finding.rule === rule || !aside.has(finding.rule));
    compareText(rule, formatDiagnostics(told));
  });

  const pairs = names.filter((name) => name.endsWith('.a.conf'));
  it.each(pairs)('%s and its peer', (name) => {
    const rule = name.replace('.a.conf', '');
    const results = [loadGolden(name), loadGolden(name.replace('.a.', '.b.'))];
    const findings = compareRouters(results);
    expect(findings.map((finding) => finding.rule)).toContain(rule);
    compareText(rule, formatDiagnostics(findings));
  });

  it.each(Object.keys(catalogue).filter((rule) => !elsewhere.has(rule)))(
    'there is a file for %s',
    (rule) => {
      const files = [`${rule}.conf`, `${rule}.a.conf`];
      expect(files.some((file) => existsSync(join(directory, file)))).toBe(true);
    },
  );
});
