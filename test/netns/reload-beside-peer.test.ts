// What a reload changes, and what it leaves alone, beside a living peer: an instance that the file
// says nothing new of sends nothing extra, and no change makes a goodbye or a takeover.

import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { SERVER1, SERVER2, walkthrough, type Stage } from './stage.ts';

interface Wishes {
  readonly name: string;
  readonly vrid: number;
  readonly priority: number;
  readonly vips: readonly number[];
  readonly interval?: number;
  /** More lines of its block. */
  readonly more?: string;
}

function instance({ name, vrid, priority, vips, interval = 0.2, more = '' }: Wishes): string {
  return `vrrp_instance ${name} {
  version 3
  interface eth0
  virtual_router_id ${vrid}
  priority ${priority}
  advert_int ${interval}
  garp_master_delay 0
  ${more}
  virtual_ipaddress {
    ${vips.map((number) => `192.168.122.${number}/24`).join('\n    ')}
  }
}
`;
}

const file = (...wishes: readonly Wishes[]): string => wishes.map(instance).join('');

const untouched: Wishes = { name: 'VI_5', vrid: 55, priority: 200, vips: [205] };
const BEFORE: readonly Wishes[] = [
  { name: 'VI_1', vrid: 51, priority: 200, vips: [201] },
  { name: 'VI_2', vrid: 52, priority: 200, vips: [202] },
  { name: 'VI_3', vrid: 53, priority: 200, vips: [203] },
  { name: 'VI_4', vrid: 54, priority: 200, vips: [204, 214] },
  untouched,
];
/** Two VRIDs change places, one instance gets another name and priority, one other addresses. */
const AFTER: readonly Wishes[] = [
  { name: 'VI_1', vrid: 52, priority: 200, vips: [202] },
  { name: 'VI_2', vrid: 51, priority: 200, vips: [201] },
  { name: 'RENAMED', vrid: 53, priority: 210, vips: [203] },
  { name: 'VI_4', vrid: 54, priority: 200, vips: [204, 224] },
  untouched,
];

const addresses = async (stage: Stage): Promise<string[]> =>
  (await stage.lab.server1.addresses()).filter((one) => one !== `${SERVER1}/24`).toSorted();
const of = (wishes: readonly Wishes[]): string[] =>
  wishes.flatMap(({ vips }) => vips.map((number) => `192.168.122.${number}/24`)).toSorted();

const pairs = ['failoverd+keepalived'];
walkthrough('a reload changes what is new and nothing else', { pairs }, async (stage) => {
  const { server1, server2, capture } = stage;
  await server1.start(file(...BEFORE));
  await eventually(
    'all addresses',
    async () => (await addresses(stage)).join() === of(BEFORE).join(),
  );
  // keepalived throws adverts away whose addresses are not its own: it has no part in VI_4.
  const shared = BEFORE.filter(({ name }) => name !== 'VI_4');
  await server2.start(file(...shared.map((one) => ({ ...one, priority: 100 }))));
  await server2.process.waitForLine(/VI_5\) Entering BACKUP STATE/);

  const since = Capture.now();
  server1.reload(file(...AFTER));
  await eventually(
    'the new addresses',
    async () => (await addresses(stage)).join() === of(AFTER).join(),
  );
  await capture.waitForAdvert({ from: SERVER1, vrid: 53, priority: 210, since });
  await eventually('some more adverts', () => capture.adverts({ vrid: 55, since }).length > 10);

  expect(capture.adverts({ from: SERVER2 })).toEqual([]);
  expect(capture.adverts({ priority: 0, since })).toEqual([]);
  expect(capture.announcements('192.168.122.224', undefined, since)).not.toEqual([]);
  for (const number of [201, 202, 203, 204, 205]) {
    expect(capture.announcements(`192.168.122.${number}`, undefined, since)).toEqual([]);
  }
  const seen = capture.adverts({ from: SERVER1, vrid: 55, since });
  const until = seen.at(-1)?.at ?? 0;
  expect(seen.length).toBeLessThanOrEqual(Math.ceil((until - since) / 200_000) + 1);
});

/** What is said of the trackers and of the groups, before and after. */
const tracked = (stage: Stage, name: string): string =>
  `vrrp_track_file ${name} {\n  file ${stage.lab.server1.runPath(name)}\n  weight 1\n}\n`;
const grouped = (name: string, ...members: readonly string[]): string =>
  `vrrp_sync_group ${name} {\n  group {\n${members.join('\n')}\n  }\n}\n`;
const following = (...names: readonly string[]): string =>
  `track_file {\n${names.map((name) => `${name} weight 1`).join('\n')}\n  }`;

const FIRST: readonly Wishes[] = [
  { name: 'VI_1', vrid: 51, priority: 200, vips: [201] },
  { name: 'VI_2', vrid: 52, priority: 200, vips: [202] },
  { name: 'VI_3', vrid: 53, priority: 200, vips: [203], more: following('load') },
  { name: 'VI_4', vrid: 54, priority: 200, vips: [204] },
  untouched,
];
/** Another interval, another file to follow (which says the same), an interface to watch. */
const SECOND: readonly Wishes[] = [
  { name: 'VI_1', vrid: 51, priority: 200, vips: [201], interval: 0.3 },
  { name: 'VI_2', vrid: 52, priority: 200, vips: [202], more: 'track_interface {\n ens9\n }' },
  { name: 'VI_3', vrid: 53, priority: 200, vips: [203], more: following('other') },
  { name: 'VI_4', vrid: 54, priority: 200, vips: [204] },
  untouched,
];

walkthrough('a reload of groups, trackers and intervals', { pairs }, async (stage) => {
  const { server1, server2, capture, lab } = stage;
  lab.server1.writeRun('load', '0\n');
  lab.server1.writeRun('other', '0\n');
  const first = tracked(stage, 'load') + grouped('G1', 'VI_1', 'VI_2') + file(...FIRST);
  // One group is gone, one is new and has a member of the old one.
  const second = tracked(stage, 'other') + grouped('G2', 'VI_2', 'VI_4') + file(...SECOND);
  await server1.start(first);
  await eventually(
    'all addresses',
    async () => (await addresses(stage)).join() === of(FIRST).join(),
  );
  await server2.start(file(...FIRST.map((one) => ({ ...one, priority: 100, more: '' }))));
  await server2.process.waitForLine(/VI_5\) Entering BACKUP STATE/);

  const since = Capture.now();
  // There and back, and there again: every change is made in both directions.
  for (const text of [second, first, second]) {
    const reloaded = Capture.now();
    server1.reload(text);
    await eventually(
      'some more adverts',
      () => capture.adverts({ vrid: 55, since: reloaded }).length > 10,
    );
  }
  expect(await addresses(stage)).toEqual(of(SECOND));
  // Had the adverts of one of them been missing for three intervals, the peer would have spoken.
  expect(capture.adverts({ from: SERVER2 })).toEqual([]);
  expect(capture.adverts({ priority: 0, since })).toEqual([]);
  for (const { vips } of SECOND) {
    expect(capture.announcements(`192.168.122.${vips[0]}`, undefined, since)).toEqual([]);
  }
  const seen = capture.adverts({ from: SERVER1, vrid: 55, since });
  const until = seen.at(-1)?.at ?? 0;
  expect(seen.length).toBeLessThanOrEqual(Math.ceil((until - since) / 200_000) + 1);

  // What is new is in effect: the member of the new group goes with it.
  await lab.server1.ip('link', 'set', 'ens9', 'down');
  await capture.waitForAdvert({ from: SERVER1, vrid: 54, priority: 0 });
  await capture.waitForAdvert({ from: SERVER2, vrid: 54, priority: 100 });
});
