#!/usr/bin/env node
/**
 * Where the command begins: says what is wrong with an old Node.js in a sentence, before anything
 * is loaded that would not run on it.
 */
import { exitCodes } from './exitCodes.ts';
import { runCompiled } from './compiled.ts';
import { settleHeap } from './heapSettings.ts';
import { nodeProblem } from '../base/nodeProblem.ts';

const problem = nodeProblem(process.versions.node);
if (problem === undefined) {
  settleHeap();
  runCompiled(import.meta.dirname, 'main');
} else {
  process.stderr.write(`failoverd: ${problem}\n`);
  process.exitCode = exitCodes.failure;
}
