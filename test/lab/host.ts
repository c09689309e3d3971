import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { attempt, run, type CommandResult } from './commands.ts';
import { LabProcess } from './process.ts';

/** What a host is made of; `Lab` fills it in. */
export interface HostParts {
  readonly name: string;
  /** The name of its network namespace, for `ip -n` and for a daemon's `-s`. */
  readonly namespace: string;
  /** The process that holds its namespaces, as the machine's first pid namespace counts. */
  readonly holderPid: number;
  /** Its own files: `run` is its /run, `bin` its /usr/local/bin. */
  readonly directory: string;
  readonly pidDirectory: string;
  /** It has a process table of its own, in which only its own processes can be seen. */
  readonly privatePids: boolean;
}

export interface StartOptions {
  readonly name?: string;
  readonly env?: Readonly<Record<string, string>>;
  /**
   * In the network namespace of the machine instead of the host's own: for daemons that enter
   * it by themselves (`-s NAME`), because process events are told only in the first one.
   */
  readonly outsideNetwork?: boolean;
}

/**
 * One computer of a lab: a network namespace, a mount namespace with its own /run and
 * /usr/local/bin, and when asked its own process table.
 */
export class Host {
  readonly name: string;
  readonly namespace: string;
  readonly privatePids: boolean;
  readonly #parts: HostParts;
  readonly #processes: LabProcess[] = [];

  constructor(parts: HostParts) {
    this.name = parts.name;
    this.namespace = parts.namespace;
    this.privatePids = parts.privatePids;
    this.#parts = parts;
  }

  /** Runs a command on this host to its end. Throws when it fails. */
  run(...argv: readonly string[]): Promise<string> {
    return run([...this.#enter(), ...argv]);
  }

  /** Runs a command on this host to its end, whatever comes of it. */
  attempt(...argv: readonly string[]): Promise<CommandResult> {
    return attempt([...this.#enter(), ...argv]);
  }

  /** Runs a shell script on this host. Throws when it fails. */
  shell(script: string): Promise<string> {
    return run([...this.#enter(), 'sh', '-e'], script);
  }

  /** Starts a process that runs until it is stopped, at the latest by the lab's end. */
  async start(argv: readonly string[], options: StartOptions = {}): Promise<LabProcess> {
    const started = await LabProcess.start({
      name: `${this.name} ${options.name ?? path.basename(argv[0] ?? '')}`,
      argv: [...this.#enter(options.outsideNetwork), ...argv],
      pidDirectory: this.#parts.pidDirectory,
      wrapped: this.privatePids,
      ...(options.env && { env: options.env }),
    });
    this.#processes.push(started);
    return started;
  }

  /** All that were started here, for clearing up. */
  get processes(): readonly LabProcess[] {
    return this.#processes;
  }

  /** `ip` on this host, for instance `host.ip('link', 'set', 'ens9', 'down')`. */
  ip(...args: readonly string[]): Promise<string> {
    return run(['ip', '-n', this.namespace, ...args]);
  }

  /** The addresses of an interface as ADDRESS/LENGTH in the kernel's order, link-local left out. */
  async addresses(device = 'eth0', family: 'inet' | 'inet6' = 'inet'): Promise<string[]> {
    const text = await this.ip('-j', 'addr', 'show', 'dev', device);
    const [link] = JSON.parse(text) as [AddressRow];
    return link.addr_info
      .filter((row) => row.family === family && row.scope !== 'link')
      .map((row) => `${row.local}/${row.prefixlen}`);
  }

  /** The Ethernet address that this host has learnt for an IP address, or undefined. */
  async neighbour(address: string, device = 'eth0'): Promise<string | undefined> {
    const text = await this.ip('-j', 'neigh', 'show', address, 'dev', device);
    const rows = text.trim() === '' ? [] : (JSON.parse(text) as { lladdr?: string }[]);
    return rows[0]?.lladdr;
  }

  /** The path, seen from outside, of a file that the host has under /run (= /var/run). */
  runPath(relative: string): string {
    return path.join(this.#parts.directory, 'run', relative);
  }

  /** Writes a file under the host's /run (= /var/run), making its directory. */
  writeRun(relative: string, text: string): void {
    const file = this.runPath(relative);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Reads a file under the host's /run, or undefined when there is none. */
  readRun(relative: string): string | undefined {
    try {
      return readFileSync(this.runPath(relative), 'utf8');
    } catch {
      return undefined;
    }
  }

  /** Puts an executable script into the host's /usr/local/bin. */
  installScript(name: string, text: string): void {
    const file = path.join(this.#parts.directory, 'bin', name);
    rmSync(file, { force: true });
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  }

  /** Writes a configuration file of this host and returns its path, the same inside and out. */
  writeConfig(text: string, name = 'keepalived.conf'): string {
    const file = path.join(this.#parts.directory, name);
    writeFileSync(file, text, { mode: 0o644 });
    return file;
  }

  /** A path for a file of this host that nobody else uses. */
  privatePath(name: string): string {
    return path.join(this.#parts.directory, name);
  }

  /** What stands before a command to run it on this host. */
  entered(): readonly string[] {
    return this.#enter();
  }

  #enter(outsideNetwork = false): string[] {
    const argv = ['nsenter', '-t', String(this.#parts.holderPid), '-m'];
    if (!outsideNetwork) argv.push('-n');
    if (this.privatePids) argv.push('-p');
    return [...argv, '--'];
  }
}

interface AddressRow {
  readonly addr_info: readonly {
    readonly family: string;
    readonly local: string;
    readonly prefixlen: number;
    readonly scope: string;
  }[];
}
