import { setTimeout as sleep } from 'node:timers/promises';

/** How long `eventually` waits when not told, in milliseconds. Generous: it bounds hangs only. */
const DEFAULT_PATIENCE_MS = 30_000;

export interface Patience {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/**
 * Looks again and again until `look` returns something other than undefined or false, and returns
 * that. After the time limit it throws with `what` and the last answer or error.
 */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs = DEFAULT_PATIENCE_MS, everyMs = 20 }: Patience = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let problem = '';
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      problem = '';
    } catch (error) {
      problem = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain for ${what}${problem}`);
    }
    await sleep(everyMs);
  }
}

/** Like `eventually`, for a value that must equal `wanted`; the error shows the last one seen. */
export async function eventuallyEqual<T>(
  what: string,
  look: () => T | Promise<T>,
  wanted: T,
  patience: Patience = {},
): Promise<void> {
  const text = JSON.stringify(wanted);
  await eventually(
    `${what} to be ${text}`,
    async () => {
      const seen = JSON.stringify(await look());
      if (seen === text) return true;
      throw new Error(`last seen ${seen}`);
    },
    patience,
  );
}
