// Later versions of Node.js than the one that the tests run with: the bundle and the addon as they are
// built here, a file that is checked and a router that becomes MASTER.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { attempt, run } from '../lab/commands.ts';
import { eventually } from '../lab/eventually.ts';
import { Lab } from '../lab/lab.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD } from '../lab/router-daemon.ts';

const missing = whatIsMissing(LAB_PROGRAMS);
const config = path.resolve(import.meta.dirname, '../lab/walkthroughs/1-process.conf');

describe.skipIf(missing !== '')(`other versions of Node.js ${missing}`, () => {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'failoverd-nodes-'));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it.each([22, 24])('Node.js %i', async (version) => {
    const project = path.join(scratch, String(version));
    const platform = `node-linux-${process.arch}@${version}`;
    await run(['npm', 'install', '--no-audit', '--no-fund', '--prefix', project, platform]);
    const node = path.join(project, `node_modules/node-linux-${process.arch}/bin/node`);
    expect(await run([node, '--version'])).toMatch(new RegExp(`^v${version}\\.`));
    const checked = await attempt([node, FAILOVERD, 'check', config]);
    expect([checked.code, checked.stderr]).toEqual([0, '']);
    const lab = await Lab.create();
    try {
      const { server1 } = lab;
      const file = server1.writeConfig(`vrrp_instance VI_1 {
          interface eth0
          virtual_router_id 51
          version 3
          advert_int 0.1
          virtual_ipaddress {
              192.168.122.200/24
          }
      }\n`);
      const argv = ['run', '-n', '-l', '-s', server1.namespace, '-f', file];
      const daemon = await server1.start([node, FAILOVERD, ...argv], { outsideNetwork: true });
      await daemon.waitForLine(/BACKUP -> MASTER/);
      const status = `${node} ${FAILOVERD} status -s ${server1.namespace}`;
      await eventually('its status', async () =>
        (await server1.shell(status)).includes('1 MASTER'),
      );
      await daemon.stop();
      expect(daemon.lines.join('\n')).not.toContain('unrecognized');
    } finally {
      await lab.close();
    }
  });
});
