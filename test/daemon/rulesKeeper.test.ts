/** When our tables of nftables are installed, looked at and left alone; time is the test's. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { load } from '../config/support/memory.ts';
import { RulesKeeper } from '../../src/daemon/kernel/rulesKeeper.ts';
import type { Tables } from '../../src/daemon/kernel/rulesKeeper.ts';

const wish = { model: load('').model, vmacs: [], present: new Set<string>() };

class FakeTables implements Tables {
  readonly tables = [{ family: 4, name: 'failoverd' }] as const;
  problem: string | undefined;
  /** What nft would say. */
  broken: string | undefined;
  changed = false;
  readonly calls: string[] = [];

  install(): Promise<void> {
    return this.#do('install');
  }
  async restore(): Promise<boolean> {
    await this.#do('restore');
    return false;
  }
  async repair(): Promise<boolean> {
    const was = this.changed;
    if (was) await this.#do('repair');
    else this.calls.push('look');
    this.changed = false;
    return was && this.problem === undefined;
  }
  remove(): Promise<void> {
    return this.#do('remove');
  }
  settled(): Promise<void> {
    return Promise.resolve();
  }
  take(): string[] {
    return this.calls.splice(0);
  }
  #do(what: string): Promise<void> {
    this.calls.push(what);
    if (what !== 'restore') this.problem = this.broken;
    return Promise.resolve();
  }
}

function keeper() {
  const tables = new FakeTables();
  const said: string[] = [];
  const mended: string[] = [];
  let watched = 0;
  const log = {
    notice: (text: string) => void said.push(`notice: ${text}`),
    warning: (text: string) => void said.push(`warning: ${text}`),
    error: (text: string) => void said.push(`error: ${text}`),
  };
  const rules = new RulesKeeper({
    log,
    tables,
    onMade: () => undefined,
    onMended: (program) => void mended.push(program),
    watch: () => (watched += 1),
  });
  return { rules, tables, said, mended, watched: () => watched };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('what could not be installed is tried again by itself, more and more rarely, and told twice', async () => {
  const { rules, tables, said } = keeper();
  tables.broken = 'no rules today';
  await rules.want(wish);
  tables.take();
  const tries: number[] = [];
  const began = Date.now();
  while (Date.now() - began < 300_000) {
    await vi.advanceTimersByTimeAsync(1000);
    if (tables.take().includes('install')) tries.push((Date.now() - began) / 1000);
  }
  expect(tries).toEqual([1, 3, 7, 15, 31, 63, 123, 183, 243]);
  expect(rules.troubles).toEqual(['the firewall rules could not be installed: no rules today']);
  tables.broken = undefined;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(rules.troubles).toEqual([]);
  expect(said).toEqual([
    'error: the firewall rules could not be installed: no rules today; it is tried again until that has been done',
    'notice: the firewall rules stand now',
  ]);
  tables.take();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(tables.take()).toEqual([]);
});

test('so is what was changed and could not be put back', async () => {
  const { rules, tables, said } = keeper();
  await rules.want(wish);
  tables.broken = 'no rules today';
  tables.changed = true;
  rules.onChange('nft');
  await vi.advanceTimersByTimeAsync(500);
  expect(said).toHaveLength(1);
  tables.take();
  tables.broken = undefined;
  await vi.advanceTimersByTimeAsync(1000);
  expect(tables.take()).toEqual(['install']);
  expect(said).toHaveLength(2);
});

test('where the kernel tells of no change it is looked every five seconds, which is said once', async () => {
  const { rules, tables, said, mended, watched } = keeper();
  await rules.want(wish);
  tables.take();
  rules.onDeaf(1);
  rules.onDeaf(1);
  expect(rules.troubles).toHaveLength(1);
  const asked = watched();
  tables.changed = true;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(tables.take()).toEqual(['repair', 'look']);
  expect(mended).toEqual(['']);
  // Perhaps it does again.
  expect(watched()).toBe(asked + 2);
  rules.onChange('nft');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(tables.take().filter((call) => call === 'look')).toHaveLength(1);
  expect(said).toEqual([
    expect.stringMatching(/^warning: .* not told by the kernel \(.*EPERM.*\): .* every 5 s$/),
    'notice: changes of nftables are told by the kernel again',
  ]);
});

test('at rest nothing is written, and afterwards what is wanted by then', async () => {
  const { rules, tables } = keeper();
  await rules.rest();
  await rules.want(wish);
  rules.onChange('nft');
  rules.onDeaf(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(tables.take()).toEqual([]);
  await rules.resume();
  expect(tables.take()).toEqual(['install', 'restore']);
  await vi.advanceTimersByTimeAsync(100);
  expect(tables.take()).toEqual(['look']);
  await rules.resume();
  expect(tables.take()).toEqual([]);
});

test('a rest ends the tries, too', async () => {
  const { rules, tables } = keeper();
  tables.broken = 'no rules today';
  await rules.want(wish);
  await rules.rest();
  tables.take();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(tables.take()).toEqual([]);
});
