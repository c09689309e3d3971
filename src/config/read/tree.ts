/** The tree of a configuration: statements, some of them with a block. No meaning yet. */

import type { Span } from '../source.ts';
import { spanOf } from '../text.ts';
import type { Text } from '../text.ts';
import type { Token } from './tokens.ts';

export interface Statement {
  readonly text: Text;
  /** Never empty; the first one is the keyword, or the first word of an entry. */
  readonly tokens: readonly Token[];
  readonly block: Block | null;
  /** Written behind `@failoverd`: keepalived never sees it. */
  readonly own: boolean;
}

export interface Block {
  readonly open: Span;
  /** null when the end of the file, or the next object, closed the block. */
  readonly close: Span | null;
  readonly statements: readonly Statement[];
}

export function keywordOf(statement: Statement): string {
  return statement.tokens[0]?.value ?? '';
}

export function tokenSpan(statement: Statement, token: Token): Span {
  return spanOf(statement.text, token.start, token.end);
}

/** The place of the keyword. */
export function keywordSpan(statement: Statement): Span {
  const [first] = statement.tokens;
  return first === undefined ? spanOf(statement.text) : tokenSpan(statement, first);
}
