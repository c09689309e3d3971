import { describe, expect, it } from 'vitest';
import type { EngineEvent, InstanceStatus } from '../../src/engine/messages.generated.ts';
import { Alarms } from '../../src/observe/alarms.ts';
import type { AlarmChange } from '../../src/observe/alarms.ts';
import { causeOf, stateChanged } from './samples.ts';

const second = 1_000_000;

/** Counters at zero, but for `part`. */
function status(
  part: Partial<InstanceStatus['counters']>,
  state: InstanceStatus['state'] = 'master',
): InstanceStatus {
  const names = [
    'advertsReceived',
    'advertsSent',
    'becameMaster',
    'releasedMaster',
    'goodbyesReceived',
    'goodbyesSent',
    'lengthErrors',
    'ttlErrors',
    'versionErrors',
    'typeErrors',
    'checksumErrors',
    'intervalErrors',
    'authTypeErrors',
    'authFailures',
    'addressListErrors',
    'otherErrors',
  ];
  const counters = {
    ...Object.fromEntries(names.map((name) => [name, 0])),
    ...part,
  } as InstanceStatus['counters'];
  return { instance: 1, state, counters, cause: causeOf({ kind: 'started' }) } as InstanceStatus;
}

const lower: EngineEvent = {
  kind: 'LowerPriorityReceived',
  instance: 1,
  source: '192.0.2.2',
  priority: 50,
};
const odd: EngineEvent = {
  kind: 'AdvertOdd',
  instance: 1,
  reason: 'addressList',
  source: '192.0.2.2',
};
const refused: EngineEvent = {
  kind: 'AdvertRejected',
  instance: 1,
  reason: 'authFailure',
  source: '192.0.2.2',
  vrid: 51,
  count: 1,
};

function alarms(expectsMaster = false): Alarms {
  const made = new Alarms();
  made.learn(1, { advertInterval: second, expectsMaster });
  return made;
}

const told = (changes: readonly AlarmChange[]): string[] =>
  changes.map(({ kind, alarm }) => `${kind} ${alarm.name}`);

describe('dual_master', () => {
  it('is not raised by the last word of a preemption', () => {
    const made = alarms();
    expect(told([...made.onEvent(lower, 0), ...made.onEvent(lower, 60 * second)])).toEqual([]);
  });

  it('is raised once while a weaker one goes on, and ends when it is quiet', () => {
    const made = alarms();
    const changes = [1, 2, 3, 4, 5].flatMap((at) => [...made.onEvent(lower, at * second)]);
    expect(told(changes)).toEqual(['raised dual_master']);
    expect(made.view).toMatchObject([{ name: 'dual_master', peer: '192.0.2.2' }]);
    expect(told(made.onStatus([status({})], 10 * second))).toEqual([]);
    expect(told(made.onStatus([status({})], 16 * second))).toEqual(['cleared dual_master']);
    expect(made.view).toEqual([]);
  });

  it('ends when this router is no longer MASTER', () => {
    const made = alarms();
    for (const at of [1, 2, 3]) made.onEvent(lower, at * second);
    const backup = stateChanged({ from: 'master', to: 'backup' });
    expect(told(made.onEvent(backup, 4 * second))).toEqual(['cleared dual_master']);
  });
});

it('vip_mismatch lasts until there is another master or configuration', () => {
  const made = alarms();
  expect(told(made.onEvent(odd, 0))).toEqual(['raised vip_mismatch']);
  expect(told(made.onEvent({ kind: 'InstanceApplied', instance: 1, revision: 2 }, 1))).toEqual([
    'cleared vip_mismatch',
  ]);
});

it('foreign_master lasts while the counters of refusals grow', () => {
  const made = alarms();
  expect(told(made.onEvent({ ...refused, reason: 'startupDelay' }, 0))).toEqual([]);
  expect(told(made.onEvent(refused, 0))).toEqual(['raised foreign_master']);
  for (const at of [5, 10, 15]) {
    expect(told(made.onStatus([status({ authFailures: at })], at * second))).toEqual([]);
  }
  expect(told(made.onStatus([status({ authFailures: 15 })], 30 * second))).toEqual([
    'cleared foreign_master',
  ]);
});

it('rx_silent is for those who expected another MASTER and never heard one', () => {
  expect(told(alarms().onStatus([status({ advertsSent: 1000 })], second))).toEqual([]);
  const made = alarms(true);
  expect(told(made.onStatus([status({ advertsSent: 10 })], second))).toEqual([]);
  expect(told(made.onStatus([status({ advertsSent: 30 })], 2 * second))).toEqual([
    'raised rx_silent',
  ]);
  expect(told(made.onStatus([status({ advertsSent: 60, advertsReceived: 1 })], second))).toEqual([
    'cleared rx_silent',
  ]);
});

it('a removed instance takes its alarms along', () => {
  const made = alarms();
  made.onEvent(odd, 0);
  expect(told(made.onEvent({ kind: 'InstanceRemoved', instance: 1 }, 1))).toEqual([
    'cleared vip_mismatch',
  ]);
});

describe('whether the counters are looked at', () => {
  it('is only where they could tell something', () => {
    const quiet = alarms();
    quiet.onEvent(stateChanged({ from: 'backup', to: 'master' }), 0);
    expect(quiet.needsStatus).toBe(false);
    quiet.onEvent(refused, second);
    expect(quiet.needsStatus).toBe(true);
  });

  it('is until a peer has been heard, where one is expected', () => {
    const alone = alarms(true);
    expect(alone.needsStatus).toBe(false);
    alone.onEvent(stateChanged({ from: 'backup', to: 'master' }), 0);
    expect(alone.needsStatus).toBe(true);
    alone.onStatus([status({ advertsSent: 40 })], second);
    expect(alone.needsStatus).toBe(true);
    alone.onStatus([status({ advertsSent: 41, advertsReceived: 1 })], 2 * second);
    expect(alone.needsStatus).toBe(false);
  });
});
