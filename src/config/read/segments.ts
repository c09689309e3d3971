/** Lines cut at their braces: the alphabet of the parser. */

import type { Findings } from '../findings.ts';
import type { Span } from '../source.ts';
import { isVerbatim, sliceText, spanOf, trimText } from '../text.ts';
import type { Text } from '../text.ts';

export type Segment =
  | { readonly kind: 'line'; readonly text: Text; readonly own: boolean }
  | { readonly kind: 'open'; readonly span: Span; readonly own: boolean }
  | { readonly kind: 'close'; readonly span: Span; readonly own: boolean };

/** `{` and `}` outside double quotes stand alone, whatever touches them. */
export function cutAtBraces(line: Text, own: boolean, findings: Findings): Segment[] {
  const { value } = line;
  if (!/[{}"]/.test(value)) return [{ kind: 'line', text: line, own }];
  const segments: Segment[] = [];
  let from = 0;
  let quote = -1;
  const take = (to: number): void => {
    const text = trimText(sliceText(line, from, to));
    if (text.value !== '') segments.push({ kind: 'line', text, own });
  };
  for (let index = 0; index < value.length; index += 1) {
    const character = value[index];
    if (character === '"') quote = quote === -1 ? index : -1;
    // Inside a shell-like word a backslash protects the quote (`\"`).
    else if (character === '\\' && quote !== -1 && value[index + 1] === '"') index += 1;
    else if ((character === '{' || character === '}') && quote === -1) {
      if (isVerbatim(line, index)) continue;
      take(index);
      const span = spanOf(line, index, index + 1);
      segments.push({ kind: character === '{' ? 'open' : 'close', span, own });
      from = index + 1;
    }
  }
  take(value.length);
  if (quote !== -1) {
    const span = spanOf(line, quote, quote + 1);
    const message = 'this quote has no partner on its line';
    const escaped = value[quote - 1] === '\\';
    findings.report('unmatched-quote', span, message, {
      hint: escaped
        ? 'a quote behind a backslash opens and closes nothing: leave the backslashes out'
        : 'add the closing quote on the same line',
      keepalived: 'keepalived drops the rest of the line',
    });
  }
  return segments;
}
