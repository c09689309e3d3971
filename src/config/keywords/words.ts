/** Argument types that are words: flags, choices, names, paths, commands. */

import type { Command, ScriptUser } from '../model.ts';
import { splitCommand, tokenizeScript } from '../read/tokens.ts';
import type { Token } from '../read/tokens.ts';
import { spanOf } from '../text.ts';
import { nearest } from '../suggest.ts';
import { firstArgument, intMax, readNumber } from './numbers.ts';
import type { ArgumentType, Use } from './types.ts';

const plain = { block: 'none', shape: null } as const;

/** A keyword without an argument. */
export function flag(): ArgumentType<true> {
  return { ...plain, syntax: '', most: 0, read: () => true };
}

/** A keyword whose arguments, if any, mean nothing. */
export function flagWithArguments(): ArgumentType<true> {
  return { ...plain, syntax: '', most: Infinity, read: () => true };
}

const booleans: Readonly<Record<string, boolean>> = {
  on: true,
  true: true,
  yes: true,
  off: false,
  false: false,
  no: false,
};

/** `on`, `off` and their like; the bare keyword means on. */
export function bool(): ArgumentType<boolean> {
  return {
    ...plain,
    syntax: '[on | off | true | false | yes | no]',
    most: 1,
    read: (use) => {
      const [token] = use.args;
      if (token === undefined) return true;
      const value = booleans[token.value];
      if (value === undefined) {
        const message = `'${token.value}' is neither on nor off`;
        use.findings.report('bad-value', use.spanOf(token), message, {
          hint: 'expected on, true, yes, off, false or no',
        });
      }
      return value;
    },
  };
}

/** One of some words. */
export function choice<const W extends string>(...words: readonly W[]): ArgumentType<W> {
  return {
    ...plain,
    syntax: words.join(' | '),
    most: 1,
    read: (use) => {
      const token = firstArgument(use, `one of ${words.join(', ')}`);
      if (token === undefined) return undefined;
      const found = words.find((word) => word === token.value);
      if (found === undefined) {
        const meant = nearest(token.value, words);
        const message = `'${token.value}' is none of ${words.join(', ')}`;
        const hint = meant === null ? null : `did you mean '${meant}'?`;
        use.findings.report('bad-value', use.spanOf(token), message, { hint });
      }
      return found;
    },
  };
}

/** Any one word, or text in double quotes. */
export function text(what: string): ArgumentType<string> {
  return {
    ...plain,
    syntax: what,
    most: 1,
    read: (use) => firstArgument(use, what.toLowerCase())?.value,
  };
}

/** A word that keepalived does without: the keyword is then ignored. */
export function lenientText(what: string): ArgumentType<string> {
  return {
    ...plain,
    syntax: what,
    most: 1,
    read: (use) => {
      const [token] = use.args;
      if (token !== undefined) return token.value;
      const message = `'${use.keyword}' without ${what.toLowerCase()} is ignored`;
      use.findings.report('missing-value', use.span, message);
      return undefined;
    },
  };
}

/** A word that may be absent. */
export function optionalText(what: string): ArgumentType<string | null> {
  return { ...plain, syntax: `[${what}]`, most: 1, read: (use) => use.args[0]?.value ?? null };
}

/** Any number of words. */
export function words(what: string): ArgumentType<readonly string[]> {
  return { ...plain, syntax: what, most: Infinity, read: (use) => use.args.map((a) => a.value) };
}

/** Whole numbers, at least one. */
export function numbers(what: string): ArgumentType<readonly number[]> {
  return {
    ...plain,
    syntax: what,
    most: Infinity,
    read: (use) => {
      if (firstArgument(use, 'at least one number') === undefined) return undefined;
      const form = { fraction: false, unit: '' };
      const range = { min: 0, max: intMax };
      const list = use.args.map((token) => readNumber(use, token, range, form));
      return list.filter((value) => value !== undefined);
    },
  };
}

/** `USER [[:]GROUP]`; a leading or trailing colon asks for the supplementary groups too. */
function readUser(tokens: readonly Token[]): ScriptUser | null {
  const first = tokens[0]?.value;
  if (first === undefined) return null;
  const second = tokens[1]?.value ?? null;
  const colon = first.endsWith(':') || (second?.startsWith(':') ?? false);
  const group = second === null ? null : second.replace(/^:/, '');
  return {
    user: first.replace(/:$/, ''),
    group: group === '' ? null : group,
    supplementaryGroups: colon,
  };
}

export function user(): ArgumentType<ScriptUser> {
  return {
    ...plain,
    syntax: 'USER [[:]GROUP]',
    most: 2,
    read: (use) => {
      if (firstArgument(use, 'a user name') === undefined) return undefined;
      return readUser(use.args) ?? undefined;
    },
  };
}

/** A file with the account that is to own it. */
export interface OwnedPath {
  readonly path: string;
  readonly user: ScriptUser | null;
}

export function ownedPath(): ArgumentType<OwnedPath> {
  return {
    ...plain,
    syntax: 'PATH [USER [[:]GROUP]]',
    most: 3,
    read: (use) => {
      const token = firstArgument(use, 'a path');
      return token && { path: token.value, user: readUser(use.args.slice(1)) };
    },
  };
}

const operators = new Set(['|', '||', '&', '&&', ';', '>', '>>', '<', '2>', '2>&1', '>/dev/null']);

/** A command line: one quoted string, then the account to run it as. */
export function script(most = 3): ArgumentType<Command> {
  return {
    ...plain,
    syntax: most === 1 ? 'COMMAND' : 'COMMAND [USER [[:]GROUP]]',
    most: Infinity,
    read: (use) => readScript(use, most),
  };
}

/** A command that may be absent. */
export function optionalScript(): ArgumentType<Command | null> {
  return {
    ...plain,
    syntax: '[COMMAND [USER [[:]GROUP]]]',
    most: Infinity,
    read: (use) => (use.args.length === 0 ? null : readScript(use, 3)),
  };
}

function readScript(use: Use, most: number): Command | undefined {
  const { statement, findings } = use;
  const from = statement.tokens[0]?.end ?? 0;
  const { tokens, unmatchedQuote } = tokenizeScript(statement.text, from);
  if (unmatchedQuote !== -1) {
    const span = spanOf(statement.text, unmatchedQuote, unmatchedQuote + 1);
    findings.report('bad-script', span, 'this quote has no partner; the command is ignored');
    return undefined;
  }
  const [command] = tokens;
  if (command === undefined || command.value.trim() === '') {
    findings.report('missing-value', use.span, `'${use.keyword}' needs a command`, {
      keepalived: 'keepalived ignores it',
    });
    return undefined;
  }
  const argv = splitCommand(command.value);
  if (argv === null || argv.length === 0) {
    const message = 'the command has a quote without a partner; it is ignored';
    findings.report('bad-script', use.spanOf(command), message);
    return undefined;
  }
  reportWords(use, tokens, most);
  reportOperators(use, command, argv);
  return { argv, user: readUser(tokens.slice(1, most)) };
}

/** An unquoted command with arguments: they are taken for the account. */
function reportWords(use: Use, tokens: readonly Token[], most: number): void {
  const [command, second] = tokens;
  if (command === undefined || second === undefined) return;
  const looksLikeArgument = /[-/.=$|&;<>]/.test(second.value) || tokens.length > most;
  if (!looksLikeArgument || (most > 1 && tokens.length <= most && command.quoted)) return;
  const meaning = most === 1 ? 'is ignored' : 'is taken for the user to run it as';
  use.findings.report('notify-extra-words', use.spanOf(second), `'${second.value}' ${meaning}`, {
    hint: 'put the command and its arguments into one pair of quotes',
    keepalived: 'keepalived does the same',
  });
}

function reportOperators(use: Use, command: Token, argv: readonly string[]): void {
  const found = argv.find((word, index) => index > 0 && operators.has(word));
  if (found === undefined) return;
  const message = `there is no shell: '${found}' is passed to the program as an argument`;
  use.findings.report('shell-operator', use.spanOf(command), message, {
    hint: "put the line into a script file, or call /bin/sh -c '...'",
    keepalived: 'keepalived does the same, and says nothing',
  });
}
