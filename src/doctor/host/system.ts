/** Rights, limits, processes and clocks of this host. */
import { readlinkSync } from 'node:fs';
import { cpuStatFiles } from '../../base/cpuStat.ts';
import { ask, namesIn, textOf } from './commands.ts';
import type { SystemFacts } from './facts.ts';

export async function systemFacts(
  daemonPid: number | undefined,
  troubles: readonly string[],
): Promise<SystemFacts> {
  const [clock, unit] = await Promise.all([
    ask('timedatectl', 'show', '-p', 'NTPSynchronized', '--value'),
    ask(
      'systemctl',
      'show',
      'failoverd.service',
      '-p',
      'LoadState,ActiveState,SubState,UnitFileState,Result',
    ),
  ]);
  return {
    capabilities: capabilities(),
    limits: limits(daemonPid),
    daemonPid,
    troubles,
    otherDaemons: otherDaemons(),
    steal: stealIn(textOf('/proc/stat') ?? ''),
    throttled: throttled(daemonPid),
    clockSynchronized: clock === undefined ? undefined : clock.trim() === 'yes',
    clockSource: textOf('/sys/devices/system/clocksource/clocksource0/current_clocksource')?.trim(),
    unit: unit === undefined ? undefined : properties(unit),
  };
}

/** Bits of linux/capability.h that matter here. */
const bits = {
  CAP_KILL: 5,
  CAP_SETGID: 6,
  CAP_SETUID: 7,
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
  CAP_IPC_LOCK: 14,
  CAP_SYS_NICE: 23,
};

function capabilities(): readonly string[] {
  const text = /^CapEff:\s*([0-9a-f]+)$/m.exec(textOf('/proc/self/status') ?? '')?.[1] ?? '0';
  const effective = BigInt(`0x${text}`);
  return Object.entries(bits)
    .filter(([, bit]) => ((effective >> BigInt(bit)) & 1n) === 1n)
    .map(([name]) => name);
}

function limits(pid: number | undefined): SystemFacts['limits'] {
  const text = textOf(`/proc/${pid ?? 'self'}/limits`) ?? '';
  const limit = (name: string): number => {
    const value = new RegExp(`^${name}\\s+(\\S+)`, 'm').exec(text)?.[1];
    return value === undefined || value === 'unlimited' ? Infinity : Number(value);
  };
  return {
    realtimePriority: limit('Max realtime priority'),
    lockedMemory: limit('Max locked memory'),
  };
}

/** Programs that would fight over the same addresses. */
const rivals = new Set([
  'keepalived',
  'vrrpd',
  'ucarp',
  'vrrp',
  'corosync',
  'pacemakerd',
  'heartbeat',
]);

function otherDaemons(): SystemFacts['otherDaemons'] {
  const here = namespaceOf('self');
  return namesIn('/proc').flatMap((entry) => {
    const pid = Number(entry);
    const name = Number.isInteger(pid) ? textOf(`/proc/${pid}/comm`)?.trim() : undefined;
    if (name === undefined || !rivals.has(name) || namespaceOf(entry) !== here) return [];
    return [{ pid, name }];
  });
}

function namespaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

/** Out of /proc/stat (proc(5)): user nice system idle iowait irq softirq steal. */
export function stealIn(text: string): number | undefined {
  const line = /^cpu +(.*)$/m.exec(text)?.[1];
  const ticks = line?.split(' ').map(Number).slice(0, 8);
  const all = ticks?.reduce((sum, tick) => sum + tick, 0) ?? 0;
  return all === 0 ? undefined : (ticks?.[7] ?? 0) / all;
}

/** Of the control groups around the daemon, or around this process, the one that was held back most. */
function throttled(daemonPid: number | undefined): number | undefined {
  const parts = cpuStatFiles(daemonPid ?? 'self')
    .map((file) => throttledIn(textOf(file) ?? ''))
    .filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : Math.max(...parts);
}

/** Out of a `cpu.stat`. Without a quota there are no periods. */
export function throttledIn(text: string): number | undefined {
  const value = (name: string): number | undefined => {
    const digits = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1];
    return digits === undefined ? undefined : Number(digits);
  };
  const [periods, held] = [value('nr_periods'), value('nr_throttled')];
  if (periods === undefined || held === undefined) return undefined;
  return periods === 0 ? 0 : held / periods;
}

function properties(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').filter((line) => line.includes('='));
  return Object.fromEntries(
    lines.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
  );
}
