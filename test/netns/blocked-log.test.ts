// A log target that takes nothing: the journal's socket, syslog's socket, a file on a full disk. The
// daemon goes on answering and moving addresses, and says afterwards what was lost.

import { expect, test } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { Lab } from '../lab/lab.ts';
import type { LabProcess } from '../lab/process.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD } from '../lab/router-daemon.ts';
import { asked, statusOf } from './asking.ts';
import { version3 } from './configs.ts';
import { SERVER1, VIP } from './stage.ts';

const missing = whatIsMissing([...LAB_PROGRAMS, 'python3']);

interface Target {
  readonly title: string;
  /** Options of the daemon beside the usual ones. */
  readonly flags: readonly string[];
  /** Makes the target on the host, before the daemon starts, so that it takes nothing. */
  readonly block: (host: Host) => Promise<Blocked>;
  /** Runs the daemon through this. */
  readonly through?: readonly string[];
}

interface Blocked {
  /** From now on it takes what comes. */
  readonly open: () => Promise<void>;
  /** All that it has taken. */
  readonly taken: () => string;
}

/** Binds a datagram socket and reads nothing before there is a file beside it. */
const RECEIVER = `
import os, socket, sys, time
place = sys.argv[1]
os.makedirs(os.path.dirname(place), exist_ok=True)
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(place)
print('bound', flush=True)
while not os.path.exists('/run/read-now'):
    time.sleep(0.02)
while True:
    print(s.recv(65536).decode('utf8', 'replace').replace('\\n', '|'), flush=True)
`;

async function deafSocket(host: Host, place: string): Promise<Blocked> {
  const receiver: LabProcess = await host.start(['python3', '-c', RECEIVER, place]);
  await receiver.waitForLine(/^bound$/);
  return {
    open: () => Promise.resolve(host.writeRun('read-now', '')),
    taken: () => receiver.lines.join('\n'),
  };
}

const targets: readonly Target[] = [
  {
    title: "the journal's socket",
    flags: [],
    block: (host) => deafSocket(host, '/run/systemd/journal/socket'),
    // As systemd connects standard error.
    through: ['sh', '-c', 'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$0" "$@"'],
  },
  {
    title: "syslog's socket",
    flags: ['-S', 'local3'],
    block: async (host) => {
      await host.shell(`mkdir /run/dev
        for d in null zero full random urandom; do cp -a /dev/$d /run/dev/; done
        mount --bind /run/dev /dev`);
      return deafSocket(host, '/dev/log');
    },
  },
  {
    title: 'a file on a full disk',
    flags: ['-G', '--log-file=/run/small/log'],
    block: async (host) => {
      await host.shell(`mkdir /run/small; mount -t tmpfs -o size=64k none /run/small
        touch /run/small/log; dd if=/dev/zero of=/run/small/rest bs=1k 2>/dev/null || true`);
      let taken = '';
      const read = async (): Promise<boolean> => {
        taken = await host.run('cat', '/run/small/log');
        return true;
      };
      return {
        open: async () => {
          expect(await host.run('cat', '/run/small/log')).toBe('');
          await host.run('rm', '/run/small/rest');
        },
        taken: () => {
          void read();
          return taken;
        },
      };
    },
  },
];

test.runIf(missing === '').each(targets)('$title', async ({ flags, block, through = [] }) => {
  const lab = await Lab.create();
  try {
    const host = lab.server1;
    const witness = await Capture.start(lab.client);
    const target = await block(host);
    const file = host.writeConfig(version3('0.05', [`${VIP}/24`]));
    const usual = ['run', '-n', '-D', '-D', '-s', host.namespace, '-f', file];
    const argv = [...through, process.execPath, FAILOVERD, ...usual, ...flags];
    const daemon = await host.start(argv, { name: 'failoverd', outsideNetwork: true });
    await witness.waitForAdvert({ from: SERVER1, priority: 200 });
    await eventually('its answer', () => statusOf(host));
    for (let round = 0; round < 20; round += 1) {
      await asked(host, async (client) => {
        await client.drain('VI_1', { force: true });
        await client.undrain('VI_1');
        expect(await client.reload()).toMatchObject({ ok: true });
      });
    }
    const since = Capture.now();
    await eventually('MASTER', async () => (await statusOf(host)).instances[0]?.state === 'MASTER');
    await witness.waitForAdvert({ from: SERVER1, priority: 200, since });

    await target.open();
    // Each makes a line of a kind that no rate limit has left out.
    await eventually('to hear what was lost', async () => {
      process.kill(daemon.pid, 'SIGUSR2');
      await asked(host, (client) => client.undrain('VI_1'));
      return /\d+ lines were lost here: the log did not take them/.test(target.taken());
    });
    await eventually('to hear what was left out', () =>
      /\d+ lines? like this (?:were|was) left out/.test(target.taken()),
    );
    expect((await daemon.stop()).code).toBe(0);
  } finally {
    await lab.close();
  }
});
