// Every folder here is a story: input lines in, output lines out, exactly and in order. To write
// the output of a new story, run with WRITE_STORIES=1, and then read it against its clause.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { clauses, onTheWire } from './clauses.ts';
import { readLines, Story } from './story.ts';

const here = import.meta.dirname;
const stories = readdirSync(here).filter((name) => /^\d\d-/.test(name));

describe.each(stories)('%s', (name) => {
  const folder = path.join(here, name);
  const input = readLines(folder, 'input.jsonl');

  test('goes as it is written', () => {
    const output = new Story(input[0]).run(input);
    const file = path.join(folder, 'output.jsonl');
    if (process.env['WRITE_STORIES'] === '1') {
      writeFileSync(file, output.map((line) => `${JSON.stringify(line)}\n`).join(''));
    }
    expect(existsSync(file)).toBe(true);
    expect(output).toEqual(readLines(folder, 'output.jsonl'));
  });

  test('names its clause', () => {
    const text = readFileSync(path.join(folder, 'story.md'), 'utf8');
    expect(text).toMatch(/RFC \d+ §|keepalived\.conf\(5\)|DESIGN law|docs\/adr/);
  });
});

test('every clause has its story, and every story names clauses that exist', () => {
  const named = stories.flatMap((name) => namedIn(path.join(here, name, 'story.md')));
  expect(named.filter((clause) => clauses[clause] === undefined)).toEqual([]);
  expect(Object.keys(clauses).filter((clause) => !named.includes(clause))).toEqual([]);
});

test('every clause of the wire is shown in a network namespace, and named there', () => {
  const netns = path.join(here, '../netns');
  const files = readdirSync(netns).filter((name) => name.endsWith('.test.ts'));
  const named = files.flatMap((name) => namedIn(path.join(netns, name)));
  expect([...new Set(named)].toSorted()).toEqual(Object.keys(onTheWire).toSorted());
});

/** What a file says on its lines "Clauses:". */
function namedIn(file: string): string[] {
  const lines = readFileSync(file, 'utf8').matchAll(/^(?:\/\/ )?Clauses: (.*)$/gm);
  return [...lines].flatMap(([, line = '']) => line.split(', ').filter((one) => one !== ''));
}
