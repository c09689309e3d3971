// What a program that is not ours works out from a capture: checksums and signatures of adverts.

import path from 'node:path';
import { run } from './commands.ts';
import type { Capture } from './capture.ts';

export interface AdvertFacts {
  readonly source: string;
  readonly destination: string;
  readonly vrid: number;
  readonly priority: number;
  /** Which pseudo-header it was summed up with: see advert-facts.py. */
  readonly checksum: 'own' | 'group' | 'plain' | 'wrong';
  readonly signature?: 'right' | 'wrong' | 'none';
}

/** Of a capture that has been stopped. `key`: hexadecimal digits, to look at signatures. */
export async function advertFacts({ file }: Capture, key?: string): Promise<AdvertFacts[]> {
  const script = path.join(import.meta.dirname, 'advert-facts.py');
  const text = await run(['python3', script, file, ...(key === undefined ? [] : [key])]);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AdvertFacts);
}
