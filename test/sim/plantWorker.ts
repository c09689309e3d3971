// Looks for a planted bug with the addon of FAILOVERD_ADDON: `plantWorker.ts NAME SEEDS` prints what
// noticed it, the story or the first seed that broke the invariant called NAME, or nothing.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { runSeed } from '../../src/sim/run.ts';
import { readLines, Story } from '../conformance/story.ts';

const [name = '', seeds = '0'] = process.argv.slice(2);
const stories = path.resolve(import.meta.dirname, '../conformance');
console.log(readdirSync(stories).includes(name) ? fromStory() : fromSeeds(Number(seeds)));

function fromStory(): string {
  const folder = path.join(stories, name);
  const input = readLines(folder, 'input.jsonl');
  const output = new Story(input[0]).run(input);
  return isDeepStrictEqual(output, readLines(folder, 'output.jsonl')) ? '' : name;
}

function fromSeeds(count: number): string {
  for (let seed = 1; seed <= count; seed++) {
    const { violations } = runSeed(seed);
    if (violations.some((one) => one.invariant === name)) return `${name} (seed ${seed})`;
  }
  return '';
}
