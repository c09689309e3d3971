/** The trackers' blocks of the file in the trackers' own terms. */
import type { ScriptCommand, ScriptPolicy } from '../../base/script.ts';
import { microsPerSecond } from '../../base/units.ts';
import type { ProbeTarget, TrackProbe, TrackProcess, TrackScript } from '../../config/index.ts';
import type { Question } from '../../trackers/ask.ts';
import type { ProcessPattern } from '../../trackers/processMatch.ts';
import type { ProbeSetting, ScriptSetting } from '../../trackers/set.ts';

/** A `vrrp_script`; `unweighted`: some instance or group goes to FAULT when it fails. */
export function scriptSetting(
  script: TrackScript,
  command: ScriptCommand,
  policy: ScriptPolicy,
  unweighted: boolean,
): ScriptSetting {
  const { name, rise, fall, interval, timeout, initFail, openFile } = script;
  return {
    name,
    command: openFile === null ? command : { ...command, openFile },
    policy,
    intervalMs: milliseconds(interval),
    timeoutMs: milliseconds(timeout),
    rise,
    fall,
    initFail,
    unweighted,
  };
}

export function probeSetting(probe: TrackProbe, unweighted: boolean): ProbeSetting {
  const { name, target, rise, fall, initFail } = probe;
  return {
    name,
    host: hostOf(target),
    question: questionOf(target, probe.verify),
    intervalMs: milliseconds(probe.interval),
    timeoutMs: milliseconds(probe.timeout),
    jitterMs: milliseconds(probe.jitter),
    rise,
    fall,
    initFail,
    unweighted,
  };
}

function questionOf(target: ProbeTarget, verify: boolean): Question {
  switch (target.kind) {
    case 'icmp':
      return { kind: 'echo', address: target.address, interfaceName: target.interface ?? '' };
    case 'neighbor':
      return { kind: 'neighbor', address: target.address, interfaceName: target.interface };
    case 'http':
      return { ...target, verify };
    case 'tcp':
    case 'dns':
      return target;
  }
}

function hostOf(target: ProbeTarget): string {
  switch (target.kind) {
    case 'tcp':
      return `${target.address} port ${target.port}`;
    case 'http':
      return target.url;
    case 'dns':
      return `${target.server}, asked for ${target.name},`;
    case 'icmp':
    case 'neighbor':
      return target.address;
  }
}

export function processPattern(tracker: TrackProcess): ProcessPattern {
  const { name, process, parameters, paramMatch, fullCommand } = tracker;
  return {
    name,
    process,
    args: parameters,
    paramMatch: paramMatch === 'none' ? undefined : paramMatch,
    fullCommand,
  };
}

function milliseconds(micros: number): number {
  return (micros * 1000) / microsPerSecond;
}
