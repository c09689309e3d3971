/**
 * The environment that scripts get.
 *
 * keepalived's scripts see the daemon's own environment, and people rely on that: a proxy, a token,
 * a container's service addresses. So ours do too, without what is meant for the daemon alone (its
 * service manager's sockets and watchdog, Node's switches) and without the variables that change
 * what a program of another user loads or executes before its first line.
 */

/** Variables that are never handed on. */
const withheld = new Set([
  'IFS',
  'ENV',
  'BASH_ENV',
  'SHELLOPTS',
  'BASHOPTS',
  'PS4',
  'GLIBC_TUNABLES',
  'GCONV_PATH',
  'LOCPATH',
  'NLSPATH',
  'PERL5LIB',
  'PERL5OPT',
  'PERLLIB',
  'PYTHONPATH',
  'PYTHONHOME',
  'PYTHONSTARTUP',
  'RUBYLIB',
  'RUBYOPT',
  'NOTIFY_SOCKET',
  'WATCHDOG_PID',
  'WATCHDOG_USEC',
  'LISTEN_FDS',
  'LISTEN_PID',
  'LISTEN_FDNAMES',
  'FDSTORE',
  'MAINPID',
  'CREDENTIALS_DIRECTORY',
]);

/**
 * The same for whole families of variables. `BASH_FUNC_` holds functions that bash would define.
 */
const withheldPrefixes = ['LD_', 'NODE_', 'BASH_FUNC_', 'UV_', 'npm_'];

/** Where programs are looked for when the daemon itself was started without a PATH. */
export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The environment for a script: `inherited` without what is withheld, `extra` added and winning.
 */
export function scriptEnvironment(
  inherited: Readonly<Record<string, string | undefined>>,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const result: Record<string, string> = { PATH: defaultPath };
  for (const [name, value] of Object.entries(inherited)) {
    if (value !== undefined && !isWithheld(name)) result[name] = value;
  }
  return { ...result, ...extra };
}

function isWithheld(name: string): boolean {
  return withheld.has(name) || withheldPrefixes.some((prefix) => name.startsWith(prefix));
}
