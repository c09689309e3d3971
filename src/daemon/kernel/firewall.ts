/**
 * Our tables of nftables: installed by `nft` at the start and at a reload, in one transaction, and
 * known again by their comment. A table of that name that is somebody else's is left alone, and
 * another name is taken.
 */

import type { Log } from '../../base/log.ts';
import type { Model } from '../../config/index.ts';
import { tableText } from './firewallRules.ts';
import { listed, nft, ownerOf, stands, word } from './nftTables.ts';
import type { Table } from './nftTables.ts';
import type { WantedVmac } from './vmacPlan.ts';
import { markOf } from './vmacs.ts';

type Say = Pick<Log, 'info' | 'warning'>;

/** As it was handed over. */
interface Installed extends Table {
  readonly text: string;
}

const families = [4, 6] as const;
const mostNames = 9;

function nameOf(model: Model): string {
  const { instance } = model.globals.daemon;
  const name = model.globals.firewall.nftables;
  if (name !== null) return name;
  return instance === null ? 'failoverd' : `failoverd_${instance.replace(/\W/g, '_')}`;
}

function needsTables(model: Model, vmacs: readonly WantedVmac[]): boolean {
  return vmacs.some(({ mac }) => mac !== null) || model.instances.some(({ accept }) => !accept);
}

export interface Wish {
  readonly model: Model;
  readonly vmacs: readonly WantedVmac[];
  readonly present: ReadonlySet<string>;
}

const textOf = (tables: readonly Installed[]): string => tables.map(({ text }) => text).join('');

export class Firewall {
  readonly #log: Say;
  /** What stands in the kernel. */
  #tables: readonly Installed[] = [];
  /** It may not be all there. */
  #damaged = false;
  #wish: Wish | undefined;
  /** What the kernel makes of which text; undefined: not known. */
  #listing: { readonly of: string; readonly is: string } | undefined;
  #problem: string | undefined;
  /** Tables that have been told of as somebody else's. */
  readonly #foreign = new Set<string>();
  /** One thing after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(log: Say) {
    this.#log = log;
  }

  /** What stands in the kernel. */
  get tables(): readonly Table[] {
    return this.#tables;
  }

  /** Why what is wanted does not stand, as far as is known; undefined: it does. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Makes the kernel have what `model` wants, or says in `problem` why not. Never rejects. */
  install(wish: Wish): Promise<void> {
    this.#work = this.#work.then(() => this.#install(wish));
    return this.#work;
  }

  /** Resolves when nothing is under way. */
  settled(): Promise<void> {
    return this.#work;
  }

  /** Puts back tables that somebody has removed, fast. True: there was one. Never rejects. */
  restore(): Promise<boolean> {
    return this.#mend(async () => {
      const gone = this.#tables.filter((table) => !stands(table));
      if (gone.length === 0) return false;
      const done = await nft(['-f', '-'], textOf(gone));
      // Somebody was faster, perhaps with a table of that name.
      return done.ok || this.#reinstall();
    });
  }

  /** Puts back what somebody has changed in the tables. True: there was something. Never rejects. */
  repair(): Promise<boolean> {
    return this.#mend(async () => {
      const known = this.#listing?.of === textOf(this.#tables) ? this.#listing.is : undefined;
      const changed = known === undefined || (await listed(this.#tables)) !== known;
      return changed && this.#reinstall();
    });
  }

  async remove(): Promise<void> {
    await this.#work;
    this.#wish = undefined;
    const text = this.#tables.map(({ family, name }) => `delete table ${word(family)} ${name}\n`);
    this.#tables = [];
    if (text.length > 0) await nft(['-f', '-'], text.join(''));
  }

  async #mend(how: () => Promise<boolean>): Promise<boolean> {
    let mended = false;
    this.#work = this.#work.then(async () => {
      if (this.#tables.length > 0) mended = await how();
    });
    await this.#work;
    return mended;
  }

  async #reinstall(): Promise<boolean> {
    this.#damaged = true;
    if (this.#wish !== undefined) await this.#install(this.#wish);
    return !this.#damaged;
  }

  async #install(wish: Wish): Promise<void> {
    const { model, vmacs, present } = wish;
    this.#wish = wish;
    if (!needsTables(model, vmacs) && this.#tables.length === 0) {
      this.#problem = undefined;
      return;
    }
    const comment = markOf(model.globals.daemon.instance);
    const tables: Installed[] = [];
    let removals = '';
    for (const family of families) {
      const { table, exists } = await this.#choose({ family, name: nameOf(model) }, comment);
      const text = tableText(model, { vmacs, present }, { ...table, comment });
      if (exists) removals += `delete table ${word(family)} ${table.name}\n`;
      if (text !== '') tables.push({ ...table, text });
    }
    const text = textOf(tables);
    const isAllThere = removals.split('\n').length - 1 === tables.length;
    if (!this.#damaged && text !== '' && text === textOf(this.#tables) && isAllThere) {
      this.#problem = undefined;
      return;
    }
    const done = await nft(['-f', '-'], removals + text);
    if (!done.ok) {
      const said = done.output.trim().split('\n')[0] ?? '';
      this.#problem = done.started ? said || 'nft failed' : 'nft cannot be started';
      return;
    }
    this.#problem = undefined;
    this.#damaged = false;
    this.#tables = tables;
    if (text !== this.#listing?.of) await this.#learn(text);
    const names = tables.map(({ family, name }) => `${word(family)} ${name}`).join(' and ');
    if (names !== '') this.#log.info(`installed the nftables ${names}`, { event: 'firewall' });
  }

  /** Somebody may have been at them by now: that is told as a change, and they are looked at again. */
  async #learn(text: string): Promise<void> {
    const is = await listed(this.#tables);
    this.#listing = is === undefined ? undefined : { of: text, is };
  }

  async #choose(wanted: Table, mark: string): Promise<{ table: Table; exists: boolean }> {
    for (let number = 1; number < mostNames; number += 1) {
      const table = { ...wanted, name: number === 1 ? wanted.name : `${wanted.name}_${number}` };
      const owner = await ownerOf(table, mark);
      if (owner !== 'other') return { table, exists: owner === 'ours' };
      const what = `${word(table.family)} ${table.name}`;
      if (this.#foreign.has(what)) continue;
      this.#foreign.add(what);
      this.#log.warning(`the nftables table ${what} is somebody else's`, { event: 'firewall' });
    }
    return { table: { ...wanted, name: `${wanted.name}_${mostNames}` }, exists: false };
  }
}

/** Tables of ours that a killed daemon has left. Returns what was removed. */
export async function removeLeftTables(model: Model): Promise<string[]> {
  const mark = markOf(model.globals.daemon.instance);
  const removed: string[] = [];
  for (const family of families) {
    for (let number = 1; number <= mostNames; number += 1) {
      const name = number === 1 ? nameOf(model) : `${nameOf(model)}_${number}`;
      const owner = await ownerOf({ family, name }, mark);
      if (owner === 'none') break;
      if (owner !== 'ours') continue;
      const done = await nft(['delete', 'table', word(family), name]);
      if (done.ok) removed.push(`the nftables table ${word(family)} ${name}`);
    }
  }
  return removed;
}
