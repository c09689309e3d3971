/** Other programs, asked briefly. What is not there or does not answer is undefined. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const patienceMs = 3000;
const mostOutput = 32 << 20;

/** The standard output of a program that ended well. */
export function ask(file: string, ...args: readonly string[]): Promise<string | undefined> {
  const path = `${process.env['PATH'] ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`;
  const options = {
    timeout: patienceMs,
    maxBuffer: mostOutput,
    env: { ...process.env, PATH: path, LC_ALL: 'C' },
  };
  return new Promise((resolve) => {
    execFile(file, args, options, (error, stdout) => resolve(error === null ? stdout : undefined));
  });
}

/** The same, read as JSON. */
export async function askJson(file: string, ...args: readonly string[]): Promise<unknown> {
  const text = await ask(file, ...args);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A file's text. */
export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Names in a directory, none when it is not there. */
export function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
