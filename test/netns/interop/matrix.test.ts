import { expect, test } from 'vitest';
import { Frr } from '../../lab/frr.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../../lab/requirements.ts';
import { pairs } from '../pairs.ts';
import { onStage } from '../stage.ts';
import { CELLS, type Cell } from './cells.ts';
import { failures, playMatrix } from './matrix.ts';
import { committed, committedSums, Page } from './page.ts';

const missing = [
  whatIsMissing([...LAB_PROGRAMS, 'keepalived']),
  Frr.installed ? '' : 'frr must be installed',
]
  .filter((reason) => reason !== '')
  .join(' and ');
const because = missing === '' ? '' : `: skipped, ${missing}`;

const PAIRS = [
  'failoverd+failoverd',
  'failoverd+keepalived',
  'keepalived+failoverd',
  'failoverd+frr',
  'frr+failoverd',
];
const asUsual = process.env['FAILOVERD_NETNS_PAIRS'] === undefined;

const page = new Page();

for (const [name, pair] of pairs(PAIRS)) {
  const options = { concurrent: true, timeout: 300_000 };
  test.runIf(missing === '')(`the whole matrix (${name})${because}`, options, async () => {
    await onStage(pair, { hub: true }, async (stage) => {
      const results = await playMatrix(
        stage,
        CELLS.filter((cell) => isSpoken(name, cell)),
      );
      const [peer, role] =
        pair.server1 === 'failoverd'
          ? ([pair.server2, 'higher'] as const)
          : ([pair.server1, 'lower'] as const);
      page.add(peer, role, results);
      expect(failures(results)).toEqual([]);
    });
  });
}

test.runIf(missing === '' && asUsual)(`the documents say what was seen${because}`, () => {
  const seen = page.text(CELLS);
  expect(committed(seen)).toBe(seen);
  const sums = page.sums(CELLS);
  expect(committedSums(sums)).toBe(sums);
});

/** Debian's keepalived is older than auth_hmac; FRR knows one way, on its own macvlans. */
function isSpoken(pair: string, cell: Cell): boolean {
  const { version, family, transport, authentication, vmac } = cell;
  if (pair.includes('frr')) {
    if (version === 2 && family === 6) return false;
    return transport === 'multicast' && authentication === 'none' && !vmac;
  }
  return authentication !== 'HMAC' || !pair.includes('keepalived');
}
