import { setFlagsFromString } from 'node:v8';

/**
 * For a command that reads a file, says something and ends: three times as much as usual has to run
 * of a function before V8 optimizes it, which pays in a long life only.
 */
export function expectShortLife(): void {
  setFlagsFromString('--interrupt-budget=400000');
}
