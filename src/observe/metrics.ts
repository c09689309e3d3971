/**
 * Metrics in the OpenMetrics text format. Counters and histograms are counted by the engine; here
 * they are only written down, which is why no client library that counts by itself is used. Pure.
 */
import type { EngineSnapshot, InstanceCounters } from '../engine/messages.generated.ts';
import { alarmNames } from './alarms.ts';
import type { Repair } from './culprits.ts';
import { familyText, histogram } from './openMetrics.ts';
import type { Family, Labels, Sample } from './openMetrics.ts';
import type { InstanceReport, StatusReport, TrackerRuns } from './statusReport.ts';

export const metricsContentType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

export function metricsText(
  report: StatusReport,
  snapshot: EngineSnapshot,
  repairs: readonly Repair[],
): string {
  const families = [
    ...daemonFamilies(report, snapshot),
    ...instanceFamilies(report.instances),
    ...counterFamilies(report.instances),
    alarmFamily(report),
    arrivalFamily(report, snapshot),
    groupFamily(report),
    trackerFamily(report),
    ...trackerRunFamilies(report),
    repairFamily(repairs),
  ];
  return `${families.map(familyText).join('')}# EOF\n`;
}

function daemonFamilies({ daemon }: StatusReport, snapshot: EngineSnapshot): Family[] {
  const { lateness } = snapshot;
  const one = (value: number, labels: Labels = {}): Sample[] => [{ labels, value }];
  const info = { version: daemon.version, config_hash: daemon.configHash };
  return [
    {
      name: 'failoverd_build',
      type: 'info',
      help: 'Version and configuration',
      samples: [{ labels: info, value: 1, suffix: '_info' }],
    },
    {
      name: 'failoverd_start_time_seconds',
      type: 'gauge',
      help: 'Start of the daemon',
      samples: one(daemon.startedAt / 1000),
    },
    {
      name: 'failoverd_realtime',
      type: 'gauge',
      help: 'Whether the thread of the adverts is real-time',
      samples: one(Number(daemon.scheduling !== 'normal')),
    },
    {
      name: 'failoverd_events_lost',
      type: 'counter',
      help: 'Events of the engine that were not read in time',
      samples: [{ labels: {}, value: daemon.eventsLost, suffix: '_total' }],
    },
    {
      name: 'failoverd_lateness_seconds',
      type: 'histogram',
      help: 'How late the thread of the adverts came to its deadlines',
      samples: histogram({}, lateness.buckets, lateness.sum),
    },
    {
      name: 'failoverd_announcements_sent',
      type: 'counter',
      help: 'Gratuitous ARP and unsolicited neighbour advertisements',
      samples: [{ labels: {}, value: snapshot.counters.announcementsSent, suffix: '_total' }],
    },
    {
      name: 'failoverd_worst_lateness_seconds',
      type: 'gauge',
      help: 'The latest it ever was',
      samples: one(lateness.worst / 1e6),
    },
  ];
}

function repairFamily(repairs: readonly Repair[]): Family {
  return {
    name: 'failoverd_repairs',
    type: 'counter',
    help: 'Objects that something else removed and failoverd restored',
    samples: repairs.map(({ what, by, count }) => ({
      labels: { what, by },
      value: count,
      suffix: '_total',
    })),
  };
}

const states = ['INIT', 'BACKUP', 'MASTER', 'FAULT'] as const;

type Gauge = readonly [name: string, help: string, value: (one: InstanceReport) => number];

const gauges: readonly Gauge[] = [
  ['priority', 'Effective priority', ({ priority }) => priority.effective],
  ['base_priority', 'Configured priority', ({ priority }) => priority.base],
  ['drained', 'An operator has taken it out of service', ({ drained }) => Number(drained)],
  ['addresses_wanted', 'Virtual addresses it should hold now', wanted],
  ['addresses_confirmed', 'Virtual addresses the kernel has', ({ confirmed }) => confirmed],
  ['last_transition_seconds', 'When it came into its state', ({ sinceAt }) => sinceAt / 1000],
  ['advert_interval_seconds', 'Configured', (one) => one.advertIntervalMs / 1000],
  ['master_advert_interval_seconds', 'Of the MASTER', (one) => one.masterAdvertIntervalMs / 1000],
  ['missed_adverts_longest', 'Most in a row, no takeover', (one) => one.arrivals.longestMissed],
];

function wanted(one: InstanceReport): number {
  return one.state === 'MASTER' ? one.addresses.length : 0;
}

function instanceFamilies(instances: readonly InstanceReport[]): Family[] {
  const state: Family = {
    name: 'failoverd_state',
    type: 'gauge',
    help: '1 for the state that the instance is in',
    samples: instances.flatMap((one) =>
      states.map((name) => ({
        labels: { ...labelsOf(one), state: name },
        value: Number(one.state === name),
      })),
    ),
  };
  const others = gauges.map(([name, help, value]): Family => {
    const samples = instances.map((one) => ({ labels: labelsOf(one), value: value(one) }));
    return { name: `failoverd_${name}`, type: 'gauge', help, samples };
  });
  return [state, ...others];
}

const counterNames: Readonly<Record<keyof InstanceCounters, string>> = {
  advertsReceived: 'adverts_received',
  advertsSent: 'adverts_sent',
  becameMaster: 'became_master',
  releasedMaster: 'released_master',
  goodbyesReceived: 'goodbyes_received',
  goodbyesSent: 'goodbyes_sent',
  lengthErrors: 'length_errors',
  ttlErrors: 'ttl_errors',
  versionErrors: 'version_errors',
  typeErrors: 'type_errors',
  checksumErrors: 'checksum_errors',
  intervalErrors: 'interval_errors',
  authTypeErrors: 'auth_type_errors',
  authFailures: 'auth_failures',
  authMissing: 'auth_missing',
  authMalformed: 'auth_malformed',
  authUnknownKey: 'auth_unknown_key',
  authInvalid: 'auth_invalid',
  authStale: 'auth_stale',
  authReplayed: 'auth_replayed',
  addressListErrors: 'address_list_errors',
  otherErrors: 'other_errors',
  addressesRestored: 'addresses_restored',
};

function counterFamilies(instances: readonly InstanceReport[]): Family[] {
  const family = (name: string, help: string, value: (one: InstanceReport) => number): Family => ({
    name: `failoverd_${name}`,
    type: 'counter',
    help,
    samples: instances.map((one) => ({
      labels: labelsOf(one),
      value: value(one),
      suffix: '_total',
    })),
  });
  const keys = Object.keys(counterNames) as (keyof InstanceCounters)[];
  return [
    ...keys.map((key) =>
      family(counterNames[key], counterNames[key].replaceAll('_', ' '), (one) => one.counters[key]),
    ),
    family('missed_adverts', 'Adverts that did not come', ({ arrivals }) => arrivals.missed),
    family(
      'near_failovers',
      'Silences one advert short of a takeover',
      ({ arrivals }) => arrivals.nearFailovers,
    ),
  ];
}

function alarmFamily({ instances, alarms }: StatusReport): Family {
  const standing = new Set(alarms.map(({ instance, name }) => `${name} ${instance}`));
  return {
    name: 'failoverd_alarm',
    type: 'gauge',
    help: '1 while the alarm is active',
    samples: instances.flatMap((one) =>
      alarmNames.map((alarm) => ({
        labels: { ...labelsOf(one), alarm },
        value: Number(standing.has(`${alarm} ${one.name}`)),
      })),
    ),
  };
}

function arrivalFamily({ instances }: StatusReport, { core }: EngineSnapshot): Family {
  const byName = new Map(core.instances.map((one) => [one.name, one.arrivals]));
  return {
    name: 'failoverd_advert_gap_seconds',
    type: 'histogram',
    help: 'Between two adverts of the master that is heard',
    samples: instances.flatMap((one) => {
      const arrivals = byName.get(one.name);
      return arrivals === undefined ? [] : histogram(labelsOf(one), arrivals.buckets, arrivals.sum);
    }),
  };
}

function groupFamily({ groups }: StatusReport): Family {
  return {
    name: 'failoverd_group_state',
    type: 'gauge',
    help: '1 for the state that the sync group is in',
    samples: groups.flatMap((one) =>
      states.map((state) => ({
        labels: { group: one.name, state },
        value: Number(one.state === state),
      })),
    ),
  };
}

/** Of scripts and probes. */
function trackerRunFamilies({ trackers }: StatusReport): Family[] {
  const family = (name: string, help: string, value: (runs: TrackerRuns) => number): Family => ({
    name: `failoverd_tracker_${name}`,
    type: 'counter',
    help,
    samples: trackers.flatMap(({ kind, name: tracker, runs }) =>
      runs === undefined
        ? []
        : [{ labels: { kind, name: tracker }, value: value(runs), suffix: '_total' }],
    ),
  });
  return [
    family('runs', 'How often it was run', ({ count }) => count),
    family('failed_runs', 'How often it failed', ({ failed }) => failed),
    family('skipped_runs', 'Left out, because the one before still ran', ({ skipped }) => skipped),
  ];
}

function trackerFamily({ trackers }: StatusReport): Family {
  return {
    name: 'failoverd_tracker',
    type: 'gauge',
    help: '1 OK, 0 failed; for files the number in the file',
    samples: trackers.map(({ kind, name, status }) => ({
      labels: { kind, name },
      value: kind === 'file' ? Number(status) : Number(status === 'ok'),
    })),
  };
}

function labelsOf(one: InstanceReport): Labels {
  return { instance_name: one.name, interface: one.interface, vrid: one.vrid, family: one.family };
}
