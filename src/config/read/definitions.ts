/** `$NAME=...` definitions and their use, predefined names included. */

import { randomInt } from 'node:crypto';
import { nearest } from '../suggest.ts';
import type { Findings } from '../findings.ts';
import type { Span } from '../source.ts';
import {
  joinTexts,
  sliceText,
  spanOf,
  substitutedText,
  syntheticText,
  verbatimText,
} from '../text.ts';
import type { Text } from '../text.ts';

export interface Definition {
  readonly name: string;
  /** One entry, or several for a definition that was continued with backslashes. */
  readonly lines: readonly Text[];
  readonly span: Span;
}

/** What predefined names say at the place of use. */
export interface Surroundings {
  readonly directory: string;
  readonly configId: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export const definitionPattern = /^\$([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s;

const usePattern = /\$(?:\{([^{}]*)\}|([A-Za-z_][A-Za-z0-9_]*)(?=[ \t,)]|$))/g;

const depthLimit = 40;
const lengthLimit = 1 << 18;
/** Substitutions in one line; names that double each other would not end in a lifetime. */
const useLimit = 10_000;

/** A line after substitution: usually one text, several where a long definition was used. */
export interface Expanded {
  readonly lines: readonly Text[];
  readonly changed: boolean;
}

export class Definitions {
  private readonly known = new Map<string, Definition>();
  private readonly findings: Findings;
  private uses = 0;

  constructor(findings: Findings) {
    this.findings = findings;
  }

  /** Later definitions of a name replace earlier ones. */
  define(definition: Definition): void {
    const old = this.known.get(definition.name);
    const lines = definition.lines.map((line) => this.withoutSelf(definition, line, old));
    this.known.set(definition.name, { ...definition, lines });
  }

  set(name: string, value: Text, span: Span): void {
    this.known.set(name, { name, lines: [value], span });
  }

  /** A value that names itself can only mean the value before; it would never end otherwise. */
  private withoutSelf(definition: Definition, line: Text, old: Definition | undefined): Text {
    const { name } = definition;
    const self = new RegExp(`\\$(?:\\{${name}\\}|${name}(?=[ \\t,)]|$))`, 'g');
    if (line.value.search(self) === -1) return line;
    const details = {
      hint: old ? null : `give $${name} a value first, or remove the line`,
      keepalived: 'keepalived substitutes it without end',
    };
    const meaning = old ? 'read as its value so far' : 'and has no value yet';
    const message = `the definition of $${name} uses $${name} itself, ${meaning}`;
    this.findings.report('self-definition', definition.span, message, details);
    const value = old?.lines.length === 1 ? old.lines[0] : undefined;
    return this.replaceAll(line, self, (use) =>
      value === undefined ? syntheticText('', use) : substitutedText(value, use),
    );
  }

  private replaceAll(line: Text, pattern: RegExp, replacement: (use: Span) => Text): Text {
    const parts: Text[] = [];
    let from = 0;
    for (const match of line.value.matchAll(pattern)) {
      parts.push(sliceText(line, from, match.index));
      parts.push(replacement(spanOf(line, match.index, match.index + match[0].length)));
      from = match.index + match[0].length;
    }
    parts.push(sliceText(line, from));
    return joinTexts(parts);
  }

  /** Substitutes every `$NAME` and `${NAME}` of a line. */
  expand(line: Text, around: Surroundings): Expanded {
    if (!line.value.includes('$')) return { lines: [line], changed: false };
    const lines: Text[] = [];
    let parts: Text[] = [];
    let from = 0;
    let changed = false;
    this.uses = 0;
    for (const match of line.value.matchAll(usePattern)) {
      const end = match.index + match[0].length;
      const use = spanOf(line, match.index, end);
      const value = this.valueOf(match[1] ?? match[2] ?? '', match[1] !== undefined, use, around);
      if (value === null) continue;
      changed = true;
      parts.push(sliceText(line, from, match.index), value[0] ?? syntheticText('', use));
      for (const next of value.slice(1)) {
        lines.push(joinTexts(parts));
        parts = [next];
      }
      from = end;
    }
    parts.push(sliceText(line, from));
    const rest = joinTexts(parts);
    const kept = changed ? rest : this.protectUnknown(rest);
    return { lines: [...lines, kept], changed };
  }

  /** An unknown `${NAME}` keeps its braces: nothing is torn apart at them. */
  private protectUnknown(text: Text): Text {
    const parts: Text[] = [];
    let from = 0;
    for (const match of text.value.matchAll(/\$\{[^{}]*\}/g)) {
      const end = match.index + match[0].length;
      parts.push(sliceText(text, from, match.index));
      parts.push(verbatimText(sliceText(text, match.index, end)));
      from = end;
    }
    return from === 0 ? text : joinTexts([...parts, sliceText(text, from)]);
  }

  private valueOf(
    name: string,
    braced: boolean,
    use: Span,
    around: Surroundings,
    active: readonly string[] = [],
  ): readonly Text[] | null {
    const definition = this.known.get(name);
    this.uses += 1;
    if (this.uses > useLimit) return [syntheticText('', use)];
    if (definition === undefined) {
      const value = braced ? this.predefined(name, use, around) : null;
      return value === null ? null : [value];
    }
    if (active.includes(name) || active.length > depthLimit) {
      const message = `$${name} is defined in terms of itself (${[...active, name].join(', ')})`;
      this.findings.report('self-definition', use, message);
      return [syntheticText('', use)];
    }
    const lines = definition.lines.map((line) => substitutedText(line, use));
    // Lines of a long definition are replayed one by one and expanded then.
    if (lines.length > 1) return lines;
    return lines.map((line) => this.expandInner(line, around, [...active, name]));
  }

  private expandInner(line: Text, around: Surroundings, active: readonly string[]): Text {
    const parts: Text[] = [];
    let from = 0;
    let length = 0;
    for (const match of line.value.matchAll(usePattern)) {
      const end = match.index + match[0].length;
      const use = spanOf(line, match.index, end);
      const braced = match[1] !== undefined;
      const value = this.valueOf(match[1] ?? match[2] ?? '', braced, use, around, active);
      // A long definition inside a short one cannot be spread over lines any more.
      if (value === null || value.length !== 1 || value[0] === undefined) continue;
      length += value[0].value.length;
      if (length > lengthLimit) break;
      parts.push(sliceText(line, from, match.index), value[0]);
      from = end;
    }
    return from === 0 ? line : joinTexts([...parts, sliceText(line, from)]);
  }

  private predefined(name: string, use: Span, around: Surroundings): Text | null {
    if (name === '_PWD') return syntheticText(around.directory, use);
    if (name === '_INSTANCE') return syntheticText(around.configId, use);
    if (name === '_HASH') return syntheticText('#', use, true);
    if (name === '_BANG') return syntheticText('!', use, true);
    const environment = /^_ENV[ \t]+([A-Za-z0-9_]+)$/.exec(name)?.[1];
    if (environment !== undefined) {
      return syntheticText(around.environment[environment] ?? '', use);
    }
    const random = /^_RANDOM(?:[ \t]+(\d+)(?:[ \t]+(\d+))?)?$/.exec(name);
    return random === null ? null : this.random(random[1], random[2], use);
  }

  private random(first: string | undefined, second: string | undefined, use: Span): Text {
    const minimum = Number(first ?? 0);
    const maximum = Number(second ?? 32_767);
    if (maximum < minimum || maximum - minimum >= 2 ** 47) {
      const message = `the range of _RANDOM is empty: ${minimum} is more than ${maximum}`;
      this.findings.report('bad-sequence', use, message, {
        keepalived: `keepalived uses ${minimum}`,
      });
      return syntheticText(String(minimum), use);
    }
    return syntheticText(String(randomInt(minimum, maximum + 1)), use);
  }

  /** Reports what looks like the use of a name but is none. Quoted text may mean it so. */
  reportUnknown(line: Text): void {
    if (!line.value.includes('$')) return;
    for (const match of line.value.matchAll(/\$(?:\{([^{}]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g)) {
      const name = match[1] ?? match[2] ?? '';
      const known = this.known.has(name);
      const quotes = line.value.slice(0, match.index).split('"').length - 1;
      if (!known && (quotes % 2 === 1 || match[1]?.startsWith('_') === true)) continue;
      const span = spanOf(line, match.index, match.index + match[0].length);
      const meant = nearest(name, this.known.keys());
      const other = meant === null ? null : `did you mean '\${${meant}}'?`;
      const message = known
        ? `$${name} is not substituted: only a blank, ',' or ')' may follow it`
        : `$${name} has no value; the text stays as it is`;
      const hint = known ? `write \${${name}}` : other;
      this.findings.report('undefined-variable', span, message, { hint });
    }
  }
}
