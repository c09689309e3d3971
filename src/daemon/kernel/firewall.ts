/**
 * Our tables of nftables: installed by `nft` at the start and at a reload, in one transaction, and
 * known again by their comment. A table of that name that is somebody else's is left alone, and
 * another name is taken.
 */

import { runChild } from '../../base/child.ts';
import type { Log } from '../../base/log.ts';
import { defaultPath } from '../../base/scriptEnv.ts';
import type { Model } from '../../config/index.ts';
import { tableText } from './firewallRules.ts';
import { rulesetGeneration } from './rulesetGeneration.ts';
import type { WantedVmac } from './vmacPlan.ts';
import { markOf } from './vmacs.ts';

type Say = Pick<Log, 'info' | 'warning' | 'error'>;

interface Table {
  readonly family: 4 | 6;
  readonly name: string;
}

const families = [4, 6] as const;
const mostNames = 9;

async function nft(args: readonly string[], stdin?: string) {
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

function nameOf(model: Model): string {
  const { instance } = model.globals.daemon;
  const name = model.globals.firewall.nftables;
  if (name !== null) return name;
  return instance === null ? 'failoverd' : `failoverd_${instance.replace(/\W/g, '_')}`;
}

const word = (family: 4 | 6): string => (family === 4 ? 'ip' : 'ip6');

async function ownerOf({ family, name }: Table, mark: string): Promise<'none' | 'ours' | 'other'> {
  const listed = await nft(['-t', 'list', 'table', word(family), name]);
  if (!listed.ok) return 'none';
  return listed.output.includes(`comment "${mark}"`) ? 'ours' : 'other';
}

function needsTables(model: Model, vmacs: readonly WantedVmac[]): boolean {
  return vmacs.some(({ mac }) => mac !== null) || model.instances.some(({ accept }) => !accept);
}

interface Wish {
  readonly model: Model;
  readonly vmacs: readonly WantedVmac[];
  readonly present: ReadonlySet<string>;
}

/** The tables as nft lists them, without counters. */
async function listed(tables: readonly Table[]): Promise<string> {
  const texts: string[] = [];
  for (const { family, name } of tables) {
    texts.push((await nft(['-s', 'list', 'table', word(family), name])).output);
  }
  return texts.join('');
}

export class Firewall {
  readonly #log: Say;
  /** What stands in the kernel, as it was handed over. */
  #installed = '';
  #tables: Table[] = [];
  #wish: Wish | undefined;
  /** The ruleset in which our tables are known to stand, and what they look like. */
  #generation: number | undefined;
  #listing: string | undefined = '';
  /** What was handed over when that was so. */
  #listingOf: string | undefined;
  /** One thing after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(log: Say) {
    this.#log = log;
  }

  /** Makes the kernel have what `model` wants. Never rejects. */
  install(model: Model, vmacs: readonly WantedVmac[], present: ReadonlySet<string>): Promise<void> {
    this.#work = this.#work.then(() => this.#install({ model, vmacs, present }));
    return this.#work;
  }

  /** Puts back what somebody has removed or changed since. True: something was. Never rejects. */
  async repair(): Promise<boolean> {
    await this.#work;
    const generation = this.#tables.length === 0 ? undefined : rulesetGeneration();
    if (generation === undefined || generation === this.#generation) return false;
    let changed = false;
    this.#work = this.#work.then(async () => {
      if (this.#wish === undefined) return;
      this.#generation = generation;
      changed = (await listed(this.#tables)) !== this.#listing;
      if (!changed) return;
      this.#log.warning('somebody changed the nftables of failoverd; they are put back', {
        event: 'firewall',
      });
      this.#installed = '';
      await this.#install(this.#wish);
    });
    await this.#work;
    return changed;
  }

  async #install(wish: Wish): Promise<void> {
    const { model, vmacs, present } = wish;
    this.#wish = wish;
    if (!needsTables(model, vmacs) && this.#tables.length === 0) return;
    const comment = markOf(model.globals.daemon.instance);
    const tables: Table[] = [];
    let text = '';
    let removals = '';
    for (const family of families) {
      const table = await this.#choose({ family, name: nameOf(model) }, comment);
      const body = tableText(model, { vmacs, present }, { ...table.table, comment });
      if (table.exists) removals += `delete table ${word(family)} ${table.table.name}\n`;
      if (body !== '') tables.push(table.table);
      text += body;
    }
    if (text === this.#installed && tables.length === this.#tables.length && text !== '') {
      if (removals.split('\n').length - 1 === tables.length) return; // nothing is missing
    }
    const done = await nft(['-f', '-'], removals + text);
    if (!done.ok) {
      const why = done.started ? done.output.trim().split('\n')[0] : 'nft cannot be started';
      this.#log.error(`the firewall rules could not be installed: ${why}`, { event: 'firewall' });
      return;
    }
    const known = text === this.#listingOf;
    this.#installed = text;
    this.#tables = tables;
    // Somebody may have been at them by now: the next look compares.
    this.#generation = undefined;
    if (!known) await this.#learn(text, tables);
    const names = tables.map((table) => `${word(table.family)} ${table.name}`).join(' and ');
    if (names !== '') this.#log.info(`installed the nftables ${names}`, { event: 'firewall' });
  }

  /** What the kernel makes of `text`; if a table has gone already, the next look puts it back. */
  async #learn(text: string, tables: readonly Table[]): Promise<void> {
    const each = await Promise.all(tables.map((table) => listed([table])));
    const complete = each.every((one) => one !== '');
    this.#listingOf = complete ? text : undefined;
    this.#listing = complete ? each.join('') : undefined;
  }

  /** What stands in the kernel. */
  get tables(): readonly Table[] {
    return this.#tables;
  }

  async remove(): Promise<void> {
    await this.#work;
    this.#wish = undefined;
    const text = this.#tables.map(({ family, name }) => `delete table ${word(family)} ${name}\n`);
    this.#tables = [];
    this.#installed = '';
    if (text.length > 0) await nft(['-f', '-'], text.join(''));
  }

  async #choose(wanted: Table, mark: string): Promise<{ table: Table; exists: boolean }> {
    for (let number = 1; number < mostNames; number += 1) {
      const table = { ...wanted, name: number === 1 ? wanted.name : `${wanted.name}_${number}` };
      const owner = await ownerOf(table, mark);
      if (owner !== 'other') return { table, exists: owner === 'ours' };
      const what = `${word(table.family)} ${table.name}`;
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
