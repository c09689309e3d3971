/**
 * The options of `failoverd run`, which are keepalived's with keepalived's meaning, so that its
 * units and scripts work when only the program's name is changed. What has no meaning here (the
 * load balancer's options, build options) is accepted and said to do nothing.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { defaultConfigFile, defaultLogFile } from '../daemon/options.ts';
import type { DaemonOptions } from '../daemon/options.ts';
import { readMetricsPlace } from '../base/metricsPlace.ts';
import type { MetricsPlace } from '../base/metricsPlace.ts';
import { signalNumber } from './signum.ts';

/** What commander makes of the options below. */
export interface RawRunOptions {
  readonly useFile: string;
  readonly configId?: string;
  readonly namespace?: string;
  readonly socket?: string;
  readonly metrics?: MetricsPlace;
  readonly pid?: string;
  readonly vrrp_pid?: string;
  readonly dontFork?: true;
  readonly logConsole?: true;
  readonly logDetail?: number;
  readonly logFacility: number;
  readonly logFile?: true;
  readonly logFilePath?: string;
  readonly syslog: boolean;
  readonly dontReleaseVrrp?: true;
  readonly ignoreSigint?: true;
  readonly umask?: number;
  readonly dumpConf?: true;
  readonly configTest?: true;
  readonly configTestLog?: string;
  readonly allConfig?: true;
  readonly check?: true;
  readonly vrrp?: true;
  readonly signum?: number;
}

/** Adds every option of keepalived(8) to `command`. */
export function addRunOptions(command: Command): Command {
  const add = (flags: string, text: string, parse?: (value: string, old: unknown) => unknown) => {
    const option = new Option(flags, text);
    if (parse !== undefined) option.argParser(parse);
    command.addOption(option);
  };
  const file = new Option('-f, --use-file <FILE>', 'configuration file, or a pattern');
  command.addOption(file.default(defaultConfigFile).argParser(notEmpty));
  add('-n, --dont-fork', 'stay in the foreground (which failoverd always does)');
  add('-l, --log-console', 'log to standard error');
  add('-D, --log-detail', 'detailed log; twice for everything', counted);
  const facilities = 'syslog facility: 0-7, local0-7, user, daemon';
  const facilityOption = new Option('-S, --log-facility <FACILITY>', facilities);
  command.addOption(facilityOption.default(3, 'daemon').argParser(facility));
  add('-g, --log-file', `also log to a file (${defaultLogFile}; --log-file=FILE to choose)`);
  add('-G, --no-syslog', 'do not log to syslog or the journal');
  add('-p, --pid <FILE>', 'write the process id into this file', notEmpty);
  add('-r, --vrrp_pid <FILE>', 'write it into this file, too', notEmpty);
  add('-s, --namespace <NAME>', 'run in this network namespace', notEmpty);
  const socket = new Option('--socket <PATH>', 'control socket').env('FAILOVERD_SOCKET');
  command.addOption(socket.argParser(notEmpty));
  const metricsText = 'serve metrics at unix:PATH, 127.0.0.1:PORT or [::1]:PORT';
  add('--metrics <ADDRESS>', metricsText, metricsPlace);
  add('-i, --config-id <ID>', 'id for @ID lines (the first label of the host name)', notEmpty);
  add('-t, --config-test', 'test the configuration and exit (--config-test=LOGFILE)');
  add('-e, --all-config', 'every included file must exist');
  add('-d, --dump-conf', 'write the parsed configuration to the log');
  add('-V, --dont-release-vrrp', 'leave the addresses in place when stopping, and say no goodbye');
  add('-u, --umask <MASK>', 'file mode creation mask', umask);
  add('--ignore-sigint', 'do not stop on SIGINT');
  add('--signum <NAME>', 'print the number of a signal and exit: STOP, RELOAD, DATA...', signum);
  add('-P, --vrrp', 'only the VRRP part (which is all there is)');
  for (const flags of [...ignored, ...attached]) command.addOption(new Option(flags).hideHelp());
  return command;
}

/** Options without a meaning here. `-X`: addresses are removed on leaving MASTER whoever set them. */
const ignored = [
  '-C, --check',
  '-B, --no_bfd',
  '--all',
  '--flush-log-file',
  '-X, --release-vips',
  '-I, --dont-release-ipvs',
  '-R, --dont-respawn',
  '-c, --checkers_pid <FILE>',
  '-a, --address-monitoring',
  '-b, --bfd_pid <FILE>',
  '-x, --snmp',
  '-A, --snmp-agent-socket <SPEC>',
  '-m, --core-dump',
  '-M, --core-dump-pattern',
  '--no-mem-check',
];

/** Where `fromGetopt` puts attached optional arguments. */
const attached = [
  '--config-test-log <FILE>',
  '--log-file-path <FILE>',
  '--core-dump-pattern-text <PATTERN>',
];

/** The daemon's options out of commander's. */
export function toDaemonOptions(raw: RawRunOptions, isTerminal: boolean): DaemonOptions {
  const pidFiles = [raw.pid, raw.vrrp_pid].filter((file) => file !== undefined);
  const logFile = raw.logFilePath ?? (raw.logFile === true ? defaultLogFile : undefined);
  return {
    file: raw.useFile,
    configId: raw.configId,
    namespace: raw.namespace,
    socket: raw.socket,
    metrics: raw.metrics,
    pidFiles,
    foregroundAsked: raw.dontFork === true,
    releaseOnStop: raw.dontReleaseVrrp !== true,
    ignoreInterrupt: raw.ignoreSigint === true,
    umask: raw.umask,
    dumpConfig: raw.dumpConf === true,
    log: {
      console: raw.logConsole === true || isTerminal,
      detail: Math.min(raw.logDetail ?? 0, 2) as 0 | 1 | 2,
      syslog: raw.syslog,
      facility: raw.logFacility,
      file: logFile,
    },
  };
}

function counted(_value: string, previous: unknown): number {
  return (typeof previous === 'number' ? previous : 0) + 1;
}

function notEmpty(value: string): string {
  if (value === '') throw new InvalidArgumentError('It is empty.');
  return value;
}

function metricsPlace(value: string): MetricsPlace {
  const place = readMetricsPlace(value);
  if (place === undefined)
    throw new InvalidArgumentError(
      'Use unix:PATH or a loopback address with a port, 127.0.0.1:9650.',
    );
  return place;
}

function umask(value: string): number {
  const isNumber = /^[0-9]+$/.test(value);
  const mask = value.startsWith('0') ? Number.parseInt(value, 8) : Number(value);
  if (!isNumber || !Number.isInteger(mask) || mask > 0o777) {
    throw new InvalidArgumentError('It is not a mask between 0 and 0777.');
  }
  return mask;
}

/** Numbers 0..7 mean local0..local7. */
function facility(value: string): number {
  const local = /^(?:local)?([0-7])$/.exec(value)?.[1];
  if (local !== undefined) return 16 + Number(local);
  const named = { user: 1, daemon: 3 }[value];
  if (named === undefined) throw new InvalidArgumentError('Use 0-7, local0-7, user or daemon.');
  return named;
}

function signum(value: string): number {
  const number = signalNumber(value);
  if (number === undefined) throw new InvalidArgumentError('There is no such signal.');
  return number;
}
