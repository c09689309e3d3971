// Segments for VRIDs beyond 255: each has a bridge of its own, on which both routers have an interface. The
// client hears all of them on one device. (Macvlans would not do: keepalived counts their VRIDs as those of
// the interface below.)

import { HOST_NUMBER, type HostName, type Lab } from '../lab/lab.ts';

const VRIDS = 255;
const HOSTS: readonly HostName[] = ['server1', 'server2', 'client'];
const BRIDGE = 'type bridge stp_state 0 forward_delay 0 mcast_snooping 0';

/** What the client hears all segments on. */
export const WIRE = 'wire';

/** The interface of a router that its instance of this index is on. */
export function deviceOf(index: number): string {
  return `m${Math.floor(index / VRIDS)}`;
}

/** The address of a router there. */
function addressOf(segment: number, host: HostName): string {
  return `10.79.${segment}.${HOST_NUMBER[host]}`;
}

/** The number of the segment that an advert with this source is from. */
export function segmentOf(source: string): number {
  return Number(source.split('.')[2]);
}

function segmentsFor(count: number): number[] {
  return Array.from({ length: Math.ceil(count / VRIDS) }, (_, segment) => segment);
}

/** As many segments as `count` instances need. */
export async function addSegments(lab: Lab, count: number): Promise<void> {
  const segments = segmentsFor(count);
  await lab.client.ip('link', 'add', WIRE, ...BRIDGE.split(' '));
  await lab.client.ip('link', 'set', WIRE, 'up');
  await lab.switchIp(
    segments.flatMap((segment) => [
      `link add s${segment} ${BRIDGE}`,
      `link set s${segment} up`,
      ...HOSTS.flatMap((host) => [
        `link add ${host}-m${segment} type veth peer name m${segment} netns ${lab.host(host).namespace}`,
        `link set ${host}-m${segment} master s${segment} up`,
      ]),
    ]),
  );
  for (const host of HOSTS) {
    const inside = (segment: number): string[] =>
      host === 'client'
        ? [
            `link set m${segment} master ${WIRE}`,
            // Nothing goes from one segment to another.
            `link set m${segment} type bridge_slave isolated on`,
          ]
        : [`addr add ${addressOf(segment, host)}/24 dev m${segment}`];
    const lines = segments.flatMap((segment) => [...inside(segment), `link set m${segment} up`]);
    await lab.host(host).shell(`ip -batch - <<'EOF'\n${lines.join('\n')}\nEOF\n`);
  }
}

export async function removeSegments(lab: Lab, count: number): Promise<void> {
  const links = segmentsFor(count).flatMap((segment) => [
    `link del s${segment}`,
    ...HOSTS.map((host) => `link del ${host}-m${segment}`),
  ]);
  await lab.switchIp(links);
  await lab.client.ip('link', 'del', WIRE);
}

/** Pulls the cables of a router out of all segments, or puts them back. */
export async function setCables(
  lab: Lab,
  host: HostName,
  count: number,
  plugged: boolean,
): Promise<void> {
  const word = plugged ? 'up' : 'down';
  await lab.switchIp(segmentsFor(count).map((segment) => `link set ${host}-m${segment} ${word}`));
}
