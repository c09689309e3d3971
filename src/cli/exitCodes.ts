/**
 * Every exit code of every command, in one place; failoverd(8) prints this table.
 *
 * Numbers are keepalived's where it has one that makes sense, so that units and scripts written for
 * it go on working. Where its number misleads (0 for "already running"), ours differs.
 */
export const exitCodes = {
  /** An orderly stop; a file without errors. */
  ok: 0,
  /** A wrong command line, or something that no other code names. */
  failure: 1,
  /** The configuration has errors: nothing was started, or reloaded. */
  configError: 2,
  /** Another failoverd runs here with the same instance name. */
  alreadyRunning: 3,
  /** A right is missing: root, or CAP_NET_ADMIN and CAP_NET_RAW. */
  noPermission: 4,
  /** `check` and `-t`: the file has errors. */
  checkFailed: 5,
  /** The configuration file is not there or cannot be read. (`-t`: a script that others could change.) */
  noConfig: 6,
  /** `reload --plan`: some instance would or might change hands, or lose an address. */
  disturbs: 7,
  /** `doctor`: a problem was found. `listen`: something odd was heard. */
  problemFound: 8,
  /** A fault of the program itself. */
  internal: 70,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each code means, for `--help` and the manual. */
export const exitCodeHelp: readonly (readonly [ExitCode, string])[] = [
  [0, 'success: an orderly stop, a file without errors'],
  [1, 'wrong command line, or a failure without a code of its own'],
  [2, 'the configuration has errors: nothing was started, or reloaded'],
  [3, 'already running in this network namespace, with the same instance name'],
  [4, 'not permitted: root, or CAP_NET_ADMIN and CAP_NET_RAW, is needed'],
  [5, 'check, -t: the file has errors'],
  [6, 'the file cannot be read; check, -t: a script is not secure (others could change it)'],
  [7, 'reload --plan: something would fail over or lose an address, or might'],
  [8, 'doctor: a problem was found; listen: a mistake was heard'],
  [70, 'internal error'],
];
