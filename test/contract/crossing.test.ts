import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addon, type MessageType } from '../../src/engine/addon.ts';
import { namedArbitrary, type Schema } from './arbitrary.ts';

const native = addon();
const schema = JSON.parse(native.describe()) as Schema;
const records: MessageType[] = [
  'EventRecord',
  'CoreOptions',
  'CoreSnapshot',
  'EngineOptions',
  'EngineSnapshot',
];

/** fast-check's records have no prototype; messages are ordinary objects. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

function crosses(type: MessageType, shape: string): void {
  fc.assert(
    fc.property(namedArbitrary(shape, schema), (made) => {
      const value = plain(made);
      expect(native.echo(type, value)).toStrictEqual(value);
      expect(native.fromJson(type, native.toJson(type, value))).toStrictEqual(value);
    }),
    { numRuns: 60 },
  );
}

describe.each(['Input', 'Output'] as const)('every %s crosses and comes back equal', (union) => {
  test.each(schema.unions[union] ?? [])('%s', (member) => crosses(union, member));
});

describe('whole records cross and come back equal', () => {
  test.each(records)('%s', (record) => crosses(record, record));
  test('every event in an EventRecord', () => {
    for (const member of schema.unions['EngineEvent'] ?? []) {
      const event = fc.sample(namedArbitrary(member, schema), { numRuns: 1, seed: 1 })[0];
      const record = plain({ seq: 1, at: 2, event });
      expect(native.echo('EventRecord', record)).toStrictEqual(record);
    }
  });
});
