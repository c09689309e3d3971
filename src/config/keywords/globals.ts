/** The rows of global_defs that are about VRRP and the daemon. */

import { controlKeywords } from './control.ts';
import { bufferKeywords, fileKeywords } from './globalFiles.ts';
import { decimal, integer, intMax, micros, seconds, uintMax } from './numbers.ts';
import {
  extraGarp,
  fileMode,
  mailAccount,
  mailServer,
  multicast,
  optionalNumber,
} from './special.ts';
import { nameEntries } from './tracking.ts';
import { keyword } from './types.ts';
import {
  bool,
  choice,
  flag,
  flagWithArguments,
  lenientText,
  numbers,
  optionalText,
  ownedPath,
  script,
  text,
  user,
  words,
} from './words.ts';

const names = {
  process_names: keyword('noEffect', optionalText('NAME'), 'Process titles that differ', {
    since: '2.0.16',
    why: 'its helpers always have names of their own',
  }),
  process_name: keyword('supported', text('NAME'), 'Title of the process', { since: '2.0.16' }),
  vrrp_process_name: keyword('supported', text('NAME'), 'The same, without process_name', {
    since: '2.0.16',
  }),
  bfd_process_name: keyword('noEffect', text('NAME'), 'Title of the BFD process', {
    since: '2.0.16',
    why: 'there is no process for BFD',
  }),
  router_id: keyword('supported', lenientText('STRING'), 'Name of this host in messages', {
    default: 'the host name',
    since: '1.1.8',
  }),
  lvs_id: keyword('supported', lenientText('STRING'), 'Other spelling of router_id', {}),
} as const;

const mail = {
  notification_email: keyword('supported', nameEntries('ADDRESS'), 'Recipients of mails', {
    since: '0.6.6',
  }),
  notification_email_from: keyword('supported', text('ADDRESS'), 'Sender of mails', {
    since: '0.6.6',
  }),
  smtp_server: keyword('supported', mailServer(), 'Mail relay', { since: '0.6.6' }),
  smtp_helo_name: keyword('supported', text('NAME'), 'Name to greet the relay with', {
    since: '1.2.20',
  }),
  smtp_connect_timeout: keyword('supported', seconds(0, 4294), 'Patience with the relay', {
    default: '30',
    since: '0.6.6',
  }),
  smtp_alert: keyword('supported', bool(), 'Mails are sent by default', { since: '0.6.6' }),
  smtp_alert_vrrp: keyword('supported', bool(), 'The same for VRRP', {
    default: 'smtp_alert',
    since: '2.0.0',
  }),
  email_faults: keyword('supported', flag(), 'The default: mails about FAULT, too', {}),
  no_email_faults: keyword('supported', flag(), 'No mail about FAULT', { since: '2.0.0' }),
  smtp_tls: keyword(
    'supported',
    choice('off', 'may', 'require', 'implicit'),
    'TLS with the relay: where it is offered, always, or from the first byte (both verified)',
    { default: 'may', own: true },
  ),
  smtp_tls_ca: keyword('supported', text('PATH'), 'Certificates to trust, in PEM form', {
    default: "the system's",
    own: true,
  }),
  smtp_auth: keyword('supported', mailAccount(), 'Account at the relay', { own: true }),
} as const;

const scripts = {
  use_symlink_paths: keyword('noEffect', bool(), 'Scripts run by the path as written', {
    default: 'off',
    since: '2.3.0',
    why: 'the path as written is always the one that runs',
  }),
  set_supplementary_groups: keyword('supported', bool(), 'Scripts get all groups', {
    default: 'off',
    since: '2.4.4',
  }),
  startup_script: keyword('supported', script(), 'Run before anything else', {
    since: '2.1.0',
  }),
  startup_script_timeout: keyword('supported', seconds(1, 1000), 'End it after this', {
    default: '10',
    since: '2.1.0',
  }),
  shutdown_script: keyword('supported', script(), 'Run after everything else', {
    since: '2.1.0',
  }),
  shutdown_script_timeout: keyword('supported', seconds(1, 1000), 'End it after this', {
    default: '10',
    since: '2.1.0',
  }),
  script_user: keyword('supported', user(), 'Account of all scripts', {
    default: 'keepalived_script, if there is such an account',
    since: '1.3.0',
  }),
  enable_script_security: keyword(
    'supported',
    flag(),
    'Refuse scripts run as root that others could change',
    { since: '1.3.0' },
  ),
  umask: keyword('supported', fileMode(), 'umask of the daemon and its scripts', {
    default: '0177',
    since: '2.0.9',
  }),
} as const;

const daemon = {
  dynamic_interfaces: keyword(
    'supported',
    optionalText('allow_if_changes'),
    'Interfaces may come and go; always so',
    { since: '2.0.0' },
  ),
  default_interface: keyword('supported', text('IFNAME'), 'For static entries without dev', {
    default: 'eth0',
    since: '1.2.24',
  }),
  disable_local_igmp: keyword('supported', flag(), 'No reports for 224.0.0.x', {
    since: '2.2.0',
  }),
  log_unknown_vrids: keyword('supported', flag(), 'Log adverts of other virtual routers', {
    since: '2.0.16',
  }),
  vmac_prefix: keyword('supported', text('STRING'), 'Begins the names of macvlans', {
    default: 'vrrp',
    since: '2.2.0',
  }),
  vmac_addr_prefix: keyword('supported', text('STRING'), 'The same for use_vmac_addr', {
    default: 'vmac_prefix',
    since: '2.2.0',
  }),
  random_seed: keyword('noEffect', integer(0, uintMax), 'Seed of random numbers', {
    since: '2.0.15',
    why: 'random numbers are new ones each time',
  }),
  iproute_usr_dir: keyword('supported', text('DIRECTORY'), 'Where rt_tables and such are', {
    default: '/usr/share/iproute2',
    since: '2.3.2',
  }),
  iproute_etc_dir: keyword('supported', text('DIRECTORY'), 'Overrides iproute_usr_dir', {
    default: '/etc/iproute2',
    since: '2.3.2',
  }),
  vrrp_startup_delay: keyword('supported', decimal(0.001, 4294), 'Be passive after the start', {
    default: '0',
    since: '2.0.14',
  }),
  vrrp_delay_after_boot: keyword('supported', decimal(0.001, 4294), 'Be passive after booting', {
    default: '0',
    since: '2.4.0',
  }),
  supervisor_timeout: keyword(
    'supported',
    decimal(0, 3600),
    'Give way when nobody has watched the trackers for so long; 0: never',
    { default: '20', own: true },
  ),
} as const;

const protocol = {
  v3_checksum_as_v2: keyword('supported', flagWithArguments(), 'Default of the instances', {
    since: '2.2.8',
  }),
  vrrp_mcast_group4: keyword('supported', multicast(4), 'IPv4 group of adverts', {
    default: '224.0.0.18',
    since: '1.2.10',
  }),
  vrrp_mcast_group6: keyword('supported', multicast(6), 'IPv6 group of adverts', {
    default: 'ff02::12',
    since: '1.2.10',
  }),
  vrrp_down_timer_adverts: keyword('supported', integer(1, 100), 'Default of the instances', {
    default: '3',
    since: '2.2.3',
  }),
  vrrp_lower_prio_no_advert: keyword('supported', bool(), 'Default of the instances', {
    default: 'off',
    since: '1.2.20',
  }),
  vrrp_higher_prio_send_advert: keyword('supported', bool(), 'Default of the instances', {
    default: 'off',
    since: '1.3.5',
  }),
  vrrp_version: keyword('supported', integer(2, 3), 'Default of the instances', {
    default: '2',
    since: '1.2.20',
  }),
  vrrp_check_unicast_src: keyword('supported', flag(), 'Default of the instances', {
    since: '1.2.20',
  }),
  vrrp_skip_check_adv_addr: keyword('supported', bool(), 'Default of the instances', {
    default: 'off',
    since: '1.2.20',
  }),
  vrrp_strict: keyword('supported', bool(), 'Default of strict_mode', {
    default: 'off',
    since: '1.2.20',
  }),
  vrrp_owner_ignore_adverts: keyword('supported', bool(), 'Default of the instances', {
    default: 'off',
    since: '2.3.3',
  }),
} as const;

const garp = {
  vrrp_garp_master_delay: keyword('supported', seconds(0, 4294), 'Default of the instances', {
    default: '5',
    since: '1.2.20',
  }),
  vrrp_garp_master_repeat: keyword('supported', integer(0, uintMax), 'Default of the instances', {
    default: '5',
    since: '1.2.20',
  }),
  vrrp_garp_master_refresh: keyword('supported', seconds(0, 4294), 'Default of the instances', {
    default: '0',
    since: '1.2.20',
  }),
  vrrp_garp_master_refresh_repeat: keyword('supported', integer(0, uintMax), 'Default, too', {
    default: '1',
    since: '1.2.20',
  }),
  vrrp_garp_lower_prio_delay: keyword('supported', seconds(0, 4294), 'Default of the instances', {
    default: 'vrrp_garp_master_delay',
    since: '1.2.20',
  }),
  vrrp_garp_lower_prio_repeat: keyword('supported', integer(0, intMax), 'Default, too', {
    default: 'vrrp_garp_master_repeat',
    since: '1.2.20',
  }),
  vrrp_garp_interval: keyword('supported', decimal(0, 4294), 'Gap between gratuitous ARPs', {
    default: '0',
    since: '1.2.21',
  }),
  vrrp_gna_interval: keyword('supported', decimal(0, 4294), 'Gap between unsolicited NAs', {
    default: '0',
    since: '1.2.21',
  }),
  vrrp_min_garp: keyword('supported', bool(), 'One announcement, not repeated, as default', {
    default: 'off',
    since: '2.0.12',
  }),
  vrrp_garp_extra_if: keyword('supported', extraGarp(1), 'Default of garp_extra_if', {
    default: '0',
    since: '2.2.3',
  }),
  vrrp_vmac_garp_intvl: keyword('deprecated', extraGarp(1), 'Default of garp_extra_if', {
    insteadUse: 'vrrp_garp_extra_if',
    since: '2.2.0',
  }),
} as const;

const firewall = {
  vrrp_iptables: keyword('noEffect', words('[IN [OUT]]'), 'Chains of iptables', {
    repeat: 'first',
    since: '1.2.20',
    why: 'nftables does the same',
  }),
  vrrp_ipsets: keyword('noEffect', words('[NAME ...]'), 'Names of ipsets', {
    since: '1.2.20',
    why: 'nftables has sets',
  }),
  nftables: keyword('supported', optionalText('TABLE'), 'Table of nftables to use', {
    default: 'keepalived',
    since: '2.0.11',
  }),
  nftables_priority: keyword('supported', integer(-0x8000_0000, intMax), 'Of the chains', {
    default: '-1',
    since: '2.0.11',
  }),
  nftables_counters: keyword('supported', flag(), 'Rules count packets', {
    since: '2.0.11',
  }),
  nftables_ifindex: keyword('noEffect', flag(), 'Rules match indexes of interfaces', {
    since: '2.0.11',
    why: 'rules match names, which outlive a link',
  }),
} as const;

const scheduling = {
  max_auto_priority: keyword('noEffect', optionalNumber(-1, 99), 'Raise the own priority so far', {
    default: '0',
    since: '2.1.0',
    why: 'adverts have a real-time thread of their own from the start',
  }),
  min_auto_priority_delay: keyword(
    'noEffect',
    micros(1, 10_000_000),
    'How late a timer has to be for that',
    {
      default: '1000000',
      since: '2.1.0',
      why: 'adverts have a real-time thread of their own from the start',
    },
  ),
  vrrp_priority: keyword('supported', integer(-20, 19), 'nice value of all but the adverts', {
    default: '0',
    since: '1.2.20',
  }),
  vrrp_no_swap: keyword('noEffect', flag(), 'Keep memory from being swapped', {
    since: '1.2.20',
    why: 'what adverts need is always kept in memory',
  }),
  vrrp_rt_priority: keyword('supported', integer(1, 99), 'Real-time priority', {
    since: '2.0.0',
  }),
  vrrp_cpu_affinity: keyword('supported', numbers('CPU ...'), 'CPUs to run on', {
    since: '2.0.17',
  }),
  vrrp_rlimit_rttime: keyword('noEffect', micros(1, uintMax), 'Limit of real time in one go', {
    default: '10000',
    since: '2.1.0',
    why: 'the real-time thread never computes for long, and lateness is reported',
  }),
  vrrp_rlimit_rtime: keyword('deprecated', micros(1, uintMax), 'The same', {
    insteadUse: 'vrrp_rlimit_rttime',
    since: '2.0.0',
  }),
  bfd_priority: keyword('notInEffectYet', integer(-20, 19), 'nice value of BFD', {
    default: '0',
    since: '2.0.0',
  }),
  bfd_no_swap: keyword('notInEffectYet', flag(), 'Keep memory of BFD from being swapped', {
    since: '2.0.0',
  }),
  bfd_rt_priority: keyword('notInEffectYet', integer(1, 99), 'Real-time priority of BFD', {
    since: '2.0.0',
  }),
  bfd_cpu_affinity: keyword('notInEffectYet', numbers('CPU ...'), 'CPUs for BFD to run on', {
    since: '2.0.17',
  }),
  bfd_rlimit_rttime: keyword('notInEffectYet', micros(1, uintMax), 'The limit for BFD', {
    default: '10000',
    since: '2.1.0',
  }),
  bfd_rlimit_rtime: keyword('deprecated', micros(1, uintMax), 'The same', {
    insteadUse: 'bfd_rlimit_rttime',
    since: '2.0.0',
  }),
} as const;

const telling = {
  notify_fifo: keyword('supported', ownedPath(), 'FIFO that tells every event', {
    repeat: 'first',
    since: '1.3.6',
  }),
  notify_fifo_script: keyword('supported', script(), 'Reads notify_fifo', {
    repeat: 'first',
    since: '1.3.6',
  }),
  vrrp_notify_fifo: keyword('supported', ownedPath(), 'FIFO that tells VRRP events', {
    repeat: 'first',
    since: '1.3.6',
  }),
  vrrp_notify_fifo_script: keyword('supported', script(), 'Reads vrrp_notify_fifo', {
    repeat: 'first',
    since: '1.3.6',
  }),
  vrrp_notify_priority_changes: keyword('supported', bool(), 'Default of the instances', {
    default: 'off',
    since: '2.0.16',
  }),
  fifo_write_vrrp_states_on_reload: keyword('supported', flag(), 'All states again then', {
    since: '2.2.5',
  }),
  notify_replay: keyword(
    'supported',
    bool(),
    'After a reload scripts run for the current states again',
    { default: 'off', own: true },
  ),
  snmp_socket: keyword('notInEffectYet', text('SOCKET'), 'AgentX master', {
    default: 'unix:/var/agentx/master',
    since: '1.2.20',
  }),
  enable_traps: keyword('notInEffectYet', flag(), 'Send SNMP traps', { since: '1.2.5' }),
  enable_snmp_vrrp: keyword('notInEffectYet', flag(), 'Serve KEEPALIVED-MIB', { since: '2.0.0' }),
  enable_snmp_keepalived: keyword('deprecated', flag(), 'Serve KEEPALIVED-MIB', {
    insteadUse: 'enable_snmp_vrrp',
    since: '1.2.20',
  }),
  enable_snmp_rfc: keyword('notInEffectYet', flag(), 'Serve both MIBs of the RFCs', {
    since: '1.2.20',
  }),
  enable_snmp_rfcv2: keyword('notInEffectYet', flag(), 'Serve VRRP-MIB', { since: '1.2.20' }),
  enable_snmp_rfcv3: keyword('notInEffectYet', flag(), 'Serve VRRPV3-MIB', { since: '1.2.20' }),
  enable_dbus: keyword('notInEffectYet', flag(), 'Serve D-Bus', { since: '1.3.0' }),
  dbus_service_name: keyword('notInEffectYet', text('NAME'), 'Name on the bus', {
    default: 'org.keepalived.Vrrp1',
    since: '1.3.7',
  }),
  dbus_no_interface_name: keyword('notInEffectYet', text('NAME'), 'In paths without interface', {
    since: '2.3.0',
  }),
} as const;

export const globalKeywords = {
  ...names,
  ...mail,
  ...scripts,
  ...daemon,
  ...controlKeywords,
  ...protocol,
  ...garp,
  ...firewall,
  ...scheduling,
  ...telling,
  ...bufferKeywords,
  ...fileKeywords,
} as const;
