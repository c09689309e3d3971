/** Settings that are legal and yet hardly what was meant. */

import { keywordSpan } from '../read/tree.ts';
import { effectiveTrackers } from '../effective.ts';
import type { Instance, Model, TrackerUse } from '../model.ts';
import type { RuleInput } from './input.ts';

function weightedUses(model: Model, instance: Instance): TrackerUse[] {
  const all = effectiveTrackers(model, instance);
  return [
    ...all.interfaces,
    ...all.scripts,
    ...all.files,
    ...all.processes,
    ...all.probes,
    ...all.bfds,
  ].filter((use) => use.weight !== 0);
}

/** What lowers the priority without putting the router into FAULT. */
function lowering(model: Model, instance: Instance): TrackerUse[] {
  const weighted = weightedUses(model, instance);
  if (!instance.neverNobody) return weighted;
  const { scripts, processes, probes, bfds } = effectiveTrackers(model, instance);
  return [...weighted, ...scripts, ...processes, ...probes, ...bfds];
}

/** With nopreempt a router with the higher priority does not take over. */
export function nopreemptWeight({ model, findings, origins }: RuleInput): void {
  for (const instance of model.instances) {
    const [use] = instance.preempt ? [] : lowering(model, instance);
    if (use?.weight === 0) {
      const message = `'never_nobody' leaves the addresses where '${use.name}' has failed`;
      findings.report('nopreempt-weight', origins.of(instance, 'nopreempt'), message, {
        hint: "with nopreempt no router takes over from an unfit one: use 'preempt_delay' instead",
      });
      continue;
    }
    if (use === undefined) continue;
    const message = `the weight of '${use.name}' moves no address to a router with nopreempt`;
    findings.report('nopreempt-weight', origins.of(instance, 'nopreempt'), message, {
      hint: "use weight 0 (a failure is a FAULT then), or 'preempt_delay' instead of nopreempt",
    });
  }
}

/** The effective priority stays within 1 and 254, so that some weights change nothing. */
export function clampedWeight({ model, findings, origins }: RuleInput): void {
  for (const instance of model.instances) {
    for (const use of weightedUses(model, instance)) {
      const up = use.weight > 0 !== use.reverse;
      const stuck = up ? instance.priority === 254 : instance.priority === 1;
      if (!stuck) continue;
      const limit = `${instance.priority} is the limit`;
      const message = `the weight of '${use.name}' changes nothing: ${limit}`;
      findings.report('weight-never-flips', origins.of(use, 'weight') ?? origins.of(use), message);
    }
  }
}

/** Only an address owner accepts packets to its addresses in strict mode. */
export function strictService({ model, findings, origins }: RuleInput): void {
  for (const instance of model.instances) {
    if (!instance.strict || instance.accept || instance.addresses.length === 0) continue;
    const message = `in strict mode nothing answers at the addresses of '${instance.name}'`;
    const span = origins.of(instance, 'strict_mode');
    findings.report('strict-service', span, message, {
      hint: 'leave out vrrp_strict and strict_mode, unless a gateway is all there is',
    });
  }
}

/** keepalived forgets global settings after the instances when it reloads. */
export function globalsFirst({ statements, findings }: RuleInput): void {
  let seen = false;
  for (const statement of statements) {
    const { keyword } = statement;
    if (keyword === 'vrrp_instance') seen = true;
    if (keyword !== 'global_defs' || !seen) continue;
    const message = 'global_defs comes after instances that use it';
    findings.report('globals-after-instances', keywordSpan(statement), message, {
      hint: 'move it to the top of the file',
      keepalived: 'keepalived heeds it at the start, but no longer after a reload',
    });
  }
}

/** A group is elected as one, by the member that says least: the others' priorities mislead. */
export function groupPriorities({ model, findings, origins }: RuleInput): void {
  for (const group of model.syncGroups) {
    const members = model.instances.filter(({ syncGroup }) => syncGroup === group.name);
    const [first] = members;
    const other = members.find(({ priority }) => priority !== first?.priority);
    if (first === undefined || other === undefined) continue;
    const [a, b] = [first, other].map(({ name, priority }) => `'${name}' has ${priority}`);
    const message = `the members of '${group.name}' have different priorities: ${a}, ${b}`;
    findings.report('group-priorities', origins.of(other, 'priority'), message, {
      hint: 'give all members of a group the same priority, on each router',
    });
  }
}

/** Zero is the default; keepalived refuses to be told so. */
export function garpIntervalZero({ model, findings, origins }: RuleInput): void {
  for (const keyword of ['vrrp_garp_interval', 'vrrp_gna_interval'] as const) {
    const { garpInterval, gnaInterval } = model.globals.vrrp;
    const value = keyword === 'vrrp_garp_interval' ? garpInterval : gnaInterval;
    if (value !== 0 || !origins.has(model.globals, keyword)) continue;
    const message = `'${keyword} 0' says what is the default`;
    findings.report('garp-interval-zero', origins.of(model.globals, keyword), message, {
      hint: 'remove the line',
      keepalived: "keepalived's configuration test fails on it",
    });
  }
}

/** Two switches that keepalived turns on, whatever stands behind them. */
export function offMeansOn({ model, findings, origins }: RuleInput): void {
  for (const instance of model.instances) {
    const switches = [
      ['skip_check_adv_addr', instance.skipCheckAdvAddr],
      ['owner_ignore_adverts', instance.ownerIgnoreAdverts || instance.priority !== 255],
    ] as const;
    for (const [keyword, on] of switches) {
      if (on || !origins.has(instance, keyword)) continue;
      const message = `'${keyword}' is off here`;
      findings.report('off-means-on', origins.of(instance, keyword), message, {
        hint: 'remove the line, so that both daemons mean the same',
        keepalived: 'keepalived turns it on all the same',
      });
    }
  }
}
