// What a person sees: `status --watch`, `why` and `events` in terminals of two sizes, with and without
// colors, with one instance and with four hundred, over a restart of the daemon.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../lab/eventually.ts';
import { Lab } from '../lab/lab.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD, routerDaemon, type RouterDaemon } from '../lab/router-daemon.ts';
import { Terminal, type TerminalOptions } from '../lab/terminal.ts';
import { asked, statusOf } from './asking.ts';

const missing = whatIsMissing([...LAB_PROGRAMS, 'tmux']);
const node = [process.execPath, path.resolve(FAILOVERD)];

/** FAILOVERD_SCREENS: a directory where the screens are kept, to look at them. */
function keep(title: string, text: string): void {
  const directory = process.env['FAILOVERD_SCREENS'];
  if (directory === undefined) return;
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, `${title.replaceAll(/[^\w.-]+/g, '-')}.txt`), text);
}

const trackers = `vrrp_script chk_web {
    script "/usr/bin/test ! -e /run/fail"
    interval 1
    fall 1
    rise 1
}
vrrp_track_file load {
    file /run/load
}
`;

function instance(name: string, vrid: number, address: string, more = ''): string {
  return `vrrp_instance ${name} {
    state BACKUP
    version 3
    interface eth0
    virtual_router_id ${vrid}
    priority 150
    advert_int 1
    virtual_ipaddress {
        ${address}
    }
${more}}
`;
}

/** One, with all that can be told of one. */
const one =
  trackers +
  instance(
    'VI_1',
    51,
    '192.168.122.200/24',
    '    track_script {\n        chk_web weight -50\n    }\n    track_file {\n        load weight 1\n    }\n',
  );

/** Of both families, since there are 255 numbers in each. */
const many = Array.from({ length: 400 }, (_, index) =>
  index < 250
    ? instance(`web_frontend_${index}`, index + 1, `10.9.${index}.1/32`)
    : instance(`ipv6_${index}`, index - 249, `fe80::9:${index}/64`),
).join('');

async function started(config: string) {
  const lab = await Lab.create();
  onTestFinished(() => lab.close());
  const host = lab.server1;
  host.writeRun('load', '7\n');
  const daemon = routerDaemon('failoverd', host);
  await daemon.start(config);
  await eventually('all to be MASTER', async () =>
    (await statusOf(host)).instances.every(({ state }) => state === 'MASTER'),
  );
  return { host, daemon };
}

async function terminal(
  { host }: Pick<RouterDaemon, 'host'>,
  words: readonly string[],
  options: TerminalOptions,
): Promise<Terminal> {
  const made = await Terminal.start(host, [...node, ...words], options);
  onTestFinished(() => made.close());
  return made;
}

function shows(screen: Terminal, wanted: RegExp): Promise<string[]> {
  return eventually(`a screen with ${wanted}`, async () => {
    const lines = await screen.screen();
    if (lines.some((line) => wanted.test(line))) return lines;
    throw new Error(`it shows:\n${lines.join('\n')}`);
  });
}

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
] as const;

describe.skipIf(missing !== '')(`screens ${missing}`, () => {
  test.each(sizes)('one instance on $columns columns', async (size) => {
    const { host, daemon } = await started(one);
    const watch = await terminal({ host }, ['status', '--watch'], size);
    const colorless = await terminal({ host }, ['status', '--watch'], {
      ...size,
      env: { NO_COLOR: '1' },
    });
    host.writeRun('fail', '');
    const lines = await shows(watch, /^ {2}priority: 107 = 150 - 50 \(script chk_web\) \+ 7/);
    keep(`one ${size.columns}`, await watch.colored());
    expect(lines[0]).toMatch(/^failoverd \d\S+: 1 MASTER; up \d+s; worst lateness \S+$/);
    expect(lines[2]).toBe('INSTANCE STATE    SINCE  PRIO    VIPS   EVERY MASTER');
    expect(lines[3]).toMatch(/^VI_1 {5}MASTER +\d+s +107 +1\/1 +1s this router$/);
    expect(lines.filter((line) => line.endsWith('…'))).toEqual([]);
    await shows(colorless, /107 = 150/);
    expect(await colorless.colored()).not.toContain('\u001b[');
    const green = (await watch.colored()).replaceAll('\u001b', '<ESC>');
    expect(green).toMatch(/VI_1 +<ESC>\[32mMASTER *<ESC>\[(?:39|0)?m/);

    // A restart of the daemon: it says that it waits, and goes on.
    await daemon.stop();
    const waiting = await shows(watch, /waiting$/);
    expect(waiting.map((line) => line.trim()).join(' ')).toMatch(
      /^failoverd: no daemon answers at \S+: no such file or directory \(ENOENT\); waiting$/,
    );
    keep(`waiting ${size.columns}`, waiting.join('\n'));
    await daemon.start(one);
    const again = await shows(watch, /^VI_1 +MASTER/);
    expect(again.filter((line) => line.includes('waiting'))).toEqual([]);
    expect(again[0]).toMatch(/^failoverd /);

    await watch.resize(60, 15);
    const narrow = await shows(watch, /^VI_1 +MASTER/);
    keep(`narrow ${size.columns}`, narrow.join('\n'));
    expect(narrow.filter((line) => line.endsWith('…'))).toEqual([]);
    expect(narrow.length).toBeLessThanOrEqual(15);
  });

  test.each(sizes)('why and events on $columns columns', async (size) => {
    const { host } = await started(one);
    await asked(host, (client) => client.drain('VI_1', { force: true }));
    await asked(host, (client) => client.undrain('VI_1'));
    await eventually('MASTER again', async () => {
      return (await statusOf(host)).instances[0]?.counters.becameMaster === 2;
    });
    const [reason] = await asked(host, (client) => client.why());
    const why = await shows(await terminal({ host }, ['why'], size), /VI_1: BACKUP -> MASTER/);
    keep(`why ${size.columns}`, why.join('\n'));
    // Broken between words, so that it reads as it was said.
    const said = why.map((line) => line.trim()).join(' ');
    expect(said).toContain(reason?.sentences.join(' '));

    const follow = await terminal({ host }, ['events', '--follow'], size);
    await shows(follow, /VI_1: BACKUP -> MASTER/);
    await asked(host, (client) => client.drain('VI_1', { force: true }));
    const events = await shows(follow, /VI_1: MASTER -> FAULT \(priority 157\): an operator/);
    keep(`events ${size.columns}`, events.join('\n'));
    for (const line of events) expect(line).toMatch(/^(?:\d{4}-\d\d-\d\d \S+ | {4})\S/);
  });

  test.each(sizes)('four hundred instances on $columns columns', async (size) => {
    const { host } = await started(many);
    await asked(host, (client) => client.drain('ipv6_399', { force: true }));
    const watch = await terminal({ host }, ['status', '--watch'], size);
    const lines = await shows(watch, /^ipv6_399 +FAULT +.*drained$/);
    keep(`many ${size.columns}`, await watch.colored());
    const colorless = await terminal({ host }, ['status', '--watch'], {
      ...size,
      env: { NO_COLOR: '1' },
    });
    const plain = await shows(colorless, /^ipv6_399 +FAULT +.*drained$/);
    keep(`many ${size.columns} without color`, await colorless.colored());
    expect(await colorless.colored()).not.toContain('\u001b[');
    // The same picture, but for its ages.
    const ageless = (line: string) => line.replace(/: \S+ ago/, '').slice(0, 24);
    expect(plain.map(ageless)).toEqual(lines.map(ageless));
    expect(lines[0]).toMatch(/: 399 MASTER, 1 FAULT; up/);
    // What is in trouble comes first, and what does not fit is counted.
    expect(lines[3]).toMatch(/^ipv6_399/);
    expect(lines.length).toBeLessThanOrEqual(size.rows);
    expect(lines.at(-1)).toMatch(/^\.\.\. \d+ more lines$/);
    const table = lines.filter((line) => line.startsWith('web_frontend_'));
    expect(table.length).toBeGreaterThan(size.rows - 10);
    expect(new Set(table.map((line) => line.indexOf('MASTER'))).size).toBe(1);
  });
});
