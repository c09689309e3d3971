// What others make of failoverd: dpkg of the Debian package, installed into a scratch root; another
// project of the npm package; systemd of the unit.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { attempt, run } from '../lab/commands.ts';
import { hasProgram } from '../lab/requirements.ts';

const root = path.resolve(import.meta.dirname, '../..');
const unit = path.join(root, 'systemd/failoverd.service');
const isRoot = process.getuid?.() === 0;

describe.skipIf(!hasProgram('dpkg-deb') || !isRoot)('the Debian package', () => {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'failoverd-package-'));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));
  const target = path.join(scratch, 'root');
  const inTarget = (...parts: readonly string[]): string => path.join(target, ...parts);
  // Into another root: without its dependencies, and without running anything in there.
  const dpkg = ['dpkg', `--root=${target}`, '--force-depends', '--force-script-chrootless'];

  it('is made, installs, runs and leaves nothing behind', async () => {
    const script = path.join(root, 'scripts/package-deb.mjs');
    const file = (await run([process.execPath, script, '--out', scratch])).trim();
    expect(await run(['dpkg-deb', '--field', file, 'Depends'])).toMatch(/nodejs \(>= 20\)/);
    expect(await run(['dpkg-deb', '--field', file, 'Description'])).toMatch(/nodesource/);

    for (const name of ['updates', 'info'])
      mkdirSync(inTarget('var/lib/dpkg', name), { recursive: true });
    writeFileSync(inTarget('var/lib/dpkg/status'), '');
    await run([...dpkg, '--install', file]);
    const command = [process.execPath, inTarget('usr/bin/failoverd')];
    expect(await run([...command, '--version'])).toMatch(/^failoverd \d+\.\d+\.\d+\n$/);
    const config = path.join(root, 'test/lab/walkthroughs/1-process.conf');
    expect((await attempt([...command, 'check', config])).code).toBe(0);
    // The addon is found and loaded: the interface is what is wrong.
    const listen = await attempt([...command, 'listen', 'no-such-link']);
    expect(listen.stderr).toContain('there is no interface no-such-link');
    expect(readdirSync(inTarget('usr/share/man/man1'))).toContain('failoverd-doctor.1.gz');
    expect(
      statSync(inTarget('usr/share/bash-completion/completions/failoverd')).size,
    ).toBeGreaterThan(100);
    expect(existsSync(inTarget('usr/lib/systemd/system/failoverd.service'))).toBe(true);

    await run([...dpkg, '--purge', 'failoverd']);
    expect(existsSync(inTarget('usr/lib/failoverd'))).toBe(false);
    expect(existsSync(inTarget('etc/default/failoverd'))).toBe(false);
  });
});

describe('the npm package', () => {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'failoverd-npm-'));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));
  const inScratch = (...parts: readonly string[]): string => path.join(scratch, ...parts);

  it('has a client that another project compiles and runs, without anything of ours', async () => {
    const pack = ['npm', 'pack', '--ignore-scripts', '--pack-destination', scratch];
    await run(['sh', '-c', `cd ${root} && ${pack.join(' ')}`]);
    const [file = ''] = readdirSync(scratch).filter((one) => one.endsWith('.tgz'));
    const installed = inScratch('node_modules/failoverd');
    mkdirSync(installed, { recursive: true });
    await run(['tar', '-xzf', inScratch(file), '-C', installed, '--strip-components=1']);
    writeFileSync(inScratch('package.json'), '{ "type": "module" }');
    writeFileSync(
      inScratch('other.ts'),
      `import { ControlClient, type StatusReport } from 'failoverd/client';
       const states = ({ instances }: StatusReport): string[] => instances.map(({ state }) => state);
       const client = await ControlClient.connect('/no/such/socket').catch((error: unknown) => String(error));
       console.log(typeof client === 'string' ? client : states(await client.status()));
       // @ts-expect-error: there is no such state
       const never: StatusReport['instances'][number]['state'] = 'ASLEEP';
       export { never };`,
    );
    const compilerOptions = {
      strict: true,
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: [],
    };
    const project = { compilerOptions, files: ['other.ts'] };
    writeFileSync(inScratch('tsconfig.json'), JSON.stringify(project));
    await run([path.join(root, 'node_modules/.bin/tsc'), '-p', scratch]);
    expect(await run([process.execPath, inScratch('other.js')])).toContain('ENOENT');
  });
});

describe.skipIf(!hasProgram('systemd-analyze'))('the unit', () => {
  it('is exposed no more than 3.0, as systemd-analyze security counts', async () => {
    const { stdout, stderr } = await attempt([
      'systemd-analyze',
      'security',
      '--offline=true',
      unit,
    ]);
    const exposure = /Overall exposure level for failoverd\.service: ([0-9.]+)/.exec(stdout)?.[1];
    expect(Number(exposure), stdout + stderr).toBeLessThanOrEqual(3);
  });
});
