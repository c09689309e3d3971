/** Checks of what was heard while the doctor listened. */
import type { Facts, WireFacts } from '../host/facts.ts';
import { ok, problem, unknown, warning } from '../verdict.ts';
import type { Said } from '../verdict.ts';
import { usedInterfaces } from './interfaces.ts';

interface Listened {
  readonly name: string;
  readonly wire: WireFacts;
}

function wires(facts: Facts): readonly Listened[] {
  return Object.entries(facts.wires).map(([name, wire]) => ({ name, wire }));
}

export function listening(facts: Facts): readonly Said[] {
  return wires(facts).map(({ name, wire }) =>
    wire.problem === undefined
      ? ok(`listened on ${name} for ${Number(wire.seconds.toFixed(2))} s`)
      : unknown(`cannot listen on ${name}: ${wire.problem}`),
  );
}

/** What `failoverd listen` would say. */
export function wireFindings(facts: Facts): readonly Said[] {
  return wires(facts).flatMap(({ name, wire }) => {
    if (wire.problem !== undefined) return [];
    const cure = `failoverd listen ${name} -f ${facts.configuration.file}`;
    const said = wire.findings.map(({ severity, sentence, name: finding }) =>
      (severity === 'problem' ? problem : warning)(`${sentence} [${finding}]`, cure),
    );
    return said.length > 0 ? said : [ok(`nothing on ${name} is wrong`)];
  });
}

/** Who else advertises for our virtual routers. */
export function peers(facts: Facts): readonly Said[] {
  return usedInterfaces(facts).flatMap(({ name, routers }) => {
    const wire = facts.wires[name];
    if (wire === undefined || wire.problem !== undefined) return [];
    return routers
      .filter((one) => !one.unicast)
      .map((one) => {
        const heard = wire.speakers.filter(
          (speaker) =>
            speaker.virtualRouterId === one.virtualRouterId && speaker.family === one.family,
        );
        const other = heard.find((speaker) => !speaker.own);
        if (other !== undefined) {
          return ok(
            `${other.source} is MASTER of virtual router ${one.virtualRouterId} with priority ${other.priority}`,
          );
        }
        if (heard.length > 0)
          return ok(
            `this host is MASTER of virtual router ${one.virtualRouterId}, and nobody else`,
          );
        if (wire.seconds * 1e6 < 3 * one.advertInterval) {
          return unknown(
            `no advert for virtual router ${one.virtualRouterId} in ${wire.seconds} s`,
            `failoverd doctor --seconds ${Math.ceil((4 * one.advertInterval) / 1e6)}`,
          );
        }
        const idle = facts.system.daemonPid === undefined;
        return idle
          ? ok(`nobody advertises for virtual router ${one.virtualRouterId}`)
          : warning(
              `failoverd runs, but no advert for virtual router ${one.virtualRouterId} is on ${name}`,
              `journalctl -u failoverd -g ${one.name}`,
            );
      });
  });
}

/** A virtual address that somebody has who is no MASTER. */
export function duplicateAddress(facts: Facts): readonly Said[] {
  return usedInterfaces(facts).flatMap(({ name, routers }) => {
    const wire = facts.wires[name];
    if (wire === undefined || wire.problem !== undefined) return [];
    const said = routers.flatMap((router) =>
      router.addresses.flatMap((address) => {
        const masters = wire.speakers
          .filter((one) => one.virtualRouterId === router.virtualRouterId)
          .map(({ mac }) => mac);
        const answers = wire.answers.filter((one) => one.address === address).map(({ mac }) => mac);
        const strangers = answers.filter(
          (mac) => !masters.includes(mac) && !mac.startsWith('00:00:5e:00:0'),
        );
        // Unicast adverts of others are not heard: whoever answers may be the MASTER.
        if (strangers.length === 0 || router.unicast) return [];
        return [
          problem(
            `${strangers.join(' and ')} answers for ${address} of ${router.name} without being its MASTER`,
            `arping -D -I ${name} ${address}`,
          ),
        ];
      }),
    );
    return said.length > 0 ? said : [ok(`no stranger answers for a virtual address on ${name}`)];
  });
}
