/**
 * From segments to the tree. The parser believes the braces, and asks the keyword table only
 * where they cannot be right: a block that was never opened, or never closed.
 */

import type { Findings } from '../findings.ts';
import { describeSpan } from '../source.ts';
import type { Span } from '../source.ts';
import { spanOf, syntheticText } from '../text.ts';
import type { Segment } from './segments.ts';
import { tokenize } from './tokens.ts';
import { keywordOf, keywordSpan } from './tree.ts';
import type { Block, Statement } from './tree.ts';

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

export function parse(segments: readonly Segment[], root: Shape, findings: Findings): Statement[] {
  return new Parser(segments, root, findings).run();
}

class Parser {
  private readonly segments: readonly Segment[];
  private readonly root: Shape;
  private readonly findings: Findings;
  private readonly top: Statement[] = [];
  private readonly stack: OpenBlock[] = [];
  private index = 0;
  /** The last statement may still get its block. */
  private pending = false;
  private lastClosed: { keyword: string; span: Span } | null = null;

  constructor(segments: readonly Segment[], root: Shape, findings: Findings) {
    this.segments = segments;
    this.root = root;
    this.findings = findings;
  }

  run(): Statement[] {
    for (; this.index < this.segments.length; this.index += 1) {
      const segment = this.segments[this.index];
      if (segment?.kind === 'line') this.line(segment);
      else if (segment?.kind === 'open') this.open(segment.span, segment.own);
      else if (segment !== undefined) this.close(segment.span);
    }
    while (this.stack.length > 0) this.closeMissing(null);
    return this.top;
  }

  private get current(): Statement[] {
    return this.stack.at(-1)?.statements ?? this.top;
  }

  private get shape(): Shape | null {
    const block = this.stack.at(-1);
    return block === undefined ? this.root : block.shape;
  }

  private line(segment: Segment & { kind: 'line' }): void {
    const { tokens, unmatchedQuote } = tokenize(segment.text);
    const keyword = tokens[0]?.value ?? '';
    if (tokens.length === 0 && unmatchedQuote === -1) return;
    this.openIfForgotten(keyword);
    if (this.isForeign(keyword)) {
      while (this.stack.length > 0) this.closeMissing(spanOf(segment.text));
    }
    this.current.push({ text: segment.text, tokens, block: null, own: segment.own });
    this.pending = true;
  }

  /** A keyword that needs a block, followed by a line that can only stand inside it. */
  private openIfForgotten(keyword: string): void {
    const last = this.pending ? this.current.at(-1) : undefined;
    if (last === undefined || this.shape === null || this.shape.entries) return;
    const name = keywordOf(last);
    if (!this.shape.needsBlock(name) || this.shape.has(keyword)) return;
    const inside = this.shape.inside(name);
    if (inside === null || !(inside.entries || inside.has(keyword))) return;
    const span = keywordSpan(last);
    this.findings.report('missing-open-brace', span, `'${name}' has no opening brace`, {
      hint: `write '${name} ... {'`,
    });
    this.push(span, last.own);
  }

  /** The first line of an object of the top level, where a block is still open. */
  private isForeign(keyword: string): boolean {
    const { shape } = this;
    if (this.stack.length === 0 || shape === null || shape.has(keyword)) return false;
    if (!this.root.needsBlock(keyword)) return false;
    return this.segments[this.index + 1]?.kind === 'open';
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
    const text = syntheticText('', span);
    this.current.push({ text, tokens: [], block: null, own });
    this.push(span, own);
  }

  private push(open: Span, own: boolean): void {
    const last = this.current.at(-1);
    const keyword = last === undefined ? '' : keywordOf(last);
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
    this.attach(block, span);
  }

  private attach(block: OpenBlock, close: Span | null): void {
    const owner = this.current.pop();
    if (owner === undefined) return;
    const { open, statements } = block;
    const made: Block = { open, close, statements };
    this.current.push({ ...owner, block: made });
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
    this.attach(block, null);
  }
}
