/**
 * The files that keepalived writes on a signal, for the monitoring that reads them: data (SIGUSR1),
 * statistics (SIGUSR2) and JSON. Written beside and renamed, for the owner alone.
 */
import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Model } from '../../config/index.ts';
import { keepalivedStats } from '../../observe/keepalivedStats.ts';
import { keepalivedData } from './keepalivedData.ts';
import { keepalivedJson } from './keepalivedJson.ts';
import type { DumpParts } from './keepalivedJson.ts';

export type DumpKind = 'data' | 'stats' | 'json';

/** Writes one of them and returns its path; undefined: there is no instance to write about. */
export async function writeDump(kind: DumpKind, parts: DumpParts): Promise<string | undefined> {
  if (parts.report.instances.length === 0) return undefined;
  const file = dumpPath(kind, parts.model);
  await replaceFile(file, dumpText(kind, parts));
  return file;
}

export function dumpText(kind: DumpKind, parts: DumpParts): string {
  const { model, report } = parts;
  if (kind === 'json') return keepalivedJson(parts);
  if (kind === 'data') return keepalivedData(model, report);
  const signed = new Set(model.instances.filter(({ hmac }) => hmac).map(({ name }) => name));
  return keepalivedStats(report.instances, signed);
}

/** In `$TMPDIR` or /tmp; only the data file listens to the configuration. */
export function dumpPath(kind: DumpKind, { globals }: Model): string {
  const { TMPDIR } = process.env;
  const directory = TMPDIR !== undefined && path.isAbsolute(TMPDIR) ? TMPDIR : '/tmp';
  const { stateFile, useInstance } = globals.dump;
  const file = path.resolve(
    directory,
    (kind === 'data' ? stateFile : null) ?? `keepalived.${kind}`,
  );
  const { netNamespace, instance } = globals.daemon;
  const names = [netNamespace, instance].filter((name) => name !== null);
  if (kind !== 'data' || !useInstance || names.length === 0) return file;
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}.${names.join('_')}${ext}`);
}

/** A name that nobody can have prepared, in a directory where others may write. */
async function replaceFile(file: string, text: string): Promise<void> {
  const fresh = `${file}.${randomBytes(8).toString('hex')}`;
  try {
    await writeFile(fresh, text, { mode: 0o600, flag: 'wx' });
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
