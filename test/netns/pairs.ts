import type { DaemonKind } from '../lab/router-daemon.ts';

/** Who runs on server1 and who on server2. */
export interface Pair {
  readonly server1: DaemonKind;
  readonly server2: DaemonKind;
}

const PAIRS = ['failoverd+failoverd', 'failoverd+keepalived', 'keepalived+failoverd'];

/** For what is not (yet) told with keepalived as a peer. */
export const ALONE_WITH_OURSELVES = ['failoverd+failoverd'];

/**
 * Every walkthrough is told three times. FAILOVERD_NETNS_PAIRS, a comma-separated list, tells it
 * with other pairs: `keepalived+keepalived` shows that the harness itself says the truth.
 */
export function pairs(usual: readonly string[] = PAIRS): readonly (readonly [string, Pair])[] {
  const wanted = process.env['FAILOVERD_NETNS_PAIRS']?.split(',') ?? usual;
  return wanted.map((name) => {
    const [server1, server2] = name.split('+');
    if (!isDaemon(server1) || !isDaemon(server2)) throw new Error(`no such pair: ${name}`);
    return [name, { server1, server2 }];
  });
}

function isDaemon(name: string | undefined): name is DaemonKind {
  return name === 'failoverd' || name === 'keepalived' || name === 'frr';
}
