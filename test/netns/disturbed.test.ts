// What others do to a host, a hundred times a second: links that flap, addresses that are taken
// away, a log that nobody reads. When it is over the kernel shows what it should, and MASTER has not
// been given up without a reason.

import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { disturbed, hasAddresses, OWN, stateOf, VIPS } from './scene.ts';
import { SERVER1 } from './stage.ts';

disturbed(
  'VIPs taken away forty times are put back, then given up with a reason',
  async (scene) => {
    const { host, witness, control } = scene;
    const [vip = ''] = VIPS;
    const takeAway = (times: number): Promise<string> =>
      host.shell(`for i in $(seq ${times}); do
      n=0
      until ip addr del ${vip} dev eth0 2>/dev/null; do
        n=$((n + 1)); [ $n -lt 500 ] || exit 0; sleep 0.01
      done
    done`);
    await takeAway(40);
    await hasAddresses(host, OWN, ...VIPS);
    expect(await stateOf(control)).toBe('MASTER');
    expect(witness.adverts({ from: SERVER1, priority: 0 })).toEqual([]);

    await takeAway(200);
    await witness.waitForAdvert({ from: SERVER1, priority: 0 });
    const reasons = await eventually('a reason', async () => {
      const [why] = await control.why('VI_1');
      return why?.state === 'FAULT' ? why.sentences.join(' ') : undefined;
    });
    expect(reasons).toMatch(/something else on this host keeps removing 192\.168\.122\.200/);
    await hasAddresses(host, OWN);
  },
);

disturbed('a link that flaps a hundred times a second', async ({ host, control, witness }) => {
  await host.shell(`for i in $(seq 150); do
    ip link set eth0 down; sleep 0.005; ip link set eth0 up; sleep 0.005
  done`);
  const calm = Capture.now();
  await eventually('MASTER', async () => (await stateOf(control)) === 'MASTER');
  await witness.waitForAdvert({ from: SERVER1, priority: 200, since: calm });
  await hasAddresses(host, OWN, ...VIPS);
});

/** Standard output and error are a pipe that is full already, with a reader that does not read. */
const FULL_PIPE = `mkfifo "$0"
tail --pid=$$ -f /dev/null <"$0" &
exec 3>"$0"
head -c 65536 /dev/zero >&3
exec "$@" >&3 2>&3`;

disturbed(
  'a log that nobody reads',
  async ({ host, control, witness }) => {
    for (let round = 0; round < 20; round += 1) {
      await control.drain('VI_1', { force: true });
      await control.undrain('VI_1');
      expect(await control.reload()).toMatchObject({ ok: true });
    }
    const since = Capture.now();
    await eventually('MASTER', async () => (await stateOf(control)) === 'MASTER');
    await witness.waitForAdvert({ from: SERVER1, priority: 200, since });
    await hasAddresses(host, OWN, ...VIPS);
  },
  { entrance: (host) => ['sh', '-c', FULL_PIPE, host.privatePath('log')] },
);
