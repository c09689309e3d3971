// Pairs of real files: two hosts of one cluster, or one host before and after a reload. What they come to
// is what Debian's keepalived comes to with the same files on the same wires, played just before.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/index.ts';
import { noCorpus } from '../../config/support/corpus.ts';
import { Capture } from '../../lab/capture.ts';
import { eventuallyEqual } from '../../lab/eventually.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../../lab/requirements.ts';
import { PairStage, type Outcome, type PairFile, type PairKind } from './pairStage.ts';

const missing = noCorpus ?? whatIsMissing([...LAB_PROGRAMS, 'keepalived']);
const directory = path.join(process.env['FAILOVERD_CORPUS'] ?? '', 'pairs');

function pairFile(name: string, configId: string): PairFile {
  const file = path.join(directory, name);
  // Debian's keepalived dies of this on becoming MASTER, on a kernel without IPVS.
  const text = readFileSync(file, 'utf8').replace(/^ *lvs_sync_daemon .*$/m, '');
  const { model } = loadConfig(file, { configId, environment: {} });
  return { text, configId, model };
}

type Step = (stage: PairStage) => Promise<void> | void;
interface Story {
  readonly high: readonly PairFile[];
  readonly low: readonly PairFile[];
  readonly steps: readonly (readonly [string, Step])[];
}

/** Who speaks in the steps in which we do better than Debian's keepalived, on purpose. */
const BETTER: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  // A check that may not be run is a failure: the second one never serves. keepalived drops the check.
  peers19: {
    'the second one alone': [],
    'both again': [
      '0: 10.199.193.231 > 10.199.193.232: VRRPv3, Advertisement, vrid 119, prio 100, intvl 100cs, length 12',
      '1: 14.1.1.231 > 14.1.1.232: VRRPv3, Advertisement, vrid 44, prio 100, intvl 100cs, length 12',
      '2: 192.168.101.1 > 192.168.101.2: VRRPv3, Advertisement, vrid 41, prio 100, intvl 100cs, length 12',
    ],
  },
  // Lists that differ are told of and accepted, as RFC 9568 says and keepalived does since 2.3.3.
  // Debian's drops such adverts: two masters.
  peers20: {
    both: [
      '0: 10.255.0.1 > 224.0.0.18: VRRPv3, Advertisement, vrid 126, prio 101, intvl 100cs, length 32',
    ],
    'both again': [
      '0: 10.255.0.2 > 224.0.0.18: VRRPv3, Advertisement, vrid 126, prio 101, intvl 100cs, length 32',
    ],
  },
};

/** Of which Debian's keepalived refuses its peer's adverts, and is MASTER now and then, for ever. */
const RESTLESS: readonly string[] = ['peers20'];

/** One host of a cluster each, or the same file on both. */
function peers(high: PairFile, low: PairFile): Story {
  return {
    high: [high],
    low: [low],
    steps: [
      ['the first one alone', (stage) => stage.high.start(high.text)],
      ['both', (stage) => stage.low.start(low.text)],
      ['the second one alone', async (stage) => void (await stage.high.stop())],
      ['both again', (stage) => stage.high.start(high.text)],
    ],
  };
}

function reload(before: PairFile, after: PairFile): Story {
  return {
    high: [before, after],
    low: [before, after],
    steps: [
      ['before', (stage) => stage.high.start(before.text)],
      ['after', (stage) => stage.high.reload(after.text)],
    ],
  };
}

interface Told {
  readonly outcome: Outcome | undefined;
  readonly goodbyes: readonly string[];
}

/** What keepalived comes to in each step. */
async function playTheirs(name: string, story: Story): Promise<Told[]> {
  const restless = RESTLESS.includes(name.split(':')[0] ?? '');
  return play('keepalived', story, async (stage) => stage.settled({ restless }));
}

/** What failoverd comes to, which has to be what keepalived comes to. */
async function playOurs(name: string, story: Story, theirs: readonly Told[]): Promise<Told[]> {
  const better = BETTER[name.split(':')[0] ?? ''] ?? {};
  return play('failoverd', story, async (stage, index, what) => {
    const wanted = theirs[index]?.outcome;
    const speakers = better[what];
    if (speakers === undefined) await eventuallyEqual(what, () => stage.outcome(), wanted);
    else await eventuallyEqual(what, async () => (await stage.outcome()).speakers, speakers);
    return wanted;
  });
}

type Reach = (stage: PairStage, index: number, what: string) => Promise<Outcome | undefined>;

async function play(kind: PairKind, story: Story, reach: Reach): Promise<Told[]> {
  const stage = await PairStage.create(kind, story.high, story.low);
  const told: Told[] = [];
  try {
    for (const [index, [what, step]] of story.steps.entries()) {
      const since = Capture.now();
      await step(stage);
      const outcome = await reach(stage, index, what);
      told.push({ outcome, goodbyes: stage.goodbyes(since) });
    }
    return told;
  } catch (error) {
    throw new Error(`${String(error)}\n${stage.high.logs()}\n${stage.low.logs()}`, {
      cause: error,
    });
  } finally {
    await stage.close();
  }
}

const STORIES: Readonly<Record<string, () => Story>> = {
  'reload02: a group whose members change': () =>
    reload(pairFile('reload02.a.conf', 'high'), pairFile('reload02.b.conf', 'high')),
  'reload04: an instance that comes into a group': () =>
    reload(pairFile('reload04.a.conf', 'high'), pairFile('reload04.b.conf', 'high')),
  'reload05: another interface': () =>
    reload(pairFile('reload05.a.conf', 'high'), pairFile('reload05.b.conf', 'high')),
  'reload08: a password': () =>
    reload(pairFile('reload08.a.conf', 'high'), pairFile('reload08.b.conf', 'high')),
  'peers12: routes, and a delay before preempting': () =>
    peers(pairFile('peers12.a.conf', 'high'), pairFile('peers12.b.conf', 'low')),
  'peers14: a password, and LVS beside it': () =>
    peers(pairFile('peers14.a.conf', 'high'), pairFile('peers14.b.conf', 'low')),
  'peers16: multicast': () =>
    peers(pairFile('peers16.a.conf', 'high'), pairFile('peers16.a.conf', 'low')),
  'peers16: unicast': () =>
    peers(pairFile('peers16.b.conf', 'high'), pairFile('peers16.b.conf', 'low')),
  'peers16: multicast beside unicast': () =>
    peers(pairFile('peers16.a.conf', 'high'), pairFile('peers16.b.conf', 'low')),
  'peers19: several unicast instances and nopreempt': () =>
    peers(pairFile('peers19.a.conf', 'high'), pairFile('peers19.b.conf', 'low')),
  'peers20: lists of addresses that differ': () =>
    peers(pairFile('peers20.a.conf', 'high'), pairFile('peers20.b.conf', 'low')),
  'peers21: a group, both families, routes': () =>
    peers(pairFile('peers21.a.conf', 'high'), pairFile('peers21.b.conf', 'low')),
  'peers22: a group of one priority': () =>
    peers(pairFile('peers22.b.conf', 'high'), pairFile('peers22.b.conf', 'low')),
};

describe.skipIf(missing !== '')(`pairs of real files ${missing}`, () => {
  for (const [name, story] of Object.entries(STORIES)) {
    test(name, { concurrent: true, timeout: 600_000 }, async () => {
      const theirs = await playTheirs(name, story());
      const ours = await playOurs(name, story(), theirs);
      expect(ours).toEqual(theirs);
    });
  }
});
