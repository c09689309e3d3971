/** Which configuration the doctor looks at: the one it was told, the running daemon's, or the usual one. */
import { readlinkSync } from 'node:fs';
import path from 'node:path';
import { defaultConfigFile } from '../daemon/options.ts';
import { ControlClient } from '../observe/controlClient.ts';
import type { DaemonReport } from '../observe/controlClient.ts';
import { findControlPaths } from '../observe/controlPath.ts';

export interface Subject {
  readonly file: string;
  readonly configId: string | undefined;
  /** The file is a guess: nobody named one, and no daemon answered. */
  readonly guessed: boolean;
  /** What the daemon that goes by it says of itself that is not as it should be. */
  readonly troubles: readonly string[];
}

interface Told {
  readonly file: string | undefined;
  readonly configId: string | undefined;
}

/**
 * Called in the network namespace that is examined. Throws with one sentence when several daemons
 * run in it and none is named.
 */
export async function subjectOf({ file, configId }: Told): Promise<Subject> {
  const network = networkOf('self');
  const running = (await answering()).filter(({ pid }) => networkOf(pid) === network);
  if (file !== undefined) {
    const wanted = path.resolve(file);
    const its = running.filter((one) => one.configFile === wanted);
    return { file, configId, guessed: false, troubles: troublesOf(its) };
  }
  const [first, ...others] = distinct(running);
  if (first === undefined) {
    return { file: defaultConfigFile, configId, guessed: true, troubles: [] };
  }
  if (others.length === 0) {
    const troubles = troublesOf(running);
    return { file: first.file, configId: configId ?? first.configId, guessed: false, troubles };
  }
  const choices = [first, ...others].map(({ file }) => `  -f ${file}`).join('\n');
  throw new Error(`several daemons run here; choose one with\n${choices}`);
}

/** What the daemons behind the usual sockets say of themselves. */
async function answering(): Promise<readonly DaemonReport[]> {
  const { FAILOVERD_SOCKET: told } = process.env;
  const places = told === undefined ? findControlPaths() : [told];
  const reports = await Promise.all(
    places.map(async (place) => {
      try {
        const client = await ControlClient.connect(place);
        const { daemon } = await client.status().finally(() => client.close());
        return [daemon];
      } catch {
        return [];
      }
    }),
  );
  return reports.flat();
}

function troublesOf(daemons: readonly DaemonReport[]): readonly string[] {
  // A program of another version may not say it.
  return [...new Set(daemons.flatMap((one) => one.troubles ?? []))];
}

/** Two sockets may belong to one daemon, and two daemons may go by one file. */
function distinct(daemons: readonly DaemonReport[]) {
  const byFile = new Map(
    daemons.map(({ configFile: file, configId }) => [
      `${configId ?? ''} ${file}`,
      { file, configId },
    ]),
  );
  return [...byFile.values()];
}

/** The network namespace of a process; undefined where it may not be seen. */
function networkOf(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}
