/**
 * The flight recorder's trace through the core once more. The core is deterministic: what was told to
 * it comes to the same outputs, byte for byte, on any machine, and a failover in the field becomes a
 * test by moving one file.
 *
 * A trace is JSON lines, as `failoverd record` writes them:
 *
 *   {"options":{...}}             the options of the core, first
 *   {"at":micros,"input":{...}}   something happened
 *   {"at":micros}                 the deadlines up to then passed
 */
import type { Micros } from '../base/units.ts';
import { addon, createCore, defaultEngineOptions, type NativeCore } from '../engine/index.ts';
import type { CoreOptions, Input, Output } from '../engine/messages.generated.ts';

export interface ReplayStep {
  readonly at: Micros;
  /** Undefined: deadlines passed. */
  readonly input: Input | undefined;
  readonly outputs: readonly Output[];
}

/** A line that is none of a trace; the message says which and why. */
export class NotATrace extends Error {
  override readonly name = 'NotATrace';
}

/** Replays line by line. Empty lines are passed over. Throws `NotATrace`. */
export function* replay(lines: Iterable<string>): Generator<ReplayStep, void, undefined> {
  let core: NativeCore | undefined;
  let number = 0;
  for (const text of lines) {
    number += 1;
    if (text.trim() === '') continue;
    const line = readLine(text, number);
    if (line.options !== undefined && core === undefined) {
      core = createCore(line.options);
      continue;
    }
    core ??= createCore(defaultEngineOptions.core);
    const { at, input } = line;
    if (at === undefined) throw new NotATrace(`line ${number} has no time`);
    if (input === undefined) core.advance(at);
    else core.handle(at, input);
    yield { at, input, outputs: core.drain() };
  }
}

/** The step as one line of JSON, the same bytes wherever it was made. */
export function stepJson({ at, input, outputs }: ReplayStep): string {
  const parts = [`"at":${at}`];
  if (input !== undefined) parts.push(`"input":${addon().toJson('Input', input)}`);
  const texts = outputs.map((output) => addon().toJson('Output', output));
  return `{${parts.join(',')},"outputs":[${texts.join(',')}]}`;
}

interface Line {
  readonly options?: CoreOptions;
  readonly at?: Micros;
  readonly input?: Input;
}

function readLine(text: string, number: number): Line {
  try {
    const { options, at, input } = JSON.parse(text) as Record<string, unknown>;
    return {
      ...(options !== undefined && { options: decode<CoreOptions>('CoreOptions', options) }),
      ...(typeof at === 'number' && { at }),
      ...(input !== undefined && { input: decode<Input>('Input', input) }),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NotATrace(`line ${number} is not a line of a trace: ${reason}`, { cause: error });
  }
}

function decode<T>(type: 'CoreOptions' | 'Input', value: unknown): T {
  return addon().fromJson(type, JSON.stringify(value)) as T;
}
