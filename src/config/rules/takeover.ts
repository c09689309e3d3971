/**
 * Whether the outcomes of the trackers move the addresses from one router to another: each failure
 * by itself, and all of them together.
 */

import type { Findings } from '../findings.ts';
import type { Origins } from '../lower/context.ts';
import type { Instance, Model, TrackerUse } from '../model.ts';
import { outlookOf, priorityAfter } from './outcomes.ts';
import type { Outcome, Outlook } from './outcomes.ts';

export interface Router {
  readonly model: Model;
  readonly origins: Origins;
}

/** One virtual router as one of its hosts has it. */
export interface Member {
  readonly router: Router;
  readonly instance: Instance;
  readonly host: number;
}

interface Standing {
  readonly member: Member;
  readonly outlook: Outlook;
}

/** The router that is MASTER while all is well, and those that wait. */
interface Election {
  readonly first: Standing;
  readonly others: readonly Standing[];
  /** The priority to fall below. */
  readonly rival: number;
}

function spanOfUse({ member }: Standing, use: TrackerUse) {
  const { origins } = member.router;
  return origins.of(use, 'weight') ?? origins.of(use);
}

function vridOf({ member }: Standing): string {
  return `VRID ${member.instance.virtualRouterId}`;
}

function names(outcomes: readonly Outcome[]): string {
  return outcomes.map(({ use }) => `'${use.name}'`).join(' and ');
}

/** The fewest other failures that, with `outcome`, bring the router below its rival; or null. */
function helpers({ first, rival }: Election, outcome: Outcome): Outcome[] | null {
  const rest = first.outlook.outcomes
    .filter((other) => other !== outcome && other.drop > 0)
    .toSorted((a, b) => b.drop - a.drop);
  const failed = [outcome];
  for (const other of rest) {
    failed.push(other);
    const after = priorityAfter(first.member.instance, first.outlook, failed);
    if (after < rival) return failed.slice(1);
  }
  return null;
}

/** A failure that leaves the router at or above its rival. */
function reportShort(election: Election, outcome: Outcome, findings: Findings): void {
  const { first, rival } = election;
  const { instance } = first.member;
  const after = priorityAfter(instance, first.outlook, [outcome]);
  const span = spanOfUse(first, outcome.use);
  const alone = `${vridOf(first)}: when '${outcome.use.name}' fails`;
  const change = `the priority goes from ${first.outlook.calm} to ${after}`;
  const together = helpers(election, outcome);
  if (after === rival) {
    const message = `${alone} ${change}, as much as the other router has: that is not enough for it to take over`;
    findings.report('peer-tie', span, message, {
      hint: 'let the weight be larger than the difference of the priorities, not equal to it',
    });
  } else if (together !== null) {
    const message = `${alone} ${change}, and the other router has ${rival}: it takes ${names(together)} to fail as well`;
    findings.report('peer-takeover-alone', span, message);
  } else {
    const message = `${alone} ${change}, and the other router has ${rival}: no failure moves the addresses`;
    findings.report('peer-takeover', span, message, {
      hint: `a weight that takes more than ${first.outlook.calm - rival} does, or weight 0, which means FAULT`,
    });
  }
}

/** A failure that would move the addresses, if those with more priority did not decline. */
function reportNopreempt(election: Election, outcome: Outcome, findings: Findings): boolean {
  const { first, others } = election;
  const after = priorityAfter(first.member.instance, first.outlook, [outcome]);
  const better = others.filter(({ outlook }) => outlook.calm > after);
  const willing = better.some(({ member }) => member.instance.preempt);
  const [stubborn] = better;
  if (stubborn === undefined || willing) return false;
  const { member } = stubborn;
  const there = member.router.origins.of(member.instance, 'nopreempt');
  const message = `${vridOf(first)}: with nopreempt on the other router a lowered priority moves nothing`;
  findings.report('peer-nopreempt', spanOfUse(first, outcome.use), message, {
    hint: 'use weight 0: the router is then in FAULT and gives way',
    related: there === null ? [] : [{ span: there, message: 'nopreempt is here' }],
  });
  return true;
}

/** Reports weights of the preferred router that do not move the addresses to the next one. */
export function takeovers(members: readonly Member[], findings: Findings): void {
  const [first, ...others] = members
    .map((member) => ({ member, outlook: outlookOf(member.router.model, member.instance) }))
    .toSorted((a, b) => b.outlook.calm - a.outlook.calm);
  const rival = others[0]?.outlook.calm;
  // Two that are equal from the start are another rule's business.
  if (first === undefined || rival === undefined || rival === first.outlook.calm) return;
  const election = { first, others, rival };
  // A number in a file can outweigh everything else.
  if (first.outlook.outcomes.some((outcome) => outcome.open)) return;
  let told = false;
  for (const outcome of first.outlook.outcomes) {
    if (outcome.drop <= 0) continue;
    const after = priorityAfter(first.member.instance, first.outlook, [outcome]);
    if (after >= rival) reportShort(election, outcome, findings);
    else if (!told) told = reportNopreempt(election, outcome, findings);
  }
}
