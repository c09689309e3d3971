// Real files on a real kernel: what failoverd leaves there and sends, beside what keepalived 2.4.3 had left
// and sent for the same file on a host like it. Each is the same, or differs for a reason that onPurpose.ts names.
// Every fifth file is played; FAILOVERD_CORPUS_IDS, a comma-separated list or `all`, plays others.

import { describe, expect, it } from 'vitest';
import { LAB_PROGRAMS, whatIsMissing } from '../../lab/requirements.ts';
import { hasErrors } from '../../../src/config/index.ts';
import { corpusFiles, noCorpus, type CorpusFile } from '../../config/support/corpus.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { advertsOf } from './advertLines.ts';
import { CorpusHost } from './corpusHost.ts';
import { stateOf } from './kernelLines.ts';
import { onPurpose, type Played } from './onPurpose.ts';

/** How many daemons at a time. */
const TOGETHER = 12;
/** keepalived's state was recorded after so long. */
const RECORDED_MS = 6000;
/** A busy machine may need longer. */
const PATIENCE_MS = 30_000;

const missing = noCorpus ?? whatIsMissing(LAB_PROGRAMS);
const files = corpusFiles().filter(({ oracle }) => oracle.kernel !== null && oracle.runs);
const played = files.filter(({ id }, index) => {
  const wanted = process.env['FAILOVERD_CORPUS_IDS'];
  return wanted === undefined
    ? index % 5 === 0
    : wanted === 'all' || wanted.split(',').includes(id);
});

describe.skipIf(missing !== '')(`the kernel with real files ${missing}`, () => {
  it(
    'is as keepalived leaves it, or differs for a named reason',
    { timeout: 900_000 },
    async () => {
      const all = await playAll(played.filter((file) => !hasErrors(file.load().diagnostics)));
      const differing = all.filter((one) => differences(one).length > 0);
      const reasons = differing
        .map((one) => reasonOf(one)?.says)
        .filter((one) => one !== undefined);
      const told = [...new Set(reasons)].map((says) => {
        return `${reasons.filter((one) => one === says).length} differ on purpose: ${says}`;
      });
      const same = all.length - differing.length;
      console.info(
        [
          `kernel state and adverts of real files: ${same} of ${all.length} as keepalived leaves it`,
          ...told,
        ].join('\n  '),
      );
      const unexplained = differing.filter((one) => reasonOf(one) === undefined);
      expect(
        unexplained.map((one) => [one.file.id, ...differences(one), one.logs].join('\n')),
      ).toEqual([]);
    },
  );
});

/** The reason that is named for it, if that is what differs. */
function reasonOf(one: Played) {
  const reason = onPurpose[one.file.id];
  return reason?.explains(one) === true ? reason : undefined;
}

async function playAll(all: readonly CorpusFile[]): Promise<Played[]> {
  const waiting = [...all];
  const outcomes: Played[] = [];
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      outcomes.push(await play(file));
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, work));
  return outcomes.toSorted((a, b) => a.file.id.localeCompare(b.file.id));
}

/** Plays until nothing differs, or what differs is explained, or patience ends. */
async function play(file: CorpusFile): Promise<Played> {
  const { kernel, sent } = file.oracle;
  const theirs = [...stateOf(kernel ?? ''), ...advertsOf(sent ?? '')];
  // Of some hosts it is not known what they sent.
  const adverts = (): string[] => (sent === null ? [] : host.adverts());
  const host = new CorpusHost(file);
  try {
    await host.start();
    const started = performance.now();
    for (;;) {
      const one = {
        file,
        theirs,
        ours: [...(await host.state()), ...adverts()],
        logs: host.logs(),
      };
      const playedMs = performance.now() - started;
      const explained = playedMs > RECORDED_MS && reasonOf(one) !== undefined;
      if (differences(one).length === 0 || explained) return one;
      if (playedMs > PATIENCE_MS || !host.running) return one;
      await sleep(300);
    }
  } finally {
    await host.close();
  }
}

function differences({ theirs, ours }: Played): string[] {
  return [
    ...theirs.filter((line) => !ours.includes(line)).map((line) => `keepalived: ${line}`),
    ...ours.filter((line) => !theirs.includes(line)).map((line) => `failoverd:  ${line}`),
  ];
}
