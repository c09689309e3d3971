/**
 * The status of a daemon as one JSON document: what `failoverd status --json` prints, what the control
 * socket hands out, what metrics are made of. Durations are milliseconds, `...At` are milliseconds
 * since 1970. Pure: made from the engine's snapshot and what the daemon knows beside it.
 */
import type {
  EngineSnapshot,
  InstanceConfig,
  InstanceCounters,
  InstanceStatus,
} from '../engine/messages.generated.ts';
import type { Alarm, AlarmName } from './alarms.ts';
import { addressErrorText, explainCause, stateWord } from './explain.ts';
import type { JournalEntry } from './journal.ts';
import type { Names } from './names.ts';

export interface StatusReport {
  readonly daemon: DaemonReport;
  readonly instances: readonly InstanceReport[];
  readonly groups: readonly GroupReport[];
  readonly trackers: readonly TrackerReportLine[];
  /** Those who are told of changes; of scripts only where not all has gone well and is over. */
  readonly notify: readonly NotifyReportLine[];
  /** Those that stand, the oldest first. */
  readonly alarms: readonly AlarmReport[];
}

export interface AlarmReport {
  readonly name: AlarmName;
  readonly instance: string;
  /** The other router. */
  readonly peer?: string;
  readonly sinceAt: number;
  readonly sentence: string;
}

export interface DaemonReport {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: number;
  /** When this picture was made. */
  readonly at: number;
  /** Absolute; a file, or a pattern. */
  readonly configFile: string;
  /** `-i`, where it was given. */
  readonly configId?: string;
  /** SHA-256 of the effective configuration without its secrets. */
  readonly configHash: string;
  /** The last reload is on trial: then what ran before comes back. */
  readonly trialEndsAt?: number;
  readonly scheduling: string;
  readonly realtimePriority: number;
  readonly memoryLocked: boolean;
  /** Of the engine's thread, over all of its deadlines. */
  readonly worstLatenessMs: number;
  readonly eventsLost: number;
  /** What of its own is not as it should be, such as firewall rules that could not be installed. */
  readonly troubles: readonly string[];
}

export interface InstanceReport {
  readonly name: string;
  readonly interface: string;
  readonly vrid: number;
  readonly family: 'ipv4' | 'ipv6';
  readonly vrrpVersion: 2 | 3;
  readonly state: 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT';
  readonly sinceAt: number;
  readonly drained: boolean;
  /** `effective` is `base` and all parts, within 1..254. */
  readonly priority: {
    readonly base: number;
    readonly effective: number;
    readonly parts: readonly { readonly name: string; readonly delta: number }[];
  };
  /** Ourselves while MASTER; absent when nobody was heard. */
  readonly master?: { readonly address: string; readonly priority: number };
  readonly advertIntervalMs: number;
  readonly masterAdvertIntervalMs: number;
  readonly lastAdvertAgeMs?: number;
  readonly addresses: readonly AddressReport[];
  readonly confirmed: number;
  /** Why it is FAULT: all that stands now. */
  readonly faults: readonly string[];
  readonly cause: { readonly kind: string; readonly sentence: string };
  readonly lastChange?: { readonly at: number; readonly sentence: string };
  readonly counters: InstanceCounters;
  readonly arrivals: {
    readonly missed: number;
    readonly longestMissed: number;
    readonly nearFailovers: number;
  };
}

export interface AddressReport {
  readonly address: string;
  readonly prefixLength: number;
  readonly state: string;
  /** The kernel's refusal. */
  readonly error?: string;
  /** The interface of this host on which somebody else has put it. */
  readonly foreignOn?: string;
}

export interface GroupReport {
  readonly name: string;
  readonly state: string;
  readonly sinceAt: number;
}

export interface TrackerReportLine {
  readonly kind: string;
  readonly name: string;
  /** `ok`, `failed`, `pending`, a file's number, or how many processes there are. */
  readonly status: string;
  /** The last result, or what a script printed last. */
  readonly detail: string;
  /** Of scripts and probes. */
  readonly runs?: TrackerRuns;
}

/** When a check ran, how that went, and when it runs again. */
export interface TrackerRuns {
  readonly count: number;
  readonly failed: number;
  /** Left out: the one before was still going, or the daemon itself was not scheduled. */
  readonly skipped: number;
  /** A script's present run; `overdue`: its time is up and it is being ended. */
  readonly runningForMs?: number;
  readonly overdue?: boolean;
  readonly nextInMs?: number;
  readonly last?: {
    /** How it ended, as the predicate of a sentence. */
    readonly outcome: string;
    readonly durationMs: number;
    readonly endedAt: number;
    /** The end of what a script printed, 4 KiB at most. */
    readonly output?: string;
  };
}

/** What the file says of an instance that belongs to its status. */
export type Described = Pick<
  InstanceConfig,
  'name' | 'interfaceName' | 'vrid' | 'family' | 'version' | 'advertInterval'
>;

export interface NotifyReportLine {
  /** `script`: the notify scripts of an instance or group. */
  readonly kind: 'script' | 'fifo' | 'mail';
  /** Of the instance or group; the path of a FIFO; empty for mail. */
  readonly name: string;
  /** Events whose turn has not come. */
  readonly waiting: number;
  readonly delivered: number;
  /** Left out for newer ones, or given up. */
  readonly lost: number;
  /** The script that runs. */
  readonly running?: { readonly keyword: string; readonly event: string; readonly forMs: number };
  /** What went wrong last, where nothing went well since. */
  readonly problem?: string;
}

export interface ReportParts {
  readonly snapshot: EngineSnapshot;
  /** The time of day that belongs to `snapshot.core.at`. */
  readonly wallMs: number;
  readonly names: Names;
  readonly configOf: (instance: number) => Described | undefined;
  readonly lastChange: (name: string) => JournalEntry | undefined;
  readonly trackers: readonly TrackerReportLine[];
  readonly notify: readonly NotifyReportLine[];
  readonly alarms: readonly Alarm[];
  readonly daemon: Pick<
    DaemonReport,
    | 'version'
    | 'pid'
    | 'startedAt'
    | 'configFile'
    | 'configId'
    | 'configHash'
    | 'troubles'
    | 'trialEndsAt'
  >;
}

export function statusReport(parts: ReportParts): StatusReport {
  const { snapshot, names, trackers, notify, daemon, wallMs } = parts;
  const { started, lateness, counters } = snapshot;
  const sinceAt = (instant: number): number => wallOf(parts, instant);
  return {
    daemon: {
      ...daemon,
      at: wallMs,
      scheduling: started.scheduling,
      realtimePriority: started.realtimePriority,
      memoryLocked: started.lockError === 0,
      worstLatenessMs: lateness.worst / 1000,
      eventsLost: counters.eventsLost,
    },
    instances: snapshot.core.instances.flatMap((one) => {
      const config = parts.configOf(one.instance);
      return config === undefined ? [] : [instanceReport(one, config, parts)];
    }),
    groups: snapshot.core.groups.map(({ group, state, since }) => ({
      name: names.group(group),
      state: stateWord(state),
      sinceAt: sinceAt(since),
    })),
    trackers,
    notify,
    alarms: parts.alarms.map(({ name, instance, peer, since, sentence }) => ({
      name,
      instance: names.instance(instance),
      ...(peer !== undefined && { peer }),
      sinceAt: sinceAt(since),
      sentence,
    })),
  };
}

/** The same of one instance only; undefined when there is none of that name. */
export function ofInstance(report: StatusReport, name: string): StatusReport | undefined {
  const instances = report.instances.filter((one) => one.name === name);
  const alarms = report.alarms.filter(({ instance }) => instance === name);
  const notify = report.notify.filter((one) => one.kind !== 'script' || one.name === name);
  return instances.length === 0 ? undefined : { ...report, instances, alarms, notify };
}

function instanceReport(
  one: InstanceStatus,
  config: Described,
  parts: ReportParts,
): InstanceReport {
  const { names, snapshot } = parts;
  const last = parts.lastChange(config.name);
  const addresses = one.addresses.map(addressReport);
  return {
    name: config.name,
    interface: config.interfaceName,
    vrid: config.vrid,
    family: config.family,
    vrrpVersion: config.version === 'v2' ? 2 : 3,
    state: stateWord(one.state),
    sinceAt: wallOf(parts, one.since),
    drained: one.drained,
    priority: priorityReport(one, names),
    ...(one.master !== undefined && {
      master: { address: one.master, priority: one.masterPriority },
    }),
    advertIntervalMs: config.advertInterval / 1000,
    masterAdvertIntervalMs: one.masterAdvertInterval / 1000,
    ...(one.lastAdvertReceived !== undefined && {
      lastAdvertAgeMs: (snapshot.core.at - one.lastAdvertReceived) / 1000,
    }),
    addresses,
    confirmed: addresses.filter(({ state }) => state === 'confirmed').length,
    faults: one.faults.map((fault) => explainCause(fault, names, one.instance)),
    cause: { kind: one.cause.kind, sentence: explainCause(one.cause, names, one.instance) },
    ...(last !== undefined && { lastChange: { at: last.wallMs, sentence: last.sentence } }),
    counters: one.counters,
    arrivals: {
      missed: one.arrivals.missed,
      longestMissed: one.arrivals.longestMissed,
      nearFailovers: one.arrivals.nearFailovers,
    },
  };
}

function priorityReport(one: InstanceStatus, names: Names): InstanceReport['priority'] {
  return {
    base: one.basePriority,
    effective: one.effectivePriority,
    parts: one.parts.map(({ tracker, interfaceName, delta }) => ({
      name: tracker === undefined ? `interface ${interfaceName}` : names.tracker(tracker),
      delta,
    })),
  };
}

function addressReport(one: InstanceStatus['addresses'][number]): AddressReport {
  const { address, prefixLength, state, errorNumber, foreignOn } = one;
  const error = errorNumber === 0 ? {} : { error: addressErrorText(errorNumber) };
  return { address, prefixLength, state, ...error, ...(foreignOn !== '' && { foreignOn }) };
}

function wallOf({ snapshot, wallMs }: ReportParts, instant: number): number {
  return Math.round(wallMs - (snapshot.core.at - instant) / 1000);
}
