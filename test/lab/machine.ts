// A machine of its own with systemd as its first process, for what only a service manager can judge: the
// unit, the package, the watchdog. It has the files of this machine, and what it changes is thrown away.

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { attempt, run, type CommandResult } from './commands.ts';
import { eventually } from './eventually.ts';
import { childrenOf } from './process.ts';
import { whatIsMissing } from './requirements.ts';

const SCRIPT = path.join(import.meta.dirname, 'machine.sh');
const NAMESPACES = ['--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--kill-child'];
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What this machine lacks to have one, as a sentence; empty when nothing. */
export function whyNoMachine(): string {
  const missing = whatIsMissing(['ip', 'nsenter', 'unshare', 'setpriv', 'dpkg-deb']);
  if (missing !== '') return missing;
  if (!existsSync('/lib/systemd/systemd')) return 'systemd must be installed';
  const kernel = readFileSync('/proc/filesystems', 'utf8');
  const lacking = ['overlay', 'cgroup2'].filter((name) => !kernel.includes(`\t${name}\n`));
  return lacking.length === 0 ? '' : `the kernel must know ${lacking.join(' and ')}`;
}

export class Machine {
  readonly #unshare: ChildProcess;
  readonly #directory: string;
  readonly #group: string;
  readonly #pid: number;

  private constructor(unshare: ChildProcess, directory: string, group: string, pid: number) {
    this.#unshare = unshare;
    this.#directory = directory;
    this.#group = group;
    this.#pid = pid;
  }

  static async boot(): Promise<Machine> {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'failoverd-machine-'));
    const group = path.basename(directory);
    // Ends with whoever made it.
    const argv = ['--pdeathsig=KILL', 'unshare', ...NAMESPACES, 'sh', SCRIPT, directory, group];
    const unshare = spawn('setpriv', argv, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    unshare.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const pid = await eventually('a machine to begin', () => {
      if (unshare.exitCode !== null) throw new Error(`no machine: ${said}`);
      return childrenOf(unshare.pid ?? 0)[0];
    });
    const machine = new Machine(unshare, directory, group, pid);
    await eventually('a machine to run', async () => {
      const { stdout } = await machine.attempt(['systemctl', 'is-system-running']);
      return stdout === 'running\n';
    });
    return machine;
  }

  /** A file of the machine, as this one sees it. */
  file(name: string): string {
    return path.join(`/proc/${this.#pid}/root`, name);
  }

  attempt(argv: readonly string[]): Promise<CommandResult> {
    const enter = [
      'nsenter',
      '-t',
      String(this.#pid),
      '-m',
      '-p',
      '-n',
      '-u',
      '-i',
      '-C',
      '--root',
    ];
    return attempt([...enter, 'env', '-i', '-C', '/', `PATH=${PATH}`, 'LC_ALL=C', ...argv]);
  }

  async run(argv: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.attempt(argv);
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** What systemd knows of a unit. */
  async property(unit: string, name: string): Promise<string> {
    return (await this.run(['systemctl', 'show', '--value', '-p', name, unit])).trim();
  }

  /** All that a unit has said. */
  journal(unit: string): Promise<string> {
    return this.run(['journalctl', '--no-pager', '--output=cat', '-u', unit]);
  }

  /** All its processes with it. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#unshare.once('exit', resolve));
    process.kill(this.#pid, 'SIGKILL');
    await ended;
    const groups = path.join(this.#directory, 'groups');
    const remove = `mount -t cgroup2 cgroup2 ${this.#directory} && find ${this.#directory}/${this.#group} -depth -type d -exec rmdir {} +`;
    await eventually('its control group to be empty', async () => {
      const { code } = await attempt(['unshare', '--mount', 'sh', '-c', remove]);
      return code === 0;
    });
    await run(['rm', '-rf', groups]);
    rmdirSync(this.#directory);
  }
}
