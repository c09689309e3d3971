/** The project's own files, as git knows them. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

const ignored = /(^|\/)(node_modules|build|build-[^/]+|dist|coverage)\//;

/** Paths from the root of every file of the project whose path matches. */
export function files(pattern: RegExp): readonly string[] {
  const args = ['ls-files', '--cached'];
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n');
  return [...new Set(listed)]
    .filter((file) => file !== '' && pattern.test(file) && !ignored.test(file))
    .filter((file) => existsSync(path.join(root, file)))
    .sort();
}

export function text(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

export function lines(file: string): readonly string[] {
  return text(file).replace(/\n$/, '').split('\n');
}
