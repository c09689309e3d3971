#!/usr/bin/env node
/**
 * Where the command begins: says what is wrong with an old Node.js in a sentence, before anything
 * is loaded that would not run on it.
 */
import { exitCodes } from './exitCodes.ts';
import { runCompiled } from './compiled.ts';
import { keepYoungHeapSmall } from './youngHeap.ts';
import { nodeProblem } from '../base/nodeProblem.ts';

const problem = nodeProblem(process.versions.node);
if (problem === undefined) {
  keepYoungHeapSmall();
  runCompiled(import.meta.dirname, 'main');
} else {
  process.stderr.write(`failoverd: ${problem}\n`);
  process.exitCode = exitCodes.failure;
}
