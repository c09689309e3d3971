// The mark by which addresses of ours can be told from all others, as rtnetlink tells it to a stranger.
import path from 'node:path';
import { expect } from 'vitest';
import { eventually } from '../lab/eventually.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, VIP, walkthrough } from './stage.ts';

const MARKS = path.resolve(import.meta.dirname, '../lab/address-marks.py');
const STATIC = '192.168.122.150';
/** Ours; RTPROT_KEEPALIVED; none. Linux before 5.18 has no marks. */
const [OURS, KEEPALIVED, NONE] = ['112', '18', '0'];

walkthrough(
  'virtual addresses carry our mark, others do not',
  { pairs: ALONE_WITH_OURSELVES, programs: ['python3'] },
  async ({ server1, lab }) => {
    const text = version3('0.2', [`${VIP}/24`]);
    await server1.start(`static_ipaddress {\n  ${STATIC}/24 dev eth0\n}\n${text}`);
    const marks = async (): Promise<Map<string, string>> => {
      const lines = (await lab.server1.run('python3', MARKS)).trim().split('\n');
      return new Map(lines.map((line) => line.split(' ') as [string, string]));
    };
    await eventually('both', async () => {
      const found = await marks();
      return found.has(VIP) && found.has(STATIC);
    });
    const found = await marks();
    expect([found.get(VIP), found.get(STATIC), found.get(SERVER1)]).toEqual([
      OURS,
      KEEPALIVED,
      NONE,
    ]);
  },
);
