/**
 * The tree of a configuration: statements, some of them with a block. No meaning yet. A file has
 * as many statements as lines, so that each is small: its words are found when they are asked for.
 */

import type { Span } from '../source.ts';
import { spanOf } from '../text.ts';
import type { Text } from '../text.ts';
import { tokenize } from './tokens.ts';
import type { Token } from './tokens.ts';

export class Statement {
  readonly text: Text;
  /** The first word, or the first of an entry; empty for a block without one. */
  readonly keyword: string;
  /** Written behind `@failoverd`: keepalived never sees it. */
  readonly own: boolean;
  private body: Block | null = null;

  constructor(text: Text, keyword: string, own: boolean) {
    this.text = text;
    this.keyword = keyword;
    this.own = own;
  }

  /** All words, the keyword first, found anew each time. */
  get tokens(): readonly Token[] {
    return tokenize(this.text).tokens;
  }

  get block(): Block | null {
    return this.body;
  }

  /** The parser comes to the block after the line that it belongs to. */
  attach(block: Block): void {
    this.body = block;
  }
}

export interface Block {
  readonly open: Span;
  readonly statements: readonly Statement[];
}

export function tokenSpan(statement: Statement, token: Token): Span {
  return spanOf(statement.text, token.start, token.end);
}

/** The place of the keyword. */
export function keywordSpan(statement: Statement): Span {
  const [first] = tokenize(statement.text, 1).tokens;
  return first === undefined ? spanOf(statement.text) : tokenSpan(statement, first);
}
