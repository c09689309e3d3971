// `npm run check`: format, lint and types of everything, without running a test. Every part runs,
// whatever the others say; a tool that is not installed is named and its part is left out, which
// fails the run in CI (environment CI).
//
//   --fast   leaves out clang-tidy, the only slow part
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const fast = process.argv.includes('--fast');
const database = path.join(root, 'build-cmake/check');
/** @type {{ failed: string[], skipped: [string, string][] }} */
const outcome = { failed: [], skipped: [] };

part('format (TypeScript)', 'oxfmt', ['--check', 'src', 'test', 'scripts']);
part('lint (TypeScript, with types)', 'oxlint', [
  '--type-aware',
  '--deny-warnings',
  'src',
  'test',
  'scripts',
]);
part('types (TypeScript)', 'tsc', ['-p', 'tsconfig.json']);
part('format (C++)', 'clang-format-19', ['--dry-run', '--Werror', ...native(/\.(cc|h)$/)]);
if (!fast) tidy();

for (const [name, why] of outcome.skipped) console.log(`skipped: ${name}: ${why}`);
for (const name of outcome.failed) console.log(`failed: ${name}`);
const strict = Boolean(process.env.CI) && outcome.skipped.length > 0;
if (outcome.failed.length === 0 && !strict) console.log('all is well');
process.exit(outcome.failed.length > 0 || strict ? 1 : 0);

/** Runs one tool from node_modules or the system. */
function part(name, tool, args) {
  const program = find(tool);
  if (program === undefined) {
    outcome.skipped.push([name, `${tool} is not installed`]);
    return false;
  }
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) outcome.failed.push(name);
  return status === 0;
}

/** clang-tidy needs to know how each file is compiled, and CMake says so. */
function tidy() {
  const name = 'lint (C++)';
  if (find('cmake') === undefined || find('clang-tidy-19') === undefined) {
    outcome.skipped.push([name, 'cmake or clang-tidy-19 is not installed']);
    return;
  }
  const configured = spawnSync('cmake', ['-S', root, '-B', database], { stdio: 'ignore' });
  if (configured.status !== 0) {
    outcome.failed.push(`${name}: cmake cannot configure`);
    return;
  }
  // The compiler of the database is GCC, whose own warnings clang does not know.
  const args = ['-p', database, '--quiet', '--extra-arg=-Wno-unknown-warning-option'];
  const runner = find('run-clang-tidy-19');
  const files = native(/\.cc$/);
  if (runner === undefined) {
    part(name, 'clang-tidy-19', [...args, ...files]);
    return;
  }
  const extra = '-extra-arg=-Wno-unknown-warning-option';
  const pattern = `^${root}/native/`;
  const clang = ['-clang-tidy-binary', 'clang-tidy-19', '-p', database, '-quiet', extra, pattern];
  part(name, 'run-clang-tidy-19', clang);
}

/** The C++ files under native/ whose names match. */
function native(pattern) {
  return readdirSync(path.join(root, 'native'), { recursive: true })
    .filter((file) => pattern.test(file))
    .map((file) => path.join('native', file))
    .sort();
}

function find(tool) {
  const places = [path.join(root, 'node_modules/.bin'), ...(process.env.PATH ?? '').split(':')];
  return places.map((place) => path.join(place, tool)).find((file) => existsSync(file));
}
