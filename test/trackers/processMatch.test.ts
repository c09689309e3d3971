import { describe, expect, it } from 'vitest';
import { matchesComm, matchesCommandLine } from '../../src/trackers/processMatch.ts';
import type { ProcessPattern } from '../../src/trackers/processMatch.ts';
import { parseStat } from '../../src/base/procStat.ts';

const pattern = (more: Partial<ProcessPattern> = {}): ProcessPattern => ({
  name: 'track',
  process: 'httpd',
  args: [],
  fullCommand: false,
  ...more,
});

describe('a name', () => {
  it('is compared whole', () => {
    expect(matchesComm(pattern(), 'httpd')).toBe(true);
    expect(matchesComm(pattern(), 'httpd2')).toBe(false);
    expect(matchesComm(pattern(), 'http')).toBe(false);
  });

  it('is compared in the 15 bytes that the kernel keeps', () => {
    const long = pattern({ process: 'a-very-long-process-name' });
    expect(matchesComm(long, 'a-very-long-pro')).toBe(true);
    expect(matchesComm(long, 'a-very-long-prx')).toBe(false);
  });
});

describe('a command line', () => {
  const argv = ['/usr/sbin/httpd', '-D', 'FOREGROUND', '-f', '/etc/httpd.conf'];
  const line = (args: string[], paramMatch?: ProcessPattern['paramMatch']) =>
    matchesCommandLine(
      pattern({ process: '/usr/sbin/httpd', args, paramMatch, fullCommand: true }),
      argv,
    );

  it('begins with exactly the given program', () => {
    expect(line([])).toBe(true);
    expect(matchesCommandLine(pattern({ fullCommand: true }), argv)).toBe(false);
    expect(matchesCommandLine(pattern({ fullCommand: true }), [])).toBe(false);
  });

  it('has exactly the given arguments', () => {
    expect(line(argv.slice(1))).toBe(true);
    expect(line(['-D', 'FOREGROUND'])).toBe(false);
    expect(line([...argv.slice(1), '-x'])).toBe(false);
    expect(line([], 'exact')).toBe(false);
  });

  it('begins with the given arguments: partial', () => {
    expect(line(['-D', 'FOREGROUND'], 'partial')).toBe(true);
    expect(line(['-D', 'FORE'], 'partial')).toBe(false);
    expect(line([], 'partial')).toBe(true);
  });

  it('begins with the given bytes: initial', () => {
    expect(line(['-D', 'FORE'], 'initial')).toBe(true);
    expect(line(['-D', 'FOREGROUND', '-f'], 'initial')).toBe(true);
    expect(line(['-', 'FORE'], 'initial')).toBe(false);
    expect(line([...argv.slice(1), 'x'], 'initial')).toBe(false);
  });
});

describe('/proc/PID/stat', () => {
  const stat = (comm: string, state: string, flags: number) =>
    `42 (${comm}) ${state} 1 42 42 0 -1 ${flags} ${'0 '.repeat(12)}777 0 0\n`;

  it('is read whatever the name', () => {
    for (const comm of ['httpd', 'a b', ') R 1', '((', '']) {
      expect(parseStat(stat(comm, 'S', 0x400000))).toEqual({ pid: 42, comm, startTime: '777' });
    }
  });

  it('of the dead, of threads of the kernel and of nonsense is nothing', () => {
    expect(parseStat(stat('httpd', 'Z', 0))).toBeUndefined();
    expect(parseStat(stat('httpd', 'X', 0))).toBeUndefined();
    expect(parseStat(stat('kworker/0:1', 'I', 0x208040))).toBeUndefined();
    expect(parseStat('')).toBeUndefined();
  });

  it('of this very process agrees with its own number', async () => {
    const { systemProcesses } = await import('../../src/trackers/processSource.ts');
    expect(systemProcesses.identify(process.pid)).toMatchObject({ pid: process.pid });
    expect(systemProcesses.identify(2)).toBeUndefined(); // kthreadd, or nobody in a container.
    expect(await systemProcesses.commandLine(process.pid)).toContain(process.argv0);
    expect(await systemProcesses.pids()).toContain(process.pid);
    expect(await systemProcesses.inventory()).toContain(process.pid);
  });
});
