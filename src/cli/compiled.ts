/**
 * Runs the bundle with the bytecode that V8 kept of it when it was built: compiling a megabyte of
 * text anew would be the largest part of a start. Bytecode of another version of V8, or none, is
 * not an error: then the text is compiled.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Script } from 'node:vm';

/** What the text of a bundle evaluates to (scripts/build.mjs puts this around it). */
type Body = (require: NodeJS.Require, file: string, directory: string) => void;

/** Runs NAME.js of the directory; NAME.bytecode lies beside it. Throws what the bundle throws. */
export function runCompiled(directory: string, name: string): void {
  const file = path.join(directory, `${name}.js`);
  const script = new Script(readFileSync(file, 'latin1'), {
    filename: file,
    cachedData: bytecodeOf(path.join(directory, `${name}.bytecode`)),
  });
  (script.runInThisContext() as Body)(createRequire(file), file, directory);
}

function bytecodeOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
