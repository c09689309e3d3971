/**
 * What is spoken over the control socket (docs/control-socket.md): one JSON object a line, both ways.
 *
 * The server greets first. Requests carry a number that every answer to them repeats; a stream is any
 * number of `event` lines after the `result`. Fields may be added within a version; clients ignore
 * what they do not know.
 */

export const protocolVersion = 1;

export interface Greeting {
  readonly failoverd: string;
  readonly protocol: number;
}

export interface Request {
  readonly id: number;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

export type ErrorCode = 'badRequest' | 'unknownMethod' | 'unknownInstance' | 'refused' | 'internal';

export interface ControlProblem {
  readonly code: ErrorCode;
  readonly message: string;
}

export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly event: unknown }
  | { readonly id: number; readonly error: ControlProblem };

/** A request that cannot be carried out, and why. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A request out of a line of text, or undefined when it is none. */
export function readRequest(line: string): Request | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRequest(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRequest(value: unknown): value is Request {
  if (typeof value !== 'object' || value === null) return false;
  const { id, method, params } = value as Partial<Record<keyof Request, unknown>>;
  const object = typeof params === 'object' && params !== null && !Array.isArray(params);
  return Number.isInteger(id) && typeof method === 'string' && (params === undefined || object);
}

/**
 * Cuts a stream of bytes into lines and holds no more than `limit` characters of an unfinished one.
 */
export class LineReader {
  readonly #limit: number;
  #rest = '';

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The lines that are complete now; undefined: a line is longer than the limit. */
  push(text: string): readonly string[] | undefined {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    const tooLong = [...lines, this.#rest].some((line) => line.length > this.#limit);
    if (tooLong) this.#rest = '';
    return tooLong ? undefined : lines;
  }
}
