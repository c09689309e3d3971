// Builds an addon with one bug. The changed file is compiled from a copy and linked with the objects
// of the ordinary build, so it can never reach what is shipped.

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Plant } from './plants.ts';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');
const objects = path.join(root, 'build/Release/obj.target');

/** The path of an addon with that bug, made in `directory`. Throws when it cannot be built. */
export async function plantedAddon(plant: Plant, directory: string): Promise<string> {
  const original = readFileSync(path.join(root, 'native/core', plant.file), 'utf8');
  const pieces = original.split(plant.find);
  if (pieces.length !== 2) throw new Error(`${plant.name}: found ${pieces.length - 1} times`);
  const stem = path.join(directory, plant.name.replaceAll(/\W+/g, '-'));
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${stem}.cc`, pieces.join(plant.replace));
  const flags = ['-O1', '-fPIC', '-w', '-fno-exceptions', '-fno-rtti', '-fvisibility=hidden'];
  const include = ['-iquote', path.join(root, 'native')];
  await run('g++', ['-std=c++20', ...flags, ...include, '-c', `${stem}.cc`, '-o', `${stem}.o`]);
  const others = objectFiles().filter((file) => !file.endsWith(`/core/${changedObject(plant)}`));
  await run('g++', ['-shared', '-pthread', '-o', `${stem}.node`, `${stem}.o`, ...others]);
  return `${stem}.node`;
}

function changedObject(plant: Plant): string {
  return plant.file.replace(/\.cc$/, '.o');
}

/** The addon's, each once: not the guardian's, nor what an older build has left. */
function objectFiles(): readonly string[] {
  const all = readdirSync(objects, { recursive: true, encoding: 'utf8' });
  const wanted = /^(core|linux|failoverd\/native\/(engine|addon))\/.*\.o$/;
  return all.filter((file) => wanted.test(file)).map((file) => path.join(objects, file));
}
