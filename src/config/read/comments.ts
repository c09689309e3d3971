/** Comments, and the characters that only look like comments. */

import { isVerbatim, joinTexts, sliceText, trimText, verbatimText } from '../text.ts';
import type { Text } from '../text.ts';

/** A line without its comment, its escapes and the blanks around it. */
export interface Uncommented {
  readonly text: Text;
  /** Index in the line of the comment character, or -1. */
  readonly comment: number;
  /** The comment began in the middle of a word (`auth_pass ab#cd`). */
  readonly insideWord: boolean;
  /** The line asks to be continued: it ends in a backslash, inside a comment or not. */
  readonly continued: boolean;
}

/**
 * `#` and `!` begin a comment anywhere outside double quotes. Outside quotes `\#` and `\!` are
 * the characters themselves; any other backslash stays and protects the next character.
 */
export function stripComment(line: Text): Uncommented {
  const { value } = line;
  if (!/[#!\\]/.test(value)) {
    return { text: trimText(line), comment: -1, insideWord: false, continued: false };
  }
  const parts: Text[] = [];
  let from = 0;
  let quoted = false;
  let comment = -1;
  for (let index = 0; index < value.length; index += 1) {
    const character = value[index];
    if (character === '"') quoted = !quoted;
    else if (character === '\\') {
      const next = value[index + 1];
      if (!quoted && (next === '#' || next === '!')) {
        parts.push(sliceText(line, from, index));
        parts.push(verbatimText(sliceText(line, index + 1, index + 2)));
        from = index + 2;
      }
      index += 1;
    } else if (!quoted && (character === '#' || character === '!') && !isVerbatim(line, index)) {
      comment = index;
      break;
    }
  }
  const continued = value.endsWith('\\');
  if (comment === -1 && parts.length === 0) {
    return { text: trimText(line), comment, insideWord: false, continued };
  }
  parts.push(sliceText(line, from, comment === -1 ? value.length : comment));
  const insideWord = comment > 0 && !/[\s{}"]/.test(value[comment - 1] ?? ' ');
  return { text: trimText(joinTexts(parts)), comment, insideWord, continued };
}
