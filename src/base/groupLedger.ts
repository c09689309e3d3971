/**
 * Which process groups of ours run, written down for whoever comes after this process: a daemon that
 * was killed cannot end its scripts, and a left check or notify script beside those of the next
 * daemon would be a second one at once.
 *
 * The file has a line of fixed length for each group: the number of its leader and when that
 * started, so that a number which was given to somebody else is told apart. The first line names
 * the boot that these times count from.
 */
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { errorText } from './errorText.ts';
import { readIdentity } from './procStat.ts';

const lineBytes = 40;

/** Hears the problem when writing begins to fail, and undefined when it works again. */
export type TellLedger = (problem: string | undefined) => void;

export class GroupLedger {
  readonly #path: string;
  readonly #fd: number;
  readonly #tell: TellLedger;
  /** The line of each group, and what it says. */
  readonly #lines = new Map<number, { readonly line: number; readonly text: string }>();
  readonly #free: number[] = [];
  #failing = false;

  /** Begins anew at `path`. Throws where that is not possible. */
  constructor(path: string, tell: TellLedger) {
    this.#path = path;
    this.#tell = tell;
    rmSync(path, { force: true });
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    this.#fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    this.#write(0, bootId());
  }

  add(leader: number): void {
    const startTime = startTimeOf(leader);
    if (startTime === undefined || this.#lines.has(leader)) return;
    const line = this.#free.pop() ?? this.#lines.size + 1;
    const text = `${leader} ${startTime}`;
    this.#lines.set(leader, { line, text });
    this.#write(line, text);
  }

  remove(leader: number): void {
    const known = this.#lines.get(leader);
    if (known === undefined) return;
    this.#lines.delete(leader);
    this.#free.push(known.line);
    this.#write(known.line, '');
  }

  /** The orderly end: nothing is left, and nothing is kept. */
  close(): void {
    closeSync(this.#fd);
    rmSync(this.#path, { force: true });
  }

  /**
   * A disk that is full costs the record of a script and not the script. What could not be written
   * is written with the next line that can be.
   */
  #write(line: number, text: string): void {
    try {
      if (this.#failing) this.#writeAll();
      else this.#put(line, text);
      if (this.#failing) this.#tell(undefined);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#tell(errorText(error));
      this.#failing = true;
    }
  }

  #writeAll(): void {
    this.#put(0, bootId());
    for (const line of this.#free) this.#put(line, '');
    for (const { line, text } of this.#lines.values()) this.#put(line, text);
  }

  #put(line: number, text: string): void {
    writeSync(this.#fd, `${text.padEnd(lineBytes - 1)}\n`, line * lineBytes);
  }
}

/** What a ledger says, of which only what is still true is believed. */
export type LedgerReading =
  | { readonly kind: 'read'; readonly leaders: readonly number[] }
  | { readonly kind: 'none' }
  /** It is not ours to believe. A sentence without a full stop. */
  | { readonly kind: 'refused'; readonly reason: string };

/** The leaders of groups that still run. Only a file of this very user is believed. */
export function readLedger(path: string): LedgerReading {
  try {
    const found = lstatSync(path);
    if (!found.isFile()) return { kind: 'refused', reason: `${path} is not an ordinary file` };
    if (found.uid !== process.geteuid?.() || (found.mode & 0o022) !== 0) {
      const reason = `${path} belongs to uid ${found.uid} or others can write it`;
      return { kind: 'refused', reason };
    }
    const [boot, ...lines] = readFileSync(path, 'latin1').split('\n');
    if (boot?.trim() !== bootId()) return { kind: 'none' };
    return { kind: 'read', leaders: lines.flatMap(stillThere) };
  } catch {
    return { kind: 'none' };
  }
}

function stillThere(line: string): number[] {
  const [pid, startTime] = line.trim().split(' ');
  const leader = Number(pid);
  if (!Number.isSafeInteger(leader) || leader <= 1) return [];
  return startTimeOf(leader) === startTime ? [leader] : [];
}

/** Undefined also where it cannot be found out now: who is not known for sure is not ended. */
function startTimeOf(leader: number): string | undefined {
  try {
    return readIdentity(leader)?.startTime;
  } catch {
    return undefined;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}
