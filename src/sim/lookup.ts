// What the checkers ask of a host.

import type { InstanceConfig, InstanceStatus } from '../engine/messages.generated.ts';
import type { Host } from './host.ts';

export function statusOf(host: Host, router: number): InstanceStatus | undefined {
  return host.snapshot()?.instances.find((one) => one.instance === router);
}

export function configOf(host: Host, router: number): InstanceConfig | undefined {
  return host.instances.find((one) => one.id === router);
}

/** The virtual routers that move together with this one on that host. */
export function together(host: Host, router: number): readonly number[] {
  return host.groups.find((group) => group.members.includes(router))?.members ?? [router];
}

/** Whether a failed check leaves it in service (docs/adr/0006). */
export function servesUnfit(
  host: Host,
  { id, neverNobody, basePriority }: InstanceConfig,
): boolean {
  const isGrouped = host.groups.some(({ members }) => members.includes(id));
  return neverNobody && !isGrouped && basePriority !== 255;
}
