import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { hasProgram } from '../lab/requirements.ts';

export const root = path.resolve(import.meta.dirname, '../..');
export const threadsDirectory = path.join(root, 'build-cmake/thread-tests');

/** With libFuzzer where its compiler is here: then the tests and the fuzzers are one build. */
export const fuzzingCompiler = ['clang++-19', 'clang++'].find(hasProgram);
export const buildDirectory = path.join(
  root,
  fuzzingCompiler === undefined ? 'build-cmake/native-tests' : 'build-cmake/fuzz',
);

/** Those that run beside the daemon. */
export const programs = ['failoverd-guardian', 'failoverd-launcher'] as const;

/** What a program wrote (both outputs, in order of arrival) and how it ended. */
export interface Ran {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs a program to its end; a program that cannot be started has not ended well. */
export async function run(program: string, args: readonly string[]): Promise<Ran> {
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/** Why the native tests cannot be built here; undefined when they can. */
export function missingTools(): string | undefined {
  if (!hasProgram('cmake')) return 'cmake';
  if (!existsSync('/usr/include/doctest/doctest.h')) return 'doctest';
  return undefined;
}

/** Builds native tests, fuzzers (libFuzzer's, or such as only replay) and programs with sanitizers. */
export function buildNativeTests(): Promise<Ran> {
  const flags =
    fuzzingCompiler === undefined
      ? ['-DFAILOVERD_SANITIZE=address,undefined']
      : ['-DFAILOVERD_FUZZ=ON', `-DCMAKE_CXX_COMPILER=${fuzzingCompiler}`];
  return build(buildDirectory, flags, ['native_tests', 'fuzzers', ...programs]);
}

/** Builds the tests and programs that have threads with ThreadSanitizer, which cannot be had with the others. */
export function buildThreadTests(): Promise<Ran> {
  return build(threadsDirectory, ['-DFAILOVERD_SANITIZE=thread'], ['thread_tests', ...programs]);
}

/** Every warning is an error. Other tests run meanwhile and go first. */
async function build(
  directory: string,
  flags: readonly string[],
  targets: readonly string[],
): Promise<Ran> {
  const configured = await run('cmake', [
    '-S',
    root,
    '-B',
    directory,
    ...flags,
    '-DFAILOVERD_WERROR=ON',
    // Sanitized code is big: more than a little optimisation costs more than it saves.
    '-DCMAKE_BUILD_TYPE=Debug',
    '-DCMAKE_CXX_FLAGS_DEBUG=-O1',
  ]);
  if (!configured.ok) return configured;
  const jobs = String(Math.max(1, os.availableParallelism()));
  const make = ['cmake', '--build', directory, '-j', jobs, '--target', ...targets];
  return run('nice', ['-n', '19', ...make]);
}
