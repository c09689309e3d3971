import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Frr } from './frr.ts';
import type { Host } from './host.ts';
import { childrenOf, sendSignal, type Ending, type LabProcess } from './process.ts';

export type DaemonKind = 'failoverd' | 'keepalived' | 'frr';

/** A VRRP daemon on one host of a lab, ours, Debian's keepalived or its FRR: one handle for all. */
export interface RouterDaemon {
  readonly kind: DaemonKind;
  readonly host: Host;
  readonly process: LabProcess;
  /** It has been started and has not ended. */
  readonly running: boolean;
  /** Starts it with this configuration. */
  start(config: string): Promise<void>;
  /** SIGTERM: goodbye, everything given back. */
  stop(): Promise<Ending>;
  /** SIGKILL, to the whole daemon at once. */
  kill(): Promise<void>;
  /** SIGHUP, after writing the new configuration when one is given. */
  reload(config?: string): void;
  /** Its last log lines, for a message about a failure. */
  logs(): string;
}

/** Environment that `Failoverd` gets beside the inherited one. */
export type DaemonEnv = Readonly<Record<string, string>>;

/** `flags`: what a failoverd gets beside the usual options. */
export function routerDaemon(
  kind: DaemonKind,
  host: Host,
  env: DaemonEnv = {},
  flags: readonly string[] = [],
): RouterDaemon {
  if (kind === 'frr') return new Frr(host);
  return kind === 'failoverd' ? new Failoverd(host, env, flags) : new Keepalived(host, env);
}

/** The bundled command as `npm run build` leaves it. */
export const FAILOVERD = path.resolve(import.meta.dirname, '../../dist/failoverd.js');

/** Both daemons enter the host's network by themselves, so that process events reach them. */
abstract class Daemon implements RouterDaemon {
  abstract readonly kind: DaemonKind;
  readonly host: Host;
  readonly #env: DaemonEnv;
  readonly #flags: readonly string[];
  #process: LabProcess | undefined;

  constructor(host: Host, env: DaemonEnv = {}, flags: readonly string[] = []) {
    this.host = host;
    this.#env = env;
    this.#flags = flags;
  }

  get process(): LabProcess {
    if (!this.#process) throw new Error(`${this.kind} on ${this.host.name} has not been started`);
    return this.#process;
  }

  get running(): boolean {
    return this.#process?.running === true;
  }

  async start(config: string): Promise<void> {
    const file = this.host.writeConfig(config);
    this.#process = await this.host.start([...this.command(file), ...this.#flags], {
      name: this.kind,
      env: this.#env,
      outsideNetwork: true,
    });
  }

  stop(): Promise<Ending> {
    return this.process.stop();
  }

  async kill(): Promise<void> {
    this.process.signal('SIGKILL');
    await this.process.ended;
  }

  reload(config?: string): void {
    if (config !== undefined) this.host.writeConfig(config);
    this.process.signal('SIGHUP');
  }

  logs(): string {
    if (!this.#process) return `${this.host.name}: ${this.kind} was not started`;
    return `--- ${this.host.name}: ${this.kind} ---\n${this.#process.tail()}`;
  }

  protected abstract command(configFile: string): string[];
}

export class Failoverd extends Daemon {
  readonly kind = 'failoverd';
  override async start(config: string): Promise<void> {
    if (!existsSync(FAILOVERD)) throw new Error(`${FAILOVERD} is missing: npm run build`);
    await super.start(config);
  }

  protected command(configFile: string): string[] {
    const pidFile = this.host.privatePath('failoverd.pid');
    const flags = [
      '-n',
      '-l',
      '-D',
      '-G',
      '-s',
      this.host.namespace,
      '-p',
      pidFile,
      '-f',
      configFile,
    ];
    return [process.execPath, FAILOVERD, ...flags];
  }
}

const PID_FILES = { '-p': 'keepalived', '-r': 'vrrp', '-c': 'checkers', '-b': 'bfd' } as const;

/** Debian's keepalived 2.2, only its VRRP half, with pid files of its own. */
export class Keepalived extends Daemon {
  readonly kind = 'keepalived';

  /** The parent would start a dead child again, and a child says goodbye when its parent dies. */
  override async kill(): Promise<void> {
    const parent = this.process.pid;
    const children = childrenOf(parent);
    sendSignal(parent, 'SIGSTOP');
    for (const child of children) sendSignal(child, 'SIGKILL');
    await super.kill();
    // An orphan that nobody has reaped yet still answers to its id; a new daemon would give up.
    for (const name of Object.values(PID_FILES)) {
      rmSync(this.host.privatePath(`${name}.pid`), { force: true });
    }
  }

  protected command(configFile: string): string[] {
    const { host } = this;
    const files = Object.entries(PID_FILES).flatMap(([flag, name]) => [
      flag,
      host.privatePath(`${name}.pid`),
    ]);
    const flags = ['-n', '-l', '-D', '-G', '-P', '-s', host.namespace, ...files, '-f', configFile];
    return ['keepalived', ...flags];
  }
}
