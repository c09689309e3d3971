// Would we notice? Bugs are planted in the core one at a time, and each must be caught by the
// invariant or the story that plants.ts names.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { plantedAddon } from './plantedAddon.ts';
import { plants } from './plants.ts';

const run = promisify(execFile);
const worker = path.join(import.meta.dirname, 'plantWorker.ts');
const directory = mkdtempSync(path.join(os.tmpdir(), 'failoverd-plants-'));
/** Worlds to look through before a bug counts as unnoticed. */
const SEEDS = 1_500;

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('a planted bug is caught', () => {
  it.concurrent.each(plants)('$name: $caughtBy', async (plant) => {
    const file = await plantedAddon(plant, directory);
    const env = { ...process.env, FAILOVERD_ADDON: file };
    const args = ['--import', 'tsx', worker, plant.caughtBy, String(SEEDS)];
    const { stdout } = await run(process.execPath, args, { env });
    expect(stdout).toContain(plant.caughtBy);
  });
});
