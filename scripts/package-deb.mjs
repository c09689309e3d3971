// `npm run package:deb`: a Debian package in packaging/, from what `npm run build` has made.
//
//   --out DIRECTORY   another place for the package
//
// Debian 13 has Node.js 20 itself; on Debian 12 it comes from https://deb.nodesource.com/node_20.x.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const root = path.resolve(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const outIndex = process.argv.indexOf('--out');
const out = outIndex < 0 ? path.join(root, 'packaging') : process.argv[outIndex + 1];
const release = path.join(root, 'build/Release');
for (const made of ['dist/failoverd.js', 'build/Release/failoverd.node']) {
  if (existsSync(path.join(root, made))) continue;
  console.error(`package:deb: ${made} is not there: run npm run build`);
  process.exit(1);
}

const architecture = run('dpkg', ['--print-architecture']).trim();
process.umask(0o022);
const stage = mkdtempSync(path.join(os.tmpdir(), 'failoverd-deb-'));
chmodSync(stage, 0o755);
try {
  program();
  manuals();
  completions();
  put('usr/lib/systemd/system/failoverd.service', read('systemd/failoverd.service'));
  put('etc/default/failoverd', '# Further options of the daemon.\nFAILOVERD_OPTIONS=\n');
  put('usr/share/doc/failoverd/README.Debian', readme());
  put('usr/share/doc/failoverd/copyright', read('LICENSE'));
  put('usr/share/doc/failoverd/changelog.gz', gzipSync(read('CHANGELOG.md'), { level: 9 }));
  control();
  mkdirSync(out, { recursive: true });
  const file = path.join(out, `failoverd_${version}_${architecture}.deb`);
  run('dpkg-deb', ['--root-owner-group', '--build', stage, file]);
  console.log(file);
} finally {
  rmSync(stage, { recursive: true, force: true });
}

/** The bundle and what is native, where the bundle looks for it. */
function program() {
  const to = path.join(stage, 'usr/lib/failoverd');
  cpSync(path.join(root, 'dist'), path.join(to, 'dist'), {
    recursive: true,
    filter: (file) => !file.endsWith('.map'),
  });
  put('usr/lib/failoverd/package.json', `${JSON.stringify({ type: 'module', version })}\n`);
  for (const name of readdirSync(release)) {
    const file = path.join(release, name);
    const { mode } = statSync(file);
    const isProgram = statSync(file).isFile() && (mode & 0o111) !== 0 && !name.includes('.');
    if (!isProgram && name !== 'failoverd.node') continue;
    put(`usr/lib/failoverd/build/Release/${name}`, readFileSync(file), isProgram ? 0o755 : 0o644);
  }
  mkdirSync(path.join(stage, 'usr/bin'), { recursive: true });
  symlinkSync('../lib/failoverd/dist/failoverd.js', path.join(stage, 'usr/bin/failoverd'));
}

function manuals() {
  for (const name of readdirSync(path.join(root, 'man'))) {
    const section = path.extname(name).slice(1);
    put(`usr/share/man/man${section}/${name}.gz`, gzipSync(read(`man/${name}`), { level: 9 }));
  }
}

function completions() {
  const places = {
    bash: 'usr/share/bash-completion/completions/failoverd',
    zsh: 'usr/share/zsh/vendor-completions/_failoverd',
    fish: 'usr/share/fish/vendor_completions.d/failoverd.fish',
  };
  for (const [shell, place] of Object.entries(places)) {
    put(place, run(process.execPath, [path.join(root, 'dist/failoverd.js'), 'completion', shell]));
  }
}

function control() {
  const size = Number(run('du', ['-sk', stage]).split('\t')[0]);
  const fields = {
    Package: 'failoverd',
    Version: version,
    Architecture: architecture,
    Maintainer: 'failoverd maintainers <maintainers@example.org>',
    'Installed-Size': size,
    Depends: 'nodejs (>= 20), libc6 (>= 2.36), libstdc++6 (>= 12)',
    Recommends: 'iproute2, nftables',
    Section: 'net',
    Priority: 'optional',
    Description:
      'VRRP failover daemon that reads your keepalived.conf\n' +
      ' Keeps virtual IP addresses reachable: of the routers that share one, the best\n' +
      ' holds it, and the next one takes over when it falls silent or becomes unfit.\n' +
      ' .\n' +
      ' Needs Node.js 20 or newer: Debian 13 has it, for Debian 12 see\n' +
      ' https://deb.nodesource.com (node_20.x).',
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`);
  put('DEBIAN/control', lines.join(''));
  put('DEBIAN/conffiles', '/etc/default/failoverd\n');
  const whenRunning = (command) =>
    `#!/bin/sh\nset -e\nif [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then\n  ${command}\nfi\n`;
  // An upgrade of the package is one of the running daemon, and no failover.
  const unit = 'failoverd.service';
  const upgrade = [
    'systemctl daemon-reload',
    `if [ "$1" = configure ] && [ -n "$2" ] && systemctl --quiet is-active ${unit}; then`,
    `  failoverd upgrade -f /etc/keepalived/keepalived.conf || systemctl try-restart ${unit}`,
    'fi',
  ];
  put('DEBIAN/postinst', whenRunning(upgrade.join('\n  ')), 0o755);
  put('DEBIAN/postrm', whenRunning('systemctl daemon-reload'), 0o755);
  const stop = '[ "$1" != remove ] || systemctl disable --now failoverd.service';
  put('DEBIAN/prerm', whenRunning(stop), 0o755);
}

function readme() {
  return `failoverd for Debian

The service is neither started nor enabled by the installation: a router that has no configuration
yet would only be in the way. When /etc/keepalived/keepalived.conf is there:

    failoverd check --on-host
    failoverd doctor
    systemctl enable --now failoverd

An upgrade of this package is no failover: the new program takes the place of the running one
(failoverd upgrade), and the unit goes on. Where that does not work the unit is restarted.

The unit refuses to run beside keepalived.service (Conflicts=).
`;
}

function put(place, content, mode = 0o644) {
  const file = path.join(stage, place);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
}

function read(file) {
  return readFileSync(path.join(root, file), 'utf8');
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return stdout;
  console.error(`package:deb: ${command}: ${error?.message ?? stderr.trim()}`);
  process.exit(1);
}
