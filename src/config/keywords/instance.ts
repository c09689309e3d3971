/** The rows of vrrp_instance and of the blocks inside it. */

import { block } from './blocks.ts';
import { decimal, integer, intMax, seconds, uintMax } from './numbers.ts';
import { routeEntries } from './routes.ts';
import { ruleEntries } from './policy.ts';
import { address, extraGarp, hmacKey, ipvlan, multicast, optionalNumber, vmac } from './special.ts';
import { peerEntries, trackEntries } from './tracking.ts';
import { defineLevel, keyword } from './types.ts';
import { addressEntries } from './vip.ts';
import {
  bool,
  choice,
  flag,
  lenientText,
  optionalScript,
  optionalText,
  script,
  text,
} from './words.ts';

export const authenticationLevel = defineLevel('authentication', 'VRRPv2 authentication', {
  auth_type: keyword(
    'supported',
    choice('PASS', 'AH'),
    'PASS: a password in clear text, AH: an IPsec authentication header',
    { since: '0.6.6' },
  ),
  auth_pass: keyword('supported', lenientText('PASSWORD'), 'The password; the first eight bytes', {
    since: '0.6.6',
  }),
});

export const hmacLevel = defineLevel('auth_hmac', 'HMAC authentication', {
  key: keyword(
    'supported',
    hmacKey(),
    'A key: text, hex:DIGITS or file:PATH; 32 to 64 bytes, several are possible',
    { repeat: 'each', since: '2.4.0' },
  ),
  active_key: keyword('supported', integer(1, 255, 'ID'), 'The key to sign with', {
    since: '2.4.0',
  }),
  time_window: keyword('supported', seconds(1, 300), 'Accepted difference of the clocks', {
    since: '2.4.0',
    default: 'max(3 x advert_int, 5)',
  }),
  anti_replay: keyword(
    'supported',
    choice('time', 'monotonic'),
    'time: numbers come from the clock and are checked against it; monotonic: only ever larger',
    { default: 'time', since: '2.4.0' },
  ),
  mode: keyword(
    'supported',
    choice('enforce', 'permissive', 'receive-only'),
    'enforce: unsigned adverts are dropped; permissive: accepted; receive-only: not signed either',
    { default: 'enforce', since: '2.4.0' },
  ),
});

const identity = {
  state: keyword('supported', text('MASTER | BACKUP'), 'How it starts; the election decides', {
    default: 'BACKUP (MASTER with priority 255)',
    repeat: 'each',
    since: '0.6.6',
  }),
  interface: keyword('supported', text('IFNAME'), 'Interface that adverts use', {
    since: '0.6.6',
  }),
  vrf: keyword('supported', text('IFNAME'), 'VRF of a unicast instance without interface', {
    since: '2.2.5',
  }),
  virtual_router_id: keyword(
    'supported',
    text('NUMBER (1 to 255)'),
    'Number of the virtual router, the same on all its routers',
    { since: '0.6.6' },
  ),
  priority: keyword('supported', text('NUMBER (1 to 255)'), 'The highest one is MASTER', {
    default: '100 (255 with state MASTER)',
    since: '0.6.6',
  }),
  version: keyword('supported', integer(2, 3), 'Version of VRRP', {
    default: 'vrrp_version; 3 for IPv6',
    since: '1.2.17',
  }),
  advert_int: keyword('supported', decimal(0.01, 255), 'Time between two adverts', {
    default: '1',
    since: '0.6.6',
  }),
  down_timer_adverts: keyword(
    'supported',
    integer(1, 100),
    'Adverts that may be missed before a BACKUP takes over',
    { default: 'vrrp_down_timer_adverts', since: '2.2.3' },
  ),
  native_ipv6: keyword('supported', flag(), 'IPv6; seen from the addresses nowadays', {
    since: '1.2.1',
  }),
  debug: keyword('noEffect', integer(0, 4), 'Level of debugging', {
    default: '0',
    why: 'it has none in keepalived either; -D tells more',
  }),
} as const;

const sources = {
  unicast_src_ip: keyword('supported', address(), 'Source address of unicast adverts', {
    default: 'the primary address of the interface',
    since: '1.2.10',
  }),
  mcast_src_ip: keyword('supported', address(), 'Source address of multicast adverts', {
    default: 'the primary address of the interface',
    since: '0.6.6',
  }),
  track_src_ip: keyword('supported', flag(), 'FAULT while the source address is missing', {
    since: '2.0.0',
  }),
  mcast_dst_ip: keyword('supported', multicast(null), 'Group that adverts are sent to', {
    default: 'vrrp_mcast_group4, vrrp_mcast_group6',
    since: '2.2.5',
  }),
  unicast_peer: keyword('supported', peerEntries, 'Send to these routers instead of the group', {
    since: '1.2.8',
  }),
  unicast_ttl: keyword('supported', integer(0, 255), 'TTL or hop limit of unicast adverts', {
    default: '255',
    since: '2.1.0',
  }),
  unicast_fault_no_peer: keyword('supported', flag(), 'FAULT while unicast_peer is empty', {
    since: '2.2.5',
  }),
  check_unicast_src: keyword('supported', bool(), 'Accept adverts of the peers only', {
    default: 'vrrp_check_unicast_src',
    since: '2.1.0',
  }),
  old_unicast_checksum: keyword(
    'supported',
    optionalText('never'),
    'Unicast checksums as before version 1.3.6',
    { since: '1.3.7' },
  ),
  v3_checksum_as_v2: keyword('supported', bool(), 'VRRPv3 checksum without pseudo header', {
    default: 'v3_checksum_as_v2 of global_defs',
    since: '2.2.8',
  }),
} as const;

const addresses = {
  virtual_ipaddress: keyword('supported', addressEntries, 'Addresses of the virtual router', {
    repeat: 'each',
    since: '0.6.6',
  }),
  virtual_ipaddress_excluded: keyword(
    'supported',
    addressEntries,
    'Addresses that go along without being in the advert; of either family',
    { repeat: 'each', since: '0.6.6' },
  ),
  no_virtual_ipaddress: keyword('supported', flag(), 'There need be no virtual_ipaddress', {
    since: '2.2.8',
  }),
  virtual_routes: keyword('supported', routeEntries, 'Routes while MASTER', {
    repeat: 'each',
    since: '1.0.1',
  }),
  virtual_rules: keyword('supported', ruleEntries, 'Policy rules while MASTER', {
    repeat: 'each',
    since: '1.2.20',
  }),
  promote_secondaries: keyword(
    'supported',
    flag(),
    'Keep the other addresses of a network when the first one is removed',
    { since: '1.3.0' },
  ),
  use_vmac: keyword('supported', vmac(), 'Use the virtual MAC address, on a macvlan', {
    since: '1.2.3',
  }),
  use_vmac_addr: keyword('supported', flag(), 'A macvlan for addresses elsewhere, too', {
    since: '2.2.0',
  }),
  vmac_xmit_base: keyword('supported', flag(), 'Adverts on the parent of the macvlan', {
    since: '1.2.10',
  }),
  use_ipvlan: keyword('supported', ipvlan(), 'Use an ipvlan, where the kernel has it', {
    since: '2.0.17',
  }),
} as const;

const behaviour = {
  accept: keyword('supported', flag(), 'Accept packets to the addresses', {
    default: 'on; in strict mode only for an address owner',
    since: '1.2.17',
  }),
  no_accept: keyword('supported', flag(), 'Drop packets to the addresses', {
    since: '1.3.0',
  }),
  skip_check_adv_addr: keyword(
    'supported',
    bool(),
    'Compare the addresses of adverts only when the master changes',
    { default: 'vrrp_skip_check_adv_addr', since: '1.2.20' },
  ),
  strict_mode: keyword('supported', bool(), 'Hold to the letter of the RFC', {
    default: 'vrrp_strict',
    since: '1.2.20',
  }),
  preempt: keyword('supported', flag(), 'Take over from a MASTER of lower priority', {
    default: 'on',
    since: '0.6.6',
  }),
  nopreempt: keyword('supported', flag(), 'Leave a working MASTER of lower priority alone', {
    since: '1.1.8',
  }),
  preempt_delay: keyword('supported', decimal(0, 1000), 'Wait this long before preempting', {
    default: '0',
    since: '1.1.8',
  }),
  lower_prio_no_advert: keyword(
    'supported',
    bool(),
    'As MASTER do not answer an advert of lower priority',
    { default: 'vrrp_lower_prio_no_advert', since: '1.2.20' },
  ),
  higher_prio_send_advert: keyword(
    'supported',
    bool(),
    'As MASTER send one more advert before giving way; needs saying in strict mode only',
    { default: 'vrrp_higher_prio_send_advert', since: '1.3.5' },
  ),
  owner_ignore_adverts: keyword('supported', bool(), 'An address owner ignores adverts', {
    default: 'vrrp_owner_ignore_adverts',
    since: '2.3.3',
  }),
  timer_expired_backup: keyword(
    'supported',
    optionalNumber(1, 254),
    'A MASTER that did not run for too long listens before it speaks; always on',
    { since: '2.2.8' },
  ),
  thread_timer_expired: keyword(
    'supported',
    optionalNumber(1, 254),
    'Other spelling of timer_expired_backup',
    { since: '2.3.2' },
  ),
  kernel_rx_buf_size: keyword(
    'supported',
    integer(0, uintMax, 'BYTES'),
    'Receive buffer; never below 1 MiB',
    {
      default: 'vrrp_rx_bufs_policy',
      since: '2.0.3',
    },
  ),
  linkbeat_use_polling: keyword('deprecated', flag(), 'Poll the link of the interface', {
    insteadUse: 'linkbeat_interfaces',
    since: '1.1.18',
  }),
  lvs_sync_daemon_interface: keyword('lvs', text('IFNAME'), 'IPVS connection sync', {
    since: '0.6.6',
  }),
  triggered_adverts: keyword(
    'supported',
    bool(),
    'As MASTER tell a changed priority at once, as BACKUP act on a lower one after skewTime',
    { default: 'on', own: true },
  ),
} as const;

export const trackKeywords = {
  track_interface: keyword(
    'supported',
    trackEntries('IFNAME', 253),
    'Interfaces to watch; weight 0: down means FAULT',
    { repeat: 'each', since: '1.0.1' },
  ),
  track_script: keyword('supported', trackEntries('SCRIPT', 253), 'Scripts to follow', {
    repeat: 'each',
    since: '1.1.13',
  }),
  track_file: keyword('supported', trackEntries('FILE', 254), 'Files to follow', {
    repeat: 'each',
    since: '2.0.0',
  }),
  track_process: keyword('supported', trackEntries('PROCESS', 254), 'Processes to follow', {
    repeat: 'each',
    since: '2.0.11',
  }),
  track_probe: keyword('supported', trackEntries('PROBE', 253), 'Probes to follow', {
    repeat: 'each',
    own: true,
  }),
  track_bfd: keyword('notInEffectYet', trackEntries('BFD', 253), 'BFD sessions to follow', {
    repeat: 'each',
    since: '2.0.0',
  }),
} as const;

export const notifyKeywords = {
  notify: keyword('supported', script(), 'Called for every change, with four more arguments', {
    repeat: 'first',
    since: '1.1.2',
  }),
  notify_master: keyword('supported', script(), 'Called on becoming MASTER', {
    repeat: 'first',
    since: '0.6.6',
  }),
  notify_backup: keyword('supported', script(), 'Called on becoming BACKUP', {
    repeat: 'first',
    since: '0.6.6',
  }),
  notify_fault: keyword('supported', script(), 'Called on entering FAULT', {
    repeat: 'first',
    since: '0.6.6',
  }),
  notify_stop: keyword('supported', script(), 'Called when the daemon stops', {
    repeat: 'first',
    since: '1.1.13',
  }),
  notify_deleted: keyword(
    'supported',
    optionalScript(),
    'Called when a reload removes it; without a command: tell DELETED, not FAULT',
    { repeat: 'first', since: '2.1.0' },
  ),
  notify_priority_changes: keyword(
    'supported',
    bool(),
    'Tell changes of the effective priority to the FIFOs',
    { default: 'vrrp_notify_priority_changes', since: '2.0.16' },
  ),
  smtp_alert: keyword('supported', bool(), 'Send a mail on every change', {
    default: 'smtp_alert of global_defs',
    since: '0.6.6',
  }),
} as const;

const watching = {
  dont_track_primary: keyword('supported', flag(), 'Its own interface going down is no FAULT', {
    since: '1.1.8',
  }),
  ...trackKeywords,
  ...notifyKeywords,
  notify_gate: keyword(
    'supported',
    script(),
    'Called on becoming MASTER; the addresses wait for its end while adverts flow',
    { own: true },
  ),
  notify_gate_timeout: keyword('supported', decimal(0.01, 60), 'They wait no longer', {
    default: '1',
    own: true,
  }),
  never_nobody: keyword(
    'supported',
    bool(),
    'A failed tracker of weight 0 means priority 1, not FAULT: rather an unfit router than none',
    { default: 'off', own: true },
  ),
  notify_master_rx_lower_pri: keyword(
    'supported',
    script(),
    'Run when a MASTER receives an advert of lower priority',
    { repeat: 'first', since: '2.0.6' },
  ),
} as const;

const garp = {
  garp_master_delay: keyword('supported', seconds(0, 4294), 'From the first burst to the second', {
    default: 'vrrp_garp_master_delay',
    since: '0.7.1',
  }),
  garp_master_repeat: keyword('supported', integer(0, uintMax), 'Announcements in a burst', {
    default: 'vrrp_garp_master_repeat',
    since: '1.2.14',
  }),
  garp_master_refresh: keyword('supported', seconds(0, 4294), 'Announce again this often', {
    default: 'vrrp_garp_master_refresh',
    since: '1.2.10',
  }),
  garp_master_refresh_repeat: keyword('supported', integer(0, uintMax), 'How many then', {
    default: 'vrrp_garp_master_refresh_repeat',
    since: '1.2.14',
  }),
  garp_lower_prio_delay: keyword(
    'supported',
    seconds(0, 4294),
    'To the second burst after an advert of lower priority',
    { default: 'vrrp_garp_lower_prio_delay', since: '1.2.20' },
  ),
  garp_lower_prio_repeat: keyword('supported', integer(0, intMax), 'Announcements then', {
    default: 'vrrp_garp_lower_prio_repeat',
    since: '1.2.20',
  }),
  garp_extra_if: keyword('supported', extraGarp(0), 'Announce on other interfaces, too', {
    default: 'vrrp_garp_extra_if',
    since: '2.2.3',
  }),
  vmac_garp_intvl: keyword('deprecated', extraGarp(0), 'Announce on other interfaces, too', {
    insteadUse: 'garp_extra_if',
    since: '2.2.0',
  }),
} as const;

const authentication = {
  authentication: keyword('supported', block(authenticationLevel), 'VRRPv2 authentication', {
    since: '0.6.6',
  }),
  auth_hmac: keyword('supported', block(hmacLevel), 'Signed adverts', { since: '2.4.0' }),
} as const;

export const instanceLevel = defineLevel('vrrp_instance', 'One virtual router on one interface', {
  ...identity,
  ...sources,
  ...addresses,
  ...behaviour,
  ...watching,
  ...garp,
  ...authentication,
});
