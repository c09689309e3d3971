import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Retried } from '../../src/base/retried.ts';

const said: string[] = [];
const log = {
  notice: (text: string) => void said.push(text),
  warning: (text: string) => void said.push(text),
};
let problem: string | undefined;
let tries = 0;

function retried(): Retried {
  const attempt = (): string | undefined => {
    tries += 1;
    return problem;
  };
  return new Retried({ attempt, done: 'it is there now', log, everyMs: 2000 });
}

beforeEach(() => {
  vi.useFakeTimers();
  said.length = 0;
  tries = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

test('what works at once is not told', () => {
  problem = undefined;
  retried().start();
  vi.advanceTimersByTime(60_000);
  expect([tries, said]).toEqual([1, []]);
});

test('a problem is told once with its cure, tried again, and its end is told', () => {
  problem = 'x was not written: no space left on device (ENOSPC)';
  retried().start();
  vi.advanceTimersByTime(5000);
  expect(tries).toBe(3);
  problem = undefined;
  vi.advanceTimersByTime(60_000);
  expect(tries).toBe(4);
  expect(said).toEqual([
    'x was not written: no space left on device (ENOSPC); make room on that file system (df, df -i);' +
      ' it is tried again every 2 s',
    'it is there now',
  ]);
});

test('nothing is tried after the end', () => {
  problem = 'no';
  const one = retried();
  one.start();
  one.stop();
  vi.advanceTimersByTime(60_000);
  expect(tries).toBe(1);
});
