/**
 * Every way in which a real script can fail is a failure with its own reason, and is over as soon
 * as the script is well again. Each case begins with a good script, breaks it while the tracker
 * runs, and mends it.
 */
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { defaultScriptPolicy, startScript } from '../../src/base/script.ts';
import type { ScriptPolicy } from '../../src/base/script.ts';
import type { TrackerReport } from '../../src/trackers/report.ts';
import { ScriptTracker } from '../../src/trackers/script.ts';
import { isAlive, pidFrom, scratchDirectory, until, writeScript } from '../base/scratch.ts';

let directory = '';
let script = '';
let reports: TrackerReport[] = [];
let tracker: ScriptTracker | undefined;

const policy: ScriptPolicy = { ...defaultScriptPolicy, killGraceMs: 200 };

beforeEach(() => {
  directory = scratchDirectory();
  script = writeScript(directory, 'check', 'exit 0');
  reports = [];
});

afterEach(async () => {
  await tracker?.stop();
  tracker = undefined;
});

function begin(more: Partial<ScriptPolicy> = {}, timeoutMs = 5000): ScriptTracker {
  tracker = new ScriptTracker(
    {
      name: 'check',
      command: { argv: [script] },
      policy: { ...policy, ...more },
      intervalMs: 25,
      timeoutMs,
      rise: 1,
      fall: 1,
      begin: 'init',
    },
    { clock: systemClock, start: startScript, report: (report) => reports.push(report) },
  );
  tracker.start();
  return tracker;
}

/** Waits for the next report of this status; earlier ones are forgotten. */
async function next(status: TrackerReport['status']): Promise<TrackerReport> {
  await until(() => reports.some((report) => report.status === status), `status ${status}`);
  const found = reports.find((report) => report.status === status);
  reports = [];
  if (found === undefined) throw new Error('unreachable');
  return found;
}

/** Replaces the script in one step, as an upgrade does. */
function replace(body: string): void {
  const fresh = writeScript(directory, 'fresh', body);
  renameSync(fresh, script);
}

async function breakAndMend(breakIt: () => void): Promise<TrackerReport> {
  begin();
  await next('ok');
  breakIt();
  const failure = await next('failed');
  if (existsSync(join(script, 'inside'))) rmSync(join(script, 'inside'));
  replace('exit 0');
  await next('ok');
  return failure;
}

describe('a script that', () => {
  it('exits with another status than 0', async () => {
    const failure = await breakAndMend(() => replace('echo no route; exit 2'));
    expect(failure).toMatchObject({
      cause: 'exit',
      reason: 'the script exited with status 2: no route',
    });
  });

  it('is missing', async () => {
    const failure = await breakAndMend(() => rmSync(script));
    expect(failure.cause).toBe('notStarted');
    expect(failure.reason).toBe(`the script could not be started: ${script} does not exist`);
  });

  it('is not executable', async () => {
    const failure = await breakAndMend(() => chmodSync(script, 0o644));
    expect(failure.cause).toBe('notStarted');
    expect(failure.reason).toContain('is not executable (its mode is 0644');
  });

  it('has no interpreter', async () => {
    const failure = await breakAndMend(() => replace('#!/no/such/thing\n'));
    expect(failure.cause).toBe('notStarted');
    expect(failure.reason).toContain('its interpreter /no/such/thing does not');
  });

  it('is killed', async () => {
    const failure = await breakAndMend(() => replace('kill -SEGV $$'));
    expect(failure).toMatchObject({ cause: 'signal', reason: 'the script was killed by SIGSEGV' });
  });

  it('turns into a directory', async () => {
    begin();
    await next('ok');
    rmSync(script);
    mkdirSync(script);
    let failure = await next('failed');
    // The moment between the two calls may have been seen as well.
    if (failure.reason.includes('does not exist')) failure = { ...failure, cause: 'notStarted' };
    else expect(failure.reason).toContain('is a directory');
    expect(failure.cause).toBe('notStarted');
    rmdirSync(script);
    replace('exit 0');
    await next('ok');
  });

  it('prints megabytes is well if it says so', async () => {
    replace('head -c 5000000 /dev/zero; exit 0');
    const view = begin();
    await next('ok');
    const last = view.view().last?.outcome;
    expect(last).toMatchObject({ kind: 'exited', code: 0, outputDropped: 5_000_000 - 4096 });
  });

  it('closes its output is judged by its status', async () => {
    replace('exec >&- 2>&-; exit 5');
    begin();
    expect(await next('failed')).toMatchObject({ cause: 'exit' });
    replace('exec >&- 2>&-; exit 0');
    await next('ok');
  });
});

it('a script that hangs with all its children fails in time and takes them along', async () => {
  // The tracker that began with the good script gets a short time limit from the start.
  replace(
    `trap "" TERM
sh -c 'trap "" TERM; echo $$ > ${directory}/pid; sleep 60; sleep 60' &
wait; sleep 60`,
  );
  begin({}, 150);
  expect(await next('failed')).toMatchObject({
    cause: 'timeout',
    reason: 'the script did not end within 0.15 s',
  });
  const grandchild = await pidFrom(`${directory}/pid`);
  replace('exit 0');
  await next('ok');
  await until(() => !isAlive(grandchild), 'the end of the grandchild');
});

it.runIf(process.getuid?.() === 0)('a script that others may change is refused', async () => {
  begin({ enforceSecurity: true });
  await next('ok');
  chmodSync(directory, 0o777);
  const failure = await next('failed');
  expect(failure.cause).toBe('refused');
  expect(failure.reason).toBe(
    `the script was refused for security: ${directory} can be written by everybody ` +
      `(its mode is 0777); chmod o-w ${directory} would mend it`,
  );
  chmodSync(directory, 0o755);
  await next('ok');
});
