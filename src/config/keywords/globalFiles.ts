/** The rows of global_defs about files, and about buffers of sockets. */

import { integer, uintMax } from './numbers.ts';
import { rxPolicy } from './special.ts';
import { keyword } from './types.ts';
import { bool, flag, optionalText, text, words } from './words.ts';

export const bufferKeywords = {
  vrrp_netlink_cmd_rcv_bufs: keyword('noEffect', integer(0, uintMax, 'BYTES'), 'Receive buffer', {
    since: '2.0.0',
    why: 'the buffer is always large enough for what was asked',
  }),
  vrrp_netlink_cmd_rcv_bufs_force: keyword('noEffect', bool(), 'Beyond the limit', {
    since: '2.0.0',
    why: 'the buffer is always large enough for what was asked',
  }),
  vrrp_netlink_monitor_rcv_bufs: keyword('noEffect', integer(0, uintMax, 'BYTES'), 'Buffer', {
    since: '2.0.0',
    why: 'what is lost is noticed, and all of it is asked for again',
  }),
  vrrp_netlink_monitor_rcv_bufs_force: keyword('noEffect', bool(), 'Beyond the limit', {
    since: '2.0.0',
    why: 'what is lost is noticed, and all of it is asked for again',
  }),
  process_monitor_rcv_bufs: keyword('noEffect', integer(0, uintMax, 'BYTES'), 'Receive buffer', {
    since: '2.0.11',
    why: 'what is lost is noticed, and processes are counted anew',
  }),
  process_monitor_rcv_bufs_force: keyword('noEffect', bool(), 'Beyond the limit', {
    since: '2.0.11',
    why: 'what is lost is noticed, and processes are counted anew',
  }),
  vrrp_rx_bufs_policy: keyword('supported', rxPolicy(), 'Receive buffer; never below 1 MiB', {
    since: '2.0.3',
  }),
  vrrp_rx_bufs_multiplier: keyword(
    'noEffect',
    integer(1, uintMax),
    'Multiplies the size of vrrp_rx_bufs_policy',
    {
      default: '3',
      since: '2.0.3',
      why: 'it multiplies MTU and ADVERT, which stay below the least buffer of 1 MiB',
    },
  ),
} as const;

export const fileKeywords = {
  reload_check_config: keyword(
    'supported',
    optionalText('LOGFILE'),
    'Where the findings of a reload go; a file with an error is always refused',
    {
      since: '2.2.0',
    },
  ),
  reload_time_file: keyword('supported', text('PATH'), 'File with a time to reload at', {
    since: '2.1.0',
  }),
  reload_repeat: keyword('supported', flag(), 'The file of reload_time_file stays', {
    since: '2.1.0',
  }),
  reload_file: keyword('supported', optionalText('PATH'), 'Exists while reloading', {
    default: '/run/keepalived.reload',
    since: '2.2.0',
  }),
  include_check: keyword(
    'supported',
    words('[[+|-]read | match | wildcard_match | brace_match ...]'),
    'How strictly includes are taken',
    { repeat: 'each', since: '2.2.0' },
  ),
  config_save_dir: keyword(
    'supported',
    text('DIRECTORY'),
    'Keeps copies of what has run, a hundred at most, without secrets',
    {
      since: '2.2.3',
    },
  ),
  tmp_config_directory: keyword('noEffect', text('DIRECTORY'), 'For a temporary copy', {
    since: '2.2.0',
    why: 'no temporary copy is made',
  }),
  data_use_instance: keyword('supported', bool(), 'Name of the instance in file names', {
    default: 'off',
    since: '2.2.3',
  }),
  json_version: keyword('supported', integer(1, 2), 'Layout of the JSON dump', {
    default: '1',
    since: '2.2.8',
  }),
  state_dump_file: keyword('supported', text('PATH'), 'File of the data dump', {
    since: '2.3.3',
  }),
  stats_dump_file: keyword('noEffect', text('PATH'), 'File of the statistics', {
    since: '2.3.3',
    why: 'the file is keepalived.stats in TMPDIR, as with keepalived',
  }),
  json_dump_file: keyword('noEffect', text('PATH'), 'File of the JSON dump', {
    since: '2.3.3',
    why: 'the file is keepalived.json in TMPDIR, as with keepalived',
  }),
  state_file_location: keyword('supported', text('PATH'), 'What manuals call it', {}),
  stats_file_location: keyword('noEffect', text('PATH'), 'What manuals call it', {
    why: 'the file is keepalived.stats in TMPDIR, as with keepalived',
  }),
  json_file_location: keyword('noEffect', text('PATH'), 'What manuals call it', {
    why: 'the file is keepalived.json in TMPDIR, as with keepalived',
  }),
} as const;
