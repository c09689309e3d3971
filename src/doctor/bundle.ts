/** One archive for a bug report, with secrets removed. */
import { gzipSync } from 'node:zlib';
import { formatDiagnostics, printConfig, summarize } from '../config/index.ts';
import type { LoadResult, Model } from '../config/index.ts';
import { ask } from './host/commands.ts';
import type { Facts } from './host/facts.ts';
import { tar } from './tar.ts';
import type { Verdict } from './verdict.ts';

const hidden = '********';
/** A shorter secret would be found in words that are none; its line in the file hides it. */
const shortestSecret = 4;

/** What somebody who helps would ask for, as program and arguments. */
const questions: Readonly<Record<string, readonly string[]>> = {
  'ip-addr.txt': ['ip', '-d', 'addr'],
  'ip-route.txt': ['ip', 'route', 'show', 'table', 'all'],
  'ip-rule.txt': ['ip', 'rule'],
  'ip-maddr.txt': ['ip', 'maddr'],
  'nft.txt': ['nft', '-a', 'list', 'ruleset'],
  'journal.txt': [
    'journalctl',
    '-u',
    'failoverd',
    '-n',
    '1000',
    '--no-pager',
    '-o',
    'short-iso-precise',
  ],
  'unit.txt': ['systemctl', 'cat', 'failoverd.service'],
};

const failoverd = [process.execPath, process.argv[1] ?? ''] as const;

/** What the running daemon is asked, and what the commands say of the configuration. */
const asked: Readonly<Record<string, readonly string[]>> = {
  'status.json': ['status', '--json'],
  'why.txt': ['why'],
  'events.jsonl': ['events', '--json'],
};

/** The options that say which daemon and which configuration are meant. */
export interface BundleSubject {
  readonly file: string;
  readonly configId: string | undefined;
  readonly namespace: string | undefined;
}

/** The compressed archive. */
export async function bundle(
  facts: Facts,
  verdicts: readonly Verdict[],
  loaded: LoadResult,
  subject: BundleSubject,
): Promise<Buffer> {
  const answers = await Promise.all([
    ...Object.entries(questions).map(async ([name, [program = '', ...args]]) => ({
      name,
      text: await ask(program, ...args),
    })),
    ...Object.entries(asked).map(async ([name, words]) => ({
      name,
      text: await askDaemon(words, subject),
    })),
  ]);
  const sources = loaded.sources.map(({ path, text }, index) => ({
    name: `config-${index + 1}.conf`,
    text: `# ${path}\n${withoutSecretLines(text)}`,
  }));
  const own = [
    { name: 'verdicts.json', text: `${JSON.stringify(verdicts, null, 2)}\n` },
    { name: 'facts.json', text: `${JSON.stringify(facts, null, 2)}\n` },
    { name: 'check.txt', text: withoutSecretLines(checkText(loaded)) },
    { name: 'config-as-read.conf', text: withoutSecretLines(printConfig(loaded.model)) },
  ];
  const said = answers.flatMap(({ name, text }) => (text === undefined ? [] : [{ name, text }]));
  const secrets = secretsOf(loaded.model);
  const files = [...own, ...sources, ...said].map(({ name, text }) => ({
    name: `failoverd-doctor/${name}`,
    text: hide(text, secrets),
  }));
  return gzipSync(tar(files, Math.floor(Date.now() / 1000)));
}

/** What `failoverd check` says. */
function checkText({ diagnostics }: LoadResult): string {
  return `${formatDiagnostics(diagnostics)}${summarize(diagnostics)}\n`;
}

/** The daemon of this file; where that is not the one that runs, whichever does. */
async function askDaemon(words: readonly string[], { file, configId, namespace }: BundleSubject) {
  const id = configId === undefined ? [] : ['-i', configId];
  const place = namespace === undefined ? [] : ['-s', namespace];
  const [program, main] = failoverd;
  const answer = await ask(program, main, ...words, '-f', file, ...id, ...place);
  return answer ?? ask(program, main, ...words);
}

/** Passwords and keys of a configuration, the longest first. */
function secretsOf({ instances }: Model): readonly string[] {
  const all = instances.flatMap(({ authentication, hmac }) => [
    ...(authentication === null ? [] : [authentication.password]),
    ...(hmac?.keys.map(({ value }) => value) ?? []),
  ]);
  return [...new Set(all)]
    .filter((secret) => secret.length >= shortestSecret && !secret.startsWith('file:'))
    .toSorted((a, b) => b.length - a.length);
}

function hide(text: string, secrets: readonly string[]): string {
  return secrets.reduce((safe, secret) => safe.replaceAll(secret, hidden), text);
}

/** Also what a value that was too long, or a macro, would keep from being recognised. */
function withoutSecretLines(text: string): string {
  return text
    .replaceAll(/^(.*\bauth_pass\s+)\S.*$/gm, `$1${hidden}`)
    .replaceAll(/^(\s*(?:@\S+\s+)?key\s+\S+\s+)(?!file:)\S.*$/gm, `$1${hidden}`);
}
