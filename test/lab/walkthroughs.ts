import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A walkthrough's file, as server1 has it. */
export function walkthroughFile(name: string): string {
  return readFileSync(path.join(import.meta.dirname, 'walkthroughs', name), 'utf8');
}

/** server2's file: server1's with `state BACKUP` and another priority. */
export function asServer2(config: string, priority: number): string {
  const changed = config
    .replace(/^( *)state MASTER$/m, '$1state BACKUP')
    .replace(/^( *)priority \d+$/m, `$1priority ${priority}`);
  if (!changed.includes('state BACKUP') || !changed.includes(`priority ${priority}\n`)) {
    throw new Error('the file of server1 lacks a state or a priority');
  }
  return changed;
}
