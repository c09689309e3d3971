/** Checks of programs, rights, limits and clocks. */
import { nodeProblem } from '../../base/nodeProblem.ts';
import type { Facts } from '../host/facts.ts';
import { ok, problem, unknown, warning } from '../verdict.ts';
import type { Said } from '../verdict.ts';

export function nodeVersion({ versions }: Facts): readonly Said[] {
  const old = nodeProblem(versions.node);
  return [old === undefined ? ok(`Node.js ${versions.node}`) : problem(old, 'node --version')];
}

export function addon({ versions }: Facts): readonly Said[] {
  if (versions.addonProblem === undefined) return [ok('the native addon is loaded')];
  return [problem(versions.addonProblem, 'npm run build:native')];
}

export function configuration({
  configuration: { file, unread, errors, warnings, routers },
}: Facts): readonly Said[] {
  if (unread !== undefined) return [problem(unread, 'failoverd doctor -f FILE')];
  const cure = `failoverd check --on-host ${file}`;
  if (errors > 0)
    return [problem(`${file} has ${counted(errors, 'error')}: failoverd would not start`, cure)];
  if (routers.length === 0) return [warning(`${file} has no vrrp_instance`, cure)];
  if (warnings > 0) return [warning(`${file} has ${counted(warnings, 'warning')}`, cure)];
  return [ok(`${file} has no error`)];
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

export function capabilities({ system }: Facts): readonly Said[] {
  const missing = ['CAP_NET_ADMIN', 'CAP_NET_RAW'].filter(
    (name) => !system.capabilities.includes(name),
  );
  if (missing.length === 0) return [ok('CAP_NET_ADMIN and CAP_NET_RAW are there')];
  return [
    problem(
      `${missing.join(' and ')} missing here: failoverd would exit with 4`,
      'sudo failoverd doctor',
    ),
  ];
}

/** What the engine asks for (engine/index.ts, defaultEngineOptions). */
const realtimePriority = 50;
const lockedMemory = 16 << 20;

export function realtime({ system }: Facts): readonly Said[] {
  const { capabilities: have, limits, daemonPid } = system;
  if (limits.realtimePriority >= realtimePriority)
    return [ok(`real-time priority up to ${limits.realtimePriority} is permitted`)];
  if (have.includes('CAP_SYS_NICE') && daemonPid === undefined)
    return [ok('CAP_SYS_NICE permits real-time scheduling')];
  if (have.includes('CAP_SYS_NICE'))
    return [ok('CAP_SYS_NICE is there, which permits real-time scheduling')];
  return [
    warning(
      `real-time priority is limited to ${limits.realtimePriority}: adverts may be late on a busy host`,
      'systemctl edit failoverd   # [Service] LimitRTPRIO=99',
    ),
  ];
}

export function memoryLock({ system }: Facts): readonly Said[] {
  if (system.limits.lockedMemory >= lockedMemory || system.capabilities.includes('CAP_IPC_LOCK')) {
    return [ok('enough memory may be locked')];
  }
  return [
    warning(
      `only ${system.limits.lockedMemory} bytes of memory may be locked: adverts may wait for the disk`,
      'systemctl edit failoverd   # [Service] LimitMEMLOCK=64M',
    ),
  ];
}

export function cpuSteal({ system: { steal } }: Facts): readonly Said[] {
  if (steal === undefined)
    return [unknown('the kernel does not say how much CPU the hypervisor takes')];
  const percent = `${(steal * 100).toFixed(1)} % of the CPU time`;
  if (steal < 0.05) return [ok(`the hypervisor has taken ${percent}`)];
  return [
    warning(
      `the hypervisor has taken ${percent}: this host falls asleep, and its adverts with it`,
      'vmstat 1 5   # column st; ask for reserved CPU, or a longer advert_int',
    ),
  ];
}

export function cpuThrottling({ system: { throttled } }: Facts): readonly Said[] {
  if (throttled === undefined) return [unknown('the control group does not count throttling')];
  if (throttled < 0.01) return [ok('the control group has CPU enough')];
  const percent = `${(throttled * 100).toFixed(0)} %`;
  return [
    warning(
      `the control group was throttled in ${percent} of its periods`,
      'systemctl set-property failoverd.service CPUQuota=',
    ),
  ];
}

export function clock({ system, configuration: { routers } }: Facts): readonly Said[] {
  const { clockSynchronized: synchronized, clockSource = '' } = system;
  if (['jiffies', 'refined-jiffies', 'pit'].includes(clockSource)) {
    return [
      warning(
        `the clock source is ${clockSource}, which is coarse`,
        'cat /sys/devices/system/clocksource/clocksource0/available_clocksource',
      ),
    ];
  }
  if (synchronized === undefined)
    return [unknown('whether the clock is synchronized could not be found out', 'timedatectl')];
  if (synchronized) return [ok('the clock is synchronized')];
  const cure = 'timedatectl set-ntp true';
  return routers.some((one) => one.usesClock)
    ? [problem('the clock is not synchronized, and auth_hmac compares clocks', cure)]
    : [warning('the clock is not synchronized: logs of two routers cannot be compared', cure)];
}

export function otherDaemons({ system }: Facts): readonly Said[] {
  if (system.otherDaemons.length === 0) return [ok('no other VRRP daemon runs here')];
  return system.otherDaemons.map(({ pid, name }) =>
    problem(
      `${name} (process ${pid}) runs in the same network namespace and may use the same addresses`,
      `systemctl disable --now ${name}`,
    ),
  );
}

export function running({ system, configuration: { file } }: Facts): readonly Said[] {
  return system.daemonPid === undefined
    ? [unknown('failoverd does not run in this network namespace', `failoverd -f ${file}`)]
    : [ok(`failoverd runs with process id ${system.daemonPid}`)];
}

/** What the running daemon itself knows to be wrong. */
export function troubles({ system }: Facts): readonly Said[] {
  return system.troubles.map((sentence) => problem(sentence, 'journalctl -u failoverd'));
}

export function unit({ system: { unit: properties } }: Facts): readonly Said[] {
  if (properties === undefined) return [unknown('systemd does not run here')];
  const { LoadState, ActiveState, UnitFileState, Result } = properties;
  if (LoadState === 'not-found')
    return [
      unknown(
        'there is no failoverd.service',
        'cp systemd/failoverd.service /etc/systemd/system/ && systemctl daemon-reload',
      ),
    ];
  if (ActiveState === 'failed')
    return [problem(`failoverd.service has failed (${Result})`, 'journalctl -u failoverd -n 50')];
  if (UnitFileState === 'disabled')
    return [warning('failoverd.service is not started at boot', 'systemctl enable failoverd')];
  return [ok(`failoverd.service is ${ActiveState}`)];
}
