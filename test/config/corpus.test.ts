/** What real files mean, compared with what keepalived made of them. */

import { describe, expect, it } from 'vitest';
import { dumpKeepalived, hasErrors, loadConfig, printConfig } from '../../src/config/index.ts';
import { corpusFiles, noCorpus } from './support/corpus.ts';
import { memoryReader } from './support/memory.ts';

if (noCorpus !== null) console.info(`real files are not tested: ${noCorpus}`);
const files = corpusFiles();

/** Fields that only a running daemon knows. */
const dynamicFields = new Set([
  'master_priority',
  'last_transition',
  'effective_priority',
  'vipset',
  'master_adver_int',
  'state',
  'wantstate',
]);

/**
 * Fields that depend on the host: a script that does not exist there is dropped by keepalived,
 * one without a path is replaced by what PATH has.
 */
const scriptFields = new Set([
  'script',
  'script_master',
  'script_backup',
  'script_fault',
  'script_stop',
  'script_deleted',
  'script_master_rx_lower_pri',
  'track_script',
]);

/** Fields in which the name of a macvlan stands. */
const nameFields = new Set(['vmac_ifname', 'ifp_ifname', 'vips', 'evips']);

type Values = Readonly<Record<string, unknown>>;

/** Leaves out what says that an address is installed at the moment. */
function settled(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const words = /( set| iptable_set| nftable_set)+$| \[dev \S+\]$/g;
  return value.map((text) => String(text).replace(words, ''));
}

/** A command with the directory that PATH found it in taken off again. */
function plainCommand(text: unknown): string {
  return JSON.stringify(text).replaceAll(/'(?:\/usr)?\/s?bin\/([^'/]+)'/g, "'$1'");
}

/** What keepalived kept is what we have; what it found missing may be more. */
function sameScripts(ours: unknown, theirs: unknown): boolean {
  const list = (value: unknown): string[] => [value ?? []].flat().map(plainCommand);
  const have = list(ours);
  return list(theirs).every((command) => have.includes(command));
}

/** An interface of the wanted name stood in keepalived's way. */
function nameWasTaken(oracle: string, name: unknown): boolean {
  const created = /interfaces_created: (.*)/.exec(oracle)?.[1] ?? '';
  return created.split(' ').includes(String(name));
}

interface Difference {
  readonly field: string;
  readonly text: string;
}

function compareField(field: string, ours: Values, theirs: Values): boolean {
  if (scriptFields.has(field)) return sameScripts(ours[field], theirs[field]);
  return JSON.stringify(ours[field]) === JSON.stringify(settled(theirs[field]));
}

const agreement = new Map<string, { same: number; different: number }>();

function count(field: string, same: boolean): void {
  const entry = agreement.get(field) ?? { same: 0, different: 0 };
  if (same) entry.same += 1;
  else entry.different += 1;
  agreement.set(field, entry);
}

function compareInstance(ours: Values | undefined, theirs: Values | undefined): Difference[] {
  const name = String(ours?.['iname'] ?? theirs?.['iname']);
  count('(instance)', ours !== undefined && theirs !== undefined);
  if (ours === undefined || theirs === undefined) {
    const text = `${name}: ${ours === undefined ? 'only keepalived has it' : 'only we have it'}`;
    return [{ field: '(instance)', text }];
  }
  const differences: Difference[] = [];
  for (const field of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    if (dynamicFields.has(field)) continue;
    const same = compareField(field, ours, theirs);
    count(field, same);
    if (same) continue;
    const values = `${JSON.stringify(ours[field])}, keepalived ${JSON.stringify(theirs[field])}`;
    differences.push({ field, text: `${name}: ${field} ${values}` });
  }
  return differences;
}

function printAgreement(): void {
  const rows = [...agreement].map(([field, { same, different }]) => {
    const share = ((100 * same) / (same + different)).toFixed(1);
    const counts = `${String(same).padStart(6)}${String(different).padStart(6)}`;
    return `${field.padEnd(28)}${counts}  ${share} %`;
  });
  const head = `${'field'.padEnd(28)}  same  diff  agreement`;
  console.info([head, ...rows].join('\n'));
}

describe.skipIf(noCorpus !== null)('real files', () => {
  it('there are some', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  it('none is refused that keepalived runs', () => {
    const refused = files.filter((file) => file.oracle.runs && hasErrors(file.load().diagnostics));
    expect(refused.map((file) => file.id)).toEqual([]);
  });

  it('every refusal is one of keepalived, too', () => {
    const refused = files.filter((file) => hasErrors(file.load().diagnostics));
    for (const { id, oracle } of refused) expect([id, oracle.runs]).toEqual([id, false]);
  });

  it('each is read within a second, and no finding is lost on the way', () => {
    for (const file of files) {
      const before = process.cpuUsage();
      const { diagnostics } = file.read();
      const { user, system } = process.cpuUsage(before);
      expect([file.id, user + system < 1_000_000]).toEqual([file.id, true]);
      for (const finding of diagnostics) {
        if (finding.span === null) continue;
        const { source, start, end } = finding.span;
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(source.text.length);
      }
    }
  });

  it('the dump of each equals that of keepalived', () => {
    const unexpected: string[] = [];
    for (const file of files) {
      if (file.oracle.dump === null) continue;
      const ours = dumpKeepalived(file.load().model).map((entry) => entry.data as Values);
      const theirs = file.oracle.dump;
      const names = new Set([...ours, ...theirs].map((data) => String(data['iname'])));
      for (const name of names) {
        const find = (list: readonly Values[]) => list.find((data) => data['iname'] === name);
        const taken = nameWasTaken(file.oracle.text, find(ours)?.['vmac_ifname']);
        for (const difference of compareInstance(find(ours), find(theirs))) {
          if (taken && nameFields.has(difference.field)) continue;
          unexpected.push(`${file.id} ${difference.text}`);
        }
      }
    }
    printAgreement();
    expect(unexpected).toEqual([]);
  });

  it('print and read again gives the same model', () => {
    for (const file of files) {
      const { model } = file.load();
      const text = printConfig(model);
      const again = loadConfig('printed.conf', {
        reader: memoryReader({ 'printed.conf': text }),
        configId: 'host',
        environment: {},
      });
      expect(again.model, file.id).toEqual(model);
    }
  });

  it('where keepalived has no complaint, we have no errors', () => {
    const clean = files.filter((file) => file.oracle.testExit === 0);
    expect(clean.length).toBeGreaterThan(0);
    for (const file of clean) {
      expect([file.id, hasErrors(file.load().diagnostics)]).toEqual([file.id, false]);
    }
  });
});
