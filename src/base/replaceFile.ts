/** Writing a file so that its readers see the old text or the new one, whatever happens meanwhile. */
import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** For the owner alone. Throws the system's error; nothing half-written is left behind then. */
export function replaceFile(file: string, text: string): void {
  const fresh = `${file}.${randomBytes(8).toString('hex')}`;
  try {
    writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
