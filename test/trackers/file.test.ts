/** A tracked file under every habit that writers have, on a real file system. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { runChild } from '../../src/base/child.ts';
import { FileTracker } from '../../src/trackers/file.ts';
import type { FileTrackerOptions } from '../../src/trackers/file.ts';
import { PathWatch } from '../../src/trackers/pathWatch.ts';
import type { TrackerReport } from '../../src/trackers/report.ts';
import { scratchDirectory, until } from '../base/scratch.ts';

let directory = '';
let file = '';
let reports: TrackerReport[] = [];
let tracker: FileTracker | undefined;

beforeEach(() => {
  directory = scratchDirectory();
  file = join(directory, 'value');
  reports = [];
});

afterEach(() => {
  tracker?.stop();
  tracker = undefined;
});

async function begin(more: Partial<FileTrackerOptions> = {}): Promise<FileTracker> {
  const deps = { clock: systemClock, report: (report: TrackerReport) => reports.push(report) };
  // What is seen here is seen by watching: there is no poll to help.
  tracker = new FileTracker({ name: 'f', path: file, pollMs: 1e9, ...more }, deps);
  await tracker.start();
  return tracker;
}

const values = () => reports.map(({ value }) => value);

/** Waits until the last report says `value`. */
const becomes = (value: number) => until(() => values().at(-1) === value, `value ${value}`);

describe('a value is seen that was written', () => {
  beforeEach(async () => {
    fs.writeFileSync(file, '5\n');
    await begin();
    expect(values()).toEqual([5]);
  });

  it('by a shell: truncate, then write; without a dip in between', async () => {
    for (const value of [6, 7, 8, 9]) {
      await runChild({
        argv: [`echo ${value} > ${file}`],
        useShell: true,
        timeoutMs: 5000,
        killGraceMs: 100,
        env: {},
        cwd: '/',
        maxOutputBytes: 0,
      });
      await becomes(value);
    }
    expect(values()).toEqual([5, 6, 7, 8, 9]);
  });

  it('by a slow writer that leaves it empty for a moment', async () => {
    const descriptor = fs.openSync(file, 'w');
    await new Promise((resolve) => setTimeout(resolve, 30));
    fs.writeSync(descriptor, '6\n');
    fs.closeSync(descriptor);
    await becomes(6);
    expect(values()).toEqual([5, 6]);
  });

  it('in place, without truncating', async () => {
    const descriptor = fs.openSync(file, 'r+');
    fs.writeSync(descriptor, '7');
    fs.closeSync(descriptor);
    await becomes(7);
  });

  it('digit by digit, without a line feed', async () => {
    const descriptor = fs.openSync(file, 'w');
    for (const digit of '254') fs.writeSync(descriptor, digit);
    fs.closeSync(descriptor);
    await becomes(254);
    expect(values()).toEqual([5, 254]);
  });

  it('into a new file that is renamed over it, again and again', async () => {
    for (const value of [1, 2, 3]) {
      fs.writeFileSync(`${file}.tmp`, `${value}`);
      fs.renameSync(`${file}.tmp`, file);
      await becomes(value);
    }
  });
});

describe('a value is seen that was written by stranger habits', () => {
  beforeEach(async () => {
    fs.writeFileSync(file, '5\n');
    await begin();
  });

  it('after deleting it', async () => {
    fs.rmSync(file);
    await becomes(0);
    expect(reports.at(-1)?.reason).toBe('there is no such file, which counts as 0');
    fs.writeFileSync(file, '8\n');
    await becomes(8);
  });

  it('into another name of the same file', async () => {
    const other = scratchDirectory();
    fs.linkSync(file, join(other, 'alias'));
    fs.writeFileSync(join(other, 'alias'), '9\n');
    await becomes(9);
  });

  it('as nothing: an emptied file is 0', async () => {
    fs.truncateSync(file);
    await becomes(0);
    expect(reports.at(-1)?.reason).toBe('the file is empty, which counts as 0');
  });

  it('two hundred times at once: the last one always counts', async () => {
    for (let value = 0; value < 200; value += 1) fs.writeFileSync(file, `${value}\n`);
    await becomes(199);
  });
});

describe('a value is seen behind', () => {
  it('a directory that appears later, several floors up', async () => {
    file = join(directory, 'a', 'b', 'value');
    await begin();
    expect(values()).toEqual([0]);
    fs.mkdirSync(join(directory, 'a'));
    fs.mkdirSync(join(directory, 'a', 'b'));
    fs.writeFileSync(file, '5\n');
    await becomes(5);
  });

  it('a directory that is replaced', async () => {
    const inner = join(directory, 'inner');
    file = join(inner, 'value');
    fs.mkdirSync(inner);
    fs.writeFileSync(file, '1\n');
    await begin();
    fs.mkdirSync(`${inner}.new`);
    fs.writeFileSync(`${inner}.new/value`, '2\n');
    fs.renameSync(inner, `${inner}.old`);
    fs.renameSync(`${inner}.new`, inner);
    await becomes(2);
    fs.writeFileSync(file, '3\n'); // And it is the new directory that is watched.
    await becomes(3);
    fs.writeFileSync(`${inner}.old/value`, '4\n');
    fs.writeFileSync(file, '5\n');
    await becomes(5);
    expect(values()).not.toContain(4);
  });

  it('a symbolic link that is exchanged, and the file it leads to', async () => {
    const other = scratchDirectory();
    fs.writeFileSync(join(other, 'one'), '1\n');
    fs.writeFileSync(join(other, 'two'), '2\n');
    fs.symlinkSync(join(other, 'one'), file);
    await begin();
    expect(values()).toEqual([1]);
    fs.symlinkSync(join(other, 'two'), `${file}.new`);
    fs.renameSync(`${file}.new`, file);
    await becomes(2);
    fs.writeFileSync(join(other, 'two'), '22\n');
    await becomes(22);
  });

  it('the links of a Kubernetes ConfigMap, which change above the file', async () => {
    const version = (name: string, text: string) => {
      fs.mkdirSync(join(directory, name));
      fs.writeFileSync(join(directory, name, 'value'), text);
      fs.symlinkSync(name, join(directory, '..data_tmp'));
      fs.renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
    };
    version('..2026_1', '1');
    fs.symlinkSync('..data/value', file);
    await begin();
    expect(values()).toEqual([1]);
    version('..2026_2', '2');
    await becomes(2);
    version('..2026_3', '3');
    await becomes(3);
  });
});

describe('what is not a number', () => {
  it('keeps the old value and says so, and says when it is mended', async () => {
    fs.writeFileSync(file, '5\n');
    const view = await begin();
    fs.writeFileSync(file, 'five\n');
    await until(() => reports.length === 2);
    expect(reports[1]).toEqual({
      kind: 'file',
      tracker: 'f',
      status: 'value',
      value: 5,
      cause: 'unreadable',
      reason: 'the file holds "five", which is not a number; the value stays 5',
    });
    expect(view.view().problem).toBe('the file holds "five", which is not a number');
    fs.writeFileSync(file, '5\n');
    await until(() => reports.length === 3);
    expect(reports[2]).toMatchObject({ cause: 'read', value: 5 });
    expect(view.view().problem).toBeUndefined();
  });

  it('may be a directory, a FIFO or a flood, and nothing hangs', async () => {
    fs.writeFileSync(file, '5\n');
    const view = await begin();
    fs.rmSync(file);
    fs.mkdirSync(file);
    await until(() => view.view().problem === 'the file is a directory');
    fs.rmdirSync(file);
    const mkfifo = ['/usr/bin/mkfifo', file];
    const limits = { timeoutMs: 5000, killGraceMs: 100, env: {}, cwd: '/', maxOutputBytes: 0 };
    await runChild({ argv: mkfifo, ...limits });
    await until(() => view.view().problem === 'the file is not a regular file');
    fs.rmSync(file);
    fs.writeFileSync(`${file}.tmp`, '1'.repeat(1_000_000));
    fs.renameSync(`${file}.tmp`, file);
    await until(() => view.view().problem === 'the file is longer than 256 bytes');
    expect(view.value()).toBe(5);
  });

  it('keeps the value from before a reload', async () => {
    fs.writeFileSync(file, 'what?\n');
    await begin({ carriedOver: 7 });
    expect(reports).toMatchObject([{ value: 7, cause: 'unreadable' }]);
  });
});

describe('init_file', () => {
  it('creates the file, readable for everybody', async () => {
    await begin({ init: { value: -3, overwrite: false } });
    expect(values()).toEqual([-3]);
    expect(fs.readFileSync(file, 'utf8')).toBe('-3\n');
    expect(fs.statSync(file).mode & 0o777).toBe(0o644);
  });

  it('leaves an existing file alone, or overwrites it', async () => {
    fs.writeFileSync(file, '5\n');
    await begin({ init: { value: 1, overwrite: false } });
    expect(values()).toEqual([5]);
    tracker?.stop();
    reports = [];
    await begin({ init: { value: 1, overwrite: true } });
    expect(values()).toEqual([1]);
  });

  it('never writes through a link', async () => {
    const victim = join(scratchDirectory(), 'victim');
    fs.writeFileSync(victim, '5\n');
    fs.symlinkSync(victim, file);
    await begin({ init: { value: 1, overwrite: true } });
    expect(fs.readFileSync(victim, 'utf8')).toBe('5\n');
  });
});

it('a change is told before the watch is looked after', async () => {
  fs.writeFileSync(file, '5\n');
  await begin();
  // From here on that takes forever.
  const refresh = vi.spyOn(PathWatch.prototype, 'refresh').mockReturnValue(new Promise(() => {}));
  try {
    fs.writeFileSync(join(directory, 'new'), '6\n');
    fs.renameSync(join(directory, 'new'), file);
    await becomes(6);
  } finally {
    refresh.mockRestore();
  }
});

it('what no watch sees is read now and then', async () => {
  fs.writeFileSync(file, '5\n');
  const view = await begin({ pollMs: 50 });
  const before = view.view().readings;
  await until(() => view.view().readings > before + 3);
});

it('lets go of everything', async () => {
  fs.writeFileSync(file, '5\n');
  const view = await begin();
  const watches = () =>
    fs
      .readdirSync('/proc/self/fdinfo')
      .map((name) => {
        try {
          return fs.readFileSync(`/proc/self/fdinfo/${name}`, 'utf8');
        } catch {
          return '';
        }
      })
      .join('')
      .match(/^inotify wd/gm)?.length ?? 0;
  const during = watches();
  expect(view.view().mode).toBe('watch');
  view.stop();
  await until(() => watches() < during, 'fewer watches');
  fs.writeFileSync(file, '6\n');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(values()).toEqual([5]);
});
