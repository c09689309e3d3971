// Real files on a real kernel: what failoverd leaves there, beside what keepalived 2.4.3 had left
// for the same file on a host like it. Prints the agreement and what differs. Every fifth file is
// played; FAILOVERD_CORPUS_IDS, a comma-separated list or `all`, plays others.

import { describe, expect, it } from 'vitest';
import { LAB_PROGRAMS, whatIsMissing } from '../../lab/requirements.ts';
import { hasErrors } from '../../../src/config/index.ts';
import { corpusFiles, noCorpus, type CorpusFile } from '../../config/support/corpus.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { CorpusHost } from './corpusHost.ts';
import { stateOf, type KernelLines } from './kernelLines.ts';

/** How many daemons at a time. */
const TOGETHER = 12;
/** keepalived's state was recorded after six seconds; a busy machine may need longer. */
const PATIENCE_MS = 10_000;
/** Of one file, in the output. */
const SHOWN = 12;
/** Of the rest most have a check that cannot be run on this host, which is a failure with us. */
const FLOOR = 0.78;

const missing = noCorpus ?? whatIsMissing(LAB_PROGRAMS);
const files = corpusFiles().filter(({ oracle }) => oracle.kernel !== null && oracle.runs);
const played = files.filter(({ id }, index) => {
  const wanted = process.env['FAILOVERD_CORPUS_IDS'];
  return wanted === undefined
    ? index % 5 === 0
    : wanted === 'all' || wanted.split(',').includes(id);
});

interface Outcome {
  readonly id: string;
  /** Lines that only one of the two kernels has. */
  readonly differences: readonly string[];
}

describe.skipIf(missing !== '')(`the kernel with real files ${missing}`, () => {
  it('is as keepalived leaves it', { timeout: 600_000 }, async () => {
    const outcomes = await compareAll(played.filter((file) => !hasErrors(file.load().diagnostics)));
    const agreeing = outcomes.filter(({ differences }) => differences.length === 0);
    console.info(
      `kernel state of real files: ${agreeing.length} of ${outcomes.length} as keepalived leaves it`,
    );
    for (const { id, differences } of outcomes) {
      if (differences.length > 0)
        console.info(`${id}:\n  ${differences.slice(0, SHOWN).join('\n  ')}`);
    }
    expect(agreeing.length / outcomes.length).toBeGreaterThan(FLOOR);
  });
});

async function compareAll(all: readonly CorpusFile[]): Promise<Outcome[]> {
  const waiting = [...all];
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      outcomes.push(await compare(file));
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, work));
  return outcomes.toSorted((a, b) => a.id.localeCompare(b.id));
}

async function compare(file: CorpusFile): Promise<Outcome> {
  const theirs = stateOf(file.oracle.kernel ?? '');
  const host = new CorpusHost(file);
  try {
    await host.start();
    const deadline = performance.now() + PATIENCE_MS;
    let differences = between(theirs, await host.state());
    while (differences.length > 0 && performance.now() < deadline && host.running) {
      await sleep(300);
      differences = between(theirs, await host.state());
    }
    return {
      id: file.id,
      differences: differences.length === 0 ? [] : [...differences, host.logs()],
    };
  } finally {
    await host.close();
  }
}

function between(theirs: KernelLines, ours: KernelLines): string[] {
  return [
    ...theirs.filter((line) => !ours.includes(line)).map((line) => `keepalived: ${line}`),
    ...ours.filter((line) => !theirs.includes(line)).map((line) => `failoverd:  ${line}`),
  ];
}
