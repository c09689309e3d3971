/**
 * The tables of nftables that a model wants, as text for `nft -f`. Pure.
 *
 * The rules stand from the start on and hold in every state: on a BACKUP the addresses are not local, so
 * that nothing in the hooks for input and output can match them. A takeover waits for no rule.
 */

import type { Instance, Model, VirtualAddress } from '../../config/index.ts';
import { isLinkLocal } from '../../config/address.ts';
import { vmacKey } from '../../config/plan.ts';
import type { WantedVmac } from './vmacPlan.ts';

type Family = 4 | 6;

interface Wish {
  readonly vmacs: readonly WantedVmac[];
  /** Interfaces that exist: a map to another one cannot be loaded. */
  readonly present: ReadonlySet<string>;
}

function guarded(model: Model, family: Family): { instance: Instance; address: VirtualAddress }[] {
  return model.instances
    .filter(({ accept }) => !accept)
    .flatMap((instance) =>
      [...instance.addresses, ...instance.excludedAddresses].map((address) => ({
        instance,
        address,
      })),
    )
    .filter(({ address }) => address.family === family);
}

function set(name: string, type: string, elements: readonly string[]): string {
  const list = [...new Set(elements)].toSorted().join(', ');
  return `  set ${name} { type ${type}; elements = { ${list} } }\n`;
}

function map(name: string, type: string, elements: readonly string[]): string {
  return `  map ${name} { type ${type}; elements = { ${elements.join(', ')} } }\n`;
}

interface Rules {
  readonly sets: string[];
  readonly input: string[];
  readonly output: string[];
}

/** no_accept: nothing to the addresses and nothing from them, but for neighbour discovery. */
function addVips(
  rules: Rules,
  model: Model,
  wish: Wish,
  { family, counter }: { readonly family: Family; readonly counter: string },
): void {
  const all = guarded(model, family).map(({ address }) => address.address);
  if (all.length === 0) return;
  const ip = family === 4 ? 'ip' : 'ip6';
  const local = all.filter((address) => family === 6 && isLinkLocal({ family, address }));
  const wide = all.filter((address) => !local.includes(address));
  if (family === 6) {
    const discovery = 'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept';
    rules.input.push(discovery);
    rules.output.push(discovery);
  }
  if (wide.length > 0) {
    rules.sets.push(set('vips', family === 4 ? 'ipv4_addr' : 'ipv6_addr', wide));
    rules.input.push(`${ip} daddr @vips${counter} drop`);
    rules.output.push(`${ip} saddr @vips${counter} drop`);
  }
  if (local.length === 0) return;
  const on = guarded(model, 6)
    .filter(({ address }) => local.includes(address.address))
    .map(({ instance, address }) => `${address.address} . "${homeOf(instance, address, wish)}"`);
  rules.sets.push(set('vips_link_local', 'ipv6_addr . ifname', on));
  rules.input.push(`ip6 daddr . iifname @vips_link_local${counter} drop`);
  rules.output.push(`ip6 saddr . oifname @vips_link_local${counter} drop`);
}

/** The interface that the address stands on. */
function homeOf(instance: Instance, address: VirtualAddress, { vmacs }: Wish): string {
  const device = address.interface ?? instance.interface ?? '';
  const own = address.interface === null ? instance.name : '';
  const keys = [vmacKey(instance.name, device), own];
  return vmacs.find(({ key }) => keys.includes(key))?.name ?? device;
}

/**
 * A macvlan joins the group of the adverts, and the kernel reports that from the virtual MAC address:
 * switches would learn a BACKUP's port for it. The report leaves from the parent instead.
 */
function addVmacs(rules: Rules, wish: Wish, family: Family, counter: string): void {
  const vmacs = wish.vmacs.filter(
    ({ mac, parent, ...vmac }) =>
      vmac.family === family && mac !== null && wish.present.has(parent),
  );
  if (vmacs.length === 0) return;
  rules.sets.push(
    set(
      'vmacs',
      'ifname',
      vmacs.map(({ name }) => `"${name}"`),
    ),
    map(
      'parents',
      'ifname : iface_index',
      vmacs.map(({ name, parent }) => `"${name}" : "${parent}"`),
    ),
  );
  const report =
    family === 4 ? 'ip protocol igmp' : 'icmpv6 type { mld-listener-report, mld2-listener-report }';
  const ip = family === 4 ? 'ip' : 'ip6';
  rules.output.push(
    `oifname @vmacs ${report}${counter} dup to ${ip} daddr device oifname map @parents drop`,
  );
  if (family === 6)
    rules.output.push(`oifname @vmacs icmpv6 type nd-router-solicit${counter} drop`);
}

function chain(name: string, hook: string, priority: number, rules: readonly string[]): string {
  if (rules.length === 0) return '';
  const type = `type filter hook ${hook} priority ${priority}; policy accept;`;
  return `  chain ${name} {\n    ${[type, ...rules].join('\n    ')}\n  }\n`;
}

/** The table of one family; empty when nothing of it is wanted. */
export function tableText(
  model: Model,
  wish: Wish,
  { family, name, comment }: { family: Family; name: string; comment: string },
): string {
  const { nftablesPriority, nftablesCounters } = model.globals.firewall;
  const counter = nftablesCounters ? ' counter' : '';
  const rules: Rules = { sets: [], input: [], output: [] };
  addVmacs(rules, wish, family, counter);
  addVips(rules, model, wish, { family, counter });
  if (rules.input.length + rules.output.length === 0) return '';
  const input = chain('in', 'input', nftablesPriority, rules.input);
  const output = chain('out', 'output', nftablesPriority, rules.output);
  const ip = family === 4 ? 'ip' : 'ip6';
  return `table ${ip} ${name} {\n  comment "${comment}"\n${rules.sets.join('')}${output}${input}}\n`;
}
