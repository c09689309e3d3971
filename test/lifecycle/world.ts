// One router in a lab, seen from the service manager's side: how the command starts, what it says,
// how it ends, and what it leaves behind.

import { readdirSync, readFileSync } from 'node:fs';
import { eventuallyEqual } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { Lab } from '../lab/lab.ts';
import type { Ending, LabProcess } from '../lab/process.ts';
import { FAILOVERD } from '../lab/router-daemon.ts';

export const OWN = '192.168.122.101/24';
export const VIP = '192.168.122.200/24';

/** A short advert interval, so that a takeover takes a third of a second. */
export function configuration(extra = '', instance = 'VI_1', priority = 100): string {
  return `
global_defs {
  vrrp_version 3
}
${extra}
vrrp_instance ${instance} {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int 0.1
  virtual_ipaddress {
    ${VIP}
  }
}
`;
}

export interface Finished extends Ending {
  readonly text: string;
}

/** What a test starts and looks at. */
export class World {
  readonly lab: Lab;
  readonly host: Host;
  /** Carried by the daemon and everything that it starts. */
  readonly mark = `mark-${process.pid}-${Math.random().toString(36).slice(2)}`;

  private constructor(lab: Lab) {
    this.lab = lab;
    this.host = lab.server1;
  }

  static async create(): Promise<World> {
    return new World(await Lab.create());
  }

  /** The daemon in the host's namespace, with what it needs and `extra`. */
  daemon(file: string, extra: readonly string[] = []): Promise<LabProcess> {
    const args = ['run', '-n', '-l', '-D', '-s', this.host.namespace, '-f', file, ...extra];
    return this.start(args, 'failoverd');
  }

  start(args: readonly string[], name = 'failoverd', before: readonly string[] = []) {
    const argv = [...before, process.execPath, FAILOVERD, ...args];
    const env = { FAILOVERD_TEST_MARK: this.mark };
    return this.host.start(argv, { name, env, outsideNetwork: true });
  }

  /** Runs the command to its end. */
  async finish(args: readonly string[], before: readonly string[] = []): Promise<Finished> {
    const process = await this.start(args, 'failoverd', before);
    const ending = await process.ended;
    // The last lines may still be in the pipe.
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { ...ending, text: process.lines.join('\n') };
  }

  cleanup(file: string): Promise<Finished> {
    return this.finish(['cleanup', '-s', this.host.namespace, '-f', file]);
  }

  /** Waits until the host's eth0 has exactly these addresses. */
  async addresses(...wanted: readonly string[]): Promise<void> {
    try {
      await eventuallyEqual('the addresses', () => this.host.addresses(), [...wanted], {
        timeoutMs: 15_000,
      });
    } catch (error) {
      const said = this.host.processes.map((one) => `--- ${one.name}\n${one.tail()}`).join('\n');
      throw new Error(`${String(error)}\n${said}`, { cause: error });
    }
  }

  /** Command lines of living processes that carry the mark. */
  survivors(): string[] {
    return readdirSync('/proc')
      .filter((name) => /^[0-9]+$/.test(name))
      .flatMap((pid) => {
        try {
          const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
          if (!environment.includes(this.mark)) return [];
          return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'latin1')}`];
        } catch {
          return [];
        }
      });
  }

  /** Nothing of the daemon is left: no address, no process, no rule, no extra link. */
  async nothingLeft(): Promise<void> {
    await this.addresses(OWN);
    await eventuallyEqual('processes that were left', () => this.survivors(), []);
    const rules = await this.host.attempt('nft', 'list', 'ruleset');
    if (rules.code === 0 && rules.stdout.trim() !== '') throw new Error(rules.stdout);
    const links = JSON.parse(await this.host.ip('-j', 'link')) as { ifname: string }[];
    const names = links.map(({ ifname }) => ifname).sort();
    if (names.join(' ') !== 'ens9 eth0 lo') throw new Error(`links: ${names.join(' ')}`);
  }
}
