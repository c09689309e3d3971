/**
 * The number in a tracked file.
 *
 * As strtol(3) with base 0 reads it: blanks, a sign, then decimal, octal (leading 0) or hexadecimal
 * (leading 0x) digits; and after it nothing but white space. The value is an int32.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

export type FileReading =
  | {
      readonly kind: 'value';
      readonly value: number;
      /** The text ends with a line feed, so whoever writes it has finished the number. */
      readonly complete: boolean;
    }
  /** No file: counts as 0. */
  | { readonly kind: 'missing' }
  /** A file with nothing in it: counts as 0. */
  | { readonly kind: 'empty' }
  /**
   * No number can be had; the old one stays. `why` is the predicate of a sentence about the file.
   */
  | { readonly kind: 'garbage'; readonly why: string };

/** No number with its white space is longer than this many bytes. */
const longest = 256;

const number = /^[ \t\v\f\r\n]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)[ \t\v\f\r\n]*$/;

/** Reads the text of a tracked file. */
export function parseFileValue(text: string): FileReading {
  if (/^\s*$/.test(text)) return { kind: 'empty' };
  const match = number.exec(text);
  const digits = match?.[2];
  if (match === null || digits === undefined) {
    return { kind: 'garbage', why: `holds ${quote(text)}, which is not a number` };
  }
  const octal = /^0[0-7]+$/.test(digits);
  const magnitude = Number(octal ? `0o${digits.slice(1)}` : digits);
  const value = match[1] === '-' ? -magnitude : magnitude;
  if (value < -(2 ** 31) || value >= 2 ** 31) {
    return { kind: 'garbage', why: `holds ${quote(text)}, which is beyond 32 bits` };
  }
  // Adding 0 turns -0 into 0.
  return { kind: 'value', value: value + 0, complete: text.endsWith('\n') };
}

/** Reads a tracked file. Never waits for a FIFO's writer, never rejects. */
export async function readFileValue(path: string): Promise<FileReading> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const stats = await handle.stat();
      if (stats.isDirectory()) return { kind: 'garbage', why: 'is a directory' };
      if (!stats.isFile()) return { kind: 'garbage', why: 'is not a regular file' };
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(longest + 1), 0, longest + 1, 0);
      if (bytesRead > longest) return { kind: 'garbage', why: `is longer than ${longest} bytes` };
      return parseFileValue(buffer.toString('latin1', 0, bytesRead));
    } finally {
      // Nobody has to wait for that, and nothing was written that it could fail for.
      void handle.close().catch(() => undefined);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
    return { kind: 'garbage', why: `cannot be read (${code})` };
  }
}

function quote(text: string): string {
  const shown = text.trim().slice(0, 40);
  return JSON.stringify(shown.length < text.trim().length ? `${shown}...` : shown);
}
