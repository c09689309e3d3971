/**
 * The macvlans that carry virtual MAC addresses, and ipvlans where those are asked for: made before
 * their instance is applied, made again when somebody removes them, gone when they are no longer
 * wanted. Ours carry a mark (their alias), and nobody else's is ever changed or removed. Blocks for
 * the millisecond that the kernel takes.
 */

import { errnoText } from '../../base/errorText.ts';
import type { Log } from '../../base/log.ts';
import { filterHolder, filterTrial } from '../../config/kernel/filter.ts';
import { exchangeNetlink } from '../../engine/index.ts';
import { listLinks, vrfOf } from './links.ts';
import type { Link } from './links.ts';
import {
  addOwnAddress,
  createIpvlan,
  createMacvlan,
  deleteLink,
  markLink,
  moveLink,
  privateMode,
  raiseLink,
} from './macvlan.ts';
import type { Sysctls } from './sysctls.ts';
import type { WantedVmac } from './vmacPlan.ts';

type Say = Pick<Log, 'info' | 'notice' | 'warning' | 'error'>;

/** IFLA_IFALIAS of our links; with the name of the daemon's instance where it has one. */
export function markOf(instance: string | null): string {
  return instance === null ? 'failoverd' : `failoverd ${instance}`;
}

/** Whether an interface is the macvlan or ipvlan that is wanted, whoever made it. */
function fits(link: Link, wanted: WantedVmac, parent: Link): boolean {
  const { kind, macvlanMode, mac } = link;
  if (link.parent !== parent.ifIndex) return false;
  if (wanted.mac === null) return kind === 'ipvlan';
  return kind === 'macvlan' && macvlanMode === privateMode && mac === wanted.mac.toLowerCase();
}

/** EOPNOTSUPP: the kernel has not got that kind of link. */
const unknownKind = 95;
/** EEXIST. */
const exists = 17;

export class Vmacs {
  readonly #log: Say;
  readonly #sysctls: Sysctls;
  readonly #mark: string;
  #wanted: readonly WantedVmac[] = [];
  /** Whether this kernel can shut a macvlan for frames to its MAC address; undefined: not tried yet. */
  #filters: boolean | undefined;

  constructor(log: Say, sysctls: Sysctls, instance: string | null) {
    this.#log = log;
    this.#sysctls = sysctls;
    this.#mark = markOf(instance);
  }

  /** Whether macvlans can be shut for frames to their MAC addresses; true as long as none is there. */
  get filters(): boolean {
    return this.#filters ?? true;
  }

  /** Names that cannot be had: of interfaces that are not ours and no macvlan like `wanted`. */
  blockedNames(wanted: readonly WantedVmac[]): Set<string> {
    const links = listLinks();
    const blocked = links.filter((link) => {
      if (link.alias === this.#mark) return false;
      const planned = wanted.find(({ name }) => name === link.name);
      if (planned === undefined) return false;
      const parent = links.find(({ name }) => name === planned.parent);
      return parent === undefined || !fits(link, planned, parent);
    });
    return new Set(blocked.map(({ name }) => name));
  }

  /**
   * Makes what is wanted and not there, and returns the names of what it made. What cannot be made
   * yet is tried when links change.
   */
  ensure(wanted: readonly WantedVmac[]): readonly string[] {
    this.#wanted = wanted;
    return this.repair(() => true);
  }

  /** The same for what is wanted already, as far as it is allowed. */
  repair(allows: (name: string) => boolean): readonly string[] {
    if (this.#wanted.length === 0) return [];
    const links = listLinks();
    const due = this.#wanted.filter(({ name }) => allows(name));
    return due.filter((one) => this.#ensureOne(one, links)).map(({ name }) => name);
  }

  /** Whether a link is, or should be, one of ours or under one of them. */
  concerns(name: string): boolean {
    return this.#wanted.some((one) => one.name === name || one.parent === name);
  }

  /** The numbers of our links. */
  numbers(): number[] {
    if (this.#wanted.length === 0) return [];
    const ours = listLinks().filter(({ alias }) => alias === this.#mark);
    return ours.map(({ ifIndex }) => ifIndex);
  }

  /** Removes our links that are no longer wanted. Returns what was removed. */
  removeUnwanted(): string[] {
    const names = new Set(this.#wanted.map(({ name }) => name));
    const removed: string[] = [];
    for (const link of listLinks()) {
      if (link.alias !== this.#mark || names.has(link.name)) continue;
      if (this.#ask(deleteLink(link.ifIndex), `remove ${link.name}`)) removed.push(link.name);
    }
    return removed;
  }

  removeAll(): string[] {
    this.#wanted = [];
    return this.removeUnwanted();
  }

  /** Whether it had to be made. */
  #ensureOne(wanted: WantedVmac, links: readonly Link[]): boolean {
    const parent = links.find(({ name }) => name === wanted.parent);
    if (parent === undefined) return false; // made when it appears
    const present = links.find(({ name }) => name === wanted.name);
    if (present !== undefined && present.alias === this.#mark && !fits(present, wanted, parent)) {
      this.#ask(deleteLink(present.ifIndex), `remove ${present.name}, which has changed`);
    } else if (present !== undefined) {
      if (!fits(present, wanted, parent)) return false;
      if (present.alias === this.#mark) this.#follow(present, parent, links);
      this.#finish(present, wanted, parent);
      return false;
    }
    const { name } = wanted;
    if (!this.#create(wanted, parent)) return false;
    const link = listLinks().find((one) => one.name === name);
    if (link === undefined) return false;
    this.#ask(markLink(link.ifIndex, this.#mark), `mark ${name}`);
    const what = wanted.mac === null ? `ipvlan ${name}` : `macvlan ${name} with ${wanted.mac}`;
    this.#log.notice(`made the ${what} over ${parent.name}`, { event: 'vmac' });
    this.#follow(link, parent, links);
    this.#finish(link, wanted, parent);
    const address = wanted.ipvlan?.address ?? null;
    if (address !== null) {
      this.#ask(addOwnAddress(link.ifIndex, address), `add ${address} to ${name}`);
    }
    return true;
  }

  #create({ name, mac, ipvlan, group }: WantedVmac, parent: Link): boolean {
    const link = { name, parent: parent.ifIndex, group: group ?? parent.group };
    if (mac !== null) {
      return this.#ask(
        createMacvlan({ ...link, mac }),
        `make the macvlan ${name} over ${parent.name}`,
      );
    }
    const request = createIpvlan({ ...link, mode: ipvlan?.mode ?? 'bridge' });
    return this.#ask(
      request,
      `make the ipvlan ${name} over ${parent.name}`,
      'this kernel has no ipvlan (CONFIG_IPVLAN); use_vmac does without',
    );
  }

  /** Into the VRF of its parent, or out of the one that its parent has left. */
  #follow(link: Link, parent: Link, links: readonly Link[]): void {
    const vrf = vrfOf(parent, links);
    if (vrf === vrfOf(link, links)) return;
    const { ifIndex, name } = link;
    const where = links.find((one) => one.ifIndex === vrf)?.name;
    const what = where === undefined ? 'out of its VRF' : `into the VRF ${where}`;
    if (!this.#ask(moveLink(ifIndex, vrf), `move ${name} ${what}`)) return;
    this.#log.notice(`moved ${name} ${what}, where ${parent.name} is`, { event: 'vmac' });
  }

  /** Settings before it goes up: it must not say a word by itself. */
  #finish(link: Link, wanted: WantedVmac, parent: Link): void {
    this.#setOwn(wanted);
    // An ipvlan's frames never reach its parent's stack.
    if (wanted.mac !== null) {
      this.#setParent(parent.name);
      this.#prepareFilter(link);
    }
    if (!link.up) this.#ask(raiseLink(link.ifIndex), `set ${link.name} up`);
  }

  /** The engine adds the filter; what it hangs on is made here. */
  #prepareFilter({ ifIndex }: Link): void {
    if (this.#filters === false) return;
    const held = exchangeNetlink(filterHolder(ifIndex)).errorNumber;
    if (this.#filters !== undefined) return;
    const refusals = filterTrial(ifIndex).map((one) => exchangeNetlink(one).errorNumber);
    const errorNumber = [held === exists ? 0 : held, ...refusals].find((one) => one !== 0) ?? 0;
    this.#filters = errorNumber === 0;
    if (this.#filters) return;
    this.#log.warning(
      `this kernel has no filter for frames to virtual MAC addresses (${errnoText(errorNumber)}; ` +
        'CONFIG_NET_SCH_INGRESS, CONFIG_NET_CLS_BPF): where a switch sends them to all of its ' +
        'ports, a BACKUP forwards them, too',
      { event: 'vmac' },
    );
  }

  #setOwn({ name, family, mac }: WantedVmac): void {
    const set = (rest: string, value: string): void => this.#sysctls.setOwn(rest, value);
    if (family === 4) {
      set(`ipv6/conf/${name}/disable_ipv6`, '1');
      if (mac === null) return;
      set(`ipv4/conf/${name}/arp_ignore`, '1');
      set(`ipv4/conf/${name}/accept_local`, '1');
      set(`ipv4/conf/${name}/rp_filter`, '0');
      set(`ipv4/conf/${name}/promote_secondaries`, '1');
      return;
    }
    // No link-local address of its own, no solicitation, no duplicate address detection.
    set(`ipv6/conf/${name}/disable_ipv6`, '0');
    set(`ipv6/conf/${name}/addr_gen_mode`, '1');
    set(`ipv6/conf/${name}/accept_ra`, '0');
    set(`ipv6/conf/${name}/autoconf`, '0');
    set(`ipv6/conf/${name}/router_solicitations`, '0');
    set(`ipv6/conf/${name}/accept_dad`, '0');
  }

  /** The parent must not answer for what the macvlan has. */
  #setParent(name: string): void {
    const sysctls = this.#sysctls;
    sysctls.set(`ipv4/conf/${name}/arp_ignore`, '1');
    sysctls.set(`ipv4/conf/${name}/arp_filter`, '1');
    // Nor ask in the name of a virtual address: whoever hears the question believes it.
    sysctls.set(`ipv4/conf/${name}/arp_announce`, '2');
    // The stricter one of `all` and of the interface holds: `all` moves to every interface.
    const all = sysctls.get('ipv4/conf/all/rp_filter');
    if (all === undefined || all === '0') return;
    for (const link of listLinks()) {
      if (this.#wanted.some((one) => one.name === link.name)) continue;
      const setting = `ipv4/conf/${link.name}/rp_filter`;
      if (Number(sysctls.get(setting) ?? 0) < Number(all)) sysctls.set(setting, all);
    }
    sysctls.set('ipv4/conf/all/rp_filter', '0');
  }

  /** `unsupported`: what EOPNOTSUPP means. */
  #ask(request: readonly number[], what: string, unsupported?: string): boolean {
    const { errorNumber } = exchangeNetlink(request);
    if (errorNumber === 0) return true;
    const known = errorNumber === unknownKind ? unsupported : undefined;
    const why = known ?? errnoText(errorNumber);
    this.#log.error(`cannot ${what}: ${why}`, { event: 'vmac' });
    return false;
  }
}
