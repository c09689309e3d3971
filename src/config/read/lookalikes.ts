/** Characters that look like a blank or a quote and are neither: editors and web pages put them in. */

import type { Findings } from '../findings.ts';
import { spanOf } from '../text.ts';
import type { Text } from '../text.ts';

const anyOfThem = /[\u00a0\u2000-\u200d\u201c-\u201f\u202f\u2060\u3000\ufeff]/g;
const names: Readonly<Record<string, string>> = {
  '\u00a0': 'a no-break space',
  '\u200b': 'a zero-width space',
  '\u202f': 'a narrow no-break space',
  '\ufeff': 'a byte order mark',
};
const isQuote = /[\u201c-\u201f]/;

/** Reports the first one of a line that stands outside double quotes. */
export function reportLookalike(line: Text, findings: Findings): void {
  for (const { index, 0: character } of line.value.matchAll(anyOfThem)) {
    const before = line.value.slice(0, index);
    if ((before.split('"').length - 1) % 2 === 1) continue;
    const code = `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
    const message = isQuote.test(character)
      ? `'${character}' (${code}) is not a quotation mark here: it is part of the word`
      : `${names[character] ?? 'an invisible character'} (${code}) is part of the word here`;
    const hint = isQuote.test(character) ? 'write " instead' : 'type the line again';
    findings.report('lookalike', spanOf(line, index, index + 1), message, { hint });
    return;
  }
}
