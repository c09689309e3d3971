/** Temporary directories and small scripts for tests that run real commands. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

const made: string[] = [];

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A directory of its own, mode 0755, removed after the test. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'failoverd-test-'));
  chmodSync(directory, 0o755);
  made.push(directory);
  return directory;
}

/** Writes an executable shell script and returns its path. */
export function writeScript(directory: string, name: string, body: string, mode = 0o755): string {
  const path = join(directory, name);
  writeFileSync(path, body.startsWith('#!') ? body : `#!/bin/sh\n${body}\n`);
  chmodSync(path, mode);
  return path;
}

/** Waits until `condition` holds. The limit is for a broken program, never for a slow machine. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what = 'the condition',
  limitMs = 20_000,
): Promise<void> {
  const giveUp = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > giveUp) throw new Error(`${what} did not come true in ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Whether a process is there and is not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits for a script to write a process id into a file. */
export async function pidFrom(path: string): Promise<number> {
  await until(() => existsSync(path) && readFileSync(path, 'utf8').trim() !== '', path);
  return Number(readFileSync(path, 'utf8').trim());
}
