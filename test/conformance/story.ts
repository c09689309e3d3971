// Runs one story: input lines through the native core in virtual time, output lines out.
//
// Between two lines every deadline passes at its own instant. The kernel obliges: what is to be
// listened to is listened to, what is to be added or removed is, at the same instant. A line
// {"at": N} lets time pass until then; {"at": N, "asleep": true} does the same in one jump, as
// for a host that was stopped; {"at": N, "kernel": {"AddAddress": 1}} makes it refuse with
// that errno from then on.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { addon, type NativeCore } from '../../src/engine/addon.ts';
import type { Input, Output } from '../../src/engine/messages.generated.ts';
import { advertBytes, type AdvertText } from '../../src/sim/advertBytes.ts';
import { addressDefaults, lineDefaults, over } from './defaults.ts';

type Fields = Readonly<Record<string, unknown>>;
export type Line = Fields & { readonly at: number };

export function readLines(folder: string, name: string): Line[] {
  const text = readFileSync(path.join(folder, name), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Line);
}

export class Story {
  readonly #core: NativeCore;
  readonly #lines: Line[] = [];
  #now = 0;
  #refusals: Readonly<Record<string, number>> = {};

  constructor(first: Line | undefined) {
    const options = (first?.['options'] ?? {}) as Fields;
    this.#core = new (addon().Core)({ startupDelay: 0, restoresPerMinute: 60, ...options });
  }

  run(lines: readonly Line[]): readonly Line[] {
    for (const line of lines) this.#take(line);
    return this.#lines;
  }

  #take(line: Line): void {
    if (line['asleep'] !== true) this.#pass(line.at);
    this.#now = line.at;
    if (line['asleep'] === true) {
      this.#core.advance(line.at);
      this.#drain();
    }
    if (line['kernel'] !== undefined) this.#refusals = line['kernel'] as Record<string, number>;
    if (line['kind'] !== undefined) this.#give(inputOf(line));
  }

  /** Every deadline up to `end`, each at its instant. */
  #pass(end: number): void {
    for (;;) {
      const next = this.#core.nextDeadline();
      if (next === undefined || next > end) return;
      this.#now = Math.max(this.#now, next);
      this.#core.advance(this.#now);
      this.#drain();
    }
  }

  #give(input: Input): void {
    this.#core.handle(this.#now, input);
    this.#drain();
  }

  #drain(): void {
    const outputs = this.#core.drain();
    for (const output of outputs) this.#lines.push({ at: this.#now, ...short(output) });
    for (const output of outputs) {
      for (const answer of this.#answers(output)) this.#give(answer);
    }
  }

  #answers(output: Output): readonly Input[] {
    const errorNumber = this.#refusals[output.kind] ?? 0;
    if (output.kind === 'Listen') {
      return [{ kind: 'ListenResult', instance: output.instance, errorNumber }];
    }
    if (output.kind !== 'AddAddress' && output.kind !== 'RemoveAddress') return [];
    const result: Input = { kind: 'AddressResult', request: output.request, errorNumber };
    if (errorNumber !== 0) return [result];
    const { ifIndex } = output;
    if (output.kind === 'RemoveAddress') {
      const { address, prefixLength } = output;
      return [{ kind: 'LocalAddressRemoved', ifIndex, address, prefixLength }, result];
    }
    const { address, prefixLength } = output.address;
    const flags = { secondary: false, tentative: false, ours: true };
    return [{ kind: 'LocalAddressAppeared', ifIndex, address, prefixLength, ...flags }, result];
  }
}

function inputOf(line: Line): Input {
  const { at: _at, advert, options: _options, kernel: _kernel, ...given } = line;
  const full = over(lineDefaults[String(given['kind'])] ?? {}, given) as Fields;
  if (given['kind'] === 'ApplyInstance') {
    const config = full['config'] as Fields & { readonly addresses: readonly Fields[] };
    const addresses = config.addresses.map((address) => over(addressDefaults, address));
    return parse({ ...full, config: { ...config, addresses } });
  }
  if (advert === undefined) return parse(full);
  const from = String(full['source']);
  const bytes = advertBytes(advert as AdvertText, from, String(full['destination']));
  return parse({ ...full, bytes: Buffer.from(bytes).toString('hex') });
}

function parse(value: Fields): Input {
  return addon().fromJson('Input', JSON.stringify(value)) as Input;
}

/** As an output line shows it: without what is empty, and addresses without their defaults. */
function short(output: Output): Fields {
  const whole = JSON.parse(addon().toJson('Output', output)) as Fields;
  const { request: _request, ...rest } = whole;
  return prune(rest, '');
}

function prune(value: Fields, key: string): Fields {
  const defaults = key === 'address' ? addressDefaults : {};
  const inCause = key === 'cause';
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]): [string, unknown][] => {
      const empty = field === null || field === '' || field === false;
      if (empty || (inCause && field === 0) || defaults[name] === field) return [];
      if (typeof field !== 'object' || Array.isArray(field)) return [[name, field]];
      return [[name, prune(field as Fields, name)]];
    }),
  );
}
