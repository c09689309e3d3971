// What the demonstration needs of the machine, and how it gets it without root: by running once
// more inside a user namespace, in which it is root over namespaces of its own and nothing else.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { hasProgram } from '../lab/requirements.ts';
import { FAILOVERD, type DaemonKind } from '../lab/router-daemon.ts';

const INSIDE = 'FAILOVERD_DEMO_INSIDE';

/** How the demonstration can run here, or the sentence that says why it cannot. */
export type Way =
  | { readonly kind: 'here' }
  | { readonly kind: 'user namespace' }
  | { readonly kind: 'nowhere'; readonly why: string };

const nowhere = (why: string): Way => ({ kind: 'nowhere', why });

export function wayToRun(peer: DaemonKind): Way {
  if (process.platform !== 'linux')
    return nowhere('The demo needs Linux: VRRP daemons live there.');
  const packages = { ip: 'iproute2', nsenter: 'util-linux', unshare: 'util-linux' };
  for (const [program, name] of Object.entries(packages)) {
    if (!hasProgram(program)) {
      return nowhere(`The demo needs the program \`${program}\`: install the package ${name}.`);
    }
  }
  if (peer === 'keepalived' && !hasProgram('keepalived')) {
    return nowhere('The demo with --peer keepalived needs keepalived: install that package.');
  }
  if (!existsSync(FAILOVERD)) {
    return nowhere('failoverd is not built yet: run `npm ci` (or `npm run build`) first.');
  }
  if (inUserNamespace() || works(['-n', '-m'])) return { kind: 'here' };
  if (works(USER_NAMESPACE)) return { kind: 'user namespace' };
  return nowhere(
    'The demo needs network namespaces, and this machine refuses them to this user: ' +
      'run it as root, or allow user namespaces ' +
      '(sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns).',
  );
}

/** Without root; there the kernel tells nobody of processes that begin and end. */
export function inUserNamespace(): boolean {
  return process.env[INSIDE] !== undefined;
}

/** Everything of its own: rights, network, mounts and processes, all gone when it ends. */
const USER_NAMESPACE = ['-U', '-r', '-n', '-m', '-p', '--fork', '--kill-child', '--mount-proc'];

function works(flags: readonly string[]): boolean {
  return spawnSync('unshare', [...flags, 'true'], { stdio: 'ignore' }).status === 0;
}

/** Runs this same command inside a user namespace and returns its exit code. */
export async function runInUserNamespace(): Promise<number> {
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const script = 'mount -t tmpfs tmpfs /run && exec "$@"';
  const child = spawn('unshare', [...USER_NAMESPACE, 'sh', '-c', script, 'sh', ...command], {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: '1' },
  });
  // Ctrl-C reaches the one inside as well, which clears up; this one only waits for it.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
}
