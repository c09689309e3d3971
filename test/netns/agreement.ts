import { eventually } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import type { RouterDaemon } from '../lab/router-daemon.ts';
import type { InstanceReport, StatusReport } from '../../src/observe/controlClient.ts';
import { statusOf } from './asking.ts';
import { scrape } from './scrape.ts';

/** What a failoverd needs so that everything that it tells can be compared. */
export const TELLING = {
  env: { TMPDIR: '/run' },
  flags: ['--metrics', 'unix:/run/metrics.sock'],
} as const;

const stateNumbers = { INIT: 0, BACKUP: 1, MASTER: 2, FAULT: 3 } as const;

/**
 * Waits until status, metrics, keepalived's JSON file, its statistics and the kernel say the same of
 * every instance of a failoverd that was started with TELLING; returns that status.
 */
export function everybodyAgrees({ host, process: daemon }: RouterDaemon): Promise<StatusReport> {
  return eventually(`${host.name} to be of one mind`, async () => {
    // Who answers has begun to listen to signals; before that they would end it.
    const status = await statusOf(host);
    daemon.signal(36);
    daemon.signal('SIGUSR2');
    const metrics = await scrape(host.runPath('metrics.sock'));
    const kernel = await addressesOf(host);
    for (const one of status.instances) {
      const said = {
        metrics: inMetrics(one, metrics),
        json: inJson(one, host.readRun('keepalived.json')),
        stats: inStats(one, host.readRun('keepalived.stats')),
        kernel: one.addresses.every(
          ({ address, prefixLength, state }) =>
            kernel.has(`${address}/${prefixLength}`) === (state === 'confirmed'),
        ),
      };
      if (Object.values(said).every(Boolean)) continue;
      throw new Error(`${one.name} ${one.state}, ${one.confirmed}: ${JSON.stringify(said)}`);
    }
    return status;
  });
}

/** Of all interfaces, as ADDRESS/LENGTH. */
async function addressesOf(host: Host): Promise<ReadonlySet<string>> {
  const links = JSON.parse(await host.ip('-j', 'addr', 'show')) as readonly {
    readonly addr_info?: readonly { readonly local: string; readonly prefixlen: number }[];
  }[];
  const rows = links.flatMap((link) => link.addr_info ?? []);
  return new Set(rows.map(({ local, prefixlen }) => `${local}/${prefixlen}`));
}

function inMetrics(one: InstanceReport, metrics: string): boolean {
  const labels = `instance_name="${one.name}",interface="${one.interface}",vrid="${one.vrid}",family="${one.family}"`;
  return [
    `failoverd_state{${labels},state="${one.state}"} 1`,
    `failoverd_priority{${labels}} ${one.priority.effective}`,
    `failoverd_addresses_confirmed{${labels}} ${one.confirmed}`,
    `failoverd_became_master_total{${labels}} ${one.counters.becameMaster}`,
  ].every((line) => metrics.includes(`\n${line}\n`));
}

interface Dumped {
  readonly data: Readonly<Record<string, unknown>>;
  readonly stats: Readonly<Record<string, number>>;
}

function inJson({ name, state, counters }: InstanceReport, text = '[]'): boolean {
  const dumped = (JSON.parse(text) as readonly Dumped[]).find(({ data }) => data['iname'] === name);
  return (
    dumped?.data['state'] === stateNumbers[state] &&
    dumped.stats['become_master'] === counters.becameMaster &&
    dumped.stats['release_master'] === counters.releasedMaster
  );
}

function inStats({ name, counters }: InstanceReport, text = ''): boolean {
  const section = text.split('VRRP Instance: ').find((part) => part.startsWith(`${name}\n`));
  const wanted = `  Became master: ${counters.becameMaster}\n  Released master: ${counters.releasedMaster}\n`;
  return section?.includes(wanted) === true;
}
