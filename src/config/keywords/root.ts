/** The rows of the top level, those of LVS, and the list of all levels. */

import { block, skipped } from './blocks.ts';
import { globalKeywords } from './globals.ts';
import { authenticationLevel, hmacLevel, instanceLevel } from './instance.ts';
import { seconds } from './numbers.ts';
import {
  bfdLevel,
  fileLevel,
  garpGroupLevel,
  processLevel,
  scriptLevel,
  syncGroupLevel,
  trackGroupLevel,
} from './objects.ts';
import { ruleEntries } from './policy.ts';
import { probeLevel } from './probe.ts';
import { routeEntries } from './routes.ts';
import { delayEntries, linkbeatEntries } from './special.ts';
import { defineLevel, keyword } from './types.ts';
import type { Level } from './types.ts';
import { addressEntries } from './vip.ts';
import { flag, optionalText, text, words } from './words.ts';

/** Keywords of global_defs that concern LVS and its checkers only. */
const lvsGlobals = [
  'checker_process_name',
  'lvs_process_name',
  'smtp_alert_checker',
  'checker_log_all_failures',
  'no_checker_emails',
  'rs_init_notifies',
  'lvs_timeouts',
  'lvs_flush',
  'lvs_flush_on_stop',
  'lvs_flush_onstop',
  'lvs_sync_daemon',
  'nftables_ipvs',
  'nftables_ipvs_priority',
  'nftables_ipvs_start_fwmark',
  'checker_priority',
  'checker_no_swap',
  'checker_rt_priority',
  'checker_cpu_affinity',
  'checker_rlimit_rttime',
  'checker_rlimit_rtime',
  'lvs_notify_fifo',
  'lvs_notify_fifo_script',
  'enable_snmp_checker',
  'snmp_vs_stats_update_interval',
  'snmp_rs_stats_update_interval',
  'lvs_netlink_cmd_rcv_bufs',
  'lvs_netlink_cmd_rcv_bufs_force',
  'lvs_netlink_monitor_rcv_bufs',
  'lvs_netlink_monitor_rcv_bufs_force',
] as const;

type LvsGlobals = Readonly<Record<(typeof lvsGlobals)[number], ReturnType<typeof lvsKeyword>>>;

function lvsKeyword() {
  return keyword('lvs', words('...'), 'About LVS', { repeat: 'each' });
}

// The names are those of the list, which `fromEntries` cannot express.
const lvsRows = Object.fromEntries(lvsGlobals.map((name) => [name, lvsKeyword()])) as LvsGlobals;

export const globalLevel = defineLevel('global_defs', 'Settings of the whole daemon', {
  ...globalKeywords,
  ...lvsRows,
});

const objects = {
  global_defs: keyword('supported', block(globalLevel), 'Settings of the whole daemon', {
    repeat: 'each',
    since: '0.6.6',
  }),
  vrrp_instance: keyword('supported', block(instanceLevel, 'NAME'), 'One virtual router', {
    repeat: 'each',
    since: '0.6.6',
  }),
  vrrp_sync_group: keyword('supported', block(syncGroupLevel, 'NAME'), 'Change together', {
    repeat: 'each',
    since: '0.6.6',
  }),
  vrrp_script: keyword('supported', block(scriptLevel, 'NAME'), 'A health check', {
    repeat: 'each',
    since: '1.1.13',
  }),
  vrrp_track_process: keyword('supported', block(processLevel, 'NAME'), 'A process to watch', {
    repeat: 'each',
    since: '2.0.11',
  }),
  track_file: keyword('supported', block(fileLevel, 'NAME'), 'A number in a file to watch', {
    repeat: 'each',
    since: '2.0.0',
  }),
  vrrp_track_file: keyword('supported', block(fileLevel, 'NAME'), 'Other spelling of track_file', {
    repeat: 'each',
    insteadUse: 'track_file',
    since: '2.0.0',
  }),
  vrrp_probe: keyword('supported', block(probeLevel, 'NAME'), 'A host to ask', {
    repeat: 'each',
    own: true,
  }),
  bfd_instance: keyword('notInEffectYet', block(bfdLevel, 'NAME'), 'A BFD session', {
    repeat: 'each',
    since: '2.0.0',
  }),
  garp_group: keyword('supported', block(garpGroupLevel), 'Rate limit of some interfaces', {
    repeat: 'each',
    since: '1.2.21',
  }),
  track_group: keyword('supported', block(trackGroupLevel, 'NAME'), 'For static entries', {
    repeat: 'each',
    since: '2.0.3',
  }),
} as const;

const entries = {
  static_ipaddress: keyword('supported', addressEntries, 'Addresses while it runs', {
    repeat: 'each',
    since: '1.1.0',
  }),
  static_routes: keyword('supported', routeEntries, 'Routes while it runs', {
    repeat: 'each',
    since: '1.0.1',
  }),
  static_rules: keyword('supported', ruleEntries, 'Policy rules while it runs', {
    repeat: 'each',
    since: '1.2.20',
  }),
  linkbeat_interfaces: keyword('noEffect', linkbeatEntries, 'Interfaces whose link is polled', {
    repeat: 'each',
    since: '2.0.13',
    why: 'the kernel tells of every link',
  }),
  interface_up_down_delays: keyword('supported', delayEntries, 'Debounces interfaces', {
    repeat: 'each',
    since: '2.2.3',
  }),
} as const;

const daemon = {
  linkbeat_use_polling: keyword('noEffect', flag(), 'Poll the link of every interface', {
    since: '1.1.18',
    why: 'the kernel tells of every link',
  }),
  net_namespace: keyword('supported', text('NAME'), 'Network namespace to run in', {
    since: '1.2.24',
  }),
  namespace_with_ipsets: keyword('noEffect', flag(), 'ipsets in a namespace on old kernels', {
    since: '1.3.0',
    why: 'nftables is used, not ipsets',
  }),
  use_pid_dir: keyword('supported', flag(), 'Without -p the process id is in /run/failoverd', {
    default: 'on with instance or net_namespace',
    since: '1.2.24',
  }),
  instance: keyword('supported', text('NAME'), 'Name of this daemon among several', {
    since: '1.2.24',
  }),
  child_wait_time: keyword('noEffect', seconds(0, 4_294_967), 'Patience with child processes', {
    default: '5',
    since: '2.0.0',
    why: 'there are no child daemons to wait for',
  }),
} as const;

const lvs = {
  net_namespace_ipvs: keyword('lvs', optionalText('NAME'), 'Network namespace of IPVS'),
  virtual_server: keyword('lvs', skipped('... { ... }'), 'An LVS service', { repeat: 'each' }),
  virtual_server_group: keyword('lvs', skipped('NAME { ... }'), 'LVS services', {
    repeat: 'each',
  }),
  SSL: keyword('lvs', skipped('{ ... }'), 'TLS of checkers', { repeat: 'each' }),
} as const;

export const rootLevel = defineLevel('', 'Top level', {
  ...objects,
  ...entries,
  ...daemon,
  ...lvs,
});

/** Every level, in the order of the documents. */
export const allLevels: readonly Level[] = [
  rootLevel,
  globalLevel,
  instanceLevel,
  authenticationLevel,
  hmacLevel,
  syncGroupLevel,
  scriptLevel,
  processLevel,
  fileLevel,
  probeLevel,
  bfdLevel,
  garpGroupLevel,
  trackGroupLevel,
];
