// What a scenario of the benchmark is: it measures failoverd and its peers in turn, in one run, and
// hands back a table. A row names a condition and a daemon; a note says what the figures mean.

import type { Lab } from '../lab/lab.ts';

export interface BenchOptions {
  /** Fewer rounds and smaller sizes: all of it in some five minutes. */
  readonly quick: boolean;
  readonly rounds: number;
}

/** A figure that has to be reached, out of a scenario's measurements. */
export interface Claim {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  /** keepalived's, or what the claim says it is beside; NaN where there is none. */
  readonly theirs: number;
  /** What is not to be exceeded: by ours in its unit, or by ours as a multiple of theirs. */
  readonly most: number;
  readonly of: 'value' | 'ratio';
  /** What stands in the way, for when it is missed. */
  readonly floor: string;
  /** The README tells it, too; those that are missed it tells anyhow. */
  readonly headline?: true;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly note: string;
  readonly claims: readonly Claim[];
}

export interface Scenario {
  readonly name: string;
  readonly about: string;
  run(lab: Lab, options: BenchOptions, say: (what: string) => void): Promise<Table>;
}

/** A number as people read it: three digits that matter. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}

export function ratio(ours: number, theirs: number): string {
  return Number.isFinite(ours / theirs) ? `${figure(ours / theirs)}x` : '-';
}

export function isReached({ ours, theirs, most, of }: Claim): boolean {
  return (of === 'value' ? ours : ours / theirs) <= most;
}

/** The numbers of a table by the first words of their rows, for claims. */
export function cellOf(rows: Table['rows'], label: string, daemon: string, column: number): number {
  const row = rows.find(([first, second]) => first === label && second === daemon);
  return Number(row?.[column] ?? Number.NaN);
}

export function toMarkdown(table: Table): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const rule = table.columns.map((_, index) => (index === 0 ? '---' : '---:'));
  const rows = table.rows.map((row) =>
    line(row.map((cell) => (typeof cell === 'number' ? figure(cell) : cell))),
  );
  return [`### ${table.title}`, '', line(table.columns), line(rule), ...rows, '', table.note].join(
    '\n',
  );
}
