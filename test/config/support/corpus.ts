/**
 * Real files with keepalived's own answers, where there are any (FAILOVERD_CORPUS). Each file is
 * read as /etc/keepalived/keepalived.conf, with the files that belong to it beside it.
 */

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/index.ts';
import type { LoadResult } from '../../../src/config/index.ts';
import { hostFiles } from '../../../src/config/read/files.ts';
import type { FileReader } from '../../../src/config/read/files.ts';

const corpus = process.env['FAILOVERD_CORPUS'];

/** Why there is no corpus; null when there is one. */
export const noCorpus =
  corpus !== undefined && existsSync(join(corpus, 'conf'))
    ? null
    : 'FAILOVERD_CORPUS names no directory with a corpus';

const mainFile = '/etc/keepalived/keepalived.conf';

export interface Oracle {
  /** keepalived stayed up and had instances. */
  readonly runs: boolean;
  readonly configId: string;
  /** All that the file has lines for: the routers that share it. */
  readonly configIds: readonly string[];
  /** Exit code of `keepalived -t` with scripts in place. */
  readonly testExit: number;
  readonly text: string;
  /** Absolute paths where a script that succeeds was put. */
  readonly scripts: readonly string[];
  /** Its kernel's addresses, routes, rules and firewall as text; null when nothing was kept. */
  readonly kernel: string | null;
  /** What it sent, as `tcpdump -v` shows it; null when nothing was kept. */
  readonly sent: string | null;
  /** `data` objects of its dump, in order. */
  readonly dump: readonly Readonly<Record<string, unknown>>[] | null;
}

export interface CorpusFile {
  readonly id: string;
  readonly oracle: Oracle;
  readonly text: string;
  /** The directory with what lies beside it, if anything does. */
  readonly companions: string | undefined;
  /** Reads it anew, as the router of that name. */
  read(configId?: string): LoadResult;
  /** What `read` gave the first time. */
  load(): LoadResult;
}

function readOracle(directory: string, id: string): Oracle {
  const text = readFileSync(join(directory, 'oracle', `${id}.txt`), 'latin1');
  const configId = /config_id_used: (.*)/.exec(text)?.[1] ?? '(none)';
  const seen = /^config_ids_seen: (.*)$/m.exec(text)?.[1]?.split(' ') ?? [];
  const kept = (suffix: string): string | null => {
    const file = join(directory, 'oracle', `${id}.${suffix}`);
    return existsSync(file) ? readFileSync(file, 'latin1') : null;
  };
  const scripts = /^stub scripts created for stage=stub: (?<paths>.*)$/m.exec(text)?.groups?.[
    'paths'
  ];
  const dumpFile = join(directory, 'oracle', `${id}.json`);
  const dump = existsSync(dumpFile) ? readDump(dumpFile) : null;
  return {
    runs: /alive_after_6s=True/.test(text) && dump !== null,
    configId: configId === '(none)' ? 'host' : configId,
    configIds: seen.filter((id) => id !== ''),
    testExit: Number(/"stub_2\.4\.3": (-?\d+)/.exec(text)?.[1] ?? Number.NaN),
    text,
    scripts: (scripts ?? '').split(' ').filter((path) => path.startsWith('/')),
    kernel: kept('net'),
    sent: kept('tx.txt'),
    dump,
  };
}

function readDump(path: string): Readonly<Record<string, unknown>>[] {
  // Version 2 has the instances under a name, version 1 is the list itself.
  const json = JSON.parse(readFileSync(path, 'latin1')) as { vrrp?: unknown } | unknown[];
  const list = (Array.isArray(json) ? json : json.vrrp) as { data: Record<string, unknown> }[];
  return list.map((entry) => entry.data);
}

/** A reader in which `id` is the main file, and its companions lie beside it. */
function readerFor(directory: string, id: string): FileReader {
  const real = (path: string): string => {
    if (path === mainFile) return join(directory, 'conf', `${id}.conf`);
    return path.replace(/^\/etc\/keepalived(?=\/|$)/, join(directory, 'conf', `${id}.files`));
  };
  return {
    read: (path) => hostFiles.read(real(path)),
    kind: (path) => hostFiles.kind(real(path)),
    list: (path) => hostFiles.list(real(path)),
    real: (path) => path,
  };
}

export function corpusFiles(): CorpusFile[] {
  if (corpus === undefined || noCorpus !== null) return [];
  return readdirSync(join(corpus, 'conf'))
    .filter((name) => name.endsWith('.conf'))
    .toSorted()
    .map((name) => {
      const id = name.replace('.conf', '');
      const oracle = readOracle(corpus, id);
      const reader = readerFor(corpus, id);
      const read = (configId = oracle.configId) =>
        loadConfig(mainFile, { reader, configId, environment: {} });
      const beside = join(corpus, 'conf', `${id}.files`);
      let known: LoadResult | undefined;
      return {
        id,
        oracle,
        companions: existsSync(beside) ? beside : undefined,
        text: hostFiles.read(join(corpus, 'conf', name)),
        read,
        load: () => (known ??= read()),
      };
    });
}
