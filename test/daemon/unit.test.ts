import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/cli/exitCodes.ts';

const unit = path.resolve(import.meta.dirname, '../../systemd/failoverd.service');
const text = readFileSync(unit, 'utf8');

function analyze(...args: string[]): string | undefined {
  try {
    return execFileSync('systemd-analyze', args, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return (error as { stdout?: string }).stdout;
  }
}

describe('the systemd unit', () => {
  it('is hardened: an exposure of 3.0 or less', ({ skip }) => {
    const report = analyze('security', '--offline=true', '--no-pager', unit);
    if (report === undefined) return skip('systemd-analyze is not installed');
    const level = /Overall exposure level for \S+: ([0-9.]+)/.exec(report)?.[1];
    expect(Number(level)).toBeLessThanOrEqual(3);
  });

  it('does not start again what will not get better by it', () => {
    const codes = /^RestartPreventExitStatus=(.*)$/m.exec(text)?.[1]?.split(' ').map(Number);
    const { failure, configError, alreadyRunning, noPermission, noConfig } = exitCodes;
    expect(codes).toEqual([failure, configError, alreadyRunning, noPermission, noConfig]);
  });

  it('speaks sd_notify, is watched and cleans up', () => {
    for (const line of [
      'Type=notify',
      'WatchdogSec=30',
      'Restart=on-failure',
      'KillMode=process',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toMatch(/^ExecStopPost=-\/usr\/bin\/failoverd cleanup /m);
    expect(text).toMatch(
      /^ExecReload=.* --config-test .*\nExecReload=\/bin\/kill -HUP \$MAINPID$/m,
    );
  });
});
