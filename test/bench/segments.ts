// Segments for VRIDs beyond 255, each an interface of its own on every router. One router has a cable to the
// client, since what a bridge does with a packet would count as the sender's processor time; two have a
// bridge. The client hears all segments on one device. (Macvlans would not do: keepalived counts their VRIDs
// as those of the interface below.)

import { HOST_NUMBER, type HostName, type Lab } from '../lab/lab.ts';

const VRIDS = 255;
type Router = Exclude<HostName, 'client'>;
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

/** As many segments as `count` instances need, with an interface of each of the routers. */
export async function addSegments(
  lab: Lab,
  count: number,
  routers: readonly Router[],
): Promise<void> {
  const segments = segmentsFor(count);
  await lab.client.ip('link', 'add', WIRE, ...BRIDGE.split(' '));
  await lab.client.ip('link', 'set', WIRE, 'up');
  const [alone] = routers;
  const cables = segments.flatMap((segment) =>
    alone !== undefined && routers.length === 1
      ? cable(lab, segment, alone)
      : bridged(lab, segment, [...routers, 'client']),
  );
  await lab.switchIp(cables);
  for (const router of routers) {
    const lines = segments.flatMap((segment) => [
      `addr add ${addressOf(segment, router)}/24 dev m${segment}`,
      `link set m${segment} up`,
    ]);
    await lab.host(router).shell(`ip -batch - <<'EOF'\n${lines.join('\n')}\nEOF\n`);
  }
  const ears = segments.flatMap((segment) => [
    `link set m${segment} master ${WIRE}`,
    // Nothing goes from one segment to another.
    `link set m${segment} type bridge_slave isolated on`,
    `link set m${segment} up`,
  ]);
  await lab.client.shell(`ip -batch - <<'EOF'\n${ears.join('\n')}\nEOF\n`);
}

function cable(lab: Lab, segment: number, router: Router): string[] {
  const end = (host: HostName): string => `name m${segment} netns ${lab.host(host).namespace}`;
  return [`link add ${end(router)} type veth peer ${end('client')}`];
}

function bridged(lab: Lab, segment: number, hosts: readonly HostName[]): string[] {
  return [
    `link add s${segment} ${BRIDGE}`,
    `link set s${segment} up`,
    ...hosts.flatMap((host) => [
      `link add ${host}-m${segment} type veth peer name m${segment} netns ${lab.host(host).namespace}`,
      `link set ${host}-m${segment} master s${segment} up`,
    ]),
  ];
}

export async function removeSegments(lab: Lab, count: number): Promise<void> {
  const ends = segmentsFor(count).map((segment) => `link del m${segment}`);
  await lab.client.shell(`ip -batch - <<'EOF'\n${ends.join('\n')}\nEOF\n`);
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
