import { expect, test } from 'vitest';
import { age, statusTable } from '../../src/cli/statusTable.ts';
import type { InstanceReport, StatusReport } from '../../src/observe/statusReport.ts';

const now = 1_800_000_000_000;
const counters = {} as InstanceReport['counters'];

const backup: InstanceReport = {
  name: 'VI_1',
  interface: 'eth0',
  vrid: 51,
  family: 'ipv4',
  vrrpVersion: 2,
  state: 'BACKUP',
  sinceAt: now - 252_000,
  drained: false,
  priority: { base: 150, effective: 100, parts: [{ name: 'script chk_web', delta: -50 }] },
  master: { address: '192.168.122.102', priority: 120 },
  advertIntervalMs: 1000,
  masterAdvertIntervalMs: 1000,
  lastAdvertAgeMs: 300,
  addresses: [{ address: '192.168.122.200', prefixLength: 24, state: 'absent' }],
  confirmed: 0,
  faults: [],
  cause: { kind: 'higherPriority', sentence: '192.168.122.102 advertises more' },
  lastChange: {
    at: now - 252_000,
    sentence: 'VI_1: MASTER -> BACKUP (priority 100): 192.168.122.102 (priority 120) advertises',
  },
  counters,
  arrivals: { missed: 3, longestMissed: 2, nearFailovers: 1 },
};

function report(instances: readonly InstanceReport[]): StatusReport {
  return {
    daemon: {
      version: '0.1.0',
      pid: 1,
      startedAt: now - 7_500_000,
      at: now,
      configFile: '/etc/keepalived/keepalived.conf',
      configHash: '',
      scheduling: 'roundRobin',
      realtimePriority: 50,
      memoryLocked: true,
      worstLatenessMs: 0.812,
      eventsLost: 0,
      troubles: [],
    },
    instances,
    groups: [{ name: 'G', state: 'BACKUP', sinceAt: now - 252_000 }],
    trackers: [
      {
        kind: 'script',
        name: 'chk_web',
        status: 'failed',
        detail: 'exit\u001b[31m 1\n',
        runs: {
          count: 120,
          failed: 3,
          skipped: 1,
          nextInMs: 600,
          last: { outcome: 'exited with status 1', durationMs: 12.34, endedAt: now - 400 },
        },
      },
    ],
    notify: [],
    alarms: [
      {
        name: 'dual_master',
        instance: 'VI_1',
        peer: '192.168.122.77',
        sinceAt: now - 5000,
        sentence: '192.168.122.77 is MASTER at the same time as this router',
      },
    ],
  };
}

test('one instance at 80 columns', () => {
  const master: InstanceReport = {
    ...backup,
    name: 'VI_2',
    state: 'MASTER',
    confirmed: 1,
    priority: { base: 200, effective: 200, parts: [] },
    cause: { kind: 'masterSilent', sentence: 'no advert for 3.6 s' },
    lastChange: {
      at: now - 252_000,
      sentence: 'VI_2: BACKUP -> MASTER (priority 200): no advert for 3.6 s',
    },
    arrivals: { missed: 0, longestMissed: 0, nearFailovers: 0 },
  };
  const text = statusTable(report([backup, master]), { columns: 80, color: false });
  expect(text).toBe(
    `failoverd 0.1.0: 1 MASTER, 1 BACKUP; up 2h5m; worst lateness 0.812ms

alarm dual_master of VI_1 for 5s: 192.168.122.77 is MASTER at the same time as
    this router

INSTANCE STATE    SINCE  PRIO    VIPS   EVERY MASTER
VI_1     BACKUP   4m12s   100     0/0      1s 192.168.122.102 (120)
  priority: 100 = 150 - 50 (script chk_web)
  why: 192.168.122.102 advertises more
  last change: 4m12s ago, MASTER -> BACKUP (priority 100): 192.168.122.102
      (priority 120) advertises
  near failovers: 1 (at most 2 adverts missed in a row)
VI_2     MASTER   4m12s   200     1/1      1s this router
  last change: 4m12s ago, BACKUP -> MASTER (priority 200): no advert for 3.6 s

group G: BACKUP for 4m12s

script chk_web: failed (exit [31m 1)
  ran 120 times, 3 failed, 1 left out; last 0s ago, took 12.3ms; next in 600ms
`,
  );
});

test('400 instances are a line each, and no line is wider than the terminal', () => {
  const many = Array.from({ length: 400 }, (_, index) => ({
    ...backup,
    name: `instance_${index}`,
  }));
  const lines = statusTable(report(many), { columns: 60, color: false }).trimEnd().split('\n');
  expect(lines.length).toBe(3 + 400 + 7);
  expect(lines.filter((line) => line.length > 60)).toEqual([]);
});

test('on a narrow terminal who is MASTER can still be read', () => {
  const named: InstanceReport = {
    ...backup,
    name: 'an_instance_with_a_long_name',
    state: 'MASTER',
  };
  const lines = statusTable(report([backup, named]), { columns: 60, color: false }).split('\n');
  const titles = lines.find((line) => line.startsWith('INSTANCE')) ?? '';
  expect(titles.trimEnd()).toMatch(/ VIPS MASTER$/);
  expect(lines.join('\n')).toMatch(/ this router$/m);
  expect(lines.join('\n')).toContain(` ${backup.master?.address} (`);
});

test('of many instances those that are in trouble come first, and tell why', () => {
  const many = Array.from({ length: 400 }, (_, index): InstanceReport => {
    const one = { ...backup, name: `vlan_${index}`, priority: { ...backup.priority, parts: [] } };
    return index === 217 ? { ...one, state: 'FAULT', faults: ['interface eth3 is down'] } : one;
  });
  const lines = statusTable(report(many), { columns: 200, color: false }).split('\n');
  expect(lines.slice(4, 10)).toEqual([
    'INSTANCE STATE    SINCE  PRIO    VIPS   EVERY MASTER',
    'vlan_217 FAULT    4m12s   100     0/0      1s 192.168.122.102 (120)',
    '  why: interface eth3 is down',
    '  last change: 4m12s ago, VI_1: MASTER -> BACKUP (priority 100): 192.168.122.102 (priority 120) advertises',
    '  near failovers: 1 (at most 2 adverts missed in a row)',
    'vlan_0   BACKUP   4m12s   100     0/0      1s 192.168.122.102 (120)',
  ]);
});

test('colors are not counted as width', () => {
  const fault = { ...backup, state: 'FAULT' } as const;
  const plain = statusTable(report([fault]), { columns: 45, color: false });
  const painted = statusTable(report([fault]), { columns: 45, color: true });
  expect(painted).toContain('\u001b[31mFAULT');
  expect(painted.replaceAll('\u001b[31m', '').replaceAll('\u001b[0m', '')).toBe(plain);
});

test('ages', () => {
  const texts = [0, 59_000, 60_000, 252_000, 10_980_000, 1_051_200_000].map(age);
  expect(texts).toEqual(['0s', '59s', '1m', '4m12s', '3h3m', '12d4h']);
});

test('a long address of the master keeps its end and the priority', () => {
  const ipv6 = { ...backup, master: { address: 'fe80::5054:ff:fe12:3456', priority: 120 } };
  const [, line] = statusTable(report([{ ...ipv6, name: 'a_name_of_20_letters' }]), {
    columns: 80,
    color: false,
  })
    .split('\n')
    .filter((one) => /^(?:INSTANCE|a_name)/.test(one));
  expect(line).toHaveLength(80);
  expect(line).toMatch(/ \.\.\.:ff:fe12:3456 \(120\)$/);
});

test('an alarm that all instances have is told once', () => {
  const many = report([backup]);
  const alarms = ['VI_1', 'VI_2', 'VI_3', 'VI_4'].map((instance) => ({
    name: 'rx_silent' as const,
    instance,
    sinceAt: now - 5000,
    sentence: 'none ever heard',
  }));
  const lines = (shown: StatusReport['alarms']) =>
    statusTable({ ...many, alarms: shown }, { columns: 200, color: false })
      .split('\n')
      .filter((line) => line.startsWith('alarm'));
  expect(lines(alarms.slice(1))).toHaveLength(3);
  expect(lines(alarms)).toEqual([
    'alarm rx_silent of VI_1 for 5s: none ever heard (and of 3 other instances: --json lists them)',
  ]);
});

test('a name is whole, however long: other commands are given it', () => {
  const names = ['a', 'VI_customer_network_number_1', 'VI_customer_network_number_2'];
  const all = names.map((name) => ({ ...backup, name }));
  const table = (columns: number) =>
    statusTable(report(all), { columns, color: false })
      .split('\n')
      .filter((line) => /^(?:INST|a |VI_c| +BACKUP)/.test(line));
  expect(table(80)).toEqual([
    'INSTANCE              STATE    SINCE  PRIO    VIPS   EVERY MASTER',
    'a                     BACKUP   4m12s   100     0/0      1s 192.168.122.102 (120)',
    names[1],
    '                      BACKUP   4m12s   100     0/0      1s 192.168.122.102 (120)',
    names[2],
    '                      BACKUP   4m12s   100     0/0      1s 192.168.122.102 (120)',
  ]);
  expect(table(200)[2]).toBe(
    'VI_customer_network_number_1 BACKUP   4m12s   100     0/0      1s 192.168.122.102 (120)',
  );
});

test('nothing but ASCII, for terminals without UTF-8', () => {
  const long = { ...backup, master: { address: 'fe80::5054:ff:fe12:3456', priority: 120 } };
  const text = statusTable(report([long]), { columns: 45, color: false });
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[^\u0000-\u007f]/);
});

test('who is told late is shown, and nobody else', () => {
  const well = { kind: 'fifo', name: '/run/fifo', waiting: 0, delivered: 7, lost: 0 } as const;
  const notify: StatusReport['notify'] = [
    well,
    {
      kind: 'script',
      name: 'VI_1',
      waiting: 1,
      delivered: 3,
      lost: 0,
      running: { keyword: 'notify', event: 'BACKUP', forMs: 28_000 },
      problem: 'notify_master for MASTER exited with status 1',
    },
    { ...well, waiting: 2, problem: 'nobody\u001breads' },
    { kind: 'mail', name: '', waiting: 0, delivered: 0, lost: 1, problem: 'no relay' },
  ];
  const text = statusTable({ ...report([backup]), notify }, { columns: 200, color: false });
  expect(text.trimEnd().split('\n').slice(-4)).toEqual([
    '',
    'notify of VI_1: notify for BACKUP has been running for 28s; 1 event waits; notify_master for MASTER exited with status 1',
    'FIFO /run/fifo: 2 events wait; nobody reads',
    'mail: no relay',
  ]);
});
