import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addon } from '../../src/engine/addon.ts';
import { namedArbitrary, type Schema } from './arbitrary.ts';

const native = addon();
const schema = JSON.parse(native.describe()) as Schema;

interface Mutable {
  config: Record<string, unknown> & { addresses: Record<string, unknown>[] };
}

function applyInstance(change: (value: Mutable) => void): unknown {
  const sample = fc.sample(namedArbitrary('ApplyInstance', schema), { numRuns: 50, seed: 7 });
  const value = structuredClone(
    sample.find((one) => (one as Mutable).config.addresses.length > 2),
  ) as Mutable;
  change(value);
  return value;
}

function refusal(value: unknown, type: 'Input' | 'Command' = 'Input'): unknown {
  try {
    native.echo(type, value);
  } catch (error) {
    return error;
  }
  throw new Error('was not refused');
}

test.each<[string, string, (value: Mutable) => void]>([
  ['config.vrid', '0 is not a whole number from 1 to 255', (v) => (v.config['vrid'] = 0)],
  ['config.vrid', '1.5 is not a whole number from 1 to 255', (v) => (v.config['vrid'] = 1.5)],
  ['config.vrid', 'is not a number', (v) => (v.config['vrid'] = '51')],
  ['config.revision', 'is missing', (v) => delete v.config['revision']],
  ['config.version', "'v4' is not a VrrpVersion", (v) => (v.config['version'] = 'v4')],
  ['config.name', 'is not a string', (v) => (v.config['name'] = 5)],
  ['config.preempt', 'is missing', (v) => (v.config['preempt'] = undefined)],
  ['config.addresses', 'is not an array', (v) => (v.config['addresses'] = {} as never)],
  [
    'config.addresses[2].prefixLength',
    '256 is not a whole number from 0 to 255',
    (v) => (v.config.addresses[2]!['prefixLength'] = 256),
  ],
  [
    'config.addresses[0].address',
    "'010.0.0.1' is not an IP address",
    (v) => (v.config.addresses[0]!['address'] = '010.0.0.1'),
  ],
  [
    'config.interfaceName',
    "'sixteen-letters!' is not an interface name",
    (v) => (v.config['interfaceName'] = 'sixteen-letters!'),
  ],
  [
    'config.advertInterval',
    'NaN is not a whole number',
    (v) => (v.config['advertInterval'] = Number.NaN),
  ],
  ['config.auth', 'is not an object', (v) => (v.config['auth'] = 1)],
  [
    'config.auth.password',
    'has 3 bytes, not 8',
    (v) => ((v.config['auth'] as Record<string, unknown>)['password'] = new Uint8Array(3)),
  ],
])('InvalidCommand: %s %s', (path, reason, change) => {
  const error = refusal(applyInstance(change));
  expect(error).toMatchObject({ name: 'InvalidCommand', code: 'INVALID_COMMAND' });
  expect((error as { path: string }).path).toBe(`value.${path}`);
  expect((error as { reason: string }).reason.toLowerCase()).toContain(reason.toLowerCase());
});

test('a kind that is not one', () => {
  expect(refusal({ kind: 'Rest' })).toMatchObject({
    path: 'value.kind',
    reason: "'Rest' is not an Input",
  });
  expect(refusal({})).toMatchObject({ path: 'value.kind', reason: 'is not a string' });
  expect(refusal(undefined)).toMatchObject({ path: 'value', reason: 'is missing' });
});

test('a fact is not a command', () => {
  expect(refusal({ kind: 'KernelListed' }, 'Command')).toMatchObject({ path: 'value.kind' });
});

test('what a getter throws arrives as it is', () => {
  const input = {
    kind: 'RemoveGroup',
    get group(): number {
      throw new RangeError('mine');
    },
  };
  expect(refusal(input)).toBeInstanceOf(RangeError);
});
