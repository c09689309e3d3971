// A thousand addresses on one virtual router: how long a takeover takes, and what the adverts do meanwhile.

import { eventually } from '../../lab/eventually.ts';
import type { Lab } from '../../lab/lab.ts';
import { instance, manyAddresses } from '../configs.ts';
import { Observer, type Seen } from '../observer.ts';
import { NAMES, peer } from '../peers.ts';
import {
  ratio,
  type BenchOptions,
  type Scenario,
  type Table,
  cellOf,
  type Claim,
} from '../scenario.ts';
import { gaps, spread } from '../statistics.ts';

const INTERVAL = 100_000;

interface Figures {
  /** From the first advert to the first announcement of the last address, milliseconds. */
  readonly announced: number;
  /** The longest time between two adverts meanwhile, milliseconds. */
  readonly silence: number;
}

async function measure(
  lab: Lab,
  name: (typeof NAMES)[number],
  excluded: readonly string[],
): Promise<Figures> {
  const one = peer(name, lab.server1);
  const observer = await Observer.start(lab.client);
  await one.start(instance({ interval: INTERVAL / 1e6, excluded, extra: 'garp_master_delay 0\n' }));
  await eventually(
    'all addresses',
    async () => {
      const text = await lab.server1.ip('-br', 'addr', 'show', 'dev', 'eth0');
      return text.split(' ').filter((word) => word.startsWith('10.77.')).length === excluded.length;
    },
    { timeoutMs: 120_000, everyMs: 200 },
  );
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const seen = await observer.stop();
  await one.daemon.stop();
  await eventually(
    'the addresses to be gone',
    async () => !(await lab.server1.ip('-br', 'addr', 'show', 'dev', 'eth0')).includes(' 10.77.'),
    { timeoutMs: 120_000, everyMs: 200 },
  );
  return judge(seen, new Set(excluded.map((address) => address.split('/')[0] ?? '')));
}

function judge({ adverts, announcements }: Seen, wanted: ReadonlySet<string>): Figures {
  const from = adverts[0]?.at ?? Number.NaN;
  const first = new Map<string, number>();
  for (const { at, address } of announcements) {
    if (wanted.has(address) && !first.has(address)) first.set(address, at);
  }
  const last = first.size === wanted.size ? Math.max(...first.values()) : Number.NaN;
  return {
    announced: (last - from) / 1000,
    silence: spread(gaps(adverts.map((one) => one.at))).max / 1000,
  };
}

async function run(lab: Lab, { quick }: BenchOptions, say: (what: string) => void) {
  const rows: (string | number)[][] = [];
  for (const count of quick ? [1000] : [1000, 10_000]) {
    const figures = new Map<string, Figures>();
    for (const name of NAMES) {
      say(`${count} addresses, ${name}`);
      figures.set(name, await measure(lab, name, manyAddresses(count)));
    }
    const theirs = figures.get('keepalived')?.announced ?? Number.NaN;
    for (const [name, { announced, silence }] of figures) {
      const beside = name === 'failoverd' ? ratio(announced, theirs) : '';
      rows.push([`${count}`, name, announced, silence, beside]);
    }
  }
  return table(rows);
}

function table(rows: (string | number)[][]): Table {
  return {
    title: 'Many addresses',
    columns: [
      'addresses',
      'daemon',
      'all announced, ms',
      'longest silence, ms',
      'announced beside keepalived',
    ],
    rows,
    note: `From the first advert of a takeover; the advert interval is ${INTERVAL / 1000} ms, and silence longer than three of them is a second master.`,
    claims: claimsOf(rows),
  };
}

function claimsOf(rows: Table['rows']): Claim[] {
  const most = rows.at(-1)?.[0] ?? '';
  const of = (daemon: string, column: number): number => cellOf(rows, String(most), daemon, column);
  return [
    {
      what: `${most} addresses: until all are announced`,
      unit: 'ms',
      ours: of('failoverd', 2),
      theirs: of('keepalived', 2),
      most: 1,
      of: 'ratio',
      floor:
        'most of it is the kernel, which looks through all addresses of the interface for each',
      headline: true,
    },
    {
      what: `${most} addresses: the longest silence meanwhile, adverts every 100 ms`,
      unit: 'ms',
      ours: of('failoverd', 3),
      theirs: of('keepalived', 3),
      most: INTERVAL / 1000 + 5,
      of: 'value',
      floor:
        'whoever else runs on these processors; between two slices of addresses every due advert leaves',
    },
  ];
}

export const vips: Scenario = { name: 'vips', about: 'a thousand addresses at once', run };
