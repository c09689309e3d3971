// What it costs to read and check a file of many instances, beside keepalived's own `-t` in the same
// run: wall-clock and processor time, and the most memory in use. Both start as whole processes.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spread } from './statistics.ts';

const VRIDS = 255;
const command = path.resolve(import.meta.dirname, '../../dist/failoverd.js');

export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly memoryMiB: number;
}

function instanceText(index: number): string {
  const [vrid, device] = [(index % VRIDS) + 1, Math.floor(index / VRIDS)];
  const address = `10.${100 + device}.${(index >> 8) & 255}.${index & 255}`;
  return `vrrp_instance VI_${index} {
    state BACKUP
    interface v${device}
    virtual_router_id ${vrid}
    priority ${50 + (index % 150)}
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass secret
    }
    virtual_ipaddress {
        ${address}/32 dev v${device}
    }
    track_interface {
        up0 weight -20
    }
}
`;
}

/** A shell that has the interfaces of the file, in a namespace that goes away with it. */
function inNamespace(devices: number, words: string): string[] {
  const names = ['up0', ...Array.from({ length: devices }, (_, index) => `v${index}`)];
  const links = names.map((name) => `ip link add ${name} type veth peer name p${name}`);
  const script = [...links, `exec ${words}`].join('\n');
  return ['unshare', '--net', 'sh', '-c', script];
}

/** Processor time and memory as GNU time reports them for the process and its children. */
function measure(words: string, devices: number, directory: string): Cost {
  const report = path.join(directory, 'cost');
  const timed = `/usr/bin/time -o ${report} -f '%e %U %S %M' ${words}`;
  const [program = '', ...args] = inNamespace(devices, timed);
  const run = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.error !== undefined) throw run.error;
  const last = readFileSync(report, 'utf8').trim().split('\n').at(-1) ?? '';
  const [wall = 0, user = 0, system = 0, memory = 0] = last.split(' ').map(Number);
  return {
    wallMs: wall * 1000,
    cpuMs: (user + system) * 1000,
    memoryMiB: memory / 1024,
  };
}

function summary(costs: readonly Cost[]): Cost {
  return {
    wallMs: spread(costs.map((cost) => cost.wallMs)).median,
    cpuMs: spread(costs.map((cost) => cost.cpuMs)).median,
    memoryMiB: spread(costs.map((cost) => cost.memoryMiB)).median,
  };
}

/** Reads and checks a file of so many instances with each of the two, in turn. */
export function measureCheck(
  instances: number,
  rounds: number,
): Record<'failoverd' | 'keepalived', Cost> {
  const devices = Math.ceil(instances / VRIDS);
  const directory = mkdtempSync(path.join(tmpdir(), 'failoverd-bench-'));
  try {
    const file = path.join(directory, 'many.conf');
    const texts = Array.from({ length: instances }, (_, index) => instanceText(index));
    writeFileSync(file, texts.join(''));
    const costs = { failoverd: [] as Cost[], keepalived: [] as Cost[] };
    // Alternating, so that a busy minute falls on both.
    for (let round = 0; round < rounds; round++) {
      const ours = `${process.execPath} ${command} check ${file}`;
      costs.failoverd.push(measure(ours, devices, directory));
      costs.keepalived.push(measure(`keepalived -t -f ${file}`, devices, directory));
    }
    return { failoverd: summary(costs.failoverd), keepalived: summary(costs.keepalived) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
