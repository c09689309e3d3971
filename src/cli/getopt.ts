/**
 * keepalived's command line in the form that commander reads.
 *
 * keepalived uses getopt_long(3), whose optional arguments are only ever attached (`-gFILE`,
 * `--log-file=FILE`): the word after `-t` is not the argument of `-t`. Taking it for one would be
 * worse than wrong, since `-t FILE` names a file to write to. So attached arguments are moved to
 * hidden options with a mandatory argument, and the options themselves become plain switches.
 */

/** Short options with an optional argument, and the hidden option that receives it. */
const optional: Readonly<Record<string, string>> = {
  t: '--config-test-log',
  g: '--log-file-path',
  M: '--core-dump-pattern-text',
};

/** The same for long options. */
const optionalLong: Readonly<Record<string, string>> = {
  '--config-test': '--config-test-log',
  '--log-file': '--log-file-path',
  '--core-dump-pattern': '--core-dump-pattern-text',
};

/** Short options that take what follows them in the same word, or the next word. */
const mandatory = new Set('fSprcbsiAuTL');

/** Rewrites `args`, the words after the program's name (and after `run`). */
export function fromGetopt(args: readonly string[]): string[] {
  const result: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? '';
    if (word === '--') return [...result, ...args.slice(index)];
    if (word.startsWith('--')) {
      result.push(...longOption(word));
      continue;
    }
    result.push(...(word.startsWith('-') && word !== '-' ? cluster(word.slice(1)) : [word]));
    if (takesNext(word)) result.push(...args.slice(++index, index + 1));
  }
  return result;
}

function longOption(word: string): string[] {
  const [name = '', ...rest] = word.split('=');
  const hidden = optionalLong[name];
  if (hidden === undefined || rest.length === 0) return [word];
  return [name, `${hidden}=${rest.join('=')}`];
}

/** `nlf/etc/x` as `-n -l -f/etc/x`. */
function cluster(letters: string): string[] {
  const words: string[] = [];
  for (const [index, letter] of letters.split('').entries()) {
    const rest = letters.slice(index + 1);
    const hidden = optional[letter];
    if (hidden !== undefined && rest !== '') return [...words, `-${letter}`, `${hidden}=${rest}`];
    if (mandatory.has(letter)) return [...words, `-${letter}${rest}`];
    words.push(`-${letter}`);
  }
  return words;
}

/** Whether a word is a cluster whose last option takes the next word as its argument. */
function takesNext(word: string): boolean {
  if (!word.startsWith('-') || word.startsWith('--')) return false;
  const last = cluster(word.slice(1)).at(-1) ?? '';
  return last.length === 2 && mandatory.has(last.charAt(1));
}
