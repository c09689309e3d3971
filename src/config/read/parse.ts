/**
 * From segments to the tree, one by one as they are cut: nobody keeps all of them. The parser
 * believes the braces, and asks the keyword table only where they cannot be right: a block that
 * was never opened, or never closed.
 */

import type { Findings } from '../findings.ts';
import { describeSpan } from '../source.ts';
import type { Span } from '../source.ts';
import { spanOf, syntheticText } from '../text.ts';
import type { Segment } from './segments.ts';
import { tokenize } from './tokens.ts';
import { keywordSpan, Statement } from './tree.ts';

/** What the parser has to know of the keywords of one level. */
export interface Shape {
  /** The level inside the block of a keyword; null where anything may stand. */
  inside(keyword: string): Shape | null;
  has(keyword: string): boolean;
  /** The keyword makes no sense without a block. */
  needsBlock(keyword: string): boolean;
  /** Inside, every line is an entry of its own and no keyword. */
  readonly entries: boolean;
}

interface OpenBlock {
  readonly open: Span;
  readonly statements: Statement[];
  readonly shape: Shape | null;
  readonly keyword: string;
  readonly own: boolean;
}

export class Parser {
  private readonly root: Shape;
  private readonly findings: Findings;
  private readonly top: Statement[] = [];
  private readonly stack: OpenBlock[] = [];
  /** Not parsed yet: what a line means may depend on what follows it. */
  private held: Segment | null = null;
  /** The last statement may still get its block. */
  private pending = false;
  private lastClosed: { keyword: string; span: Span } | null = null;

  constructor(root: Shape, findings: Findings) {
    this.root = root;
    this.findings = findings;
  }

  /** Segments have to come in the order of the file. */
  take(segment: Segment): void {
    this.parseHeld(segment);
    this.held = segment;
  }

  /** The statements of the top level, when there are no more segments. */
  finish(): Statement[] {
    this.parseHeld(null);
    this.held = null;
    while (this.stack.length > 0) this.closeMissing(null);
    return this.top;
  }

  private parseHeld(next: Segment | null): void {
    const { held } = this;
    if (held === null) return;
    if (held.kind === 'line') this.line(held, next?.kind === 'open');
    else if (held.kind === 'open') this.open(held.span, held.own);
    else this.close(held.span);
  }

  private get current(): Statement[] {
    return this.stack.at(-1)?.statements ?? this.top;
  }

  private get shape(): Shape | null {
    const block = this.stack.at(-1);
    return block === undefined ? this.root : block.shape;
  }

  private line({ text, own }: Segment & { kind: 'line' }, hasBlock: boolean): void {
    const { tokens, unmatchedQuote } = tokenize(text, 1);
    const keyword = tokens[0]?.value ?? '';
    if (tokens.length === 0 && unmatchedQuote === -1) return;
    this.openIfForgotten(keyword);
    if (hasBlock && this.isForeign(keyword)) {
      while (this.stack.length > 0) this.closeMissing(spanOf(text));
    }
    this.current.push(new Statement(text, keyword, own));
    this.pending = true;
  }

  /** A keyword that needs a block, followed by a line that can only stand inside it. */
  private openIfForgotten(keyword: string): void {
    const last = this.pending ? this.current.at(-1) : undefined;
    if (last === undefined || this.shape === null || this.shape.entries) return;
    const name = last.keyword;
    if (!this.shape.needsBlock(name) || this.shape.has(keyword)) return;
    const inside = this.shape.inside(name);
    if (inside === null || !(inside.entries || inside.has(keyword))) return;
    const span = keywordSpan(last);
    this.findings.report('missing-open-brace', span, `'${name}' has no opening brace`, {
      hint: `write '${name} ... {'`,
    });
    this.push(span, last.own);
  }

  /** The keyword of an object of the top level, where a block is still open. */
  private isForeign(keyword: string): boolean {
    const { shape } = this;
    if (this.stack.length === 0 || shape === null || shape.has(keyword)) return false;
    return this.root.needsBlock(keyword);
  }

  private open(span: Span, own: boolean): void {
    const last = this.current.at(-1);
    if (this.pending && last !== undefined) {
      this.push(span, own);
      return;
    }
    this.findings.report('unexpected-brace', span, "'{' without a keyword before it", {
      hint: 'remove it, together with the brace that closes it',
      keepalived:
        'keepalived ignores it, and then takes its closing brace for that of the block around',
    });
    this.current.push(new Statement(syntheticText('', span), '', own));
    this.push(span, own);
  }

  private push(open: Span, own: boolean): void {
    const last = this.current.at(-1);
    const keyword = last?.keyword ?? '';
    const shape = this.shape?.entries === true ? null : (this.shape?.inside(keyword) ?? null);
    this.stack.push({ open, statements: [], shape, keyword, own });
    this.pending = false;
  }

  private close(span: Span): void {
    this.pending = false;
    const block = this.stack.pop();
    if (block === undefined) {
      const closed = this.lastClosed;
      const related = closed && {
        span: closed.span,
        message: `'${closed.keyword}' was already closed here`,
      };
      this.findings.report('extra-close-brace', span, "'}' closes nothing", {
        related: related === null ? [] : [related],
      });
      return;
    }
    this.lastClosed = { keyword: block.keyword, span };
    this.attach(block);
  }

  /** Lists grow in steps; a copy takes no more room than it needs. */
  private attach({ open, statements }: OpenBlock): void {
    this.current.at(-1)?.attach({ open, statements: statements.slice() });
  }

  private closeMissing(before: Span | null): void {
    const block = this.stack.pop();
    if (block === undefined) return;
    const where = before === null ? 'the end of the file' : describeSpan(before);
    const message = `the block of '${block.keyword}' is not closed before ${where}`;
    this.findings.report('missing-close-brace', block.open, message, {
      hint: "add the missing '}'",
      keepalived: 'keepalived reads what follows as part of this block',
    });
    this.pending = false;
    this.attach(block);
  }
}
