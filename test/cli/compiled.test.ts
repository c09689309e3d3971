import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Script } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCompiled } from '../../src/cli/compiled.ts';

const text = `(function (require, file, directory) {
  globalThis.bundleSaid = [require('node:path').sep, file, directory];
})`;

describe('a bundle with bytecode', () => {
  let directory = '';

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'failoverd-compiled-'));
    writeFileSync(path.join(directory, 'main.js'), text);
  });

  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'bundleSaid');
    rmSync(directory, { recursive: true });
  });

  const said = (): unknown => {
    runCompiled(directory, 'main');
    return Reflect.get(globalThis, 'bundleSaid');
  };
  const expected = (): unknown[] => ['/', path.join(directory, 'main.js'), directory];

  it('runs', () => {
    const bytecode = new Script(text).createCachedData();
    writeFileSync(path.join(directory, 'main.bytecode'), bytecode);
    expect(said()).toEqual(expected());
  });

  it('runs without it', () => {
    expect(said()).toEqual(expected());
  });

  it('runs with the bytecode of another V8, or what a full disk left of it', () => {
    const foreign = new Script(text).createCachedData();
    foreign.writeUInt32LE(1, 4); // The hash of V8's version.
    for (const bytes of [foreign, foreign.subarray(0, 20), Buffer.alloc(0)]) {
      writeFileSync(path.join(directory, 'main.bytecode'), bytes);
      expect(said()).toEqual(expected());
    }
  });
});
