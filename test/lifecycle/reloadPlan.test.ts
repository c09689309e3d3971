// What `reload --plan` says is what a reload then does: each change of the file is planned, the wire
// and the host are seen to be as before, and then it is made.

import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReloadPlan } from '../../src/observe/controlClient.ts';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import type { LabProcess } from '../lab/process.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { World } from './world.ts';

const missing = whatIsMissing(LAB_PROGRAMS);
const SERVER1 = '192.168.122.101';

interface Block {
  readonly vrid: number;
  readonly vips: readonly number[];
  readonly more?: string;
}

function block(name: string, { vrid, vips, more = '' }: Block): string {
  return `vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${vrid}
  advert_int 0.1
  virtual_ipaddress {
    ${vips.map((vip) => `192.168.122.${vip}/24`).join('\n    ')}
  }
  ${more}
}
`;
}

const head = 'global_defs {\n  vrrp_version 3\n}\n';
const group = 'vrrp_sync_group G {\n  group {\n    VI_2\n    VI_3\n  }\n}\n';
const first = block('VI_1', { vrid: 51, vips: [201, 211] });
const second = block('VI_2', { vrid: 52, vips: [202] });
const third = block('VI_3', { vrid: 53, vips: [203] });
const base = `${head}${group}${first}${second}${third}`;

const other = block('OTHER', { vrid: 51, vips: [201, 211, 221], more: 'preempt_delay 3' });

interface Case {
  readonly name: string;
  readonly text: string;
  /** Instances that are told not to stay MASTER, or to lose addresses. */
  readonly loses: readonly string[];
  readonly code: number;
}

const tracked = (what: string): string =>
  base.replace(first, block('VI_1', { vrid: 51, vips: [201, 211], more: what }));

const cases: readonly Case[] = [
  { name: 'nothing but a comment', text: `${base}# said once more\n`, loses: [], code: 0 },
  {
    name: 'a name, a setting and an address more',
    text: `${head}${group}${other}${second}${third}`,
    loses: [],
    code: 0,
  },
  {
    name: 'an address less',
    text: base.replace('    192.168.122.211/24\n', ''),
    loses: ['VI_1'],
    code: 7,
  },
  {
    name: 'another VRID',
    text: base.replace('virtual_router_id 51', 'virtual_router_id 61'),
    loses: ['VI_1'],
    code: 7,
  },
  {
    name: 'another VRID of a member of a group',
    text: base.replace('virtual_router_id 52', 'virtual_router_id 62'),
    loses: ['VI_2'],
    code: 7,
  },
  { name: 'an instance less', text: `${head}${group}${second}${third}`, loses: ['VI_1'], code: 7 },
  {
    name: 'an interface to track that is up',
    text: tracked('track_interface {\n    ens9\n  }'),
    loses: [],
    code: 0,
  },
  {
    name: 'a process to track that does not run',
    text: `vrrp_track_process none {\n  process nobody-runs-me\n}\n${tracked('track_process {\n    none\n  }')}`,
    loses: ['VI_1'],
    code: 7,
  },
  {
    name: 'a file to track that says that all is well',
    text: `vrrp_track_file fine {\n  file /run/fine\n}\n${tracked('track_file {\n    fine weight 0\n  }')}`,
    loses: [],
    code: 0,
  },
];

describe.skipIf(missing !== '')(`reload --plan ${missing}`, () => {
  let world: World;
  let witness: Capture;
  let daemon: LabProcess;
  let file = '';
  beforeAll(async () => {
    world = await World.create();
    world.host.writeRun('fine', '0\n');
    witness = await Capture.start(world.lab.client);
    file = world.host.writeConfig(base);
    daemon = await world.daemon(file);
    await masters('51', '52', '53');
  });
  afterAll(() => world.lab.close());

  /** Waits until each of these VRIDs sends adverts. */
  async function masters(...vrids: readonly string[]): Promise<void> {
    const since = Capture.now();
    for (const vrid of vrids) {
      await witness.waitForAdvert({ from: SERVER1, vrid: Number(vrid), priority: 100, since });
    }
  }

  const command = (...words: readonly string[]) =>
    world.finish([...words, '-s', world.host.namespace]);

  async function planned(): Promise<{ readonly plan: ReloadPlan; readonly code: number | null }> {
    const { text, code } = await command('reload', '--plan', '--json');
    return { plan: JSON.parse(text) as ReloadPlan, code };
  }

  const kinds = (plan: ReloadPlan, ...wanted: readonly string[]): string[] =>
    plan.instances.flatMap(({ name, was, effects }) =>
      effects.some(({ kind }) => wanted.includes(kind)) ? [was ?? name] : [],
    );

  it.each(cases)('$name', async ({ text, loses, code }) => {
    const before = await world.host.addresses();
    writeFileSync(file, text);
    const since = Capture.now();
    const answer = await planned();
    expect(answer.plan).toMatchObject({ ok: true, file, disturbs: loses.length > 0 });
    expect(kinds(answer.plan, 'losesMaster', 'losesAddresses')).toEqual(loses);
    expect(answer.code).toBe(code);
    // Nothing was done: the next adverts are as ever, and so are the addresses.
    await masters('51', '52', '53');
    expect(witness.adverts({ priority: 0, since })).toEqual([]);
    expect(await world.host.addresses()).toEqual(before);

    const reloaded = Capture.now();
    expect(await command('reload')).toMatchObject({ code: 0 });
    await masters('53');
    const gone = kinds(answer.plan, 'losesMaster');
    const said = new Map([
      ['VI_1', 51],
      ['VI_2', 52],
      ['VI_3', 53],
    ]);
    const goodbyes = (): number[] => [
      ...new Set(witness.adverts({ priority: 0, since: reloaded }).map(({ vrid }) => vrid)),
    ];
    await eventually('the goodbyes that were foretold, and no others', () => {
      return goodbyes().join() === gone.map((name) => said.get(name)).join();
    });
    writeFileSync(file, base);
    expect(await command('reload')).toMatchObject({ code: 0 });
    await masters('51', '52', '53');
  });

  it('says of each setting what it was, what it would be, and where', async () => {
    writeFileSync(
      file,
      base.replace('virtual_router_id 51', 'priority 90\n  virtual_router_id 51'),
    );
    const { code, text } = await command('reload', '--plan');
    expect(text).toMatch(/^VI_1: changed, so far MASTER \(.*keepalived.conf:10\)$/m);
    expect(text).toMatch(/^ {2}priority 100 -> 90 \(.*keepalived.conf:12\)$/m);
    expect(text).toMatch(/^ {2}effective priority 100 -> 90$/m);
    expect(text).toMatch(
      /^ {2}! a peer with a priority above 90 takes over, unless it has nopreempt$/m,
    );
    expect(text).toMatch(/^not touched: VI_2, VI_3$/m);
    expect(text).toMatch(/\na reload would change 1 instance, and disturb what runs$/);
    expect(code).toBe(7);
    writeFileSync(file, base);
  });

  it('says what is wrong with a file as check does, and that nothing would happen', async () => {
    writeFileSync(file, base.replace('interface eth0', 'interfaec eth0'));
    const { code, text } = await command('reload', '--plan');
    const check = await world.finish(['check', file]);
    expect(text).toContain(check.text.split('\n').slice(0, -1).join('\n'));
    expect(text).toMatch(/keepalived.conf would not be reloaded: it has 1 error.*VI_1/);
    expect(code).toBe(2);
    writeFileSync(file, `instance other\n${base}`);
    const other = await command('reload', '--plan');
    expect(other.text).toMatch(/would not be reloaded: instance can only be changed by a restart$/);
    expect(other.code).toBe(2);
    writeFileSync(file, base);
  });

  it('answers for the file of the daemon, and says so where another one was meant', async () => {
    const candidate = world.host.writeConfig(base, 'candidate.conf');
    const socket = ['--socket', '/run/failoverd/none.sock'];
    const wrong = await world.finish([
      'reload',
      '--plan',
      '-f',
      candidate,
      '-s',
      world.host.namespace,
    ]);
    expect(wrong.text).toMatch(/this daemon reads .*keepalived.conf, not .*candidate.conf: put/);
    expect(wrong.code).toBe(1);
    expect((await world.finish(['reload', '--plan', ...socket])).code).toBe(1);
    expect((await command('reload', '--dry-run')).text).toMatch(/Did you mean --plan/);
    expect((await command('reload', '--json')).text).toMatch(/'--json' belongs to '--plan'/);
  });

  it('leaves a daemon that stops in peace', async () => {
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });
});
