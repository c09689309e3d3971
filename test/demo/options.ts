import type { DaemonKind } from '../lab/router-daemon.ts';

export interface DemoOptions {
  /** Who runs on the second router. */
  readonly peer: DaemonKind;
  /** Show what the daemons log as well. */
  readonly logs: boolean;
}

export const USAGE = `Usage: npm run demo -- [--peer keepalived] [--logs]

Makes two routers and a client out of network namespaces, runs failoverd on both routers, and
shows with measured times how the address 192.168.122.200 stays reachable: when a watched process
ends, when the daemon of the master is killed, and when its cable is pulled.

  --peer failoverd|keepalived   who runs on the second router (default: failoverd)
  --logs                        show the log of both daemons, too
  -h, --help                    this text

It takes about half a minute, needs neither root nor a network (without root it uses a user
namespace) and leaves nothing behind. Ctrl-C ends it early.
`;

/** Reads the command line; an error says what is wrong with it. */
export function readOptions(args: readonly string[]): DemoOptions | 'help' | Error {
  let peer: DaemonKind = 'failoverd';
  let logs = false;
  const rest = args.flatMap((arg) =>
    arg.startsWith('--peer=') ? ['--peer', arg.slice(7)] : [arg],
  );
  for (let at = 0; at < rest.length; at++) {
    const arg = rest[at];
    if (arg === '-h' || arg === '--help') return 'help';
    if (arg === '--logs') {
      logs = true;
    } else if (arg === '--peer') {
      const value = rest[++at];
      if (value !== 'failoverd' && value !== 'keepalived') {
        return new Error(`--peer is failoverd or keepalived, not ${value ?? 'nothing'}`);
      }
      peer = value;
    } else {
      return new Error(`no such option: ${arg}`);
    }
  }
  return { peer, logs };
}
