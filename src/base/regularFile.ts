/**
 * Reading a file whose name somebody wrote: a FIFO that nobody writes to, a device that never ends
 * or a disk image must not keep this thread waiting or fill its memory.
 */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';

/** A file that is there, but is not read. The message is a clause about `it`. */
class UnfitFile extends Error {}

const chunkSize = 64 * 1024;

/**
 * The bytes of a regular file. Throws what the file system throws, and `UnfitFile` for what is no
 * regular file or has more than `limit` bytes. Never blocks on a FIFO or a device.
 */
export function readRegularFile(path: string, limit: number): Buffer {
  // Opening a device may do something (a watchdog begins to run), so it is looked at before.
  refuseUnfit(statSync(path), limit);
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    refuseUnfit(fstatSync(fd), limit);
    return readUpTo(fd, limit);
  } finally {
    closeSync(fd);
  }
}

function refuseUnfit(stat: Stats, limit: number): void {
  if (!stat.isFile()) throw new UnfitFile(`it is ${whatIsIt(stat)}, not a regular file`);
  if (stat.size > limit) throw tooLarge(limit);
}

/** The size that the file system tells is 0 in /proc, and a file may grow while it is read. */
function readUpTo(fd: number, limit: number): Buffer {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkSize);
    const count = readSync(fd, chunk, 0, chunkSize, null);
    if (count === 0) return Buffer.concat(chunks, total);
    chunks.push(chunk.subarray(0, count));
    total += count;
    if (total > limit) throw tooLarge(limit);
  }
}

function tooLarge(limit: number): UnfitFile {
  return new UnfitFile(`it has more than ${sizeText(limit)}`);
}

function sizeText(bytes: number): string {
  return bytes >= 2 ** 20 ? `${Math.floor(bytes / 2 ** 20)} MiB` : `${bytes} bytes`;
}

function whatIsIt(stat: Stats): string {
  if (stat.isDirectory()) return 'a directory';
  if (stat.isFIFO()) return 'a FIFO';
  if (stat.isSocket()) return 'a socket';
  return 'a device';
}
