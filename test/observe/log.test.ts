import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../src/observe/log.ts';
import type { LogSink } from '../../src/observe/log.ts';
import type { LogLine } from '../../src/observe/logFormat.ts';
import { consoleText, journalBytes, syslogText } from '../../src/observe/logFormat.ts';
import { FileSink, journalSink, streamSink } from '../../src/observe/logSinks.ts';
import { RateLimit } from '../../src/observe/rateLimit.ts';
import { logLine } from './samples.ts';

const identity = { ident: 'failoverd', pid: 42, facility: 3 };

function memorySink(): LogSink & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  return { lines, write: (line) => void lines.push(line), close: () => Promise.resolve() };
}

describe('the log', () => {
  it('leaves out what is below its level', () => {
    const sink = memorySink();
    const log = createLog({ level: 'info', sinks: [sink] });
    log.debug('a');
    log.info('b');
    expect(sink.lines.map((line) => line.message)).toEqual(['b']);
  });

  it('limits lines of one kind and says how many it left out', () => {
    const sink = memorySink();
    let now = 0;
    const rateLimit = new RateLimit({ burst: 2, windowMs: 1000, maxKinds: 10 });
    const log = createLog({ level: 'info', sinks: [sink], rateLimit, now: () => now });
    for (let count = 1; count <= 5; count++) log.warning(`refused ${count}`);
    log.warning('something else');
    now = 1500;
    log.warning('refused 6');
    expect(sink.lines.map((line) => line.message)).toEqual([
      'refused 1',
      'refused 2',
      'something else',
      'refused 6 (3 lines like this were left out)',
    ]);
  });

  it('does not let one instance silence another', () => {
    const sink = memorySink();
    const rateLimit = new RateLimit({ burst: 1, windowMs: 1000, maxKinds: 10 });
    const log = createLog({ level: 'info', sinks: [sink], rateLimit, now: () => 0 });
    log.notice('x', { event: 'StateChanged', instance: 'VI_1' });
    log.notice('x', { event: 'StateChanged', instance: 'VI_1' });
    log.notice('x', { event: 'StateChanged', instance: 'VI_2' });
    expect(sink.lines.map((line) => line.fields['instance'])).toEqual(['VI_1', 'VI_2']);
  });

  it('tells what it left out when nothing follows', async () => {
    const sink = memorySink();
    let now = 0;
    const rateLimit = new RateLimit({ burst: 1, windowMs: 1000, maxKinds: 10 });
    const log = createLog({ level: 'info', sinks: [sink], rateLimit, now: () => now });
    log.notice('x', { event: 'AdvertRejected' });
    log.notice('x', { event: 'AdvertRejected' });
    now = 2000;
    await log.close();
    expect(sink.lines.at(-1)?.message).toBe('1 line like this was left out: notice AdvertRejected');
  });
});

describe('the rate limit', () => {
  it('has bounded memory and loses no count', () => {
    const limit = new RateLimit({ burst: 0, windowMs: 1000, maxKinds: 2 });
    for (const kind of ['a', 'b', 'c']) limit.admit(kind, 0);
    const counts = limit.overdue(2000).map((one) => one.count);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
  });
});

describe('the forms of a line', () => {
  it('is one line at the console, whatever is in it', () => {
    const text = consoleText(logLine('a script said\nFAKE line\u001b[2J'));
    expect(text).toMatch(/ notice: a script said \| FAKE line\?\[2J\n$/);
    expect(text.split('\n')).toHaveLength(2);
  });

  it('is RFC 3164 for syslog', () => {
    const text = syslogText(logLine('hello', { level: 'error' }), identity);
    expect(text).toMatch(/^<27>[A-Z][a-z]{2} [ 0-9]\d \d\d:\d\d:\d\d failoverd\[42\]: hello$/);
  });

  it('is structured for the journal, with lengths where a value has lines', () => {
    const fields = { event: 'StateChanged', fromState: 'BACKUP', absent: undefined };
    const bytes = journalBytes(logLine('two\nlines', { fields }), identity);
    const text = bytes.toString('latin1');
    expect(text).toContain('MESSAGE\n\u0009\0\0\0\0\0\0\0two\nlines\n');
    expect(text).toContain('PRIORITY=5\n');
    expect(text).toContain('FAILOVERD_FROM_STATE=BACKUP\n');
    expect(text).not.toContain('ABSENT');
  });
});

describe('a target that nobody reads', () => {
  it('costs a bounded amount of memory and says what was lost', async () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    const sink = streamSink(stream, (line) => `${line.message}\n`);
    for (let count = 0; count < 10_000; count++) sink.write(logLine('x'.repeat(1000)));
    expect(stream.writableLength).toBeLessThan(300_000);
    stream.resume();
    await once(stream, 'drain');
    let seen = '';
    stream.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    sink.write(logLine('again'));
    await new Promise(setImmediate);
    expect(seen).toMatch(/\(\d+ lines were lost here.*\) again/);
  });

  it('does not block the process: a pipe that is never read', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'failoverd-log-'));
    const fifo = path.join(directory, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const fd = openSync(fifo, 'r+');
    const script = `
      import { consoleSink } from './src/observe/logSinks.ts';
      const sink = consoleSink(2, (line) => line.message + '\\n');
      const line = { level: 'info', message: 'x'.repeat(1000), fields: {}, wallMs: 0 };
      for (let i = 0; i < 5000; i++) sink.write(line);
      await sink.close(50);
      process.stdout.write('went on');
      process.exit(0);
    `;
    const args = ['--import', 'tsx', '--input-type=module', '-e', script];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', fd] });
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    closeSync(fd);
    rmSync(directory, { recursive: true });
    expect([code, said]).toEqual([0, 'went on']);
  });

  it('a full disk: what it did not take is counted, and told when it does', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'failoverd-log-'));
    const file = path.join(directory, 'log');
    symlinkSync('/dev/full', file);
    const sink = new FileSink({ path: file });
    for (const message of ['one', 'two']) sink.write(logLine(message));
    await sink.close(1000);
    sink.write(logLine('three'));
    await sink.close(1000);
    unlinkSync(file);
    sink.reopen();
    sink.write(logLine('four'));
    await sink.close(1000);
    const text = readFileSync(file, 'utf8');
    rmSync(directory, { recursive: true });
    expect(text).toMatch(/^\(3 lines were lost here: the log did not take them\) .* four\n$/);
  });

  it('a datagram target counts what could not be sent', () => {
    const sent: string[] = [];
    let full = true;
    const send = (_path: string, data: Uint8Array): number => {
      if (!full) sent.push(Buffer.from(data).toString());
      return full ? 11 : 0;
    };
    const sink = journalSink(send, identity);
    sink.write(logLine('lost'));
    sink.write(logLine('lost'));
    full = false;
    sink.write(logLine('arrives'));
    expect(sent.join()).toMatch(/MESSAGE=\(2 lines were lost here.*\) arrives/);
  });
});

describe('a log file', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'failoverd-log-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is written in order and opened again after it was rotated', async () => {
    const file = path.join(directory, 'failoverd.log');
    const sink = new FileSink({ path: file, text: (line) => `${line.message}\n` });
    for (let count = 0; count < 100; count++) sink.write(logLine(String(count)));
    await sink.close(5000);
    expect(readFileSync(file, 'utf8').trim().split('\n').map(Number)).toEqual([
      ...Array(100).keys(),
    ]);
    renameSync(file, `${file}.1`);
    sink.reopen();
    sink.write(logLine('new'));
    await sink.close(5000);
    expect(readFileSync(file, 'utf8')).toBe('new\n');
  });

  it('that cannot be opened stops nothing', async () => {
    const sink = new FileSink({ path: path.join(directory, 'no/such/log') });
    sink.write(logLine('x'));
    await sink.close(5000);
    sink.write(logLine('y'));
    await sink.close(5000);
  });
});
