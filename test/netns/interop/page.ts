// docs/interoperability.md: the matrix as it has been run, and its sums in README.md. UPDATE_DOCS=1 writes
// both; any other run compares what it has seen with them, so that they cannot promise more or less.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DaemonKind } from '../../lab/router-daemon.ts';
import { nameOf, type Cell } from './cells.ts';
import { STEPS, type Results } from './matrix.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const FILE = path.join(ROOT, 'docs/interoperability.md');
const README = path.join(ROOT, 'README.md');
/** The table in README.md stands between this heading of its and the next empty line. */
const SUMS_HEADING = 'Combinations that passed every step, in both roles';
/** Column headings: the peer's name, and the version that it is known to be played with. */
const PEERS: Readonly<Record<DaemonKind, string>> = {
  failoverd: 'failoverd',
  keepalived: 'keepalived 2.2.7',
  frr: 'FRR vrrpd 8.4.4',
};
const PASSED = 'yes';
const UNSPOKEN = '-';

/** What was seen: for each peer and cell, which steps failed in which role. */
export class Page {
  readonly #seen = new Map<string, string>();

  /** `role` is what failoverd is beside the peer: the router of higher or of lower priority. */
  add(peer: DaemonKind, role: 'higher' | 'lower', results: Results): void {
    for (const [cell, passed] of results) {
      const failed = STEPS.filter((step) => !passed.has(step));
      const before = this.#seen.get(key(peer, cell));
      const said = failed.length === 0 ? PASSED : `no (${role}: ${failed.join(', ')})`;
      this.#seen.set(key(peer, cell), before === undefined || before === PASSED ? said : before);
    }
  }

  text(cells: readonly Cell[]): string {
    const peers = Object.keys(PEERS) as DaemonKind[];
    const row = (words: readonly string[]): string => `| ${words.join(' | ')} |`;
    const table = [
      row(['Both routers speak', ...peers.map((peer) => PEERS[peer])]),
      row([PEERS.failoverd, ...peers].map(() => '---')),
      ...cells.map((cell) =>
        row([nameOf(cell), ...peers.map((peer) => this.#seen.get(key(peer, cell)) ?? UNSPOKEN)]),
      ),
    ];
    return `${HEAD}\n${table.join('\n')}\n`;
  }

  /** For README.md: of how many ways to speak all steps were passed. */
  sums(cells: readonly Cell[]): string {
    const peers = Object.keys(PEERS) as DaemonKind[];
    const rowOf = ({ version, family }: Cell): string => `VRRPv${version}, IPv${family}`;
    const rows = [...new Set(cells.map(rowOf))].map((name) => {
      const sums = peers.map((peer) => {
        const said = cells
          .filter((cell) => rowOf(cell) === name)
          .flatMap((cell) => this.#seen.get(key(peer, cell)) ?? []);
        const passed = said.filter((one) => one === PASSED).length;
        return said.length === 0 ? UNSPOKEN : `${passed} of ${said.length}`;
      });
      return `| ${[name, ...sums].join(' | ')} |`;
    });
    const head = `| ${[SUMS_HEADING, ...peers.map((peer) => PEERS[peer])].join(' | ')} |`;
    return [head, `| ${['---', ...peers.map(() => '---')].join(' | ')} |`, ...rows].join('\n');
  }
}

/** The page as it is committed, after it has been written where that is asked for. */
export function committed(text: string): string {
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(FILE, text);
  return readFileSync(FILE, 'utf8');
}

/** The table of README.md, after it has been written where that is asked for. */
export function committedSums(sums: string): string {
  const table = new RegExp(`^\\| ${SUMS_HEADING}[^]*?(?=\\n\\n)`, 'm');
  if (process.env['UPDATE_DOCS'] === '1') {
    writeFileSync(README, readFileSync(README, 'utf8').replace(table, sums));
  }
  return table.exec(readFileSync(README, 'utf8'))?.[0] ?? '';
}

function key(peer: DaemonKind, cell: Cell): string {
  return `${peer} ${nameOf(cell)}`;
}

const HEAD = `# Interoperability

Two routers share one virtual router, one of them failoverd, the other the peer of the column; then they swap roles.
Each cell goes through ${STEPS.slice(0, -1).join(', ')} and an orderly stop of both, on a real kernel.
A step counts as passed when tcpdump on a third host has seen the adverts of the right router (version, priority,
source, and the virtual MAC address if there is one), the goodbye and the announcements, and when the kernel of the
one router has the address and that of the other has not.

\`${PASSED}\` means every step in both roles; \`${UNSPOKEN}\` is what the peer does not support: Debian's keepalived is
older than \`auth_hmac\`; FRR has no unicast, no authentication and no VRRPv2 over IPv6, and always uses macvlans
of its own. The administrator configures FRR's addresses, so a killed vrrpd leaves them on the macvlan.

\`test/netns/interop\` generates this page from its run (\`UPDATE_DOCS=1\`) and fails when the result differs.
`;
