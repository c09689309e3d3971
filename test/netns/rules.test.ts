// Our tables of nftables beside whoever else changes the ruleset: news of the kernel, and nothing else, has
// the daemon look.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect } from 'vitest';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import type { LabProcess } from '../lab/process.ts';
import { statusOf } from './asking.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { scrape } from './scrape.ts';
import { VIP, vipIsOn, walkthrough, type Stage } from './stage.ts';

const ALONE = { pairs: ALONE_WITH_OURSELVES, programs: ['nft'] };
const FILE = version3('0.2', [`${VIP}/24`]).replace('version 3', 'version 3\n    no_accept');

async function rulesOf({ lab }: Stage): Promise<string> {
  return (await lab.server1.attempt('nft', 'list', 'table', 'ip', 'failoverd')).stdout;
}

/** Starts the daemon, and returns its rules. */
async function start(stage: Stage): Promise<string> {
  await stage.server1.start(FILE);
  await vipIsOn(stage, 'server1');
  return rulesOf(stage);
}

/** All that is changed in the ruleset from here on, line by line as `nft monitor` writes it. */
async function witness({ lab }: Stage): Promise<LabProcess> {
  const monitor = await lab.server1.start(['stdbuf', '-oL', 'nft', 'monitor'], { name: 'monitor' });
  await eventually('the monitor listens', async () => {
    await lab.server1.shell('nft add table ip probe; nft delete table ip probe');
    return monitor.lines.includes('delete table ip probe');
  });
  return monitor;
}

const count = ({ lines }: LabProcess, line: string): number =>
  lines.filter((one) => one === line).length;

walkthrough(
  'a table that is removed, or emptied, is put back once each time',
  ALONE,
  async (stage) => {
    const { server1 } = stage.lab;
    const rules = await start(stage);
    const monitor = await witness(stage);
    await server1.run('nft', 'delete', 'table', 'ip', 'failoverd');
    await eventuallyEqual('the table', () => rulesOf(stage), rules);
    await server1.run('nft', 'flush', 'table', 'ip', 'failoverd');
    await eventuallyEqual('its rules', () => rulesOf(stage), rules);
    await server1.run('nft', 'flush', 'ruleset');
    await eventuallyEqual('all again', () => rulesOf(stage), rules);
    await stage.server1.process.waitForLine(/nftables of failoverd; .*; it was done with nft$/);
    await eventually('three repairs', async () =>
      (await scrape(server1.runPath('metrics.sock'))).includes(
        'failoverd_repairs_total{what="nftables",by="unknown"} 3\n',
      ),
    );
    // What the daemon does itself is news, too, and no reason to do it again.
    await server1.run('nft', 'add', 'table', 'ip', 'other');
    await eventually('the other table', () => count(monitor, 'add table ip other') === 1);
    expect(count(monitor, 'add table ip failoverd')).toBe(3);
  },
);

walkthrough('changes of others lead to none of ours, and hide no theft', ALONE, async (stage) => {
  const { server1 } = stage.lab;
  const rules = await start(stage);
  const monitor = await witness(stage);
  await server1.shell('for i in $(seq 100); do nft add table ip other$i; done');
  await server1.run('nft', 'delete', 'table', 'ip', 'failoverd');
  await server1.shell('for i in $(seq 100); do nft delete table ip other$i; done');
  await eventuallyEqual('the table', () => rulesOf(stage), rules);
  await eventually('the last change', () => count(monitor, 'delete table ip other100') === 1);
  expect(count(monitor, 'add table ip failoverd')).toBe(1);
});

walkthrough(
  'a table of that name that somebody else has put there stays, and ours has another',
  ALONE,
  async (stage) => {
    const { server1 } = stage.lab;
    const rules = await start(stage);
    await server1.shell('echo "delete table ip failoverd; add table ip failoverd" | nft -f -');
    const other = rules.replace('table ip failoverd', 'table ip failoverd_2');
    await eventuallyEqual(
      'the other table',
      async () => (await server1.attempt('nft', 'list', 'table', 'ip', 'failoverd_2')).stdout,
      other,
    );
    const theirs = await rulesOf(stage);
    expect(theirs).not.toContain('chain');
    await stage.server1.stop();
    expect((await server1.run('nft', 'list', 'tables')).trim()).toBe('table ip failoverd');
  },
);

const tools = mkdtempSync(path.join(os.tmpdir(), 'failoverd-nft-'));
const broken = path.join(tools, 'broken');
afterAll(() => rmSync(tools, { recursive: true }));
const PATH = process.env['PATH'] ?? '';
// One that installs nothing as long as it is told not to.
writeFileSync(
  path.join(tools, 'nft'),
  `#!/bin/sh
if [ -e ${broken} ] && [ "$1" = -f ]; then echo 'Error: no rules today' >&2; exit 1; fi
PATH=${PATH} exec nft "$@"
`,
  { mode: 0o755 },
);

walkthrough(
  'tables that could not be installed are there as soon as they can be',
  { ...ALONE, env: { PATH: `${tools}:${PATH}` } },
  async (stage) => {
    const { server1 } = stage.lab;
    writeFileSync(broken, '');
    await stage.server1.start(FILE);
    await vipIsOn(stage, 'server1');
    const failed = 'the firewall rules could not be installed: Error: no rules today';
    await stage.server1.process.waitForLine(new RegExp(`error: ${failed}; it is tried again`));
    expect((await statusOf(server1)).daemon.troubles).toEqual([failed]);
    const since = performance.now();
    await eventually('four seconds', () => performance.now() > since + 4000);
    expect(stage.server1.logs().split(failed)).toHaveLength(2);
    rmSync(broken);
    await stage.server1.process.waitForLine(/notice: the firewall rules stand now/);
    expect(await rulesOf(stage)).toContain(VIP);
    expect((await statusOf(server1)).daemon.troubles).toEqual([]);
    // And they are watched as any.
    await server1.run('nft', 'delete', 'table', 'ip', 'failoverd');
    await eventually('the table', async () => (await rulesOf(stage)).includes(VIP));
  },
);
