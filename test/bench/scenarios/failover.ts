// How long the VIP does not answer: the daemon of the master is killed, stopped, or its cable pulled.

import { setTimeout as sleep } from 'node:timers/promises';
import { hostMac, type Lab } from '../../lab/lab.ts';
import { eventually } from '../../lab/eventually.ts';
import { instance, SERVER1, VIP } from '../configs.ts';
import { longestWait } from '../darkness.ts';
import { now, Observer, type Seen, type Time } from '../observer.ts';
import { NAMES, peer, proberOf, type Peer } from '../peers.ts';
import {
  ratio,
  type BenchOptions,
  type Scenario,
  type Table,
  cellOf,
  type Claim,
  figure,
} from '../scenario.ts';
import { spread } from '../statistics.ts';

const SERVER2 = '192.168.122.102';
const PRIORITY2 = 100;

/** The daemon's own end, or its router's. */
type Ended = 'daemon killed' | 'daemon stopped';
type End = Ended | 'router cut off';

/** Milliseconds from the end of the master to the new master's first words. */
interface Takeover {
  readonly advert: number;
  readonly announcement: number;
  /** The longest time that a client waited for an answer of the VIP. */
  readonly dark: number;
  /** Beyond Master_Down_Interval after the old master's last advert: the new master's first advert. */
  readonly advertBeyond: number;
  /** The same of the VIP's first answer from the new master. */
  readonly answerBeyond: number;
}

/** RFC 9568 section 6.1, version 3: three intervals and the new master's skewTime. Microseconds. */
function masterDownInterval(interval: number): number {
  return 3 * interval + ((256 - PRIORITY2) * interval) / 256;
}

async function oneRound(lab: Lab, peers: readonly [Peer, Peer], end: End, interval: number) {
  const [first, second] = peers;
  const config = { interval: interval / 1e6 };
  await second.start(instance({ ...config, priority: PRIORITY2, state: 'BACKUP' }));
  await first.start(instance({ ...config, priority: 200 }));
  await eventually(
    'server1 to be MASTER',
    async () =>
      (await lab.server1.addresses()).includes(`${VIP}/24`) &&
      !(await lab.server2.addresses()).includes(`${VIP}/24`),
  );
  const observer = await Observer.start(lab.client);
  const prober = await lab.client.start(proberOf(VIP, lab.directory));
  // At rest, and at no particular point of the interval.
  await sleep(2 * (interval / 1000) + 300 + Math.random() * (interval / 1000));
  const ended = now();
  if (end === 'daemon killed') await first.daemon.kill();
  if (end === 'daemon stopped') first.daemon.process.signal('SIGTERM');
  if (end === 'router cut off') await lab.setCable('server1', false);
  const patience = 4 * (interval / 1000) + 500;
  await sleep(patience);
  await prober.stop('SIGINT');
  const seen = await observer.stop();
  if (end === 'router cut off') await lab.setCable('server1', true);
  await first.daemon.stop();
  await second.daemon.stop();
  await lab.server1.attempt('ip', 'addr', 'del', `${VIP}/24`, 'dev', 'eth0');
  return judge(seen, ended, interval);
}

function judge(seen: Seen, ended: Time, interval: number): Takeover {
  const advert = seen.adverts.find((one) => one.from === SERVER2 && one.at > ended);
  const newMaster = hostMac('server2');
  const announced = seen.announcements.find(
    (one) => one.mac === newMaster && one.address === VIP && one.at > ended,
  );
  const questions = seen.questions.filter((one) => one.to === VIP && one.at > ended);
  const answers = seen.answers.filter((one) => one.from === VIP);
  const answer = seen.answers.find((one) => one.mac === newMaster && one.from === VIP);
  const last = seen.adverts.findLast((one) => one.from === SERVER1 && one.priority > 0);
  const millis = (at: Time | undefined, from: Time): number =>
    at === undefined ? Number.NaN : (at - from) / 1000;
  const due = last === undefined ? Number.NaN : last.at + masterDownInterval(interval);
  return {
    advert: millis(advert?.at, ended),
    announcement: millis(announced?.at, ended),
    dark: longestWait(questions, answers) / 1000,
    advertBeyond: millis(advert?.at, due),
    answerBeyond: millis(answer?.at, due),
  };
}

async function run(lab: Lab, { quick, rounds }: BenchOptions, say: (what: string) => void) {
  const rows: (string | number)[][] = [];
  for (const interval of quick ? [100_000] : [1_000_000, 100_000]) {
    for (const end of ['daemon killed', 'daemon stopped', 'router cut off'] as const) {
      const taken: Record<(typeof NAMES)[number], Takeover[]> = { failoverd: [], keepalived: [] };
      for (let round = 0; round < rounds; round++) {
        for (const name of NAMES) {
          say(`${interval / 1000} ms, ${end}, ${name}, round ${round + 1} of ${rounds}`);
          const peers = [peer(name, lab.server1), peer(name, lab.server2)] as const;
          taken[name].push(await oneRound(lab, peers, end, interval));
        }
      }
      rows.push(...rowsOf(taken, end, interval));
    }
  }
  return table(rows);
}

function rowsOf(
  taken: Record<(typeof NAMES)[number], Takeover[]>,
  end: End,
  interval: number,
): (string | number)[][] {
  const medianOf = (name: (typeof NAMES)[number], what: keyof Takeover): number =>
    spread(taken[name].map((one) => one[what])).median;
  // Who hears a goodbye does not wait so long.
  const beyond = (name: (typeof NAMES)[number], what: keyof Takeover): number =>
    end === 'router cut off' ? medianOf(name, what) : Number.NaN;
  return NAMES.map((name) => [
    `${interval / 1000} ms, ${end}`,
    name,
    medianOf(name, 'advert'),
    medianOf(name, 'announcement'),
    medianOf(name, 'dark'),
    spread(taken[name].map((one) => one.dark)).max,
    name === 'failoverd'
      ? ratio(medianOf('failoverd', 'dark'), medianOf('keepalived', 'dark'))
      : '',
    beyond(name, 'advertBeyond'),
    beyond(name, 'answerBeyond'),
  ]);
}

function table(rows: (string | number)[][]): Table {
  return {
    title: 'Failover',
    columns: [
      'what ends the master',
      'both routers',
      'first advert, ms',
      'first announcement, ms',
      'VIP dark, ms',
      'VIP dark at worst, ms',
      'dark beside keepalived',
      'first advert beyond Master_Down_Interval, ms',
      'first answer beyond it, ms',
    ],
    rows,
    note: 'A client pings the VIP four times in a millisecond; dark is the longest time that one of these pings waited for an answer, to it or to a later one. VRRPv3, priorities 200 and 100. A killed keepalived leaves the VIP on its host, whose kernel goes on answering. Master_Down_Interval begins with the last advert of the master that was cut off, as the client saw it.',
    claims: claimsOf(rows),
  };
}

const [ANNOUNCED, DARK, ADVERT_BEYOND, ANSWER_BEYOND] = [3, 4, 7, 8];

/** A killed keepalived leaves the VIP behind, and its kernel answers for a dead router: not dark. */
const columnOf = (end: Ended): number => (end === 'daemon killed' ? ANNOUNCED : DARK);
const COLUMN_WORDS: Record<Ended, string> = {
  'daemon killed': 'first announcement of the new master',
  'daemon stopped': 'VIP dark',
};

/** Three intervals and skewTime are the protocol's: what comes on top is the daemon's. */
function claimsBeyond(rows: Table['rows'], interval: number): Claim[] {
  const label = `${interval} ms, router cut off`;
  const claim = (what: string, column: number, usual: number): Claim => {
    const theirs = cellOf(rows, label, 'keepalived', column);
    return {
      what: `${what} beyond Master_Down_Interval, router cut off, adverts every ${interval} ms`,
      unit: 'ms',
      ours: cellOf(rows, label, 'failoverd', column),
      theirs,
      // Its own, or what it was seen to have on a quiet machine.
      most: Math.max(theirs, usual),
      of: 'value',
      floor: 'the new master has to be scheduled first',
      headline: true,
    };
  };
  return [
    claim('first advert of the new master', ADVERT_BEYOND, 0.1),
    claim('first answer of the VIP', ANSWER_BEYOND, 0.8),
  ];
}

function claimsOf(rows: Table['rows']): Claim[] {
  const interval = rows.some(([label]) => label === '1000 ms, daemon killed') ? 1000 : 100;
  const claim = (end: Ended, limit: Pick<Claim, 'most' | 'of' | 'floor' | 'headline'>): Claim => ({
    what: `${COLUMN_WORDS[end]}, ${end}, adverts every ${interval} ms`,
    unit: 'ms',
    ours: cellOf(rows, `${interval} ms, ${end}`, 'failoverd', columnOf(end)),
    theirs: cellOf(rows, `${interval} ms, ${end}`, 'keepalived', columnOf(end)),
    ...limit,
  });
  const skew = (interval * (256 - PRIORITY2)) / 256;
  const killed = claim('daemon killed', {
    most: 0.25,
    of: 'ratio',
    floor: `the new master waits for its skewTime, ${figure(skew)} ms, after the goodbye (RFC 9568)`,
  });
  return [
    {
      ...killed,
      what: `${killed.what}: beyond skewTime, ${figure(skew)} ms`,
      ours: killed.ours - skew,
      theirs: killed.theirs - skew,
      most: 2,
      of: 'value',
      floor: 'guardian and new master have to be scheduled, one after the other',
      headline: true,
    },
    killed,
    claim('daemon stopped', {
      most: 5,
      of: 'value',
      floor: 'the new master has to be scheduled first',
      headline: true,
    }),
    ...claimsBeyond(rows, interval),
  ];
}

export const failover: Scenario = {
  name: 'failover',
  about: 'how long the VIP is dark: kill, stop, cut',
  run,
};
