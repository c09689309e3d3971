/** Reads the statements of a block by the rows of its level. */

import type { Findings } from '../findings.ts';
import { keywordSpan, tokenSpan } from '../read/tree.ts';
import type { Token } from '../read/tokens.ts';
import type { Statement } from '../read/tree.ts';
import type { Span } from '../source.ts';
import { longerForm, nearest, sameByOtherName } from '../suggest.ts';
import { homesOf } from './homes.ts';
import { reportStatus } from './status.ts';
import type { Entry, Keyword, Level, Settings, Use } from './types.ts';

/** A keyword as it is written. Its places are made when somebody asks: most are never told. */
class WrittenUse implements Use {
  readonly keyword: string;
  readonly statement: Statement;
  readonly args: readonly Token[];
  readonly findings: Findings;

  constructor(keyword: string, statement: Statement, findings: Findings) {
    this.keyword = keyword;
    this.statement = statement;
    this.args = statement.tokens.slice(1);
    this.findings = findings;
  }

  get span(): Span {
    return keywordSpan(this.statement);
  }

  spanOf(token: Token): Span {
    return tokenSpan(this.statement, token);
  }
}

class WrittenEntry implements Entry<unknown> {
  readonly value: unknown;
  readonly statement: Statement;

  constructor(value: unknown, statement: Statement) {
    this.value = value;
    this.statement = statement;
  }

  get keywordSpan(): Span {
    return keywordSpan(this.statement);
  }

  get span(): Span {
    const { statement } = this;
    const argument = statement.tokens[1];
    return argument === undefined ? this.keywordSpan : tokenSpan(statement, argument);
  }
}

type Collected = Record<string, Entry<unknown>[]>;

/** The settings of a block; what is wrong with it is reported. */
export function readLevel<L extends Level>(
  level: L,
  statements: readonly Statement[],
  findings: Findings,
): Settings<L> {
  const collected: Collected = {};
  for (const statement of statements) readStatement(level, statement, findings, collected);
  // The rows decide the type of each value; the record has forgotten it.
  return collected as unknown as Settings<L>;
}

function readStatement(
  level: Level,
  statement: Statement,
  findings: Findings,
  collected: Collected,
): void {
  const name = statement.keyword;
  const row = Object.hasOwn(level.keywords, name) ? level.keywords[name] : undefined;
  if (row === undefined) {
    if (statement.tokens.length > 0) reportUnknown(level, statement, findings);
    return;
  }
  if (row.own && !statement.own) {
    const hint = `write '@failoverd ${statement.text.value}'`;
    const message = `'${name}' is a setting of failoverd's own`;
    findings.report('own-keyword', keywordSpan(statement), message, {
      hint,
      keepalived: 'keepalived does not know the keyword',
    });
  }
  reportStatus(name, row, statement, findings);
  const entry = readEntry(name, row, statement, findings);
  if (entry !== undefined) collect(name, row, entry, collected, findings);
}

function readEntry(
  name: string,
  row: Keyword<unknown>,
  statement: Statement,
  findings: Findings,
): Entry<unknown> | undefined {
  const use = new WrittenUse(name, statement, findings);
  const { args } = use;
  if (row.type.block === 'none' && statement.block !== null) {
    const message = `'${name}' takes no block; it is skipped`;
    findings.report('unexpected-block', statement.block.open, message, {
      keepalived: 'keepalived takes its closing brace for that of the block around',
    });
  }
  const extra = args[row.type.most];
  if (extra !== undefined) {
    const message = `'${name}' does not take '${extra.value}'; it is ignored`;
    findings.report('extra-argument', use.spanOf(extra), message, {
      hint: hintOnExtra(name, args),
    });
  }
  const value = row.type.read(use);
  if (value === undefined) return undefined;
  return new WrittenEntry(value, statement);
}

function hintOnExtra(name: string, args: readonly Token[]): string | null {
  const words = args.map(({ value }) => value);
  if (words[0] === '=') return `write '${name} ${words[1] ?? ''}', without '='`;
  return words.some((word) => word.startsWith('//')) ? "a comment begins with '#' or '!'" : null;
}

function collect(
  name: string,
  row: Keyword<unknown>,
  entry: Entry<unknown>,
  collected: Collected,
  findings: Findings,
): void {
  const before = Object.hasOwn(collected, name) ? collected[name] : undefined;
  const last = before?.at(-1);
  if (before === undefined || last === undefined) {
    collected[name] = [entry];
    return;
  }
  if (row.repeat === 'each') {
    before.push(entry);
    return;
  }
  const related = [{ span: last.keywordSpan, message: 'the first one is here' }];
  if (row.repeat === 'first') {
    const message = `'${name}' is given again; the first one counts`;
    findings.report('repeated-keyword', entry.keywordSpan, message, { related });
    return;
  }
  if (JSON.stringify(last.value) !== JSON.stringify(entry.value)) {
    const message = `'${name}' is given again, with another value; the last one counts`;
    findings.report('duplicate-keyword', entry.keywordSpan, message, { related });
  }
  before[before.length - 1] = entry;
}

/** What may be meant by a word that the level does not know. */
function reportUnknown(level: Level, statement: Statement, findings: Findings): void {
  const name = statement.keyword;
  const span = keywordSpan(statement);
  const where = level.name === '' ? 'at the top level' : `in '${level.name}'`;
  const known = new Set(Object.keys(level.keywords));
  const homes = homesOf(name);
  const home = homes.find((title) => title !== `'${level.name}'`);
  if (home !== undefined) {
    const message = `'${name}' has no meaning ${where}; it is ignored`;
    const here = sameByOtherName(name, known);
    const there = `it belongs ${home === '' ? 'at the top level' : `in ${home}`}`;
    findings.report('misplaced-keyword', span, message, {
      hint: here === null ? there : `${there}; here it is '${here}'`,
      keepalived: statement.block === null ? null : blockRemark,
    });
    return;
  }
  const hint = hintOnUnknown(statement, level, known);
  if (statement.block !== null) {
    findings.report('unknown-block', span, `'${name}' is not known ${where}; skipped whole`, {
      hint,
      keepalived: blockRemark,
    });
    return;
  }
  const shown = name.length <= 60 ? name : `${name.slice(0, 40)}...`;
  findings.report('unknown-keyword', span, `'${shown}' is not known ${where}; it is ignored`, {
    hint,
  });
}

function hintOnUnknown(
  { keyword: name, tokens, block }: Statement,
  level: Level,
  known: ReadonlySet<string>,
): string | null {
  const meant = nearest(name, known) ?? sameByOtherName(name, known) ?? longerForm(name, known);
  if (meant !== null) return `did you mean '${meant}'?`;
  const alone = tokens.length === 1 && block === null;
  const isMember = level.name === 'vrrp_sync_group' && alone;
  return isMember ? 'members are listed in a block of their own: group { ... }' : null;
}

const blockRemark =
  'keepalived ignores the opening brace and takes the closing one for that of the block around';
