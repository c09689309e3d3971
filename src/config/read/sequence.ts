/** `~SEQ(...)`, `~SEQx(...)` and `~LST(...)`: one line for each value of a list. */

import type { Findings } from '../findings.ts';
import { sliceText, spanOf, trimText } from '../text.ts';
import type { Text } from '../text.ts';

/** The values that names take, one entry for each repetition, and the line to repeat. */
export interface Sequence {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly rest: Text;
  readonly header: Text;
}

const rowLimit = 100_000;
const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Reads the sequence that a line begins with. null: reported, and the line is dropped. */
export function readSequence(line: Text, header: Text, findings: Findings): Sequence | null {
  const report = (message: string, hint: string | null = null): null => {
    findings.report('bad-sequence', spanOf(header), message, { hint });
    return null;
  };
  const kind = /^~([A-Za-z]+)\(/.exec(header.value)?.[1];
  const body = header.value.slice(header.value.indexOf('(') + 1, -1);
  const rest = trimText(sliceText(line, headerEnd(line)));
  if (kind === 'SEQ' || kind === 'SEQx') {
    const made = numberRows(body, kind === 'SEQx');
    return typeof made === 'string' ? report(made) : { ...made, rest, header };
  }
  if (kind === 'LST') {
    const made = listRows(body);
    return typeof made === 'string' ? report(made) : { ...made, rest, header };
  }
  return report(`~${kind ?? ''} is not known`, 'use ~SEQ(VAR, START, STEP, END) or ~LST(VAR, ...)');
}

/** Index after the closing parenthesis of the header, or -1 when there is none. */
export function headerEnd(line: Text): number {
  if (!/^~[A-Za-z]+\(/.test(line.value)) return -1;
  let braces = 0;
  for (let index = line.value.indexOf('('); index < line.value.length; index += 1) {
    const character = line.value[index];
    if (character === '{') braces += 1;
    if (character === '}') braces -= 1;
    if (character === ')' && braces <= 0) return index + 1;
  }
  return -1;
}

interface Rows {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** An integer as strtol with base 0 reads it. */
function parseInteger(text: string): number | null {
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.exec(text.trim());
  if (match === null) return null;
  const digits = match[2] ?? '';
  const octal = /^0[0-7]+$/.test(digits);
  const size = octal ? parseInt(digits, 8) : Number(digits);
  return match[1] === '-' ? -size : size;
}

function numberRows(body: string, hex: boolean): Rows | string {
  const [name = '', ...texts] = body.split(',').map((part) => part.trim());
  const numbers = texts.map(parseInteger);
  if (!namePattern.test(name)) return `'${name}' is not a name`;
  if (numbers.length < 1 || numbers.length > 3) return 'expected (VAR, [START, [STEP,]] END)';
  const wrong = numbers.indexOf(null);
  if (wrong !== -1) return `'${texts[wrong] ?? ''}' is not an integer`;
  const [start, step, end] = bounds(numbers.filter((number) => number !== null));
  if (step === 0 || (end - start) * step < 0) return `step ${step} never leads to ${end}`;
  if (hex && Math.min(start, end) < 0) return '~SEQx counts numbers that are not negative';
  const count = Math.floor((end - start) / step) + 1;
  if (count > rowLimit) return `${count} repetitions are more than ${rowLimit}`;
  const rows = Array.from({ length: count }, (_, index) => [
    (start + index * step).toString(hex ? 16 : 10),
  ]);
  return { names: [name], rows };
}

function bounds(numbers: readonly number[]): [number, number, number] {
  const last = numbers.at(-1) ?? 0;
  const first = numbers.length > 1 ? (numbers[0] ?? 0) : last < 0 ? -1 : 1;
  const step = numbers.length === 3 ? (numbers[1] ?? 0) : last < first ? -1 : 1;
  return [first, step, last];
}

/** Splits at commas outside braces. */
function splitList(body: string): string[] {
  const parts = body.match(/\{[^}]*\}|[^,{}]+|(?<=,)(?=,|$)/g) ?? [];
  return parts.map((part) => part.trim()).filter((part, index) => part !== '' || index === 0);
}

/** The members of `{a, b}`, or the text itself as the only one. */
function members(part: string): string[] {
  const inner = /^\{(.*)\}$/s.exec(part)?.[1];
  return inner === undefined ? [part] : inner.split(',').map((word) => word.trim());
}

function listRows(body: string): Rows | string {
  const [head = '', ...values] = splitList(body);
  const names = members(head);
  const bad = names.find((name) => !namePattern.test(name));
  if (bad !== undefined) return `'${bad}' is not a name`;
  if (values.length === 0) return 'the list is empty';
  const rows = values.map(members);
  const long = rows.find((row) => row.length > names.length);
  if (long !== undefined) return `{${long.join(', ')}} has more values than there are names`;
  return { names, rows: rows.map((row) => names.map((_, index) => row[index] ?? '')) };
}
