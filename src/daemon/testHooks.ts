/**
 * Hooks for tests, dead unless FAILOVERD_TEST_HOOKS is set: SIGPWR blocks JavaScript, as a bad day
 * would, for FAILOVERD_TEST_BLOCK_MS (3000), making FAILOVERD_TEST_GARBAGE_MB (500) megabytes of
 * garbage meanwhile; Infinity: until it ends.
 */
import type { Log } from '../base/log.ts';

export function installTestHooks(
  env: Readonly<Record<string, string | undefined>>,
  log: Log,
): void {
  if (env['FAILOVERD_TEST_HOOKS'] === undefined) return;
  const blockMs = Number(env['FAILOVERD_TEST_BLOCK_MS'] ?? 3000);
  const garbageMegabytes = Number(env['FAILOVERD_TEST_GARBAGE_MB'] ?? 500);
  process.on('SIGPWR', () => {
    log.warning(`test hook: JavaScript is blocked for ${blockMs} ms`);
    blockWithGarbage(blockMs, garbageMegabytes);
    log.warning('test hook: JavaScript runs again');
  });
}

/** Never more than a few megabytes of it are alive. */
function blockWithGarbage(ms: number, megabytes: number): void {
  const end = performance.now() + ms;
  let kept: number[][] = [];
  let made = 0;
  while (performance.now() < end) {
    if (made < megabytes * 1024 * 1024) {
      const piece = Array.from({ length: 4096 }, (_, index) => index * 1.5);
      made += piece.length * 8;
      kept.push(piece);
      if (kept.length > 200) kept = kept.slice(100);
    }
  }
}
