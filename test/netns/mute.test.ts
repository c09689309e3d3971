// Adverts that the kernel refuses to send: one FAULT with its reason, no takeover that nobody hears of, and service
// again as soon as something can leave.

import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { asServer2 } from '../lab/walkthroughs.ts';
import { asked, statusOf } from './asking.ts';
import { version3 } from './configs.ts';
import { SERVER1, SERVER2, VIP, vipIsOn, walkthrough, type Stage } from './stage.ts';

const FILE = version3('0.1', [`${VIP}/24`]);

const changesOf = ({ server1 }: Stage): string[] =>
  server1
    .logs()
    .split('\n')
    .filter((line) => /VI_1: \w+ -> \w+/.test(line))
    .map((line) => /\w+ -> \w+/.exec(line)?.[0] ?? '');

async function drop(host: Host, hook: string): Promise<void> {
  await host.run('nft', 'add', 'table', 'ip', 'mute');
  const chain = `{ type filter hook ${hook} priority 0; }`;
  await host.run('nft', 'add', 'chain', 'ip', 'mute', 'out', chain);
  await host.run('nft', 'add', 'rule', 'ip', 'mute', 'out', 'ip', 'protocol', '112', 'drop');
}

for (const hook of ['output', 'postrouting']) {
  walkthrough(
    `a firewall that drops our adverts (${hook})`,
    { pairs: ['failoverd+failoverd', 'failoverd+keepalived'], programs: ['nft'] },
    async (stage) => {
      const { server1 } = stage.lab;
      await stage.server1.start(FILE);
      await vipIsOn(stage, 'server1');
      await stage.server2.start(asServer2(FILE, 100));
      const dropped = Capture.now();
      await drop(server1, hook);
      await stage.capture.waitForAdvert({ from: SERVER2, priority: 100, since: dropped });
      const why = 'a firewall rule on this host drops them';
      await stage.server1.process.waitForLine(new RegExp(`VI_1: MASTER -> FAULT.*${why}`));
      await vipIsOn(stage, 'server2');

      // Tried again after a second at first, and each second thereafter.
      const since = Capture.now();
      await eventually('five seconds', () => Capture.now() > since + 5_000_000);
      expect(changesOf(stage).at(-1)).toBe('MASTER -> FAULT');
      expect(changesOf(stage).filter((one) => one.endsWith('-> FAULT'))).toHaveLength(1);
      expect(stage.server1.logs()).not.toContain('all faults have cleared');
      const { faults } = (await statusOf(server1)).instances[0] ?? {};
      expect(faults?.join()).toContain(why);
      const [reason] = await asked(server1, (client) => client.why());
      expect(reason?.sentences.join(' ')).toContain(why);
      expect(await server1.addresses()).not.toContain(`${VIP}/24`);

      const opened = Capture.now();
      await server1.run('nft', 'delete', 'table', 'ip', 'mute');
      await stage.capture.waitForAdvert({ from: SERVER1, priority: 200, since: opened });
      await vipIsOn(stage, 'server1');
      expect(changesOf(stage).slice(-2)).toEqual(['FAULT -> BACKUP', 'BACKUP -> MASTER']);
    },
  );
}
