/** keepalived's JSON file, both versions. Pure. */
import { toSeconds } from '../../base/units.ts';
import { dumpKeepalived } from '../../config/index.ts';
import type { Model, TrackProcess } from '../../config/index.ts';
import { keepalivedStatsObject } from '../../observe/keepalivedStats.ts';
import type { InstanceReport, StatusReport } from '../../observe/statusReport.ts';

/** What a dump is made of. */
export interface DumpParts {
  readonly model: Model;
  readonly report: StatusReport;
  /** How many processes each tracker of processes sees. */
  readonly processes: ReadonlyMap<string, number>;
}

export function keepalivedJson({ model, report, processes }: DumpParts): string {
  const reports = new Map(report.instances.map((one) => [one.name, one]));
  const vrrp = dumpKeepalived(model).flatMap(({ data }, index) => {
    const one = reports.get(model.instances[index]?.name ?? '');
    if (one === undefined) return [];
    return [{ data: liveData(data, one), stats: keepalivedStatsObject(one.counters) }];
  });
  const tracked = model.processes.map((one) => trackProcess(one, processes.get(one.name) ?? 0));
  const second = { vrrp, ...(tracked.length > 0 && { track_process: tracked }) };
  const whole = model.globals.dump.jsonVersion === 2 ? second : vrrp;
  return `${JSON.stringify(whole).replaceAll('/', '\\/')}\n`;
}

/** The delays run in the engine, which does not tell of them: both timers are given as still. */
function trackProcess(one: TrackProcess, current: number): object {
  return {
    process: one.name,
    ...(one.parameters.length > 0 && { parameters: one.parameters.join(' ') }),
    param_match: one.paramMatch,
    min_processes: one.quorum,
    ...(one.quorumMax !== null && { max_processes: one.quorumMax }),
    current_processes: current,
    have_quorum: current >= one.quorum && current <= (one.quorumMax ?? Infinity),
    weight: one.reverse ? -one.weight : one.weight,
    terminate_delay: toSeconds(one.terminateDelay),
    fork_delay: toSeconds(one.forkDelay),
    fork_delay_timer_running: false,
    terminate_delay_timer_running: false,
    full_command: one.fullCommand,
  };
}

const stateNumbers = { INIT: 0, BACKUP: 1, MASTER: 2, FAULT: 3 } as const;

/** What only a running daemon knows takes the place of what the file alone says. */
function liveData(data: object, one: InstanceReport): object {
  const state = stateNumbers[one.state];
  const vips = 'vips' in data ? { vips: markSet(data.vips, one) } : {};
  const excluded = 'evips' in data ? { evips: markSet(data.evips, one) } : {};
  return {
    ...data,
    master_priority: one.state === 'MASTER' ? 0 : (one.master?.priority ?? 0),
    last_transition: one.sinceAt / 1000,
    effective_priority: one.priority.effective,
    vipset: one.confirmed > 0,
    master_adver_int: one.masterAdvertIntervalMs / 1000,
    state,
    wantstate: state,
    ...vips,
    ...excluded,
  };
}

function markSet(texts: unknown, one: InstanceReport): string[] {
  const confirmed = new Set(
    one.addresses.filter(({ state }) => state === 'confirmed').map(({ address }) => address),
  );
  return (texts as readonly string[]).map((text) => {
    const [address = ''] = text.split(/[/ ]/);
    return confirmed.has(address) ? `${text} set` : text;
  });
}
