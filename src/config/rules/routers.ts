/**
 * Files of several hosts, compared as the routers of one network: what has to be the same on all
 * of them, what has to differ, and whether a failure on one of them can move the addresses at all.
 */

import { Findings } from '../findings.ts';
import type { Finding, RuleId } from '../findings.ts';
import type { Instance } from '../model.ts';
import { outlookOf } from './outcomes.ts';
import { takeovers } from './takeover.ts';
import type { Member, Router } from './takeover.ts';

/** Routers of one VRID and family belong together; interface names differ between hosts. */
function virtualRouters(routers: readonly Router[]): Map<string, Member[]> {
  const groups = new Map<string, Member[]>();
  for (const [host, router] of routers.entries()) {
    const taken = new Map<string, number>();
    for (const instance of router.model.instances) {
      const base = `${instance.virtualRouterId} IPv${instance.family}`;
      // One VRID may be used on several interfaces of a host: then the networks tell them apart.
      const count = taken.get(base) ?? 0;
      taken.set(base, count + 1);
      const key = count === 0 ? base : `${base} ${instance.addresses[0]?.address ?? count}`;
      groups.set(key, [...(groups.get(key) ?? []), { router, instance, host }]);
    }
  }
  return groups;
}

/** Reports that `other` differs from `first`, at `other`, with the place of `first`. */
function reportDifference(
  findings: Findings,
  rule: RuleId,
  pair: { readonly first: Member; readonly other: Member; readonly keyword: string },
  message: string,
): void {
  const { first, other, keyword } = pair;
  const there = first.router.origins.of(first.instance, keyword);
  findings.report(rule, other.router.origins.of(other.instance, keyword), message, {
    related: there === null ? [] : [{ span: there, message: 'the other router has this' }],
  });
}

function addressList(instance: Instance): string {
  return instance.addresses
    .map((address) => address.address)
    .toSorted()
    .join(', ');
}

function compareSettings(first: Member, other: Member, findings: Findings): void {
  const a = first.instance;
  const b = other.instance;
  const vrid = `VRID ${b.virtualRouterId}`;
  if (a.version !== b.version) {
    const message = `${vrid}: version ${b.version} here, ${a.version} on the other router`;
    const pair = { first, other, keyword: 'version' };
    reportDifference(findings, 'peer-version', pair, `${message}; they ignore each other`);
  }
  if (a.advertInt !== b.advertInt) {
    const seconds = [b.advertInt, a.advertInt].map((value) => value / 1_000_000);
    const message = `${vrid}: advert_int ${seconds[0]} here, ${seconds[1]} on the other router`;
    const effect = b.version === 2 ? '; they ignore each other' : '';
    const pair = { first, other, keyword: 'advert_int' };
    reportDifference(findings, 'peer-interval', pair, message + effect);
  }
  const same = JSON.stringify(a.authentication) === JSON.stringify(b.authentication);
  if (!same || (a.hmac === null) !== (b.hmac === null)) {
    const pair = { first, other, keyword: 'authentication' };
    const message = `${vrid}: authentication differs; the routers ignore each other`;
    reportDifference(findings, 'peer-authentication', pair, message);
  }
  if (addressList(a) !== addressList(b)) {
    const lists = `${addressList(b)} here, ${addressList(a)} there`;
    const message = `${vrid}: the addresses differ: ${lists}`;
    const pair = { first, other, keyword: 'virtual_ipaddress' };
    reportDifference(findings, 'peer-addresses', pair, message);
  }
  comparePriorities(first, other, findings);
}

/** Equal as written, or equal once every tracker is well. */
function comparePriorities(first: Member, other: Member, findings: Findings): void {
  const [a, b] = [first, other].map(({ router, instance }) => ({
    base: instance.priority,
    calm: outlookOf(router.model, instance).calm,
  }));
  if (a === undefined || b === undefined || a.calm !== b.calm) return;
  const which = a.base === b.base ? 'priority' : 'priority with every tracker passing';
  const vrid = `VRID ${other.instance.virtualRouterId}`;
  const message = `${vrid}: ${which} ${b.calm} on both; the higher address decides`;
  reportDifference(findings, 'peer-priority', { first, other, keyword: 'priority' }, message);
}

function compareUnicast(first: Member, other: Member, findings: Findings): void {
  const a = first.instance;
  const b = other.instance;
  const vrid = `VRID ${b.virtualRouterId}`;
  const pair = { first, other, keyword: 'unicast_peer' };
  if ((a.unicast === null) !== (b.unicast === null)) {
    const message = `${vrid}: one uses unicast, the other multicast; they do not hear each other`;
    reportDifference(findings, 'peer-unicast', pair, message);
    return;
  }
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    if (from.unicast === null || to.sourceAddress === null) continue;
    if (from.unicast.peers.some((peer) => peer.address === to.sourceAddress)) continue;
    const message = `${vrid}: ${to.sourceAddress} is no unicast_peer of '${from.name}'`;
    reportDifference(findings, 'peer-unicast', pair, message);
  }
}

/** The same unweighted check on every router: when it fails everywhere nobody is MASTER. */
function compareFaults(members: readonly Member[], findings: Findings): void {
  const [first, ...others] = members.map(({ router, instance }) => ({
    router,
    faults: outlookOf(router.model, instance).outcomes.filter((outcome) => outcome.faults),
  }));
  if (first === undefined) return;
  for (const { use, watched } of first.faults) {
    const everywhere = others.every(({ faults }) =>
      faults.some((other) => other.watched === watched),
    );
    if (!everywhere) continue;
    const message = `when '${use.name}' fails on all routers, nobody has the addresses`;
    findings.report('fault-without-weight', first.router.origins.of(use), message, {
      hint: "with a weight, or '@failoverd never_nobody', one of them keeps the addresses",
    });
  }
}

/** Two VRIDs with one address are most likely one virtual router, and one VRID mistyped. */
function reportLonely(lonely: readonly Member[], findings: Findings): void {
  const told = new Set<Member>();
  for (const [index, other] of lonely.entries()) {
    const first = lonely.slice(0, index).find((one) => sharedAddress(one, other) !== undefined);
    if (first === undefined) continue;
    told.add(first).add(other);
    const vrids = [other, first].map(({ instance }) => `VRID ${instance.virtualRouterId}`);
    const message =
      `${sharedAddress(first, other)} has ${vrids[0]} here, ${vrids[1]} on the other router;` +
      ' they do not hear each other';
    const pair = { first, other, keyword: 'virtual_router_id' };
    reportDifference(findings, 'peer-vrid', pair, message);
  }
  for (const member of lonely) {
    if (told.has(member)) continue;
    const { instance, router } = member;
    const message = `VRID ${instance.virtualRouterId} is in this file only`;
    const span = router.origins.of(instance, 'virtual_router_id');
    findings.report('peer-missing', span, message);
  }
}

function sharedAddress(a: Member, b: Member): string | undefined {
  if (a.host === b.host) return undefined;
  const others = new Set(b.instance.addresses.map(({ address }) => address));
  return a.instance.addresses.find(({ address }) => others.has(address))?.address;
}

/** Findings about routers that share a VRID; the files are one host each. */
export function compareRouters(routers: readonly Router[]): Finding[] {
  const findings = new Findings();
  const all = [...virtualRouters(routers).values()];
  reportLonely(
    all.flatMap((members) => (members.length === 1 ? members : [])),
    findings,
  );
  for (const members of all) {
    const [first, ...others] = members;
    if (first === undefined || others.length === 0) continue;
    for (const other of others) {
      compareSettings(first, other, findings);
      compareUnicast(first, other, findings);
    }
    compareFaults(members, findings);
    takeovers(members, findings);
  }
  return [...findings.finish()];
}
