/** Argument types of keywords that have a block. */

import type { Findings } from '../findings.ts';
import type { Shape } from '../read/parse.ts';
import { tokenSpan } from '../read/tree.ts';
import type { Statement } from '../read/tree.ts';
import type { Token } from '../read/tokens.ts';
import { spanOf } from '../text.ts';
import type { Text } from '../text.ts';
import type { Span } from '../source.ts';
import { readLevel } from './read-level.ts';
import type { ArgumentType, Level, Settings, Use } from './types.ts';

export interface BlockValue<L extends Level> {
  /** The name after the keyword; empty where the keyword takes none. */
  readonly name: string;
  readonly settings: Settings<L>;
  /** The place of the name, or of the keyword. */
  readonly span: Span;
  readonly statement: Statement;
}

/** One line of a block that lists things. */
export interface Line {
  readonly statement: Statement;
  readonly tokens: readonly Token[];
  readonly findings: Findings;
  readonly keyword: string;
  spanOf(token: Token): Span;
  readonly span: Span;
}

export interface ListEntry<T> {
  readonly value: T;
  readonly span: Span;
}

class WrittenLine implements Line {
  readonly statement: Statement;
  readonly tokens: readonly Token[];
  readonly keyword: string;
  readonly findings: Findings;

  constructor(statement: Statement, tokens: readonly Token[], use: Use) {
    this.statement = statement;
    this.tokens = tokens;
    this.keyword = use.keyword;
    this.findings = use.findings;
  }

  get span(): Span {
    return spanOf(this.statement.text);
  }

  spanOf(token: Token): Span {
    return tokenSpan(this.statement, token);
  }
}

/** Its place is made when somebody asks, as that of a keyword is. */
class WrittenListEntry<T> implements ListEntry<T> {
  readonly value: T;
  private readonly text: Text;

  constructor(value: T, { text }: Statement) {
    this.value = value;
    this.text = text;
  }

  get span(): Span {
    return spanOf(this.text);
  }
}

const entryShape: Shape = {
  inside: () => null,
  has: () => false,
  needsBlock: () => false,
  entries: true,
};

/** A block of keywords, with a name after the opening keyword or without. */
export function block<L extends Level>(
  level: L,
  name: 'NAME' | null = null,
): ArgumentType<BlockValue<L>> {
  return {
    syntax: name === null ? '{ ... }' : `${name} { ... }`,
    block: 'required',
    shape: level.shape,
    most: name === null ? 0 : 1,
    read: (use) => {
      const [token] = use.args;
      if (name !== null && token === undefined) {
        use.findings.report('missing-argument', use.span, `'${use.keyword}' needs a name`, {
          hint: `write '${use.keyword} NAME {'`,
          keepalived: 'keepalived ends at once with exit code 2',
        });
        return undefined;
      }
      if (use.statement.block === null) {
        use.findings.report('missing-block', use.span, `'${use.keyword}' needs a block`, {
          hint: `write '${use.keyword}${name === null ? '' : ' NAME'} { ... }'`,
        });
      }
      const settings = readLevel(level, use.statement.block?.statements ?? [], use.findings);
      const span = token === undefined ? use.span : use.spanOf(token);
      return { name: token?.value ?? '', settings, span, statement: use.statement };
    },
  };
}

/** A block with one entry on each line. */
export function entries<T>(
  syntax: string,
  readEntry: (line: Line) => T | undefined,
): ArgumentType<readonly ListEntry<T>[]> {
  return {
    syntax: `{ ${syntax} ... }`,
    block: 'required',
    shape: entryShape,
    most: 0,
    read: (use) => {
      const { block: body } = use.statement;
      if (body === null) {
        use.findings.report('missing-block', use.span, `'${use.keyword}' needs a block`, {
          hint: `write '${use.keyword} { ... }'`,
        });
        return undefined;
      }
      return readLines(use, body.statements, readEntry);
    },
  };
}

function readLines<T>(
  use: Use,
  statements: readonly Statement[],
  readEntry: (line: Line) => T | undefined,
): ListEntry<T>[] {
  const list: ListEntry<T>[] = [];
  for (const statement of statements) {
    if (statement.block !== null) {
      const message = `a block has no meaning in '${use.keyword}'; it is skipped`;
      use.findings.report('unexpected-block', statement.block.open, message);
    }
    const { tokens } = statement;
    if (tokens.length === 0) continue;
    const value = readEntry(new WrittenLine(statement, tokens, use));
    if (value !== undefined) list.push(new WrittenListEntry(value, statement));
  }
  return list;
}

/** A block whose inside is nobody's business here; `arguments` may follow the keyword. */
export function skipped(syntax: string): ArgumentType<true> {
  return { syntax, block: 'skip', shape: null, most: Infinity, read: () => true };
}
