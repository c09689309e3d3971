/** `failoverd doctor`: every check over the facts, each by its name. Pure. */
import {
  addon,
  capabilities,
  clock,
  configuration,
  cpuSteal,
  cpuThrottling,
  memoryLock,
  nodeVersion,
  otherDaemons,
  realtime,
  running,
  troubles,
  unit,
} from './checks/host.ts';
import {
  arpFlag,
  duplicateDetection,
  interfaceExists,
  interfaceKind,
  interfaceUp,
  leftovers,
  manager,
  membership,
  mtu,
  multicastFlag,
  snooping,
  sourceAddress,
} from './checks/interfaces.ts';
import { arpSettings, firewall, forwarding, oldFirewall } from './checks/kernel.ts';
import { reversePath, vmacFilter } from './checks/kernel.ts';
import { duplicateAddress, listening, peers, wireFindings } from './checks/wire.ts';
import type { Facts } from './host/facts.ts';
import type { Check, Verdict, VerdictKind } from './verdict.ts';

/** In the order in which they are told: what stops a start, what splits a failover, the rest. */
const checks: Readonly<Record<string, Check>> = {
  node_version: nodeVersion,
  addon,
  configuration,
  capabilities,
  running,
  daemon_trouble: troubles,
  unit,
  other_daemon: otherDaemons,
  interface_exists: interfaceExists,
  interface_up: interfaceUp,
  interface_kind: interfaceKind,
  source_address: sourceAddress,
  multicast_flag: multicastFlag,
  multicast_joined: membership,
  multicast_snooping: snooping,
  arp_flag: arpFlag,
  arp_settings: arpSettings,
  rp_filter: reversePath,
  vmac_filter: vmacFilter,
  forwarding,
  mtu,
  firewall,
  iptables_legacy: oldFirewall,
  network_manager: manager,
  duplicate_detection: duplicateDetection,
  leftover_address: leftovers,
  listening,
  peers,
  wire: wireFindings,
  duplicate_address: duplicateAddress,
  realtime,
  memory_lock: memoryLock,
  cpu_steal: cpuSteal,
  cpu_throttling: cpuThrottling,
  clock,
};

export function examine(facts: Facts): readonly Verdict[] {
  return Object.entries(checks).flatMap(([check, run]) =>
    run(facts).map((said) => ({ check, ...said })),
  );
}

/** The worst of them, for the exit code and the last line. */
export function worst(verdicts: readonly Verdict[]): VerdictKind {
  const order: readonly VerdictKind[] = ['problem', 'warning', 'unknown'];
  return order.find((kind) => verdicts.some(({ verdict }) => verdict === kind)) ?? 'ok';
}
