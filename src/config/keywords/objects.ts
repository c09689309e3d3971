/** The rows of sync groups, trackers and the other objects of the top level. */

import { notifyKeywords, trackKeywords } from './instance.ts';
import { decimal, integer, intMax } from './numbers.ts';
import { address, initFile, processMatch, weight } from './special.ts';
import { nameEntries } from './tracking.ts';
import { defineLevel, keyword } from './types.ts';
import { bool, flag, optionalText, script, text, user } from './words.ts';

export const syncGroupLevel = defineLevel('vrrp_sync_group', 'Instances that change together', {
  group: keyword('supported', nameEntries('INSTANCE'), 'The members', {
    repeat: 'each',
    since: '0.6.6',
  }),
  ...trackKeywords,
  ...notifyKeywords,
  global_tracking: keyword('deprecated', flag(), 'Obsolete', { since: '1.2.3' }),
  sync_group_tracking_weight: keyword(
    'supported',
    flag(),
    'Trackers of the group and of its members may have weights',
    { since: '2.0.0' },
  ),
});

export const scriptLevel = defineLevel('vrrp_script', 'A health check', {
  script: keyword('supported', script(1), 'The command; exit status 0 is a success', {
    since: '1.1.13',
  }),
  interval: keyword('supported', decimal(0, 4294), 'From one start to the next', {
    default: '1',
    since: '1.1.13',
  }),
  timeout: keyword('supported', decimal(0, 4294), 'End it after this; counts as a failure', {
    default: 'interval',
    since: '1.2.6',
  }),
  weight: keyword('supported', weight(253), 'Changes the priority; 0: failure means FAULT', {
    default: '0',
    since: '1.1.13',
  }),
  rise: keyword('supported', integer(1, intMax), 'Successes in a row until it passes', {
    default: '1',
    since: '1.1.18',
  }),
  fall: keyword('supported', integer(1, intMax), 'Failures in a row until it is not', {
    default: '1',
    since: '1.1.18',
  }),
  user: keyword('supported', user(), 'Account it runs as', {
    default: 'script_user',
    since: '1.3.0',
  }),
  init_fail: keyword('supported', flag(), 'Taken for failed until the first success', {
    since: '1.3.2',
  }),
});

export const processLevel = defineLevel('vrrp_track_process', 'A process that has to run', {
  process: keyword('supported', processMatch(), 'Name, or command line, of the process', {
    since: '2.0.11',
  }),
  param_match: keyword(
    'supported',
    optionalText('initial | partial'),
    'How arguments are compared; exactly, unless this says otherwise',
    { since: '2.0.16' },
  ),
  weight: keyword('supported', weight(254), 'Changes the priority; 0: absence means FAULT', {
    default: '0',
    since: '2.0.11',
  }),
  quorum: keyword('supported', integer(1, 65_535), 'Processes that have to run', {
    default: '1',
    since: '1.1.16',
  }),
  quorum_max: keyword('supported', integer(0, 65_535), 'Processes that may run at most', {
    since: '2.0.16',
  }),
  delay: keyword('supported', decimal(0.000001, 3600), 'Sets fork_delay and terminate_delay', {
    since: '2.0.11',
  }),
  fork_delay: keyword('supported', decimal(0, 3600), 'Wait before it counts as running', {
    default: '0',
    since: '2.0.16',
  }),
  terminate_delay: keyword('supported', decimal(0, 3600), 'Wait before it counts as gone', {
    default: '0',
    since: '2.0.16',
  }),
  full_command: keyword('supported', flag(), 'Compare with the command line, not the name', {
    since: '2.0.11',
  }),
});

export const fileLevel = defineLevel('track_file', 'A number in a file', {
  file: keyword('supported', text('PATH'), 'The file', { since: '2.0.0' }),
  weight: keyword('supported', weight(254), 'Multiplies the number; 0: not 0 means FAULT', {
    default: '1',
    since: '2.0.0',
  }),
  init_file: keyword('supported', initFile(), 'Make the file if it does not exist', {
    since: '2.0.0',
  }),
});

export const bfdLevel = defineLevel('bfd_instance', 'A BFD session (RFC 5880)', {
  neighbor_ip: keyword('notInEffectYet', address(), 'The peer', { since: '2.0.0' }),
  neighbour_ip: keyword('notInEffectYet', address(), 'The peer', { since: '2.0.0' }),
  source_ip: keyword('notInEffectYet', address(), 'Source address', { since: '2.0.0' }),
  min_rx: keyword('notInEffectYet', decimal(1, 4_294_967, 'ms'), 'Required Min RX Interval', {
    default: '10',
    since: '2.0.0',
  }),
  min_tx: keyword('notInEffectYet', decimal(1, 4_294_967, 'ms'), 'Desired Min TX Interval', {
    default: '10',
    since: '2.0.0',
  }),
  idle_tx: keyword('notInEffectYet', decimal(1000, 4_294_967, 'ms'), 'The same while not up', {
    default: '1000',
    since: '2.0.0',
  }),
  multiplier: keyword('notInEffectYet', integer(1, 255), 'Detect Mult', {
    default: '5',
    since: '2.0.0',
  }),
  passive: keyword('notInEffectYet', flag(), 'Wait for the peer to begin', { since: '2.0.0' }),
  ttl: keyword('notInEffectYet', integer(1, 255), 'TTL of packets sent', {
    default: '255, 64 for IPv6',
    since: '2.0.0',
  }),
  hoplimit: keyword('notInEffectYet', integer(1, 255), 'Other spelling of ttl', {
    since: '2.0.0',
  }),
  max_hops: keyword('notInEffectYet', integer(-1, 255), 'Hops a packet may have come', {
    default: '0',
    since: '2.0.0',
  }),
  multihop: keyword('notInEffectYet', bool(), 'Use the port for several hops', {
    since: '2.2.8',
  }),
  weight: keyword('notInEffectYet', weight(253), 'Changes the priority; 0: down means FAULT', {
    default: '0',
    since: '2.0.0',
  }),
  vrrp: keyword('notInEffectYet', flag(), 'Tell VRRP only', { since: '2.0.0' }),
  checker: keyword('lvs', flag(), 'Tell the checkers only', { since: '2.0.0' }),
});

export const trackGroupLevel = defineLevel('track_group', 'Instances of static entries', {
  group: keyword('supported', nameEntries('INSTANCE'), 'The members', {
    repeat: 'each',
    since: '2.0.3',
  }),
});

export const garpGroupLevel = defineLevel('garp_group', 'Interfaces with a common rate limit', {
  garp_interval: keyword('supported', decimal(0, 4294), 'Gap between gratuitous ARPs', {
    default: '0',
    since: '1.2.21',
  }),
  gna_interval: keyword('supported', decimal(0, 4294), 'Gap between unsolicited NAs', {
    default: '0',
    since: '1.2.21',
  }),
  interface: keyword('supported', text('IFNAME'), 'One interface', {
    repeat: 'each',
    since: '1.2.21',
  }),
  interfaces: keyword('supported', nameEntries('IFNAME'), 'Several interfaces', {
    repeat: 'each',
    since: '1.2.21',
  }),
});
