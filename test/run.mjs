// `npm test`: installs what the tests need where it can, builds what is out of date, runs every
// project of vitest, and ends with one line, "N passed, N failed" (and ", N skipped"). Arguments
// go to vitest. In CI (environment CI) a skipped test counts as a failure of the run.
//
//   --long           what takes longer, instead (`npm run test:long`)
//   --also-long      what takes longer, after everything else
//   --minutes N      how long what has no number takes, about (18)
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { prepareSystem, reportRights } from './setup/apt.mjs';

const root = path.resolve(import.meta.dirname, '..');
const { long, alsoLong, given } = optionsOf(process.argv.slice(2));

const LONG = projects('long');
// vitest.config.ts says what comes after what.
const USUAL = projects('unit', 'sim', 'native', 'netns', 'netns-alone');

prepareSystem();
reportRights();
buildWhatIsStale();

const reports = mkdtempSync(path.join(os.tmpdir(), 'failoverd-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
const retried = [];
try {
  const usual = given.some((arg) => arg.startsWith('--project')) ? [[]] : long ? [] : [USUAL];
  const shares = [...usual, ...(long || alsoLong ? [LONG] : [])];
  for (const [index, share] of shares.entries()) {
    await runShare(share, path.join(reports, `${index}.json`));
  }
} finally {
  rmSync(reports, { recursive: true, force: true });
}

if (total.passed + total.failed + total.skipped === 0) total.failed = 1;
for (const { name, first } of retried)
  console.log(`passed at its second try only: ${name}\n  ${first}`);
const skips = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skips}`);
const strict = Boolean(process.env.CI);
process.exitCode = total.failed > 0 || (strict && total.skipped > 0) ? 1 : 0;

function projects(...names) {
  return names.flatMap((name) => ['--project', name]);
}

/** Takes our own options away from those that vitest is given. */
function optionsOf(args) {
  const at = args.indexOf('--minutes');
  if (at >= 0) process.env.FAILOVERD_LONG_MINUTES = args.splice(at, 2)[1];
  const own = ['--long', '--also-long'];
  return {
    long: args.includes('--long'),
    alsoLong: args.includes('--also-long'),
    given: args.filter((arg) => !own.includes(arg)),
  };
}

/** Runs vitest once and adds its counts to the total. */
async function runShare(share, report) {
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const reporting = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const args = [vitest, 'run', '--passWithNoTests', ...reporting, ...share, ...given];
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  // The terminal sends its interrupt to vitest as well, which then clears up; we wait for it.
  const wait = () => undefined;
  process.on('SIGINT', wait);
  const code = await new Promise((resolve) => child.on('close', (status) => resolve(status ?? 1)));
  process.off('SIGINT', wait);
  const told = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  if (told) retried.push(...secondTries(told));
  const counts = told && count(told);
  total.passed += counts?.passed ?? 0;
  total.skipped += counts?.skipped ?? 0;
  const failed = counts?.failed ?? 0;
  // An error outside of every test fails the run without failing a test.
  total.failed += failed === 0 && code !== 0 ? 1 : failed;
}

/** A file that could not even be loaded has no tests to count; it counts as one failure. */
function count(report) {
  const broken = report.testResults.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some((one) => one.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Tests that passed after a failure: a race in the test or in the product, to be found. */
function secondTries(report) {
  return report.testResults
    .flatMap((file) => file.assertionResults)
    .filter((one) => one.status === 'passed' && one.failureMessages.length > 0)
    .map((one) => ({ name: one.fullName, first: one.failureMessages[0].split('\n')[0] }));
}

/** Builds the addon and the bundle when a source is newer than what was built from it. */
function buildWhatIsStale() {
  const native = newest([path.join(root, 'native'), path.join(root, 'binding.gyp')]);
  if (native > addonTime()) buildWith('build-native.mjs');
  const bundle = path.join(root, 'dist/failoverd.js');
  const sources = newest([path.join(root, 'src'), path.join(root, 'package.json')]);
  if (!existsSync(bundle) || sources > statSync(bundle).mtimeMs) buildWith('build.mjs');
}

function buildWith(script) {
  const run = spawnSync(process.execPath, [path.join(root, 'scripts', script)], {
    cwd: root,
    stdio: 'inherit',
  });
  if (run.status === 0) return;
  console.log('The build failed.\n0 passed, 1 failed');
  process.exit(1);
}

/** When the addon was built, or 0 when it was not. */
function addonTime() {
  const directory = path.join(root, 'build/Release');
  if (!existsSync(directory)) return 0;
  const addons = readdirSync(directory).filter((name) => name.endsWith('.node'));
  if (addons.length === 0) return 0;
  return Math.min(...addons.map((name) => statSync(path.join(directory, name)).mtimeMs));
}

/** The time of the newest file among these files and directories. */
function newest(places) {
  let latest = 0;
  for (const place of places) {
    if (!existsSync(place)) continue;
    const status = statSync(place);
    if (status.isDirectory()) {
      const inside = readdirSync(place).map((name) => path.join(place, name));
      latest = Math.max(latest, newest(inside));
    } else {
      latest = Math.max(latest, status.mtimeMs);
    }
  }
  return latest;
}
