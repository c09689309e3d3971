// Where the figures go: bench/results/ (outside git), and with --publish docs/performance.md and the
// part of README.md between two marks. What was to be reached and was not is told with what is known of why.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { version } from '../../src/base/version.ts';
import {
  figure,
  isReached,
  ratio,
  toMarkdown,
  type BenchOptions,
  type Claim,
  type Table,
} from './scenario.ts';

const root = path.resolve(import.meta.dirname, '../..');

const INTRODUCTION = `# Performance

Made by \`npm run bench -- --publish\`: failoverd beside Debian's keepalived in the same virtual network, in turn or,
where it says so, at one moment, seen from a third host with the kernel's time stamps. Where it says floor, a bare C
program does nothing but send an advert on a timer: the physical limit. Absolute times belong to the machine of that
day; the ratios are what counts.
`;

function machine(): string {
  const cpu = os.cpus()[0]?.model ?? 'unknown processor';
  const kernel = /^[\d.]+/.exec(os.release())?.[0] ?? 'of unknown version';
  return `${os.availableParallelism()} processors (${cpu}), Linux ${kernel}`;
}

function versions(): string {
  const { stderr } = spawnSync('keepalived', ['--version'], { encoding: 'utf8' });
  const theirs = /v[\d.]+/.exec(stderr ?? '')?.[0] ?? 'of unknown version';
  return `failoverd ${version} on Node.js ${process.version}, keepalived ${theirs}`;
}

/** Keeps the tables of a run, and publishes them where that is asked. */
export function keep(tables: readonly Table[], options: BenchOptions, publish: boolean): void {
  const directory = path.join(root, 'bench/results');
  mkdirSync(directory, { recursive: true });
  const at = new Date().toISOString();
  const name = path.join(directory, at.replaceAll(':', '-'));
  const result = { at, machine: machine(), versions: versions(), options, tables };
  writeFileSync(`${name}.json`, `${JSON.stringify(result, null, 2)}\n`);
  const few = options.quick ? ' A quick run: p99.9 is of a thousand gaps.' : '';
  const head = `Measured ${at.slice(0, 10)} on ${machine()}; ${versions()}. Ratios only.${few}`;
  const claims = tables.flatMap((table) => table.claims);
  const summary = summaryOf(claims);
  const all = tables.map(toMarkdown).join('\n\n');
  writeFileSync(`${name}.md`, `${head}\n\n${summary}\n\n${all}\n`);
  process.stderr.write(`kept in ${name}.json and .md\n`);
  if (!publish) return;
  const page = `${INTRODUCTION}\n${head}\n\n## What was to be reached\n\n${summary}\n\n## All figures\n\n${all}\n`;
  writeFileSync(path.join(root, 'docs/performance.md'), page);
  publishInReadme(`${head}\n\n${extractOf(claims)}`);
}

/** What a reader of the README wants to know first, and all that is missed. */
export function extractOf(claims: readonly Claim[]): string {
  const told = claims.filter((claim) => claim.headline || !isReached(claim));
  const reached = claims.filter(isReached).length;
  const rest = `Of ${claims.length} figures that were to be reached ${reached} are. All of them, and everything else that was measured: [docs/performance.md](docs/performance.md).`;
  return `${summaryOf(told)}\n\n${rest}`;
}

/** The claims as a table, and below it what is known of why some are missed. */
export function summaryOf(claims: readonly Claim[]): string {
  const rows = claims.map((claim) => {
    const { ours, theirs, most, of, unit } = claim;
    const toReach = of === 'value' ? `${figure(most)} ${unit}`.trim() : `${figure(most)}x`;
    const cells = [claim.what, withUnit(ours, unit), withUnit(theirs, unit), ratio(ours, theirs)];
    return `| ${[...cells, toReach, isReached(claim) ? 'yes' : '**no**'].join(' | ')} |`;
  });
  const missed = claims
    .filter((claim) => !isReached(claim))
    .map(({ what, floor }) => `- ${what}: ${floor}.`);
  const table = [
    '| what | failoverd | beside it | ratio | at most | reached |',
    '| --- | ---: | ---: | ---: | ---: | --- |',
    ...rows,
  ].join('\n');
  return missed.length === 0
    ? table
    : `${table}\n\nMissed, and what is known of why:\n\n${missed.join('\n')}`;
}

function withUnit(value: number, unit: string): string {
  return Number.isFinite(value) ? `${figure(value)} ${unit}`.trim() : '-';
}

const [BEGIN, END] = ['<!-- figures of npm run bench: begin -->', '<!-- end of the figures -->'];

function publishInReadme(text: string): void {
  const file = path.join(root, 'README.md');
  writeFileSync(file, betweenMarks(readFileSync(file, 'utf8'), text));
}

/** The page with `text` between its marks. Throws where the marks are missing. */
export function betweenMarks(page: string, text: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`README.md has no ${BEGIN} and ${END}`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${text}\n\n${page.slice(to)}`;
}
