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
}

function instance({ name, vrid, priority, vips }: Wishes): string {
  return `vrrp_instance ${name} {
  version 3
  interface eth0
  virtual_router_id ${vrid}
  priority ${priority}
  advert_int 0.2
  garp_master_delay 0
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
