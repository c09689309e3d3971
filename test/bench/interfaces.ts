// Interfaces beside eth0, for VRIDs beyond 255; all of them end on the same wire.

import type { Host } from '../lab/host.ts';

const PREFIX = '10.79.';
const VRIDS = 255;

/** As many as `count` instances need, with addresses of their own. `router` tells hosts apart. */
export async function addInterfaces(host: Host, count: number, router = 1): Promise<void> {
  await host.ip('addr', 'add', `${PREFIX}0.${router}/24`, 'dev', 'eth0');
  for (let i = 1; i * VRIDS < count; i++) {
    const link = ['link', 'eth0', 'name', `m${i}`, 'type', 'macvlan', 'mode', 'bridge'];
    await host.ip('link', 'add', ...link);
    await host.ip('addr', 'add', `${PREFIX}${i}.${router}/24`, 'dev', `m${i}`);
    await host.ip('link', 'set', `m${i}`, 'up');
  }
}

export async function removeInterfaces(host: Host, count: number, router = 1): Promise<void> {
  await host.ip('addr', 'del', `${PREFIX}0.${router}/24`, 'dev', 'eth0');
  for (let i = 1; i * VRIDS < count; i++) await host.ip('link', 'del', `m${i}`);
}
