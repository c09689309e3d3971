// What a daemon keeps below /run for the next one, and what a loss of power or a full disk made of it: the
// next daemon starts all the same, and `failoverd cleanup` works.

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { kill } from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../lab/eventually.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { guardians } from './kills.ts';
import { configuration, World } from './world.ts';

const missing = whatIsMissing(LAB_PROGRAMS);

type Damage = (text: Buffer) => Buffer;
const damages: readonly (readonly [string, Damage])[] = [
  ['emptied', () => Buffer.alloc(0)],
  ['cut in half', (text) => text.subarray(0, text.length >> 1)],
  ['zeroed', (text) => Buffer.alloc(text.length)],
  ['another text', () => Buffer.from('["../../kernel/hostname", 7]\n')],
  ['a way out', () => Buffer.from('{"../../../kernel/hostname": "mine"}\n')],
];

describe.skipIf(missing !== '')(`files below /run ${missing}`, () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(() => world.lab.close());

  const kept = (): string[] => {
    const directory = world.host.runPath('failoverd');
    const names = existsSync(directory) ? readdirSync(directory) : [];
    return names
      .map((name) => path.join(directory, name))
      .filter((file) => statSync(file).isFile());
  };

  it.each(damages)('%s', async (_how, damage) => {
    const check = 'vrrp_script chk {\n  script "/bin/sleep 600"\n  interval 1\n  timeout 900\n}\n';
    const text = configuration(check).replace(
      'advert_int 0.1',
      'advert_int 0.1\n  use_vmac\n  track_script {\n    chk weight 1\n  }',
    );
    const file = world.host.writeConfig(text);
    const hostname = readFileSync('/proc/sys/kernel/hostname', 'utf8');
    const first = await world.daemon(file);
    await first.waitForLine(/BACKUP -> MASTER/);
    await eventually('what is kept', () => kept().some((one) => one.includes('sysctls')));
    const guardian = guardians(first);
    expect(guardian).toHaveLength(1);
    // The power fails: nobody puts anything in order.
    for (const pid of [...guardian, first.pid]) kill(pid, 'SIGKILL');
    await first.ended;
    const files = kept();
    for (const one of files) writeFileSync(one, damage(readFileSync(one)));

    const second = await world.daemon(file);
    await second.waitForLine(/BACKUP -> MASTER/);
    expect(second.lines.filter((line) => line.includes('is damaged'))).toHaveLength(1);
    await second.stop();
    for (const one of files) writeFileSync(one, damage(Buffer.from('{}\n')));
    const { code, text: said } = await world.cleanup(file);
    expect(code, said).toBe(0);
    await world.nothingLeft();
    expect(readFileSync('/proc/sys/kernel/hostname', 'utf8')).toBe(hostname);
  });
});
