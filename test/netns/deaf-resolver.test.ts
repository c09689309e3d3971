// A name server that never answers, and mail that goes to a relay by its name: names are asked for again
// and again, and neither adverts nor file trackers nor those who ask for status wait for that.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { statusOf } from './asking.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, walkthrough } from './stage.ts';

/** Each has its own mail on its way: more than there are threads in which Node waits for files and names. */
const INSTANCES = 8;
const NOBODY = '192.168.122.66';

const CONFIG = `global_defs {
    router_id lb1
    notification_email {
        ops@example.com
    }
    smtp_server mail.example.com 25
    smtp_alert
}
track_file watched {
    file /var/run/watched
}
${Array.from({ length: INSTANCES }, (_, index) => instance(index + 1)).join('')}`;

function instance(number: number): string {
  return version3('0.05', [`192.168.122.${199 + number}/24`])
    .replace('VI_1', `VI_${number}`)
    .replace('router_id 51', `router_id ${50 + number}`)
    .replace(/}\n$/, '    track_file {\n        watched weight 1\n    }\n}\n');
}

walkthrough(
  'a name server that never answers',
  { pairs: ALONE_WITH_OURSELVES, programs: ['tcpdump'] },
  async ({ lab, capture, server1 }) => {
    const host = lab.server1;
    host.writeRun('resolv.conf', `nameserver ${NOBODY}\noptions timeout:30 attempts:5\n`);
    host.writeRun('watched', '0\n');
    await host.shell(`mount --bind /run/resolv.conf /etc/resolv.conf
      ip neigh replace ${NOBODY} lladdr 02:00:00:00:00:66 dev eth0`);
    const asking = await Capture.start(lab.client, 'eth0', `dst host ${NOBODY} and udp port 53`);
    await server1.start(CONFIG);
    const served = async () => {
      const { instances } = await statusOf(host);
      return instances.length === INSTANCES && instances.every(({ state }) => state === 'MASTER');
    };
    await eventually('MASTER of all', served);
    await eventually('a question', () => /mail\.example\.com/.test(asking.tail(200)));
    // By now the mails of all of them are waiting.
    await sleep(500);
    const since = Capture.now();
    host.writeRun('watched', '7\n');
    await capture.waitForAdvert({ from: SERVER1, priority: 207, since });
    expect(await served()).toBe(true);
    expect((await server1.stop()).code).toBe(0);
    await asking.stop();
  },
);
