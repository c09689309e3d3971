/** FIFOs on a real file system, with real readers, and with people who prepare something nasty. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runChild } from '../../src/base/child.ts';
import { systemClock } from '../../src/base/clock.ts';
import { defaultScriptPolicy, startScript } from '../../src/base/script.ts';
import type { FifoOptions } from '../../src/notify/fifo.ts';
import { Fifos } from '../../src/notify/fifos.ts';
import type { FifoSetting } from '../../src/notify/fifos.ts';
import type { FifoEvent } from '../../src/notify/fifoLines.ts';
import { isAlive, scratchDirectory, until, writeScript } from '../base/scratch.ts';

const asRoot = process.getuid?.() === 0;
const policy = { ...defaultScriptPolicy, killGraceMs: 200 };

let directory = '';
let path = '';
let log = '';
let problems: (string | undefined)[] = [];
let ends = 0;
let fifos: Fifos;

beforeEach(() => {
  directory = scratchDirectory();
  path = join(directory, 'fifo');
  log = join(directory, 'log');
  problems = [];
  ends = 0;
  fifos = new Fifos({
    clock: systemClock,
    start: startScript,
    onProblem: (_path, problem) => problems.push(problem),
    onReaderEnd: () => (ends += 1),
  });
});

afterEach(() => fifos.close(0));

const options = (more: Partial<FifoOptions> = {}): FifoOptions => ({
  path,
  mode: 0o640,
  linesMax: 100,
  ...more,
});

const configure = (...settings: readonly FifoSetting[]) => fifos.configure(settings, policy);

const event = (priority: number, more: Partial<FifoEvent> = {}): FifoEvent => ({
  kind: 'INSTANCE',
  name: 'VI_1',
  what: 'MASTER',
  priority,
  ...more,
});

const line = (priority: number) => `INSTANCE "VI_1" MASTER ${priority}`;

function makeFifo(where: string) {
  const limits = { timeoutMs: 5000, killGraceMs: 100, maxOutputBytes: 0 };
  return runChild({ argv: ['/usr/bin/mkfifo', where], env: {}, cwd: '/', ...limits });
}

/** Opens the FIFO as a reader does, without waiting. */
function reader() {
  const descriptor = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  let text = '';
  return () => {
    const buffer = Buffer.alloc(4096);
    try {
      text += buffer.toString('utf8', 0, fs.readSync(descriptor, buffer));
    } catch {
      // Nothing there at present.
    }
    return text.split('\n').slice(0, -1);
  };
}

describe('a FIFO', () => {
  it('is made, keeps its lines until somebody reads, and is removed', async () => {
    await configure({ fifo: options() });
    expect(fs.statSync(path).isFIFO()).toBe(true);
    expect(fs.statSync(path).mode & 0o777).toBe(0o640);
    fifos.write([event(1), event(2)]);
    const read = reader();
    await until(() => read().length === 2);
    expect(read()).toEqual([line(1), line(2)]);
    await fifos.close(0);
    expect(fs.existsSync(path)).toBe(false);
  });

  it('goes on for a reader who was there before a reload, without a gap', async () => {
    await configure({ fifo: options() });
    const read = reader();
    for (let n = 0; n < 50; n += 1) {
      fifos.write([event(n)]);
      if (n % 10 === 5) await configure({ fifo: options() });
    }
    await until(() => read().length === 50);
    expect(read()).toEqual(Array.from({ length: 50 }, (_, n) => line(n)));
  });

  it('loses nothing of a full pipe that can wait, and says what it loses beyond', async () => {
    await configure({ fifo: options() });
    const before = 20_000;
    for (let n = 0; n < before; n += 1) fifos.write([event(n, { name: `V${n % 3}` })]);
    const [view] = fifos.views();
    expect(view?.lost).toBeGreaterThan(0);
    expect(view?.waiting).toBeLessThanOrEqual(101);
    const read = reader();
    await until(() => read().at(-1) === `INSTANCE "V${(before - 1) % 3}" MASTER ${before - 1}`);
    const lines = read();
    const lost = lines.filter((text) => text.startsWith('LOST'));
    const dropped = lost.reduce((sum, text) => sum + Number(text.split(' ')[3]), 0);
    expect(lines.length - lost.length + dropped).toBe(before);
    for (const text of lines) expect(text).toMatch(/^(INSTANCE|LOST) "\w+" (MASTER|DROPPED) \d+$/);
  });

  it('is made again when somebody removes it', async () => {
    await configure({ fifo: options() });
    fs.rmSync(path);
    await until(() => {
      fifos.write([event(7)]);
      return fs.existsSync(path);
    });
    const read = reader();
    await until(() => read().includes(line(7)));
    expect(problems).toEqual([`${path} was removed or replaced`, undefined]);
  });

  it('appears as soon as its directory does', async () => {
    path = join(directory, 'later', 'fifo');
    await configure({ fifo: options() });
    expect(problems).toEqual([`${path} cannot be made: its directory does not exist`]);
    fifos.write([event(1)]);
    fs.mkdirSync(join(directory, 'later'));
    await until(() => fs.existsSync(path));
    const read = reader();
    await until(() => read().length === 1);
  });

  it.runIf(asRoot)('belongs to whom it is meant for', async () => {
    await configure({ fifo: options({ owner: { uid: 65534, gid: 65533 } }) });
    expect(fs.statSync(path)).toMatchObject({ uid: 65534, gid: 65533 });
  });
});

describe('what somebody else put there', () => {
  const victim = () => join(directory, 'victim');

  it('as a symbolic link is not followed', async () => {
    fs.writeFileSync(victim(), 'precious');
    fs.symlinkSync(victim(), path);
    await configure({ fifo: options() });
    expect(problems).toEqual([`${path} is a symbolic link, which is not followed`]);
    fifos.write([event(1)]);
    expect(fs.readFileSync(victim(), 'utf8')).toBe('precious');
  });

  it('as an ordinary file or a directory is not written', async () => {
    fs.writeFileSync(path, 'precious');
    await configure({ fifo: options() });
    expect(problems).toEqual([`${path} is not a FIFO`]);
    fifos.write([event(1)]);
    await fifos.close(0);
    expect(fs.readFileSync(path, 'utf8')).toBe('precious');
  });

  it.runIf(asRoot)('as a FIFO of another user is not used', async () => {
    await makeFifo(path);
    fs.chownSync(path, 12_345, 0);
    await configure({ fifo: options() });
    expect(problems[0]).toMatch(/belongs to uid 12345, who is neither root nor the user/);
    await fifos.close(0);
    expect(fs.existsSync(path)).toBe(true); // Not ours to remove.
  });

  it('under a second name is not used', async () => {
    await makeFifo(`${path}.other`);
    fs.linkSync(`${path}.other`, path);
    await configure({ fifo: options() });
    expect(problems[0]).toMatch(/has other names/);
  });
});

describe('the script that reads', () => {
  const script = (body: string) => ({ argv: [writeScript(directory, 'reader', body)] });

  it('gets the path, reads everything up to the end, and ends by itself', async () => {
    await configure({ fifo: options(), script: script(`cat "$1" > ${log}; echo over >> ${log}`) });
    fifos.write([event(1)]);
    fifos.write([event(2, { what: 'MASTER' })]);
    await until(() => fs.existsSync(log) && fs.readFileSync(log, 'utf8').includes(line(2)));
    fifos.write([event(3)]);
    await fifos.close(5000);
    expect(fs.readFileSync(log, 'utf8')).toBe(`${line(1)}\n${line(2)}\n${line(3)}\nover\n`);
  });

  it('stays over a reload, and is exchanged when it is another', async () => {
    const pids = () => fs.readFileSync(log, 'utf8').trim().split('\n');
    const first = script(`echo $$ >> ${log}; exec cat "$1" > /dev/null`);
    await configure({ fifo: options(), script: first });
    await until(() => fs.existsSync(log) && pids().length === 1);
    await configure({ fifo: options(), script: first });
    expect(isAlive(Number(pids()[0]))).toBe(true);
    await configure({ fifo: options(), script: { argv: [...first.argv, 'other'] } });
    await until(() => pids().length === 2);
    expect(isAlive(Number(pids()[0]))).toBe(false);
    await fifos.close(1000);
    expect(pids()).toHaveLength(2);
  });

  it('is started again when it ends', async () => {
    await configure({ fifo: options(), script: script(`echo run >> ${log}`) });
    await until(() => fs.existsSync(log) && fs.readFileSync(log, 'utf8') === 'run\nrun\n');
    expect(ends).toBeGreaterThanOrEqual(1);
  });
});
