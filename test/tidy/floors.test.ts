import path from 'node:path';
import { expect, test } from 'vitest';
import { files, text } from './files.ts';

/* Floors look down, never up and never sideways unless it is drawn (DESIGN, the house). */
const tsFloors: Record<string, readonly string[]> = {
  base: [],
  engine: ['base'],
  config: ['base', 'engine'],
  trackers: ['base', 'engine'],
  notify: ['base', 'engine'],
  observe: ['base', 'engine'],
  sim: ['base', 'engine', 'config'],
  doctor: ['base', 'engine', 'config'],
  daemon: ['base', 'engine', 'config', 'trackers', 'notify', 'observe'],
  cli: ['base', 'engine', 'config', 'trackers', 'notify', 'observe', 'daemon', 'sim', 'doctor'],
};
const nativeFloors: Record<string, readonly string[]> = {
  base: [],
  wire: ['base'],
  core: ['base', 'wire'],
  linux: ['base', 'wire'],
  engine: ['base', 'wire', 'core', 'linux', 'guardian'],
  addon: ['base', 'core', 'linux', 'engine'],
  guardian: ['base', 'wire', 'linux'],
  launcher: ['base', 'linux'],
};

test('src', () => {
  const wrong = files(/^src\/.*\.ts$/).flatMap((file) => {
    const room = file.split('/')[1] ?? '';
    const imports = [...text(file).matchAll(/(?:from|import\() ?'(\.[^']*)'/g)];
    return imports
      .map(([, target = '']) => path.join(path.dirname(file), target).split('/')[1] ?? '')
      .filter((to) => to !== room && tsFloors[room]?.includes(to) !== true)
      .map((to) => `${file} imports ${to}`);
  });
  expect(wrong).toEqual([]);
});

test('native', () => {
  const wrong = files(/^native\/.*\.(cc|h)$/).flatMap((file) => {
    const room = file.split('/')[1] ?? '';
    return [...text(file).matchAll(/^#include "([^/"]+)\//gm)]
      .map(([, to = '']) => to)
      .filter((to) => to !== room && nativeFloors[room]?.includes(to) !== true)
      .map((to) => `${file} includes ${to}`);
  });
  expect(wrong).toEqual([]);
});

test('only src/engine loads the addon', () => {
  const loaders = files(/^src\/.*\.ts$/).filter((file) => /failoverd\.node/.test(text(file)));
  expect(loaders).toEqual(['src/engine/addon.ts']);
});

test('only src/cli ends the process', () => {
  const enders = files(/^src\/.*\.ts$/).filter((file) => /process\.exit\(/.test(text(file)));
  expect(enders.filter((file) => !file.startsWith('src/cli/'))).toEqual([]);
});

/* A type counts as well: who reads the one file has to read the other. */
test('no files import each other in a circle', () => {
  const imports = new Map(
    files(/^src\/.*\.ts$/).map((file) => [
      file,
      [...text(file).matchAll(/(?:from|import\() ?'(\.[^']*)'/g)].map(([, target = '']) =>
        path.join(path.dirname(file), target),
      ),
    ]),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file))
      circles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
    if (done.has(file)) return;
    done.add(file);
    for (const next of imports.get(file) ?? []) visit(next, [...trail, file]);
  };
  for (const file of imports.keys()) visit(file, []);
  expect(circles).toEqual([]);
});
