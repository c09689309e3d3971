/**
 * Text whose every character knows where it comes from. The preprocessor cuts and joins lines
 * (comments, conditions, `$NAME`, `~SEQ`); a `Text` keeps the places through all of it.
 */

import { makeSpan } from './source.ts';
import type { Source, Span } from './source.ts';

/** A run of characters from one place. */
interface Piece {
  /** Index in `value` of the first character. */
  readonly at: number;
  readonly source: Source;
  readonly start: number;
  /** Set for substituted text: every character stands for this whole range of the use. */
  readonly end: number | null;
  /** Where the substituted text was written, if it was written in a file. */
  readonly definition: { readonly source: Source; readonly start: number } | null;
  /** Comment characters in this run are ordinary ones (`\#`, `${_HASH}`). */
  readonly verbatim: boolean;
}

export interface Text {
  readonly value: string;
  readonly pieces: readonly Piece[];
}

/** A run of characters as they stand in a file: what nearly every line is, and all of it. */
class PlainText implements Text {
  readonly value: string;
  readonly source: Source;
  readonly start: number;

  constructor(value: string, source: Source, start: number) {
    this.value = value;
    this.source = source;
    this.start = start;
  }

  /** Made when it is asked for: hundreds of thousands of lines live without. */
  get pieces(): readonly Piece[] {
    const { source, start } = this;
    return [{ at: 0, source, start, end: null, definition: null, verbatim: false }];
  }
}

/** Characters of a file, each at its own place. */
export function textFrom(source: Source, start: number, end: number): Text {
  return new PlainText(source.text.slice(start, end), source, start);
}

/** Characters that nobody typed (a predefined value), standing where `use` is. */
export function syntheticText(value: string, use: Span, verbatim = false): Text {
  const { source, start, end } = use;
  return { value, pieces: [{ at: 0, source, start, end, definition: null, verbatim }] };
}

/** The characters of `definition`, standing where `use` is. */
export function substitutedText(definition: Text, use: Span): Text {
  const pieces = definition.pieces.map((piece) => ({
    at: piece.at,
    source: use.source,
    start: use.start,
    end: use.end,
    definition: piece.definition ?? { source: piece.source, start: piece.start },
    verbatim: piece.verbatim,
  }));
  return { value: definition.value, pieces };
}

function pieceAt(text: Text, index: number): Piece {
  let found = text.pieces[0];
  for (const piece of text.pieces) {
    if (piece.at > index) break;
    found = piece;
  }
  if (found === undefined) throw new Error('a text has at least one piece');
  return found;
}

/** Written out, because every line of every file comes through here several times. */
function shiftPiece(piece: Piece, from: number): Piece {
  const { source, end, definition, verbatim } = piece;
  const cut = Math.max(0, from - piece.at);
  return {
    at: Math.max(0, piece.at - from),
    source,
    start: end === null ? piece.start + cut : piece.start,
    end,
    definition: definition && { source: definition.source, start: definition.start + cut },
    verbatim,
  };
}

export function sliceText(text: Text, from: number, to = text.value.length): Text {
  const value = text.value.slice(from, to);
  if (text instanceof PlainText) return new PlainText(value, text.source, text.start + from);
  const first = pieceAt(text, from);
  const pieces = [shiftPiece(first, from)];
  if (text.pieces.length === 1) return { value, pieces };
  for (const piece of text.pieces) {
    if (piece.at > from && piece.at < to) pieces.push(shiftPiece(piece, from));
  }
  return { value, pieces };
}

export function joinTexts(parts: readonly Text[]): Text {
  const pieces: Piece[] = [];
  let value = '';
  for (const part of parts) {
    if (part.value === '' && parts.length > 1) continue;
    for (const piece of part.pieces) pieces.push({ ...piece, at: piece.at + value.length });
    value += part.value;
  }
  if (pieces.length === 0) return parts[0] ?? { value: '', pieces: [] };
  return { value, pieces };
}

/** True where a comment character does not begin a comment. */
export function isVerbatim(text: Text, index: number): boolean {
  if (text instanceof PlainText) return false;
  return pieceAt(text, index).verbatim;
}

/** Marks the whole text as verbatim. */
export function verbatimText(text: Text): Text {
  return { value: text.value, pieces: text.pieces.map((piece) => ({ ...piece, verbatim: true })) };
}

function placeOf(piece: Piece, index: number): number {
  return piece.end === null ? piece.start + (index - piece.at) : piece.start;
}

/** The place of the characters `from` (inclusive) to `to` (exclusive). */
export function spanOf(text: Text, from = 0, to = text.value.length): Span {
  if (text instanceof PlainText) {
    const start = text.start + from;
    return makeSpan(text.source, start, Math.max(start, text.start + to));
  }
  const first = pieceAt(text, from);
  const last = to > from ? pieceAt(text, to - 1) : first;
  const start = placeOf(first, from);
  const same = last.source === first.source;
  const lastEnd = last.end ?? last.start + (Math.max(to, from) - last.at);
  const end = same ? Math.max(start, lastEnd) : start + 1;
  return { source: first.source, start, end, definition: definitionSpan(first, from, to) };
}

function definitionSpan(piece: Piece, from: number, to: number): Span | null {
  if (piece.definition === null) return null;
  const { source } = piece.definition;
  const start = piece.definition.start + (from - piece.at);
  return { source, start, end: start + Math.max(to - from, 1), definition: null };
}

function isBlank(text: string, index: number): boolean {
  return text[index] === ' ' || text[index] === '\t';
}

export function trimText(text: Text): Text {
  const { value } = text;
  let [start, end] = [0, value.length];
  while (start < end && isBlank(value, start)) start += 1;
  if (start === end) return sliceText(text, 0, 0);
  while (isBlank(value, end - 1)) end -= 1;
  return start === 0 && end === value.length ? text : sliceText(text, start, end);
}
