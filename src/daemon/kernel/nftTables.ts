/** Tables of nftables: changed and listed by `nft`, whether they stand asked of the kernel itself. */

import { runChild } from '../../base/child.ts';
import { NetlinkRequest } from '../../base/netlink.ts';
import { defaultPath } from '../../base/scriptEnv.ts';
import { exchangeNetlink } from '../../engine/index.ts';

export interface Table {
  readonly family: 4 | 6;
  readonly name: string;
}

/** The family as `nft` says it. */
export const word = (family: 4 | 6): string => (family === 4 ? 'ip' : 'ip6');

export async function nft(args: readonly string[], stdin?: string) {
  const outcome = await runChild({
    argv: ['nft', ...args],
    env: { PATH: process.env['PATH'] ?? defaultPath, LC_ALL: 'C' },
    cwd: '/',
    timeoutMs: 10_000,
    killGraceMs: 1000,
    maxOutputBytes: 64 * 1024,
    stdin,
  });
  const ok = outcome.kind === 'exited' && outcome.code === 0;
  return {
    ok,
    started: outcome.kind !== 'notStarted',
    output: 'output' in outcome ? outcome.output : '',
  };
}

export async function ownerOf(
  { family, name }: Table,
  mark: string,
): Promise<'none' | 'ours' | 'other'> {
  const found = await nft(['-t', 'list', 'table', word(family), name]);
  if (!found.ok) return 'none';
  return found.output.includes(`comment "${mark}"`) ? 'ours' : 'other';
}

/** The tables as nft lists them, without counters; undefined: one of them is not there. */
export async function listed(tables: readonly Table[]): Promise<string | undefined> {
  const each = await Promise.all(
    tables.map(({ family, name }) => nft(['-s', 'list', 'table', word(family), name])),
  );
  return each.every(({ ok }) => ok) ? each.map(({ output }) => output).join('') : undefined;
}

// linux/netfilter/nfnetlink.h, nf_tables.h
const getTable = (10 << 8) | 1;
const tableName = 1;
const noEntry = 2;
/** NFPROTO_* of struct nfgenmsg. */
const protocol = { 4: 2, 6: 10 } as const;

/** Whether there is a table of this name, in some microseconds; true also when it cannot be asked. */
export function stands({ family, name }: Table): boolean {
  const request = new NetlinkRequest(getTable, 0, (writer) => writer.u8(protocol[family], 0, 0, 0));
  try {
    const { errorNumber } = exchangeNetlink(request.text(tableName, name).toArray(), 'netfilter');
    return errorNumber !== noEntry;
  } catch {
    return true;
  }
}
