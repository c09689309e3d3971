/** The place of a socket: whoever was killed leaves one behind, and a typo names something else. */
import { lstatSync, rmSync } from 'node:fs';

/**
 * Makes room for a socket of ours. Throws a sentence where a file of our own stands that has something
 * in it. What another user has put there keeps nobody from serving.
 */
export function removeStaleSocket(path: string): void {
  const present = lstatSync(path, { throwIfNoEntry: false });
  if (present === undefined) return;
  const own = present.uid === process.getuid?.();
  if (own && present.isFile() && present.size > 0) {
    throw new Error(`${path} is there already and is no socket: it is left alone`);
  }
  rmSync(path, { force: true });
}
