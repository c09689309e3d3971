/** The bytes behind a key of auth_hmac: written as text, as hex:DIGITS, or in a file. */

import { statSync } from 'node:fs';
import path from 'node:path';
import { errorText } from '../../base/errorText.ts';
import { readRegularFile } from '../../base/regularFile.ts';

const prefix = 'file:';

export interface WrittenKey {
  readonly id: number;
  readonly value: string;
  /** The file that it is written in; a relative path begins there. */
  readonly configFile: string;
}

/** What a key may have, in bytes (keepalived.conf(5)). */
const least = 32;
const most = 64;
/** More than a key in hex digits and its line end can have. */
const largestFile = 1024;

function isKeyFile(value: string): boolean {
  return value.startsWith(prefix);
}

function fileOf({ value, configFile }: WrittenKey): string {
  return path.resolve(path.dirname(configFile), value.slice(prefix.length));
}

/** The file of a key can be read by its group or by everybody. */
export function othersMayRead(key: WrittenKey): boolean {
  return isKeyFile(key.value) && (statSync(fileOf(key)).mode & 0o044) !== 0;
}

/** The key, or what is wrong with it. The contents of a file follow the same rules as the value. */
export function hmacSecret(key: WrittenKey): Buffer | string {
  const { id, value } = key;
  if (!isKeyFile(value)) return fromText(id, value);
  try {
    return fromText(
      id,
      readRegularFile(fileOf(key), largestFile)
        .toString('utf8')
        .replace(/\r?\n$/, ''),
    );
  } catch (error) {
    return `the file of key ${id} cannot be read: ${errorText(error)}`;
  }
}

function fromText(id: number, text: string): Buffer | string {
  const hex = text.startsWith('hex:') ? text.slice(4) : null;
  if (hex !== null && !/^([0-9a-fA-F]{2})*$/.test(hex)) {
    return `key ${id} is not made of hex digits`;
  }
  const bytes = hex === null ? Buffer.from(text, 'utf8') : Buffer.from(hex, 'hex');
  if (bytes.length >= least && bytes.length <= most) return bytes;
  return `key ${id} has ${bytes.length} bytes, ${least} to ${most} are needed`;
}
