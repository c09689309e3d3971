// `npm run demo`, as the README promises it: with root and without, beside either peer.
import path from 'node:path';
import { expect, test } from 'vitest';
import { attempt } from '../lab/commands.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';

const root = path.resolve(import.meta.dirname, '../..');
const demo = [path.join(root, 'node_modules/.bin/tsx'), path.join(root, 'test/demo/main.ts')];
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'env', 'HOME=/'];

const missing = whatIsMissing([...LAB_PROGRAMS, 'keepalived', 'setpriv']);
const skipped = missing === '' ? '' : `: skipped, ${missing}`;

const isRoot = process.getuid?.() === 0;

test.runIf(missing === '').concurrent.each([
  ['with the rights of this user', [], []],
  ['beside keepalived', [], ['--peer', 'keepalived']],
  ['without root', isRoot ? nobody : [], []],
  ['without root, beside keepalived', isRoot ? nobody : [], ['--peer', 'keepalived']],
])(`the demo %s${skipped}`, async (_title, before, options) => {
  const { code, stdout, stderr } = await attempt([...before, ...demo, ...options]);
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
  const measured = stdout.slice(stdout.indexOf('Measured')).match(/\d+ ms$/gm);
  expect(measured, stdout).toHaveLength(7);
});
