// An interface that is too narrow for an instance's adverts: one FAULT with its reason, and no takeover that
// nobody hears of, until the interface or the list of addresses has changed.

import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { asServer2 } from '../lab/walkthroughs.ts';
import { statusOf } from './asking.ts';
import { version3 } from './configs.ts';
import { VIP, walkthrough, type Stage } from './stage.ts';

const INTERVAL = '0.1';
/** 20 + 8 + 4 * 40 octets: what keepalived would leave out of the advert, too. */
const VIPS = [`${VIP}/24`, ...Array.from({ length: 39 }, (_, n) => `10.88.0.${n + 1}/32`)];
const FILE = version3(INTERVAL, VIPS);
const OCTETS = 20 + 8 + 4 * VIPS.length;

/** Adverts leave with this priority, and the address stands there. */
async function serves(stage: Stage, server: 'server1' | 'server2', since = 0): Promise<void> {
  const priority = server === 'server1' ? 200 : 100;
  await stage.capture.waitForAdvert({ priority, since });
  await eventually(`the VIP on ${server}`, async () =>
    (await stage.lab[server].addresses()).includes(`${VIP}/24`),
  );
}

const changesOf = ({ server1 }: Stage): string[] =>
  server1
    .logs()
    .split('\n')
    .filter((line) => /VI_1: \w+ -> \w+/.test(line));

walkthrough(
  'an MTU that is too small for the advert',
  { pairs: ['failoverd+failoverd'] },
  async (stage) => {
    const { server1 } = stage.lab;
    const narrow = async (mtu: number): Promise<string> =>
      server1.ip('link', 'set', 'eth0', 'mtu', String(mtu));
    await narrow(OCTETS - 1);
    await stage.server2.start(asServer2(FILE, 100));
    await serves(stage, 'server2');
    await stage.server1.start(FILE);
    await stage.server1.process.waitForLine(
      /VI_1: INIT -> FAULT.*MTU is too small for so many addresses/,
    );
    // The first tries of a refused advert come after one and three seconds.
    const since = Capture.now();
    await eventually('five seconds', () => Capture.now() > since + 5_000_000);
    expect(changesOf(stage)).toHaveLength(1);
    expect(await server1.addresses()).not.toContain(`${VIP}/24`);

    const widened = Capture.now();
    await narrow(OCTETS);
    await serves(stage, 'server1', widened);
    expect(
      changesOf(stage)
        .slice(1)
        .map((line) => /\w+ -> \w+/.exec(line)?.[0]),
    ).toEqual(['FAULT -> BACKUP', 'BACKUP -> MASTER']);

    // While it serves: its peer takes over, and it gives way for good.
    const narrowed = Capture.now();
    await narrow(OCTETS - 1);
    await serves(stage, 'server2', narrowed);
    await stage.server1.process.waitForLine(/VI_1: MASTER -> (?:FAULT|BACKUP)/);
    const given = Capture.now();
    await eventually('five seconds', () => Capture.now() > given + 5_000_000);
    const [report] = (await statusOf(server1)).instances;
    expect(report?.state).toBe('FAULT');
    expect(changesOf(stage).filter((line) => line.includes('-> MASTER'))).toHaveLength(1);
  },
);
