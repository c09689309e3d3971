/** The keyword reference and the list of findings, made from the tables. */

import { catalogue } from '../catalogue.ts';
import { peerEntries } from '../keywords/tracking.ts';
import { ruleOptions } from '../keywords/policy.ts';
import { routeOptions } from '../keywords/routes.ts';
import type { Options } from '../keywords/options.ts';
import { allLevels } from '../keywords/root.ts';
import type { Keyword, Level, Status } from '../keywords/types.ts';
import { vipOptions } from '../keywords/vip.ts';

const statusTexts: Readonly<Record<Status, string>> = {
  supported: 'in effect',
  notInEffectYet: 'read, not in effect yet',
  noEffect: 'accepted, no effect',
  lvs: 'LVS, left to keepalived',
  deprecated: 'deprecated',
};

/** What becomes of a keyword, with the reason where nothing does. */
export function statusText({ status, why }: Keyword<unknown>): string {
  return why === '' ? statusTexts[status] : `${statusTexts[status]}: ${why}`;
}

/** The option tables of entries, with the blocks they belong to. */
export const entryOptions: readonly (readonly [string, Readonly<Record<string, OptionText>>])[] = [
  [
    'Addresses (virtual_ipaddress, virtual_ipaddress_excluded, static_ipaddress)',
    texts(vipOptions),
  ],
  ['Routes (virtual_routes, static_routes)', texts(routeOptions)],
  ['Rules (virtual_rules, static_rules)', texts(ruleOptions)],
];

interface OptionText {
  readonly syntax: string;
  readonly help: string;
}

function texts<T>(options: Options<T>): Record<string, OptionText> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { syntax, help }]) => [name, { syntax, help }]),
  );
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function code(text: string): string {
  return text === '' ? '' : `\`${text.replaceAll('|', '\\|')}\``;
}

function keywordRow(name: string, row: Keyword<unknown>): string {
  const instead = row.insteadUse === null ? '' : `; use \`${row.insteadUse}\``;
  const own = row.own ? '; only behind `@failoverd`' : '';
  const cells = [
    code(name),
    code(row.type.syntax),
    cell(row.default),
    cell(row.help),
    `${statusText(row)}${instead}${own}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

export function levelHeading(level: Level): string {
  return level.name === '' ? level.title : `${level.name}: ${level.title}`;
}

function levelSection(level: Level): string {
  const rows = Object.entries(level.keywords).map(([name, row]) => keywordRow(name, row));
  return [
    `## ${levelHeading(level)}`,
    '',
    '| Keyword | Arguments | Default | Meaning | Status |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function optionSection(title: string, options: Readonly<Record<string, OptionText>>): string {
  const rows = Object.entries(options).map(
    ([name, { syntax, help }]) => `| ${code(name)} | ${code(syntax)} | ${cell(help)} |`,
  );
  return [`## ${title}`, '', '| Option | Value | Meaning |', '|---|---|---|', ...rows].join('\n');
}

/** docs/reference/keywords.md */
export function keywordReference(): string {
  const head = [
    '# Keywords',
    '',
    'Every keyword of keepalived.conf(5) as failoverd reads it. Made from the keyword table',
    '(`src/config/keywords`) by',
    '`UPDATE_DOCS=1 npx vitest run --project unit test/config/document`.',
    '',
    `A unicast peer is written as \`${peerEntries.syntax}\`, one on each line.`,
  ].join('\n');
  const levels = allLevels.map(levelSection);
  const options = entryOptions.map(([title, list]) => optionSection(title, list));
  return `${[head, ...levels, ...options].join('\n\n')}\n`;
}

/** docs/reference/findings.md */
export function findingReference(): string {
  const rows = Object.entries(catalogue).map(
    ([rule, kind]) => `| \`${rule}\` | ${kind.severity} | ${kind.class} | ${cell(kind.about)} |`,
  );
  return `${[
    '# Findings',
    '',
    'What `failoverd check` can say, by rule. An error refuses the file; a warning is a mistake',
    'that the file can live with; a note is worth knowing. Classes decide the exit code of',
    '`failoverd -t` and of `check --strict`: `fatal` and `mistake` give 5 (2 when an argument is',
    'missing), `security` gives 6, `lint` and `status` give 0.',
    'Made from `src/config/catalogue.ts`.',
    '',
    '| Rule | Severity | Class | About |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n')}\n`;
}
