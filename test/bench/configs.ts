// Configurations of the benchmark, the same text for every daemon.

import { deviceOf } from './segments.ts';

export const SERVER1 = '192.168.122.101';
export const VIP = '192.168.122.200';

export interface InstanceOptions {
  readonly vrid?: number;
  readonly device?: string;
  readonly priority?: number;
  /** Seconds. */
  readonly interval?: number;
  readonly state?: 'MASTER' | 'BACKUP' | undefined;
  readonly vips?: readonly string[];
  readonly excluded?: readonly string[];
  /** Further lines of the instance. */
  readonly extra?: string;
}

export function instance(options: InstanceOptions = {}): string {
  const { vrid = 51, device = 'eth0', priority = 200, interval = 1, state = 'MASTER' } = options;
  const { vips = [`${VIP}/24`], excluded = [], extra = '' } = options;
  const excludedBlock =
    excluded.length === 0 ? '' : `virtual_ipaddress_excluded {\n${excluded.join('\n')}\n}\n`;
  return `vrrp_instance VI_${device}_${vrid} {
    version 3
    state ${state}
    interface ${device}
    virtual_router_id ${vrid}
    priority ${priority}
    advert_int ${interval}
    virtual_ipaddress {
        ${vips.join('\n        ')}
    }
${excludedBlock}${extra}}
`;
}

/** A virtual router for FRR, which counts in milliseconds; `interval` in microseconds. */
export function frr(vrid: number, vip: string, interval: number): string {
  const lines = [
    'version 3',
    'priority 254',
    `advertisement-interval ${interval / 1000}`,
    `ip ${vip}`,
  ];
  return ['interface eth0', ...lines.map((line) => ` vrrp ${vrid} ${line}`), ''].join('\n');
}

/** `count` addresses of one /16 that nothing else uses. */
export function manyAddresses(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `10.77.${i >> 8}.${i & 255}/32`);
}

/** Instances by the hundred: VRIDs 1 to 255 on each of as many segments as it takes. */
export function manyInstances(
  count: number,
  interval: number,
  priority = 200,
  state: InstanceOptions['state'] = 'MASTER',
): string {
  return Array.from({ length: count }, (_, i) =>
    instance({
      vrid: (i % 255) + 1,
      device: deviceOf(i),
      interval,
      priority,
      state,
      vips: [`10.78.${i >> 8}.${i & 255}/32`],
    }),
  ).join('');
}
