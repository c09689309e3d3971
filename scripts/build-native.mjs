// Builds the addon with node-gyp. Node's own headers are used where they lie beside the
// interpreter, so that the build needs no network; elsewhere node-gyp finds them itself.
// Only what has changed is compiled; with --clean everything is.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const root = path.resolve(import.meta.dirname, '..');
const prefix = path.resolve(realpathSync(process.execPath), '../..');
const hasHeaders = existsSync(path.join(prefix, 'include/node/node_api.h'));
const steps = process.argv.includes('--clean') ? ['rebuild'] : ['configure', 'build'];
const args = [require.resolve('node-gyp/bin/node-gyp.js'), ...steps];
if (hasHeaders) args.push(`--nodedir=${prefix}`);
const jobs = process.env.JOBS ?? 'max';

// Two builds at once in one directory would spoil each other: the second waits at the lock of the
// directory itself, since an installed package has no other that is always there.
const flock = ['/usr/bin/flock', '/bin/flock'].find((file) => existsSync(file));
const command = flock === undefined ? [process.execPath] : [flock, root, process.execPath];
const run = spawnSync(command[0], [...command.slice(1), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, JOBS: jobs },
});
process.exit(run.status ?? 1);
