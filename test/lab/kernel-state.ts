// What a host's kernel holds, in the words of ip(8), for comparing what two daemons leave there.

import { eventuallyEqual } from './eventually.ts';
import type { Host } from './host.ts';

/** One line for each object, sorted; what differs by chance is left out. */
export interface KernelState {
  readonly addresses: readonly string[];
  readonly routes: readonly string[];
  readonly rules: readonly string[];
}

/** Lines of `ip` without what the kernel counts by itself. */
function tidy(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
    .toSorted();
}

interface AddressRow {
  readonly ifname: string;
  readonly addr_info: readonly Record<string, unknown>[];
}

/** Who added an address is a daemon's own mark, and how long it lives is a moment's. */
const ofTheMoment = new Set(['protocol', 'valid_life_time']);

async function addresses(host: Host): Promise<string[]> {
  const links = JSON.parse(await host.ip('-j', 'addr', 'show')) as AddressRow[];
  return links
    .flatMap(({ ifname, addr_info: list }) =>
      list.map((address) => {
        const told = Object.entries(address).filter(([name]) => !ofTheMoment.has(name));
        return `${ifname} ${JSON.stringify(Object.fromEntries(told))}`;
      }),
    )
    .toSorted();
}

/** Routes of every table and both families, next hops on the line of their route. */
async function routes(host: Host): Promise<string[]> {
  const both = await Promise.all(
    ['-4', '-6'].map((family) => host.ip('-o', '-d', family, 'route', 'show', 'table', 'all')),
  );
  return tidy(both.join('\n').replaceAll('\\', ' '));
}

async function rules(host: Host): Promise<string[]> {
  const both = await Promise.all(['-4', '-6'].map((family) => host.ip('-d', family, 'rule')));
  return tidy(both.join('\n'));
}

export async function kernelState(host: Host): Promise<KernelState> {
  return { addresses: await addresses(host), routes: await routes(host), rules: await rules(host) };
}

interface LinkRow {
  readonly ifname: string;
  readonly address: string;
}

/** All of that, the links and the tables of nftables as well: one line for each object. */
export async function wholeKernel(host: Host): Promise<readonly string[]> {
  const links = JSON.parse(await host.ip('-j', 'link', 'show')) as readonly LinkRow[];
  const named = links.map(({ ifname, address }) => `${ifname} ${address}`);
  const tables = (await host.run('nft', '-s', 'list', 'ruleset')).split('\n');
  const { addresses: there, routes: ways, rules: policy } = await kernelState(host);
  return [...named, ...there, ...ways, ...policy, ...tables].toSorted();
}

/** Waits until that is what the kernel holds. */
export function kernelBecomes(host: Host, wanted: readonly string[]): Promise<void> {
  const look = async (): Promise<object> => {
    const now = await wholeKernel(host);
    const missing = wanted.filter((line) => !now.includes(line));
    return { missing, more: now.filter((line) => !wanted.includes(line)) };
  };
  return eventuallyEqual('the kernel', look, { missing: [], more: [] });
}
