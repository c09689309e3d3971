import { expect, test } from 'vitest';
import { secondOwners, type Served } from '../../src/observe/claims.ts';
import type { OverheardClaim } from '../../src/engine/messages.generated.ts';

const own = '02:00:00:00:00:01';
const other = '02:00:00:00:00:02';

function claim(address: string, mac: string): OverheardClaim {
  return { claim: 'gratuitousArp', address, mac };
}

function served(instance: number, address: string, vrid = 51): Served {
  return { instance, vrid, address };
}

function found(list: readonly Served[], ...claims: OverheardClaim[]) {
  return [...secondOwners((visit) => list.forEach(visit), claims, new Set([own]))];
}

test('the first other host that has an address of an instance', () => {
  const list = [served(1, '10.0.0.1'), served(1, '10.0.0.2'), served(2, '10.0.0.3')];
  expect(found(list, claim('10.0.0.2', other), claim('10.0.0.1', other))).toEqual([
    [1, { address: '10.0.0.1', mac: other }],
  ]);
});

test('neither this host, nor who has another address, nor the same virtual router', () => {
  const list = [served(1, '10.0.0.1', 0x1f)];
  expect(found(list, claim('10.0.0.1', own))).toEqual([]);
  expect(found(list, claim('10.0.0.9', other))).toEqual([]);
  expect(found(list, claim('10.0.0.1', '00:00:5e:00:01:1f'))).toEqual([]);
  expect(found(list, claim('10.0.0.1', '00:00:5e:00:02:1f'))).toEqual([]);
  expect(found(list, claim('10.0.0.1', '00:00:5e:00:01:20'))).toHaveLength(1);
});

test('where nobody claims anything nothing is looked at', () => {
  const forServed = (): never => expect.unreachable('at thousands of addresses');
  expect(secondOwners(forServed, [claim('10.0.0.1', own)], new Set([own])).size).toBe(0);
});
