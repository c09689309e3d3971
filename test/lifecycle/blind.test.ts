// JavaScript that is gone for longer than the set time: nobody watches the trackers, so the engine says
// goodbye and gives way, and the service manager's watchdog puts another process there. The manager is a
// script that does what systemd does: it counts WATCHDOG=1, aborts the main process and starts it again.

import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import { Lab } from '../lab/lab.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD, routerDaemon } from '../lab/router-daemon.ts';
import { version3 } from '../netns/configs.ts';
import { SERVER1, SERVER2, VIP } from '../netns/stage.ts';

const missing = whatIsMissing(LAB_PROGRAMS);
const OWN = `${SERVER1}/24`;

/** An instance without a tracker would go on. */
const SETTINGS = `global_defs {
  @failoverd supervisor_timeout 1
}
vrrp_script check {
  script "/bin/true"
  interval 1
}
`;

/** systemd.service(5): Type=notify, WatchdogSec=, WatchdogSignal=SIGABRT, Restart=on-failure. */
const MANAGER = `
import os, signal, socket, subprocess, sys, time
place, seconds, command = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.bind(place)
env = dict(os.environ, NOTIFY_SOCKET=place, WATCHDOG_USEC=str(int(seconds * 1e6)))
own = ["sh", "-c", 'WATCHDOG_PID=$$ exec "$@"', "service"]
while True:
    main = subprocess.Popen(own + command, env=env)
    print("started", main.pid, flush=True)
    until = None
    while main.poll() is None:
        heard.settimeout(60 if until is None else max(0.001, until - time.monotonic()))
        try:
            said = heard.recv(4096).decode().split("\\n")
        except TimeoutError:
            print("watchdog", main.pid, flush=True)
            main.send_signal(signal.SIGABRT)
            main.wait()
            break
        if "READY=1" in said or "WATCHDOG=1" in said:
            until = time.monotonic() + seconds
    print("ended", main.pid, main.returncode, flush=True)
    if main.returncode == 0:
        sys.exit()
`;

test.runIf(missing === '')(`JavaScript is gone ${missing}`.trim(), async () => {
  const lab = await Lab.create();
  try {
    const host = lab.server1;
    const witness = await Capture.start(lab.client);
    const text = version3('0.1', [`${VIP}/24`]);
    const tracked = text.replace(/}\n$/, '  track_script {\n    check\n  }\n}\n');
    const file = host.writeConfig(SETTINGS + tracked);
    const peer = routerDaemon('keepalived', lab.server2);
    const place = host.privatePath('notify');
    const daemon = [process.execPath, FAILOVERD, 'run', '-n', '-l', '-D', '-s', host.namespace];
    const manager = await host.start(
      ['python3', '-c', MANAGER, place, '6', ...daemon, '-f', file],
      {
        name: 'manager',
        outsideNetwork: true,
        env: { FAILOVERD_TEST_HOOKS: '1', FAILOVERD_TEST_BLOCK_MS: '60000' },
      },
    );
    await manager.waitForLine(/BACKUP -> MASTER/);
    await peer.start(text.replace('priority 200', 'priority 100').replace('MASTER', 'BACKUP'));
    await peer.process.waitForLine(/Entering BACKUP STATE/);
    const first = Number(/started (\d+)/.exec(manager.lines.join('\n'))?.[1]);

    const since = Capture.now();
    process.kill(first, 'SIGPWR');
    await witness.waitForAdvert({ from: SERVER1, priority: 0, since });
    await witness.waitForAdvert({ from: SERVER2, priority: 100, since });
    await eventuallyEqual('eth0', () => host.addresses(), [OWN]);
    // It is its engine that has done so: the process is there, and nobody has ended it yet.
    expect(existsSync(`/proc/${first}`)).toBe(true);
    expect(manager.lines.join('\n')).not.toMatch(/^watchdog/m);

    await manager.waitForLine(new RegExp(`^watchdog ${first}`));
    await manager.waitForLine(new RegExp(`^ended ${first} -6`));
    const again = await eventually(
      'another process',
      () => /started \d+[^]*started (\d+)/.exec(manager.lines.join('\n'))?.[1],
    );
    await eventuallyEqual('eth0', () => host.addresses(), [OWN, `${VIP}/24`]);
    await witness.waitForAdvert({ from: SERVER1, priority: 200, since: Capture.now() });
    process.kill(Number(again), 'SIGTERM');
    expect((await manager.ended).code).toBe(0);
    await peer.stop();
  } finally {
    await lab.close();
  }
});
