/**
 * Whether a script may be trusted with the rights it would run with.
 *
 * Whoever can replace a script, a directory above it or a symbolic link on the way decides what
 * runs with the script's rights. So the whole path is walked, link by link, and every step must
 * belong to root (or to the user that the script runs as) and be writable for nobody else.
 *
 * The walk goes from `/` downwards, and that order is what leaves no gap between check and use:
 * once a directory is known to be writable for root alone, no other user can exchange what is in
 * it, so by the time the script itself has been looked at, everything it was reached through is
 * fixed for everybody whom the check is about. Where security is enforced it is done before every
 * run, so a file that becomes unsafe later is noticed then: by the launcher, right before it executes
 * the script (native/launcher/trust.h, with the same rules), or here where there is none.
 *
 * A merged /usr, where /bin is a link of root's into /usr/bin, is an ordinary path to this walk.
 */
import type { Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { interpreterOf } from './childReason.ts';

/** Whom a script runs as. */
export interface Runner {
  readonly uid: number;
  readonly gid: number;
}

export type SecurityVerdict =
  | { readonly kind: 'safe' }
  /** The script cannot be looked at: it does not exist, or a directory may not be searched. */
  | { readonly kind: 'unreadable'; readonly errno: string; readonly component: string }
  | { readonly kind: 'unsafe'; readonly finding: UnsafeFinding };

/** One place on the way to the script which somebody else could change. */
export interface UnsafeFinding {
  /** The path of the file, directory or link at fault. */
  readonly component: string;
  /** What is wrong with it, and what would mend it: a sentence without a full stop. */
  readonly reason: string;
  /**
   * Whether the script would get root's rights: this is what `enable_script_security` refuses. For
   * a script of an ordinary user the finding is worth a warning only.
   */
  readonly asRoot: boolean;
}

/** As many links as the kernel itself follows. */
const linksMax = 40;
/** So long after its last change the date of a file tells one state of it from the next. */
const settledMs = 1000;
/** A script may name an interpreter that is a script again; the kernel goes four deep. */
const interpretersMax = 4;

/**
 * Walks an absolute path, and the interpreter that the file names in its first line.
 * `user` is whom the script runs as; undefined means as this process. Never throws.
 */
export async function checkScriptPath(
  path: string,
  user: Runner | undefined,
): Promise<SecurityVerdict> {
  const runner = {
    uid: user?.uid ?? process.geteuid?.() ?? 0,
    gid: user?.gid ?? process.getegid?.() ?? 0,
  };
  let file: string | undefined = path;
  for (let depth = 0; file !== undefined && depth < interpretersMax; depth += 1) {
    const walked = await walk(file, runner);
    if (walked.kind !== 'file') return walked;
    file = await interpreterNow(walked);
  }
  return { kind: 'safe' };
}

interface FileFound {
  readonly kind: 'file';
  readonly path: string;
  readonly stats: Stats | undefined;
}

type Walked = FileFound | Exclude<SecurityVerdict, { kind: 'safe' }>;

async function walk(path: string, runner: Runner): Promise<Walked> {
  let done = '';
  let todo = ['/', ...split(path)];
  let links = 0;
  let setuidRoot = false;
  let last: Stats | undefined;
  for (let name = todo.shift(); name !== undefined; name = todo.shift()) {
    if (name === '..') done = done.slice(0, Math.max(0, done.lastIndexOf('/')));
    if (name === '..' || name === '.') continue;
    const here = name === '/' ? '/' : `${done}/${name}`;
    const step = await look(here);
    if ('errno' in step) return { kind: 'unreadable', errno: step.errno, component: here };
    last = step.stats;
    setuidRoot = step.stats.isFile() && isSetuidRoot(step.stats);
    const fault = faultOf(step.stats, here, runner, setuidRoot);
    if (fault !== undefined) return { kind: 'unsafe', finding: fault };
    if (step.link === undefined) {
      done = name === '/' ? '' : here;
      continue;
    }
    links += 1;
    if (links > linksMax) return { kind: 'unreadable', errno: 'ELOOP', component: here };
    if (step.link.startsWith('/')) done = '';
    todo = [...split(step.link), ...todo];
  }
  return { kind: 'file', path: done === '' ? '/' : done, stats: last };
}

/** Of the files that were looked at last: what their first line names, and when that was so. */
const interpreters = new Map<
  string,
  { readonly stamp: string; readonly name: string | undefined }
>();
const interpretersKept = 256;

/** A file is read again only when it is another one or was changed, which the kernel dates itself. */
async function interpreterNow({ path, stats }: FileFound): Promise<string | undefined> {
  const stamp = `${stats?.dev} ${stats?.ino} ${stats?.size} ${stats?.ctimeMs}`;
  const known = interpreters.get(path);
  if (known?.stamp === stamp) return known.name;
  const name = await interpreterOf(path);
  // The clock of a file system is coarse: what was changed just now may change again unseen.
  if (stats === undefined || Date.now() - stats.ctimeMs < settledMs) return name;
  if (interpreters.size >= interpretersKept) interpreters.clear();
  interpreters.set(path, { stamp, name });
  return name;
}

function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

type Step =
  | { readonly stats: Stats; readonly link: string | undefined }
  | { readonly errno: string };

async function look(path: string): Promise<Step> {
  try {
    const stats = await lstat(path);
    return { stats, link: stats.isSymbolicLink() ? await readlink(path) : undefined };
  } catch (error) {
    const known = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { errno: known };
  }
}

function isSetuidRoot(stats: Stats): boolean {
  return (
    ((stats.mode & 0o4000) !== 0 && stats.uid === 0) ||
    ((stats.mode & 0o2000) !== 0 && stats.gid === 0)
  );
}

function faultOf(
  stats: Stats,
  component: string,
  runner: Runner,
  setuidRoot: boolean,
): UnsafeFinding | undefined {
  const asRoot = runner.uid === 0 || runner.gid === 0 || setuidRoot;
  const reason =
    ownerFault(stats, component, asRoot ? 0 : runner.uid) ??
    modeFault(stats, component, runner, asRoot);
  return reason === undefined ? undefined : { component, reason, asRoot };
}

function ownerFault(stats: Stats, component: string, uid: number): string | undefined {
  if (stats.uid === 0 || stats.uid === uid) return undefined;
  const should = uid === 0 ? 'root' : `root or uid ${uid}`;
  const mend = `chown -h ${uid} ${component} would mend it`;
  return `${component} belongs to uid ${stats.uid}, not to ${should}; ${mend}`;
}

function modeFault(
  stats: Stats,
  component: string,
  runner: Runner,
  asRoot: boolean,
): string | undefined {
  if (stats.isSymbolicLink()) return undefined; // The mode of a link means nothing.
  // In a sticky directory (/tmp) nobody can remove or rename what belongs to another user.
  if (stats.isDirectory() && (stats.mode & 0o1000) !== 0) return undefined;
  const trustedGroup = stats.gid === 0 || (!asRoot && stats.gid === runner.gid);
  const group = (stats.mode & 0o020) !== 0 && !trustedGroup;
  const other = (stats.mode & 0o002) !== 0;
  if (!group && !other) return undefined;
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
  const who = other ? 'everybody' : `group ${stats.gid}`;
  const mend = `chmod ${other && group ? 'go' : other ? 'o' : 'g'}-w ${component}`;
  return `${component} can be written by ${who} (its mode is ${mode}); ${mend} would mend it`;
}
