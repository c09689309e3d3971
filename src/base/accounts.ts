/**
 * Names of users and groups into numbers.
 *
 * /etc/passwd and /etc/group are read first; an account that is not there may come from a directory
 * service, which only the C library knows how to ask: getent(1) and id(1) ask it for us.
 */
import { readFile } from 'node:fs/promises';
import { runChild } from './child.ts';
import type { ChildUser } from './child.ts';
import { errorText } from './errorText.ts';
import { defaultPath } from './scriptEnv.ts';

/** An account as configurations name it; names or numbers. */
export interface AccountName {
  readonly user: string;
  /** null: the user's primary group. */
  readonly group: string | null;
  /** Whether the user's other groups are wanted as well. */
  readonly supplementaryGroups: boolean;
}

export type Account =
  | { readonly kind: 'found'; readonly user: ChildUser }
  /** `reason` is a sentence without a full stop. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** Where accounts are looked up; another root for tests. */
export interface AccountFiles {
  readonly passwd: string;
  readonly group: string;
}

const systemFiles: AccountFiles = { passwd: '/etc/passwd', group: '/etc/group' };

/** Finds out the numbers behind an account. Never rejects. */
export async function resolveAccount(
  name: AccountName,
  files: AccountFiles = systemFiles,
): Promise<Account> {
  try {
    return await find(name, files);
  } catch (error) {
    return { kind: 'unknown', reason: errorText(error) };
  }
}

async function find(name: AccountName, files: AccountFiles): Promise<Account> {
  const user = await findUser(name.user, files);
  const uid = user?.uid ?? numberOf(name.user);
  if (uid === undefined) return { kind: 'unknown', reason: `there is no user ${name.user}` };
  const gid = name.group === null ? user?.gid : await findGroup(name.group, files);
  if (gid === undefined) {
    const reason =
      name.group === null
        ? `uid ${uid} has no account, so its group has to be given`
        : `there is no group ${name.group}`;
    return { kind: 'unknown', reason };
  }
  if (!name.supplementaryGroups || user === undefined) return { kind: 'found', user: { uid, gid } };
  const groups = (await groupsOf(user.name, files)).filter((group) => group !== gid);
  return { kind: 'found', user: { uid, gid, groups } };
}

/** The number of a group; undefined: there is none of that name. */
export function resolveGroup(
  name: string,
  files: AccountFiles = systemFiles,
): Promise<number | undefined> {
  return findGroup(name, files).catch(() => undefined);
}

interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

async function findUser(wanted: string, files: AccountFiles): Promise<User | undefined> {
  const line = await findLine('passwd', files.passwd, wanted);
  const [name, , uid, gid] = line ?? [];
  if (name === undefined || uid === undefined || gid === undefined) return undefined;
  return { name, uid: Number(uid), gid: Number(gid) };
}

async function findGroup(wanted: string, files: AccountFiles): Promise<number | undefined> {
  const line = await findLine('group', files.group, wanted);
  return line?.[2] === undefined ? numberOf(wanted) : Number(line[2]);
}

/**
 * The fields of the entry with this name or number. A name of digits is looked up as a name first.
 */
async function findLine(
  database: 'passwd' | 'group',
  file: string,
  wanted: string,
): Promise<readonly string[] | undefined> {
  const entries = (await readText(file)).split('\n').map((line) => line.split(':'));
  const local =
    entries.find(([name]) => name === wanted) ?? entries.find((fields) => fields[2] === wanted);
  if (local !== undefined || file !== systemFiles[database]) return local;
  const [line] = (await ask(['getent', '--', database, wanted])).split('\n');
  return line === undefined || line === '' ? undefined : line.split(':');
}

async function groupsOf(user: string, files: AccountFiles): Promise<readonly number[]> {
  if (files.group === systemFiles.group) {
    const known = await ask(['id', '-G', '--', user]);
    if (/^[0-9 ]+\n?$/.test(known)) return known.trim().split(/ +/).map(Number);
  }
  const entries = (await readText(files.group)).split('\n').map((line) => line.split(':'));
  return entries
    .filter(([, , , members = '']) => members.split(',').includes(user))
    .map(([, , gid]) => Number(gid));
}

function numberOf(text: string): number | undefined {
  // (uid_t)-1 means "no change" to the kernel and is nobody's number.
  return /^[0-9]{1,10}$/.test(text) && Number(text) < 2 ** 32 - 1 ? Number(text) : undefined;
}

/** A file that is not there lists nobody; of one that cannot be read nothing is known. */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new Error(`${path} cannot be read: ${errorText(error)}`, { cause: error });
  }
}

/** What a lookup program prints; nothing when it fails, is missing or takes too long. */
async function ask(argv: readonly string[]): Promise<string> {
  const outcome = await runChild({
    argv,
    timeoutMs: 10_000,
    killGraceMs: 500,
    env: { PATH: defaultPath, LC_ALL: 'C' },
    cwd: '/',
    maxOutputBytes: 65_536,
  });
  return outcome.kind === 'exited' && outcome.code === 0 ? outcome.output : '';
}
