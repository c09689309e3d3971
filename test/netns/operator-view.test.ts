import path from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { startForging } from '../lab/forger.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD } from '../lab/router-daemon.ts';
import { scrape } from './scrape.ts';
import { onStage, VIP, vipIsOn } from './stage.ts';
import type { Stage } from './stage.ts';
import { ControlClient } from '../../src/observe/controlClient.ts';
import type { StatusReport } from '../../src/observe/controlClient.ts';

/*
 * Every cause is provoked for real, and `why` names it; at every step status, metrics, keepalived's
 * JSON file and the kernel agree.
 */

const patience = { timeoutMs: 8000 };
const missing = whatIsMissing(LAB_PROGRAMS);

/** The process that a router tracks; nobody else on this machine has one like it. */
function tracked(priority: number): readonly string[] {
  return ['sleep', `${1_000_000 + process.pid}${priority}`];
}

function config(priority: number, more = ''): string {
  return `global_defs {
    @failoverd metrics unix:/run/metrics.sock
}
vrrp_track_process holder {
    process ${tracked(priority).join(' ')}
    param_match exact
}
vrrp_script chk {
    script "/usr/bin/test ! -e /run/fail"
    interval 1
    fall 1
    rise 1
}
vrrp_track_file load {
    file /run/load
}
vrrp_instance VI_1 {
    state BACKUP
    version 3
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 0.1
    virtual_ipaddress {
        ${VIP}/24
    }
    track_interface {
        ens9
    }
    track_script {
        chk
    }
    track_file {
        load weight 1
    }
    track_process {
        holder
    }
    ${more}
}
`;
}

test.runIf(missing === '')('why names every cause, and everybody agrees', async () => {
  const pair = { server1: 'failoverd', server2: 'failoverd' } as const;
  await onStage(pair, { env: { TMPDIR: '/run' } }, async (stage) => {
    const { server1, server2 } = stage;
    const [one, two] = [stage.lab.server1, stage.lab.server2];
    for (const host of [one, two]) host.writeRun('load', '0\n');
    await two.start(tracked(100));
    let holder = await one.start(tracked(200));
    await server2.start(config(100));
    await eventually(
      'server2 to be MASTER',
      async () => (await stateOf(two)) === 'MASTER',
      patience,
    );
    await expectWhy(two, /no advert from any other router for/);
    await server1.start(config(200));
    await settled(stage, 'server1');
    await expectWhy(
      one,
      /192\.168\.122\.102 \(priority 100\) is MASTER although its priority is lower/,
    );
    await expectWhy(
      two,
      /192\.168\.122\.101 \(priority 200\) advertises, and its priority is higher/,
    );

    await ask(one, 'drain', 'VI_1');
    await settled(stage, 'server2');
    await expectWhy(one, /an operator drained it/);
    await expectWhy(two, /said goodbye \(priority 0\)/);
    const reloaded = await ask(one, 'reload');
    expect(reloaded).toMatch(/^reloaded /);
    expect((await statusOf(one)).instances[0]).toMatchObject({ drained: true, state: 'FAULT' });
    await ask(one, 'undrain');
    await settled(stage, 'server1');

    one.writeRun('fail', '');
    await settled(stage, 'server2');
    await expectWhy(
      one,
      /script chk reports a failure\. The tracker's last word: .*exited with status 1/,
    );
    await one.run('rm', '/run/fail');
    await settled(stage, 'server1');

    await one.ip('link', 'set', 'ens9', 'down');
    await settled(stage, 'server2');
    await expectWhy(one, /interface ens9 is down/);
    await one.ip('link', 'set', 'ens9', 'up');
    await settled(stage, 'server1');

    await holder.stop('SIGKILL');
    await settled(stage, 'server2');
    await expectWhy(one, /process holder reports a failure/);
    holder = await one.start(tracked(200));
    await settled(stage, 'server1');

    one.writeRun('load', '-150\n');
    await settled(stage, 'server2');
    await expectWhy(two, /\(priority 50\) is MASTER although its priority is lower/);
    expect((await statusOf(one)).instances[0]?.priority).toEqual({
      base: 200,
      effective: 50,
      parts: [{ name: 'file load', delta: -150 }],
    });
    one.writeRun('load', '0\n');
    await settled(stage, 'server1');

    await one.ip('addr', 'del', `${VIP}/24`, 'dev', 'eth0');
    await expectWhy(
      one,
      /Since then: something else removed 192\.168\.122\.200; it has been put back/,
    );

    const foreign = await startForging(stage.lab.client, {
      source: '192.168.122.10',
      version: 2,
      priority: 50,
      addresses: [VIP],
      repeat: 1000,
      every: 0.1,
    });
    await expectWhy(
      one,
      /Since then: an advert from 192\.168\.122\.10 .* was refused: its VRRP version/,
    );
    await eventually('status to show the alarm', async () =>
      (await statusOf(one)).alarms.some(({ name }) => name === 'foreign_master'),
    );
    await foreign.stop();

    server1.process.signal('SIGSTOP');
    await eventually(
      'server2 to take over',
      async () => (await stateOf(two)) === 'MASTER',
      patience,
    );
    await expectWhy(
      two,
      /no advert from 192\.168\.122\.101 \(priority 200\) for .* every 100 ms: \d+ adverts did not come/,
    );
    server1.process.signal('SIGCONT');
    await settled(stage, 'server1');
    await expectWhy(one, /This host itself was \d.* late for a deadline|this host was away for/);

    await server1.kill();
    await eventually(
      'server2 to take over',
      async () => (await stateOf(two)) === 'MASTER',
      patience,
    );
    await server1.start(config(200, 'preempt_delay 1000'));
    await eventually('server1 to answer', async () => (await stateOf(one)) === 'BACKUP', patience);
    server1.reload(config(200, 'nopreempt'));
    await eventually('the journal', async () => /reloaded/.test(await ask(one, 'events')));
    await server2.stop();
    await settledOn(stage, 'server1');
    await expectWhy(one, /said goodbye/);
  });
});

/** The VIP is there in the kernel of one and not of the other, and everybody says the same. */
async function settled(stage: Stage, holder: 'server1' | 'server2'): Promise<void> {
  const other = holder === 'server1' ? 'server2' : 'server1';
  await settledOn(stage, holder);
  await eventually(
    'the other to give way',
    async () => (await stateOf(stage.lab.host(other))) !== 'MASTER',
    patience,
  );
  const state = await agreed(stage, other);
  expect(state).not.toBe('MASTER');
}

async function settledOn(stage: Stage, holder: 'server1' | 'server2'): Promise<void> {
  await vipIsOn(stage, holder);
  await eventually(
    `status of ${holder}`,
    async () => (await stateOf(stage.lab.host(holder))) === 'MASTER',
    patience,
  );
  expect(await agreed(stage, holder)).toBe('MASTER');
}

const stateNumbers = { INIT: 0, BACKUP: 1, MASTER: 2, FAULT: 3 } as const;

/** The state that status, metrics, JSON file and kernel agree on. */
function agreed(stage: Stage, name: 'server1' | 'server2'): Promise<string> {
  const host = stage.lab.host(name);
  return eventually(
    `${name} to be of one mind`,
    async () => {
      process.kill(stage[name].process.pid, 36);
      const { instances } = await statusOf(host);
      const [instance] = instances;
      if (instance === undefined) throw new Error('there is no instance');
      const { state, confirmed } = instance;
      const metrics = await scrape(host.runPath('metrics.sock'));
      const held = (await host.addresses('eth0')).includes(`${VIP}/24`);
      const said = {
        metrics: new RegExp(`^failoverd_state\\{.*state="${state}"\\} 1$`, 'm').test(metrics),
        confirmed: new RegExp(`^failoverd_addresses_confirmed\\{.*\\} ${confirmed}$`, 'm').test(
          metrics,
        ),
        kernel: held === (confirmed === 1),
        file: jsonState(host) === stateNumbers[state],
      };
      if (Object.values(said).every(Boolean)) return state;
      throw new Error(`${state} with ${confirmed}: ${JSON.stringify(said)}`);
    },
    patience,
  );
}

function jsonState(host: Host): number | undefined {
  const text = host.readRun('keepalived.json');
  const [first] = JSON.parse(text ?? '[]') as { data: { state: number } }[];
  return first?.data.state;
}

async function expectWhy(host: Host, wanted: RegExp): Promise<void> {
  await eventually(
    `why to say ${wanted}`,
    async () => {
      const [reason] = await asked(host, (client) => client.why('VI_1'));
      const text = reason?.sentences.join(' ') ?? '';
      if (wanted.test(text)) return true;
      throw new Error(`it says: ${text}`);
    },
    patience,
  );
}

function statusOf(host: Host): Promise<StatusReport> {
  return asked(host, (client) => client.status());
}

async function stateOf(host: Host): Promise<string | undefined> {
  return (await statusOf(host)).instances[0]?.state;
}

/** By the typed client, from outside of the host's mount namespace. */
async function asked<T>(host: Host, question: (client: ControlClient) => Promise<T>): Promise<T> {
  const client = await ControlClient.connect(
    host.runPath(`failoverd/control.${host.namespace}.sock`),
  );
  try {
    return await question(client);
  } finally {
    client.close();
  }
}

/** By the command, as an operator on that host gives it. */
function ask(host: Host, ...words: readonly string[]): Promise<string> {
  return host.run(process.execPath, path.resolve(FAILOVERD), ...words);
}
