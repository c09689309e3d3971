/** Who is elected: state, priority, preemption (keepalived.conf(5), RFC 9568 §6.1). */

import type { Entry } from '../keywords/types.ts';
import { nearest } from '../suggest.ts';
import type { Lowering } from './context.ts';
import type { InstanceBlock, InstanceSettings } from './settings.ts';
import { valueOf, spanFor } from '../keywords/types.ts';

export interface Election {
  readonly state: 'MASTER' | 'BACKUP';
  readonly priority: number;
}

/** A whole number from 1 to 255 out of a text setting; null when it is none. */
function smallNumber(entry: Entry<string>, context: Lowering): number | null {
  const digits = /^\d+/.exec(entry.value)?.[0] ?? '';
  const value = digits === '' ? 0 : Number(digits);
  if (value < 1 || value > 255) return null;
  if (digits !== entry.value) {
    const message = `'${entry.value.slice(digits.length)}' after the number is ignored`;
    context.findings.report('trailing-unit', entry.span, message, { hint: `write ${digits}` });
  }
  return value;
}

function readPriority(entry: Entry<string>, context: Lowering): number {
  const value = smallNumber(entry, context);
  if (value !== null) return value;
  const message = `priority '${entry.value}' is not a number from 1 to 255; 100 is used`;
  context.findings.report('out-of-range', entry.span, message);
  return 100;
}

/** 0 when there is none that can be used. */
export function lowerVrid({ name, settings, span }: InstanceBlock, context: Lowering): number {
  const entry = settings.virtual_router_id?.at(-1);
  const keepalived = 'keepalived ends with exit code 2, even during a reload';
  if (entry === undefined) {
    context.findings.report('missing-vrid', span, `'${name}' has no virtual_router_id`, {
      hint: "add 'virtual_router_id NUMBER' (1 to 255)",
      keepalived,
    });
    return 0;
  }
  const value = smallNumber(entry, context);
  if (value !== null) return value;
  const message = `virtual_router_id '${entry.value}' is not a number from 1 to 255`;
  context.findings.report('missing-vrid', entry.span, message, { keepalived });
  return 0;
}

function wantedState(settings: InstanceSettings, context: Lowering): 'MASTER' | 'BACKUP' | null {
  let wanted: 'MASTER' | 'BACKUP' | null = null;
  for (const { value, span } of settings.state ?? []) {
    if (value === 'MASTER') wanted = 'MASTER';
    else if (value === 'BACKUP') wanted ??= 'BACKUP';
    else {
      const meant = nearest(value, ['MASTER', 'BACKUP']);
      const message = `'${value}' is neither MASTER nor BACKUP; BACKUP is used`;
      const hint = meant === null ? null : `did you mean ${meant}?`;
      context.findings.report('unknown-state', span, message, { hint });
      wanted ??= 'BACKUP';
    }
  }
  return wanted;
}

export function lowerElection(
  settings: InstanceSettings,
  strict: boolean,
  name: string,
  context: Lowering,
): Election {
  const wanted = wantedState(settings, context);
  const entry = settings.priority?.at(-1);
  if (entry === undefined) {
    if (wanted === 'MASTER') {
      const message = 'MASTER without a priority is the address owner, priority 255';
      context.findings.report('implied-owner', spanFor(settings.state), message, {
        hint: `give '${name}' a priority, 100 say: an owner ignores all weights`,
      });
    }
    return { state: wanted ?? 'BACKUP', priority: wanted === 'MASTER' ? 255 : 100 };
  }
  const priority = readPriority(entry, context);
  const state = wanted ?? (priority === 255 ? 'MASTER' : 'BACKUP');
  if (strict && (state === 'MASTER') !== (priority === 255)) {
    const forced = priority === 255 ? 'MASTER' : 'BACKUP';
    const span = spanFor(settings.state) ?? entry.span;
    const message = `in strict mode only an address owner (priority 255) starts as MASTER`;
    context.findings.report('owner-state', span, `${message}; ${forced} is used`);
    return { state: forced, priority };
  }
  return { state, priority };
}

export interface Preemption {
  readonly preempt: boolean;
  readonly preemptDelay: number;
}

/** nopreempt and preempt_delay mean nothing to who starts as MASTER or owns the address. */
export function lowerPreemption(
  settings: InstanceSettings,
  election: Election,
  strict: boolean,
  context: Lowering,
): Preemption {
  const delay = valueOf(settings.preempt_delay) ?? 0;
  const last = [settings.nopreempt?.at(-1), settings.preempt?.at(-1)];
  const [no, yes] = last.map((entry) => entry?.keywordSpan);
  const wanted = no === undefined || (yes !== undefined && yes.start > no.start);
  const why =
    election.priority === 255
      ? 'an address owner (priority 255)'
      : election.state === 'MASTER'
        ? "an instance with 'state MASTER'"
        : null;
  const ignored = (keyword: string, span: typeof no | null, reason: string): void => {
    context.findings.report('nopreempt-master', span ?? null, `'${keyword}' ${reason}`, {
      hint: "use 'state BACKUP' on every router; the priorities decide",
      keepalived: 'keepalived clears it',
    });
  };
  if (why !== null) {
    const reason = `has no effect on ${why}`;
    if (!wanted) ignored('nopreempt', no, reason);
    if (delay > 0) ignored('preempt_delay', spanFor(settings.preempt_delay), reason);
    return { preempt: true, preemptDelay: 0 };
  }
  if (delay > 0 && strict) {
    const span = spanFor(settings.preempt_delay);
    context.findings.report('strict-forbids', span, 'strict mode knows no preempt_delay; ignored');
    return { preempt: wanted, preemptDelay: 0 };
  }
  if (delay > 0 && !wanted) {
    ignored('preempt_delay', spanFor(settings.preempt_delay), "has no effect beside 'nopreempt'");
    return { preempt: false, preemptDelay: 0 };
  }
  return { preempt: wanted, preemptDelay: delay };
}
