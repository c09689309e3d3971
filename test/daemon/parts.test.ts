import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notifyText, readServiceManager } from '../../src/base/systemdText.ts';
import { version } from '../../src/base/version.ts';
import { findHolder, lockInstance, takenText } from '../../src/daemon/instanceLock.ts';
import { removePidFile, writePidFile } from '../../src/daemon/pidFile.ts';
import { missingCapabilities } from '../../src/daemon/rights.ts';
import { serviceManager } from '../../src/daemon/serviceManager.ts';
import { Signals } from '../../src/daemon/signals.ts';

describe('the lock of an instance', () => {
  const name = `test-${process.pid}`;

  it('is held by one process and names it to the others', async () => {
    const first = await lockInstance(name);
    expect(first.kind).toBe('held');
    expect(await lockInstance(name)).toEqual({ kind: 'taken', pid: process.pid });
    expect(await findHolder(name)).toEqual({ pid: process.pid });
    expect((await lockInstance(`${name}-b`)).kind).toBe('held');
    if (first.kind === 'held') first.release();
    expect(await findHolder(name)).toBeUndefined();
  });

  it('is given back by a process that was killed', async () => {
    const script = `
      import { lockInstance } from './src/daemon/instanceLock.ts';
      await lockInstance('${name}-killed');
      console.log('held');
      setInterval(() => {}, 1000);
    `;
    const args = ['--import', 'tsx', '--input-type=module', '-e', script];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(await findHolder(`${name}-killed`)).toEqual({ pid: child.pid });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await findHolder(`${name}-killed`)).toBeUndefined();
  });

  it('says who holds it in one sentence', () => {
    expect(takenText(undefined, 42)).toBe(
      'failoverd with process id 42 already runs in this network namespace',
    );
    expect(takenText('a', undefined)).toMatch(/^another failoverd .* instance name a$/);
  });
});

describe('the pid file', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'failoverd-pid-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is never written over a file that holds something else', () => {
    const file = path.join(directory, 'keepalived.conf');
    writeFileSync(file, 'vrrp_instance VI_1 {\n}\n');
    expect(writePidFile(file)).toMatch(/what is there is no process id, and is left alone/);
    expect(readFileSync(file, 'utf8')).toMatch(/^vrrp_instance/);
    removePidFile(file);
    expect(readFileSync(file, 'utf8')).toMatch(/^vrrp_instance/);
  });

  it('is written over one that was left behind, and removed', () => {
    const file = path.join(directory, 'run/failoverd.pid');
    expect(writePidFile(file)).toBeUndefined();
    writeFileSync(file, '1\n');
    expect(writePidFile(file)).toBeUndefined();
    expect(readFileSync(file, 'utf8')).toBe(`${process.pid}\n`);
    removePidFile(file);
    expect(() => readFileSync(file)).toThrow();
  });

  it('is left alone when somebody else wrote it', () => {
    const file = path.join(directory, 'failoverd.pid');
    writeFileSync(file, '1\n');
    removePidFile(file);
    expect(readFileSync(file, 'utf8')).toBe('1\n');
  });

  it('that cannot be written is a sentence, not an exception', () => {
    expect(writePidFile('/proc/no/such.pid')).toMatch(/could not be written to \/proc\/no\/such/);
  });
});

describe('rights', () => {
  const status = (hex: string): string => `Name:\tx\nCapEff:\t${hex}\nCapBnd:\t0\n`;

  it('reads the effective capabilities', () => {
    const both = ['CAP_NET_ADMIN', 'CAP_NET_RAW'] as const;
    expect(missingCapabilities(status('000001ffffffffff'), both)).toEqual([]);
    expect(missingCapabilities(status('0000000000000000'), both)).toEqual(both);
    expect(missingCapabilities(status('0000000000001000'), both)).toEqual(['CAP_NET_RAW']);
  });
});

describe('the service manager', () => {
  it('is told in the words of sd_notify(3)', () => {
    expect(notifyText({ kind: 'ready', status: '1 MASTER' })).toBe(
      `READY=1\nMAINPID=${process.pid}\nSTATUS=1 MASTER\n`,
    );
    expect(notifyText({ kind: 'reloading', monotonicMicros: 12n })).toBe(
      'RELOADING=1\nMONOTONIC_USEC=12\n',
    );
    expect(notifyText({ kind: 'extendTimeout', ms: 1.5 })).toBe('EXTEND_TIMEOUT_USEC=2000\n');
    expect(notifyText({ kind: 'status', status: 'a\nREADY=1' })).toBe('STATUS=a READY=1\n');
  });

  it('is asked for the watchdog only when it is meant for us', () => {
    const env = { NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '3000000', WATCHDOG_PID: '42' };
    expect(readServiceManager(env, 42)).toEqual({ notifySocket: '/run/x', watchdogMs: 1500 });
    expect(readServiceManager(env, 43).watchdogMs).toBeUndefined();
    expect(readServiceManager({}, 42)).toEqual({ notifySocket: undefined, watchdogMs: undefined });
    expect(readServiceManager({ NOTIFY_SOCKET: 'relative' }, 1).notifySocket).toBeUndefined();
  });

  it('hears each status once, and the watchdog only while all is well', async () => {
    const sent: string[] = [];
    const send = (_path: string, data: Uint8Array) => sent.push(Buffer.from(data).toString());
    let well = true;
    const env = { NOTIFY_SOCKET: '@x', WATCHDOG_USEC: '20000' };
    const link = serviceManager({ send, env, isWell: () => well });
    link.ready('1 BACKUP');
    link.status('1 BACKUP');
    link.status('1 MASTER');
    while (!sent.includes('WATCHDOG=1\n')) await new Promise((done) => setTimeout(done, 5));
    well = false;
    const count = sent.length;
    await new Promise((done) => setTimeout(done, 50));
    link.close();
    expect(sent.length).toBe(count);
    expect(sent.filter((text) => text.startsWith('STATUS='))).toEqual(['STATUS=1 MASTER\n']);
  });
});

describe('signals', () => {
  it('that arrive before anybody listens are kept', () => {
    const signals = new Signals();
    const heard: string[] = [];
    signals.raise('SIGHUP');
    signals.raise('SIGTERM');
    signals.listen((signal) => heard.push(signal));
    signals.raise('SIGUSR1');
    expect(heard).toEqual(['SIGHUP', 'SIGTERM', 'SIGUSR1']);
  });
});

describe('the version', () => {
  it("is package.json's", () => {
    const file = path.resolve(import.meta.dirname, '../../package.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version });
  });
});
