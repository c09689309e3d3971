/** The rows of failoverd's own that say where it can be asked, and by whom. */

import { readMetricsPlace } from '../../base/metricsPlace.ts';
import type { MetricsPlace } from '../../base/metricsPlace.ts';
import { firstArgument } from './numbers.ts';
import { keyword } from './types.ts';
import type { ArgumentType } from './types.ts';
import { text } from './words.ts';

const plain = { block: 'none', shape: null } as const;

/** Whatever the daemon's directory is, the path means the same file. */
function absolutePath(): ArgumentType<string> {
  return {
    ...plain,
    syntax: 'PATH',
    most: 1,
    read: (use) => {
      const token = firstArgument(use, 'a path');
      if (token === undefined || token.value.startsWith('/')) return token?.value;
      const message = `'${token.value}' does not begin with a slash; it is ignored`;
      use.findings.report('bad-value', use.spanOf(token), message);
      return undefined;
    },
  };
}

/** Where metrics are served; never beyond this host. */
function metricsAddress(): ArgumentType<MetricsPlace> {
  return {
    ...plain,
    syntax: 'unix:PATH | 127.0.0.1:PORT | [::1]:PORT',
    most: 1,
    read: (use) => {
      const token = firstArgument(use, 'unix:PATH or a loopback address with a port');
      if (token === undefined) return undefined;
      const place = readMetricsPlace(token.value);
      if (place !== undefined) return place;
      const message = `'${token.value}' is neither unix:PATH nor a loopback address with a port; it is ignored`;
      use.findings.report('bad-value', use.spanOf(token), message);
      return undefined;
    },
  };
}

export const controlKeywords = {
  control_socket: keyword('supported', absolutePath(), 'Where commands reach the daemon', {
    default: '/run/failoverd/control.sock',
    own: true,
  }),
  control_group: keyword('supported', text('GROUP'), 'Group that may give commands', {
    default: "the daemon's own",
    own: true,
  }),
  metrics: keyword('supported', metricsAddress(), 'Where metrics are served, on this host only', {
    default: 'nowhere',
    own: true,
  }),
  metrics_group: keyword('supported', text('GROUP'), 'Group that may read metrics at unix:PATH', {
    default: "the daemon's own",
    own: true,
  }),
} as const;
