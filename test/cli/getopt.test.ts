import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { fromGetopt } from '../../src/cli/getopt.ts';
import { addRunOptions, toDaemonOptions } from '../../src/cli/runOptions.ts';
import type { RawRunOptions } from '../../src/cli/runOptions.ts';

function parse(...words: string[]): RawRunOptions {
  const command = addRunOptions(new Command('run')).exitOverride().allowExcessArguments(false);
  command.configureOutput({ writeErr: () => undefined });
  command.parse(fromGetopt(words), { from: 'user' });
  return command.opts<RawRunOptions>();
}

const daemon = (...words: string[]) => toDaemonOptions(parse(...words), false);

describe('the command line of keepalived', () => {
  it('may be written in clusters, attached and long', () => {
    for (const words of [
      ['-nlDf', '/x.conf', '-p', '/x.pid'],
      ['-n', '-l', '-D', '-f/x.conf', '-p/x.pid'],
      ['--dont-fork', '--log-console', '--log-detail', '--use-file=/x.conf', '--pid=/x.pid'],
      ['--dont-fork', '--log-console', '--log-detail', '--use-file', '/x.conf', '--pid', '/x.pid'],
    ]) {
      expect(daemon(...words)).toMatchObject({
        file: '/x.conf',
        pidFiles: ['/x.pid'],
        foregroundAsked: true,
        log: { console: true, detail: 1 },
      });
    }
  });

  it('never takes the word after -t for the file to write to', () => {
    expect(() => parse('-t', '/etc/keepalived/keepalived.conf')).toThrow(/too many arguments/);
    expect(parse('-t', '-f', '/x')).toMatchObject({ configTest: true, useFile: '/x' });
    expect(parse('-t/log', '-f', '/x')).toMatchObject({ configTest: true, configTestLog: '/log' });
    expect(parse('--config-test=/log')).toMatchObject({ configTest: true, configTestLog: '/log' });
    expect(parse('-lt')).toMatchObject({ logConsole: true, configTest: true });
  });

  it('takes a log file only when it is attached', () => {
    expect(daemon('-g').log.file).toBe('/tmp/failoverd.log');
    expect(daemon('-g/var/log/f').log.file).toBe('/var/log/f');
    expect(daemon('--log-file=/a=b').log.file).toBe('/a=b');
    expect(daemon('-lg/var/log/f')).toMatchObject({ log: { console: true, file: '/var/log/f' } });
    expect(daemon().log.file).toBeUndefined();
  });

  it('counts -D and knows the facilities', () => {
    expect(daemon('-DD').log.detail).toBe(2);
    expect(daemon('-D', '-D', '-D').log.detail).toBe(2);
    expect(daemon('-S', '3').log.facility).toBe(19);
    expect(daemon('-Slocal7').log.facility).toBe(23);
    expect(daemon('-S', 'user').log.facility).toBe(1);
    expect(daemon().log.facility).toBe(3);
    expect(() => daemon('-S', 'mail')).toThrow(/local0-7/);
  });

  it('accepts every option that it has no use for', () => {
    const words = ['-P', '-B', '-X', '-R', '-I', '-x', '-m', '-M', '-Mcore.%p', '-a', '--all'];
    expect(daemon(...words, '-c', '/c', '-b', '/b', '-A', 'unix:x', '-f', '/x').file).toBe('/x');
    expect(daemon('-r', '/v.pid', '-p', '/p.pid').pidFiles).toEqual(['/p.pid', '/v.pid']);
  });

  it('reads masks as C does, and refuses nonsense', () => {
    expect(daemon('-u', '022').umask).toBe(0o22);
    expect(daemon('-u', '18').umask).toBe(18);
    for (const bad of ['abc', '-1', '01000', '']) expect(() => daemon('-u', bad)).toThrow();
  });

  it('refuses unknown options, stray words and empty arguments', () => {
    expect(() => parse('--unknown')).toThrow(/unknown option/);
    expect(() => parse('-q')).toThrow(/unknown option/);
    expect(() => parse('stray')).toThrow(/too many arguments/);
    expect(() => parse('-p', '')).toThrow(/empty/);
  });

  it('tells the numbers of signals', () => {
    const numbers = ['STOP', 'RELOAD', 'DATA', 'STATS', 'STATS_CLEAR', 'JSON', 'TDUMP'].map(
      (name) => parse(`--signum=${name}`).signum,
    );
    expect(numbers).toEqual([15, 1, 10, 12, 63, 36, 64]);
    expect(() => parse('--signum', 'toString')).toThrow(/no such signal/);
  });
});
