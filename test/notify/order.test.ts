import { describe, expect, it } from 'vitest';
import { notifyEnvironment, notifyJson, nothingSkipped } from '../../src/notify/environment.ts';
import type { NotifyEvent, NotifyScripts } from '../../src/notify/event.ts';
import { deletionState, inNotifyOrder, plannedRuns } from '../../src/notify/order.ts';

const script = (...argv: string[]) => ({ argv });

const all: NotifyScripts = {
  master: script('/m', 'own'),
  backup: script('/b'),
  fault: script('/f'),
  stop: script('/s'),
  deleted: script('/d'),
  masterRxLowerPriority: script('/rx'),
  any: script('/n', 'one', 'two words'),
};

const event = (more: Partial<NotifyEvent> = {}): NotifyEvent => ({
  kind: 'INSTANCE',
  name: 'VI_1',
  what: 'MASTER',
  priority: 244,
  at: 0,
  context: {},
  ...more,
});

const argvs = (scripts: NotifyScripts, given: NotifyEvent) =>
  plannedRuns(scripts, given).map(({ keyword, command }) => [keyword, ...command.argv]);

describe('which scripts an event calls for', () => {
  it('are the one for the state and then the generic one, which gets four more words', () => {
    const specific = { MASTER: '/m own', BACKUP: '/b', FAULT: '/f', STOP: '/s', DELETED: '/d' };
    for (const [what, words] of Object.entries(specific)) {
      const given = event({ what: what as keyof typeof specific });
      expect(argvs(all, given)).toEqual([
        [`notify_${what.toLowerCase()}`, ...words.split(' ')],
        ['notify', '/n', 'one', 'two words', 'INSTANCE', 'VI_1', what, '244'],
      ]);
    }
  });

  it('of a group have the priority 0', () => {
    const given = event({ kind: 'GROUP', name: 'VG', priority: 99 });
    expect(argvs({ any: script('/n') }, given)).toEqual([
      ['notify', '/n', 'GROUP', 'VG', 'MASTER', '0'],
    ]);
  });

  it('of an advert of lower priority are not the generic one', () => {
    const given = event({ what: 'MASTER_RX_LOWER_PRI' });
    expect(argvs(all, given)).toEqual([['notify_master_rx_lower_pri', '/rx']]);
    expect(argvs({ any: script('/n') }, given)).toEqual([]);
  });

  it('are only those that there are, and keep their user', () => {
    expect(argvs({}, event())).toEqual([]);
    const user = { uid: 1, gid: 2 };
    const [run] = plannedRuns({ any: { argv: ['/n'], user, useShell: true } }, event());
    expect(run?.command).toMatchObject({ user, useShell: true });
  });
});

it('events of a moment: the members before the group', () => {
  const group = event({ kind: 'GROUP', name: 'VG' });
  const [one, two] = [event({ name: 'VI_1' }), event({ name: 'VI_2' })];
  expect(inNotifyOrder([group, two, one])).toEqual([two, one, group]);
});

it('a deletion is FAULT unless notify_deleted says otherwise', () => {
  expect(deletionState({ announceDeleted: true }, 'FAULT')).toBe('DELETED');
  expect(deletionState({ announceDeleted: false }, 'MASTER')).toBe('FAULT');
  expect(deletionState({ announceDeleted: false }, 'FAULT')).toBeUndefined();
});

describe('what scripts can learn beyond their arguments', () => {
  const given = event({
    at: Date.UTC(2026, 0, 2, 3, 4, 5),
    context: {
      previousState: 'BACKUP',
      cause: 'no advert for 3.6 s',
      causeKind: 'masterSilent',
      peer: '192.0.2.2',
      peerPriority: 200,
      basePriority: 244,
      interfaceName: 'eth0',
      vrid: 51,
      family: 'ipv4',
      addresses: ['192.0.2.200/24', '192.0.2.201/24'],
    },
  });

  it('stands in variables', () => {
    const delivery = { skipped: { count: 20, last: ['BACKUP', 'MASTER'] }, attempt: 2 };
    expect(notifyEnvironment(given, delivery)).toEqual({
      FAILOVERD_TYPE: 'INSTANCE',
      FAILOVERD_NAME: 'VI_1',
      FAILOVERD_STATE: 'MASTER',
      FAILOVERD_PREVIOUS_STATE: 'BACKUP',
      FAILOVERD_PRIORITY: '244',
      FAILOVERD_BASE_PRIORITY: '244',
      FAILOVERD_CAUSE: 'no advert for 3.6 s',
      FAILOVERD_CAUSE_KIND: 'masterSilent',
      FAILOVERD_PEER: '192.0.2.2',
      FAILOVERD_PEER_PRIORITY: '200',
      FAILOVERD_INTERFACE: 'eth0',
      FAILOVERD_VRID: '51',
      FAILOVERD_FAMILY: 'ipv4',
      FAILOVERD_ADDRESSES: '192.0.2.200/24 192.0.2.201/24',
      FAILOVERD_TIME: '2026-01-02T03:04:05.000Z',
      FAILOVERD_SKIPPED: 'BACKUP MASTER',
      FAILOVERD_SKIPPED_COUNT: '20',
      FAILOVERD_ATTEMPT: '2',
    });
  });

  it('stands in one line of JSON', () => {
    const text = notifyJson(given, { skipped: nothingSkipped, attempt: 1 });
    expect(text.split('\n')).toHaveLength(2);
    expect(JSON.parse(text)).toMatchObject({
      version: 1,
      type: 'INSTANCE',
      name: 'VI_1',
      state: 'MASTER',
      priority: 244,
      peer: '192.0.2.2',
      addresses: ['192.0.2.200/24', '192.0.2.201/24'],
      skipped: [],
    });
  });

  it('leaves out what is not known', () => {
    const variables = notifyEnvironment(event(), { skipped: nothingSkipped, attempt: 1 });
    expect(Object.keys(variables).sort((a, b) => a.localeCompare(b))).toEqual([
      'FAILOVERD_ATTEMPT',
      'FAILOVERD_NAME',
      'FAILOVERD_PRIORITY',
      'FAILOVERD_STATE',
      'FAILOVERD_TIME',
      'FAILOVERD_TYPE',
    ]);
  });
});
