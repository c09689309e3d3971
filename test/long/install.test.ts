// The npm package as somebody installs it: with its own build of the addon, in a project of theirs.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { attempt, run } from '../lab/commands.ts';

const root = path.resolve(import.meta.dirname, '../..');
const project = mkdtempSync(path.join(os.tmpdir(), 'failoverd-install-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

test('npm install builds it, and it runs', async () => {
  const pack = `npm pack --ignore-scripts --pack-destination ${project}`;
  await run(['sh', '-c', `cd ${root} && ${pack}`]);
  const [file = ''] = readdirSync(project).filter((one) => one.endsWith('.tgz'));
  writeFileSync(path.join(project, 'package.json'), '{ "name": "theirs", "version": "1.0.0" }');
  await run(['sh', '-c', `cd ${project} && npm install --no-audit --no-fund ./${file}`]);
  const command = path.join(project, 'node_modules/.bin/failoverd');
  expect(await run([command, '--version'])).toMatch(/^failoverd \d+\.\d+\.\d+\n$/);
  // The addon is found and loaded: the interface is what is wrong.
  const { stderr } = await attempt([command, 'listen', 'no-such-link']);
  expect(stderr).toContain('there is no interface no-such-link');
});
