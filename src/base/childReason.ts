/**
 * Why a command could not be started, in a sentence that says what to look at.
 *
 * The kernel answers `execve` with one number, and the same number means several things: ENOENT is
 * a missing script, a missing interpreter and a missing working directory alike. The files are
 * looked at afterwards to tell these apart; that is for people only and decides nothing.
 */
import { open, stat } from 'node:fs/promises';

/** What `explainNotStarted` needs to know of the attempt. */
export interface FailedStart {
  /** The error's name, such as `ENOENT`. */
  readonly errno: string;
  /** The file that should have been executed. */
  readonly file: string;
  readonly cwd: string;
  /** The user it should have run as, where that is another than our own. */
  readonly uid: number | undefined;
}

/**
 * One sentence without a full stop, beginning in lower case, for use after "could not be started:
 * ".
 */
export async function explainNotStarted(start: FailedStart): Promise<string> {
  const { errno, file, uid } = start;
  switch (errno) {
    case 'ENOENT':
    case 'ENOTDIR':
      return explainMissing(start);
    case 'EACCES':
      return explainDenied(file, uid);
    case 'EPERM':
      return uid === undefined
        ? `the kernel does not permit ${file} to be executed`
        : `this process has no right to become uid ${uid} (CAP_SETUID, CAP_SETGID)`;
    case 'ENOEXEC':
      return `${file} is neither a program nor a script that begins with #!`;
    case 'ETXTBSY':
      return `${file} is open for writing at this moment`;
    case 'EAGAIN':
      return 'the limit on processes is reached (EAGAIN)';
    case 'ENOMEM':
      return 'there is no memory for another process (ENOMEM)';
    case 'EMFILE':
    case 'ENFILE':
      return `no file descriptor is left (${errno})`;
    case 'E2BIG':
      return 'its arguments and environment are too long (E2BIG)';
    case 'ELOOP':
      return `${file} leads through too many symbolic links`;
    default:
      return `${file}: ${errno}`;
  }
}

async function explainMissing({ errno, file, cwd }: FailedStart): Promise<string> {
  if (!(await isDirectory(cwd))) return `its working directory ${cwd} does not exist`;
  if (!file.includes('/')) return `${file} was not found in PATH`;
  const mode = await modeOf(file);
  if (mode === undefined) {
    return errno === 'ENOTDIR'
      ? `a part of the path ${file} is not a directory`
      : `${file} does not exist`;
  }
  const interpreter = await interpreterOf(file);
  return interpreter === undefined
    ? `${file} exists, but what it needs to run (its interpreter or loader) does not`
    : `${file} exists, but its interpreter ${interpreter} does not`;
}

async function explainDenied(file: string, uid: number | undefined): Promise<string> {
  if (await isDirectory(file)) return `${file} is a directory`;
  const mode = await modeOf(file);
  if (mode !== undefined && (mode & 0o111) === 0) {
    const octal = (mode & 0o7777).toString(8).padStart(4, '0');
    return `${file} is not executable (its mode is ${octal}; chmod +x would change that)`;
  }
  const who = uid === undefined ? 'this process' : `uid ${uid}`;
  return `${who} may not execute ${file} (its mode, a directory on the way, or a noexec mount)`;
}

/** The interpreter named in the first line of a script; undefined when there is no `#!` line. */
export async function interpreterOf(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
      const match = /^#![ \t]*([^ \t\r\n]+)/.exec(buffer.toString('latin1', 0, bytesRead));
      return match?.[1];
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function modeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    (found) => found.mode,
    () => undefined,
  );
}
