/** failoverd.conf(5), made from the keyword table. */

import type { Keyword, Level } from '../keywords/types.ts';
import { allLevels } from '../keywords/root.ts';
import { entryOptions, levelHeading, statusText } from './reference.ts';

/** Text for roff: backslashes, hyphens and leading dots lose their meaning. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
}

function item(name: string, syntax: string, sentences: readonly string[]): string[] {
  const value = syntax === '' ? '' : ` ${roff(syntax)}`;
  const body = sentences.filter((sentence) => sentence !== '').join('. ');
  return ['.TP', `\\fB${roff(name)}\\fR${value}`, `${roff(body)}.`];
}

function keywordItem(name: string, row: Keyword<unknown>): string[] {
  return item(name, row.type.syntax, [
    row.help,
    row.default === '' ? '' : `Default: ${row.default}`,
    row.status === 'supported' ? '' : `Status: ${statusText(row)}`,
    row.insteadUse === null ? '' : `Use ${row.insteadUse}`,
    row.own ? 'Only behind @failoverd' : '',
  ]);
}

function levelSection(level: Level): string[] {
  return [
    `.SH ${roff(levelHeading(level).toUpperCase())}`,
    ...Object.entries(level.keywords).flatMap(([name, row]) => keywordItem(name, row)),
  ];
}

const introduction = [
  '.TH FAILOVERD.CONF 5 "" failoverd',
  '.SH NAME',
  'failoverd.conf \\- configuration of failoverd, in the language of keepalived.conf',
  '.SH DESCRIPTION',
  'failoverd reads the VRRP half of a keepalived.conf(5).',
  'What concerns LVS is skipped with a notice.',
  'Lines that begin with',
  '.B @failoverd',
  'are read by failoverd, and skipped by keepalived, so that one file works with both.',
  '.PP',
  'A statement is a keyword with its arguments on one line; blocks stand in braces.',
  'Comments begin with # or ! outside double quotes.',
  'Lines with @ID are kept for the config\\-id ID,',
  'those with @^ID for every other one. $NAME=VALUE defines a name, $NAME and ${NAME} use it;',
  'include, ~SEQ and ~LST work as in keepalived.',
];

/** man/failoverd.conf.5 */
export function keywordManual(): string {
  const options = entryOptions.flatMap(([title, list]) => [
    `.SH ${roff(title.toUpperCase())}`,
    ...Object.entries(list).flatMap(([name, { syntax, help }]) => item(name, syntax, [help])),
  ]);
  const end = ['.SH SEE ALSO', 'failoverd(8), keepalived.conf(5)'];
  const lines = [...introduction, ...allLevels.flatMap(levelSection), ...options, ...end];
  return `${lines.join('\n')}\n`;
}
