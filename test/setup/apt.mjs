// What the tests need from the system beside Node: installed through apt where that is possible
// (root on Debian or a relative of it), otherwise named in one sentence.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Debian package: a program by which it is known to be there, and what is skipped without it. */
const NEEDS = [
  { name: 'iproute2', program: 'ip', for: 'network namespaces' },
  { name: 'tcpdump', program: 'tcpdump', for: 'network namespaces' },
  { name: 'tshark', program: 'tshark', for: 'network namespaces' },
  { name: 'nftables', program: 'nft', for: 'walkthroughs with a firewall rule' },
  { name: 'iputils-ping', program: 'ping', for: 'network namespaces' },
  { name: 'iputils-arping', program: 'arping', for: 'network namespaces' },
  { name: 'systemd', program: 'systemd-analyze', for: 'the judgement of the unit' },
  { name: 'util-linux', program: 'setpriv', for: 'commands without rights' },
  { name: 'python3', program: 'python3', for: 'odd packets' },
  { name: 'procps', program: 'ps', for: 'the process inventory' },
  { name: 'keepalived', program: 'keepalived', for: 'interoperation with keepalived' },
  { name: 'frr', program: '/usr/lib/frr/vrrpd', for: 'interoperation with FRR' },
  { name: 'prometheus', program: 'promtool', for: 'the check of metrics and alert rules' },
  { name: 'tmux', program: 'tmux', for: 'what a terminal shows' },
  { name: 'cmake', program: 'cmake', for: 'the native tests' },
  { name: 'doctest-dev', program: '/usr/include/doctest/doctest.h', for: 'the native tests' },
  { name: 'zsh', program: 'zsh', for: 'shell completion' },
  { name: 'fish', program: 'fish', for: 'shell completion' },
  { name: 'clang', program: 'clang', for: 'fuzzing' },
  { name: 'clang-19', program: 'clang-19', for: 'fuzzing' },
  { name: 'libclang-rt-19-dev', program: '/usr/lib/llvm-19/lib/clang/19/lib', for: 'fuzzing' },
  { name: 'clang-format-19', program: 'clang-format-19', for: 'the native format' },
  { name: 'clang-tidy-19', program: 'clang-tidy-19', for: 'the native lint' },
];

/** Packages whose installation starts a service that nobody asked for. */
const SERVICES = ['keepalived', 'frr', 'prometheus', 'prometheus-node-exporter'];

/** Installs what is missing if it can; says what stays missing and what is skipped for it. */
export function prepareSystem() {
  const before = lacking();
  if (before.length > 0 && process.getuid?.() === 0 && hasProgram('apt-get')) install(before);
  const after = lacking();
  if (after.length === 0) return;
  const names = after.map((need) => need.name).join(', ');
  const skipped = [...new Set(after.map((need) => need.for))].join(', ');
  console.log(`Not installed here: ${names}. Tests that need them are skipped: ${skipped}.`);
}

/** Says so when the tests that make network namespaces cannot run for want of rights. */
export function reportRights() {
  if (process.getuid?.() === 0) return;
  console.log('Not root: tests that make network namespaces are skipped.');
}

function lacking() {
  return NEEDS.filter((need) => !hasProgram(need.program));
}

function hasProgram(name) {
  if (name.startsWith('/')) return existsSync(name);
  const places = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return places.some((place) => {
    try {
      accessSync(path.join(place, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function install(needs) {
  const names = needs.map((need) => need.name);
  console.log(`Installing ${names.join(', ')} ...`);
  apt(['update', '-qq']);
  const remove = forbidServices();
  // All at once, and one by one when that fails: one name that this release does not know must
  // not keep the others away.
  if (!apt(installing(names))) for (const name of names) apt(installing([name]));
  remove();
  for (const service of SERVICES.filter((name) => names.includes(name))) stopService(service);
}

function installing(names) {
  return ['install', '-y', '-qq', '--no-install-recommends', ...names];
}

function apt(args) {
  const run = spawnSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return run.status === 0;
}

/** As long as this file is there no package starts a service (policy-rc.d, Debian's policy 9.3.3). */
function forbidServices() {
  const file = '/usr/sbin/policy-rc.d';
  if (existsSync(file)) return () => undefined;
  writeFileSync(file, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  return () => rmSync(file, { force: true });
}

/** Nor is it to start with the machine. */
function stopService(name) {
  if (existsSync('/run/systemd/system')) {
    spawnSync('systemctl', ['disable', '--now', name], { stdio: 'ignore' });
  } else if (existsSync(`/etc/init.d/${name}`)) {
    spawnSync(`/etc/init.d/${name}`, ['stop'], { stdio: 'ignore' });
  }
}
