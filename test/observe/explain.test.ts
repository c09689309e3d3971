import { describe, expect, it } from 'vitest';
import { describeEvent } from '../../src/observe/describeEvent.ts';
import { duration, explainCause, explainTransition } from '../../src/observe/explain.ts';
import { causeOf, names, stateChanged } from './samples.ts';

describe('a transition in words', () => {
  it('says what changed and why', () => {
    const cause = causeOf({
      kind: 'masterSilent',
      peer: '192.168.122.102',
      peerPriority: 250,
      silence: 3_023_437,
    });
    const event = stateChanged({ from: 'backup', to: 'master', effectivePriority: 254, cause });
    expect(explainTransition(event, names)).toBe(
      'VI_1: BACKUP -> MASTER (priority 254): ' +
        'no advert from 192.168.122.102 (priority 250) for 3.02 s',
    );
  });

  it('tells a repeated MASTER from a new one', () => {
    const cause = causeOf({ kind: 'wokeLate', silence: 4_100_000 });
    const event = stateChanged({ from: 'master', to: 'master', repeated: true, cause });
    expect(explainTransition(event, names)).toMatch(/^VI_1: still MASTER .*away for 4.1 s/);
  });

  it('names the tracker that failed', () => {
    const cause = causeOf({ kind: 'trackerFault', tracker: 7 });
    expect(explainCause(cause, names)).toBe('script keepalived_check reports a failure');
  });

  it('names the interface and the kernel error', () => {
    const cause = causeOf({ kind: 'listenFailed', interfaceName: 'eth0', errorNumber: 19 });
    expect(explainCause(cause, names)).toBe(
      'cannot listen for adverts on interface eth0: no such device (ENODEV)',
    );
  });

  it('says which family of addresses an interface lacks', () => {
    const cause = causeOf({ kind: 'noSourceAddress', interfaceName: 'eth0' });
    const event = stateChanged({ instance: 6, from: 'init', to: 'fault', cause });
    expect(explainTransition(event, names)).toMatch(
      /: interface eth0 lacks the IPv6 address to send adverts from$/,
    );
  });

  it('says of a refused address what the kernel means by it', () => {
    const about = (errorNumber: number) => {
      const event = {
        kind: 'AddressFailed',
        instance: 1,
        ifIndex: 0,
        address: '2001:db8::1',
      } as const;
      return describeEvent({ ...event, errorNumber }, names)?.message;
    };
    expect(about(13)).toMatch(/ \(EACCES\); IPv6 is switched off there$/);
    expect(about(19)).toMatch(/ \(ENODEV\); it is added when its interface appears$/);
  });

  it('says what became of a second master, and why no advert leaves', () => {
    const second = causeOf({ kind: 'secondMaster', peer: '192.0.2.2', peerPriority: 90 });
    const event = stateChanged({ from: 'master', to: 'master', repeated: true, cause: second });
    expect(explainTransition(event, names)).toMatch(
      /: 192\.0\.2\.2 \(priority 90\) was MASTER at the same time, and has been told to yield$/,
    );
    const mute = causeOf({ kind: 'sendFailed', interfaceName: 'eth0', errorNumber: 90 });
    expect(explainCause(mute, names)).toBe(
      'adverts cannot be sent on interface eth0: message too long (EMSGSIZE); ' +
        'its MTU is too small for so many addresses',
    );
    expect(explainCause({ ...mute, errorNumber: 1 }, names)).toMatch(
      /EPERM\); a firewall rule on this host drops them \(nft list ruleset\)$/,
    );
  });

  it('writes durations in the unit that reads best', () => {
    expect([900, 3906, 999_499, 3_023_437, 4_000_000_000].map(duration)).toEqual([
      '900 us',
      '3.91 ms',
      '999 ms',
      '3.02 s',
      '4000 s',
    ]);
  });
});

describe('an event in the log', () => {
  it('is a warning when it is a FAULT', () => {
    const event = stateChanged({ to: 'fault', cause: causeOf({ kind: 'interfaceDown' }) });
    expect(describeEvent(event, names)).toMatchObject({
      level: 'warning',
      fields: { event: 'StateChanged', instance: 'VI_1', to: 'FAULT', cause: 'interfaceDown' },
    });
  });

  it('says why a packet was refused, and how many', () => {
    const event = {
      kind: 'AdvertRejected',
      instance: 1,
      reason: 'authFailure',
      source: '192.168.122.9',
      vrid: 51,
      count: 12,
    } as const;
    expect(describeEvent(event, names)?.message).toBe(
      'VI_1: an advert from 192.168.122.9 for virtual router 51 was refused: ' +
        'its password or signature is wrong (12 so far)',
    );
  });

  it('names the instance once', () => {
    const event = { kind: 'PriorityChanged', instance: 1, from: 254, to: 244 } as const;
    const full = { ...event, tracker: 7, interfaceName: '' };
    expect(describeEvent(full, names)?.message).toBe(
      'VI_1: effective priority 254 -> 244, because of script keepalived_check',
    );
  });

  it('says where a system call failed', () => {
    const messages = (['netlink', 'receive', 'announce', 'poll', 'will'] as const).map(
      (where) => describeEvent({ kind: 'Trouble', where, errorNumber: 28 }, names)?.message,
    );
    expect(messages.map((message) => /\((.*)\):/.exec(message ?? '')?.[1])).toEqual([
      'netlink',
      'receiving adverts',
      'announcing addresses',
      'waiting for events',
      'telling the guardian what there is',
    ]);
    expect(messages[4]).toMatch(/ENOSPC/);
  });

  it('leaves out single processes, changes of the ruleset, and what an upgrade tells by itself', () => {
    for (const event of [
      { kind: 'ProcessExited', pid: 1 },
      { kind: 'RulesetChanged', program: 'nft' },
      { kind: 'HandedOver', errorNumber: 0 },
      { kind: 'Inherited' },
    ] as const) {
      expect(describeEvent(event, names)).toBeUndefined();
    }
  });
});
