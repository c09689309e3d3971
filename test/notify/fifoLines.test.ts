import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fifoLine, FifoLines } from '../../src/notify/fifoLines.ts';
import type { FifoEvent } from '../../src/notify/fifoLines.ts';

const events: fc.Arbitrary<FifoEvent> = fc.record({
  kind: fc.constantFrom('INSTANCE' as const, 'GROUP' as const),
  name: fc.constantFrom('a', 'b', 'c d'),
  what: fc.constantFrom('MASTER' as const, 'BACKUP' as const, 'MASTER_RX_LOWER_PRI' as const),
  priority: fc.integer({ min: 1, max: 254 }),
});

/** An event to push, or undefined to take a line. */
const steps = fc.array(fc.option(events, { nil: undefined }), { maxLength: 300 });

describe('the lines of a FIFO', () => {
  it('have the form that readers know', () => {
    const event = { kind: 'INSTANCE', name: 'VI_1', what: 'MASTER', priority: 244 } as const;
    expect(fifoLine(event)).toBe('INSTANCE "VI_1" MASTER 244\n');
    expect(fifoLine({ ...event, kind: 'GROUP' })).toBe('GROUP "VI_1" MASTER 0\n');
    expect(fifoLine({ ...event, what: 'BACKUP_PRIORITY' })).toBe(
      'INSTANCE "VI_1" BACKUP_PRIORITY 244\n',
    );
  });

  it('come in order, none is lost without being counted, and the newest states are there', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 20 }), (given, max) => {
        const lines = new FifoLines(max);
        const pushed: FifoEvent[] = [];
        const taken: string[] = [];
        const take = () => {
          const text = lines.shift();
          if (text !== undefined) taken.push(text);
          return text;
        };
        for (const step of given) {
          if (step === undefined) take();
          else lines.push(step);
          if (step !== undefined) pushed.push(step);
          expect(lines.waiting).toBeLessThanOrEqual(Math.max(max, 12));
        }
        while (take() !== undefined);
        const told = taken.filter((line) => !line.startsWith('LOST'));
        expect(told.length + lines.lost).toBe(pushed.length);
        const counted = taken.filter((line) => line.startsWith('LOST'));
        const sum = counted.reduce((total, line) => total + Number(line.split(' ')[3]), 0);
        expect(sum).toBe(lines.lost);
        for (const last of lastStates(pushed)) {
          const ofSubject = told.filter((line) => line.startsWith(`${last.kind} "${last.name}" `));
          const states = ofSubject.filter((line) => !line.includes('RX_LOWER'));
          expect(states.at(-1)).toBe(fifoLine(last));
        }
        let from = 0; // What was taken is a subsequence of what was pushed.
        for (const line of told) {
          const at = pushed.findIndex((event, index) => index >= from && fifoLine(event) === line);
          expect(at).toBeGreaterThanOrEqual(from);
          from = at + 1;
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** The newest state of each instance and group. */
function lastStates(pushed: readonly FifoEvent[]): readonly FifoEvent[] {
  const states = pushed.filter(({ what }) => what !== 'MASTER_RX_LOWER_PRI');
  const last = new Map(states.map((event) => [`${event.kind} ${event.name}`, event]));
  return [...last.values()];
}
