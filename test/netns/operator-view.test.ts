import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { startForging } from '../lab/forger.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD } from '../lab/router-daemon.ts';
import { everybodyAgrees } from './agreement.ts';
import { asked, statusOf } from './asking.ts';
import { violations } from './jsonSchema.ts';
import type { Schema } from './jsonSchema.ts';
import { onStage, VIP, vipIsOn } from './stage.ts';
import type { Stage } from './stage.ts';

/*
 * Every cause is provoked for real, and `why` names it; at every step status, metrics, keepalived's
 * JSON and statistics files and the kernel agree. So they do at every step of the walkthroughs
 * (`vipMovesTo`).
 */

const eventSchema = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../docs/events.schema.json'), 'utf8'),
) as Schema;
const patience = { timeoutMs: 8000 };
const missing = whatIsMissing(LAB_PROGRAMS);

/** The process that a router tracks; nobody else on this machine has one like it. */
function tracked(priority: number): readonly string[] {
  return ['sleep', `${1_000_000 + process.pid}${priority}`];
}

function config(priority: number, more = ''): string {
  return `vrrp_track_process holder {
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
  await onStage(pair, {}, async (stage) => {
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

    server1.reload(config(200).replace('priority 200', 'priority 50'));
    await settled(stage, 'server2');
    await expectWhy(one, /its priority is higher\..* A reload had just applied revision 2 of its/);
    server1.reload(config(200));
    await settled(stage, 'server1');
    await expectWhy(one, /although its priority is lower\..* A reload had just applied revision 3/);
    server2.reload(config(100).replace('interface eth0', 'interface eth77'));
    await expectWhy(two, /interface eth77 does not exist\..* A reload had just applied revision 2/);
    server2.reload(config(100).replace('router_id 51', 'router_id 52'));
    await expectEvent(two, /VI_1: \w+ -> BACKUP \(priority 100\): the configuration was changed/);
    server2.reload(config(100));
    await settled(stage, 'server1');
    await expectWhy(
      two,
      /the configuration was changed\..* A reload had just|its priority is higher/,
    );

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
      /Since then: something else removed 192\.168\.122\.200; it has been restored/,
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

    await expectEventsAsDocumented(one);
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
    await expectEventsAsDocumented(two);
    await server2.stop();
    await settledOn(stage, 'server1');
    await expectWhy(one, /said goodbye/);
    await expectEventsAsDocumented(one);
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

/** The state that status, metrics, files and kernel agree on. */
async function agreed(stage: Stage, name: 'server1' | 'server2'): Promise<string | undefined> {
  return (await everybodyAgrees(stage[name])).instances[0]?.state;
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

/** Every entry of the journal is what docs/events.schema.json says. */
async function expectEventsAsDocumented(host: Host): Promise<void> {
  const entries = await asked(host, (client) => client.events());
  expect(entries.flatMap((one) => violations(eventSchema, one))).toEqual([]);
  expect(entries.some(({ kind }) => kind === 'StateChanged')).toBe(true);
}

async function expectEvent(host: Host, wanted: RegExp): Promise<void> {
  await eventually(`the event ${wanted}`, async () => wanted.test(await ask(host, 'events')));
}

async function stateOf(host: Host): Promise<string | undefined> {
  return (await statusOf(host)).instances[0]?.state;
}

/** By the command, as an operator on that host gives it. */
function ask(host: Host, ...words: readonly string[]): Promise<string> {
  return host.run(process.execPath, path.resolve(FAILOVERD), ...words);
}
