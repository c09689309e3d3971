import { setFlagsFromString } from 'node:v8';

/**
 * For a command that reads a file, says something and ends: three times as much as usual has to run
 * of a function before V8 optimizes it, which pays in a long life only. Later versions than that of
 * Node.js 20 call it otherwise and optimize in steps, and an unknown setting is an error message.
 */
export function expectShortLife(): void {
  if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=400000');
}
