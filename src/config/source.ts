/**
 * Source files and places in them. A place survives every step of the preprocessor, so that a
 * finding in the fifth line of an included macro still points at a character somebody typed.
 */

export interface Source {
  readonly path: string;
  readonly text: string;
  /** The include line that brought this file in; null for a file named by the user. */
  readonly includedAt: Span | null;
  /** Offset of the first character of each line. */
  readonly lineStarts: readonly number[];
}

/** A range of characters, `start` inclusive, `end` exclusive. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
  /** Where the text was written, when it stands here because of a `$NAME`. */
  readonly definition: Span | null;
}

/** One-based, as editors count. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export function createSource(path: string, text: string, includedAt: Span | null = null): Source {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    lineStarts.push(at + 1);
  }
  return { path, text, includedAt, lineStarts };
}

/** A configuration is bytes: valid UTF-8 is read as such, anything else as Latin-1. */
export function decodeBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

export function positionOf(source: Source, offset: number): Position {
  let low = 0;
  let high = source.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((source.lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (source.lineStarts[low] ?? 0) + 1 };
}

/** The text of a line without its line ending; empty beyond the end. */
export function lineText(source: Source, line: number): string {
  const start = source.lineStarts[line - 1];
  if (start === undefined) return '';
  const next = source.lineStarts[line] ?? source.text.length + 1;
  return source.text.slice(start, next - 1).replace(/\r$/, '');
}

export function makeSpan(source: Source, start: number, end: number): Span {
  return { source, start, end, definition: null };
}

/** `path:line:column` for messages. */
export function describeSpan(span: Span): string {
  const { line, column } = positionOf(span.source, span.start);
  return `${span.source.path}:${line}:${column}`;
}
