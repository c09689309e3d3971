/** The committed documents are those that the tables make. UPDATE_DOCS=1 writes them. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keywordManual } from '../../src/config/document/manual.ts';
import { findingReference, keywordReference } from '../../src/config/document/reference.ts';

const root = join(import.meta.dirname, '..', '..');

describe('documents', () => {
  it.each([
    ['docs/reference/keywords.md', keywordReference],
    ['docs/reference/findings.md', findingReference],
    ['man/failoverd.conf.5', keywordManual],
  ] as const)('%s is up to date', (path, make) => {
    const file = join(root, path);
    const text = make();
    if (process.env['UPDATE_DOCS'] === '1') {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});
