/** What a configuration names and the host has to have: interfaces, programs, users, files. */

import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { resolveAccount } from '../../base/accounts.ts';
import { checkScriptPath } from '../../base/scriptSecurity.ts';
import type { ChildUser } from '../../base/child.ts';
import { Findings } from '../findings.ts';
import type { Finding } from '../findings.ts';
import type { Origins } from '../lower/context.ts';
import type { Command, Model, ScriptUser } from '../model.ts';
import type { Span } from '../source.ts';
import { allVmacNames } from '../effective.ts';

export interface HostInput {
  readonly model: Model;
  readonly origins: Origins;
}

/** The host as the checks see it; another one for tests. */
export interface Host {
  /** Where links are listed, one entry for each. */
  readonly links: string;
  readonly path: string;
}

const thisHost: Host = {
  links: '/sys/class/net',
  path: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
};

/** Looks at the host; nothing is run and nothing is changed. */
export async function checkHost(input: HostInput, host: Host = thisHost): Promise<Finding[]> {
  const findings = new Findings();
  await checkInterfaces(input, host, findings);
  await checkCommands(input, host, findings);
  await checkFifoOwners(input, findings);
  await checkFiles(input, findings);
  return [...findings.finish()];
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

/** Interfaces that have to exist, each with the first place that names it. */
function namedInterfaces({ model, origins }: HostInput): Map<string, Span | null> {
  const { instances, addresses } = allVmacNames(model);
  const own = new Set([...instances.values(), ...addresses.values()]);
  const named = new Map<string, Span | null>();
  const add = (name: string | null, span: Span | null): void => {
    if (name !== null && !own.has(name) && !named.has(name)) named.set(name, span);
  };
  for (const instance of model.instances) {
    add(instance.interface, origins.of(instance, 'interface'));
    for (const use of instance.trackInterfaces) add(use.name, origins.of(use));
    for (const address of [...instance.addresses, ...instance.excludedAddresses]) {
      add(address.interface, origins.of(address));
    }
  }
  for (const address of model.staticAddresses) add(address.interface, origins.of(address));
  return named;
}

async function checkInterfaces(input: HostInput, host: Host, findings: Findings): Promise<void> {
  const dynamic = input.model.globals.daemon.dynamicInterfaces;
  for (const [name, span] of namedInterfaces(input)) {
    if (await exists(join(host.links, name))) continue;
    if (dynamic) {
      const message = `there is no interface '${name}' yet; it is waited for`;
      findings.report('host-waiting', span, message);
      continue;
    }
    findings.report('host-missing', span, `there is no interface '${name}' on this host`, {
      hint: "add 'dynamic_interfaces' to global_defs if it comes later",
      keepalived: 'keepalived does not start without it',
    });
  }
}

interface NamedCommand {
  readonly command: Command;
  readonly span: Span | null;
}

/** Every command with its place; what is run for many is looked at once. */
function namedCommands({ model, origins }: HostInput): NamedCommand[] {
  const list: NamedCommand[] = [];
  for (const script of model.scripts) {
    if (script.openFile !== null) continue;
    list.push({ command: script.command, span: origins.of(script, 'script') });
  }
  for (const user of [...model.instances, ...model.syncGroups]) {
    const { notify } = user;
    for (const [keyword, command] of [
      ['notify', notify.any],
      ['notify_master', notify.master],
      ['notify_backup', notify.backup],
      ['notify_fault', notify.fault],
      ['notify_stop', notify.stop],
      ['notify_deleted', notify.deleted],
      ['notify_master_rx_lower_pri', notify.masterRxLowerPri],
    ] as const) {
      if (command !== null) list.push({ command, span: origins.of(user, keyword) });
    }
  }
  for (const instance of model.instances) {
    const { gate } = instance;
    if (gate !== null)
      list.push({ command: gate.command, span: origins.of(instance, 'notify_gate') });
  }
  const { scripts, fifos } = model.globals;
  for (const [keyword, command] of [
    ['startup_script', scripts.startup],
    ['shutdown_script', scripts.shutdown],
    ['notify_fifo_script', fifos.common?.script],
    ['vrrp_notify_fifo_script', fifos.vrrp?.script],
  ] as const) {
    const span = origins.of(model.globals, keyword);
    if (command !== null && command !== undefined) list.push({ command, span });
  }
  return list;
}

async function findProgram(name: string, host: Host): Promise<string | null> {
  const candidates = name.includes('/')
    ? [name]
    : host.path.split(':').map((directory) => join(directory, name));
  for (const candidate of candidates) {
    if (await exists(candidate)) return candidate;
  }
  return null;
}

async function accountOf(
  user: ScriptUser | null,
  span: Span | null,
  findings: Findings,
): Promise<ChildUser | undefined> {
  if (user === null) return undefined;
  const account = await resolveAccount(user);
  if (account.kind === 'found') return account.user;
  findings.report('host-missing', span, account.reason, {
    keepalived: 'keepalived leaves the script out, and the instance unguarded',
  });
  return undefined;
}

/** FIFOs belong to accounts as well. */
async function checkFifoOwners({ model, origins }: HostInput, findings: Findings): Promise<void> {
  const { common, vrrp } = model.globals.fifos;
  for (const [keyword, fifo] of [
    ['notify_fifo', common],
    ['vrrp_notify_fifo', vrrp],
  ] as const) {
    await accountOf(fifo?.user ?? null, origins.of(model.globals, keyword), findings);
  }
}

async function checkCommands(input: HostInput, host: Host, findings: Findings): Promise<void> {
  const { user: standard } = input.model.globals.scripts;
  const seen = new Set<string>();
  for (const { command, span } of namedCommands(input)) {
    const name = command.argv[0] ?? '';
    const key = `${name} ${JSON.stringify(command.user)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const account = await accountOf(command.user ?? standard, span, findings);
    const program = await findProgram(name, host);
    if (program === null) {
      findings.report('host-script', span, `there is no program '${name}' on this host`, {
        keepalived: 'keepalived leaves the script out, and the instance unguarded',
      });
    } else await checkProgram(program, account, span, findings);
  }
}

async function checkProgram(
  program: string,
  account: ChildUser | undefined,
  span: Span | null,
  findings: Findings,
): Promise<void> {
  const found = await stat(program);
  if (!found.isFile()) {
    findings.report('host-script', span, `'${program}' is not a file`);
    return;
  }
  if ((found.mode & 0o111) === 0) {
    const hint = `chmod +x ${program}`;
    findings.report('host-script', span, `'${program}' is not executable`, { hint });
    return;
  }
  const verdict = await checkScriptPath(program, account);
  if (verdict.kind !== 'unsafe' || !verdict.finding.asRoot) return;
  const { component, reason } = verdict.finding;
  findings.report('host-unsafe-script', span, `'${component}': ${reason}`, {
    hint: "let nobody but root write there; with 'enable_script_security' it is refused",
  });
}

async function checkFiles({ model, origins }: HostInput, findings: Findings): Promise<void> {
  for (const file of model.files) {
    try {
      await access(dirname(file.path), constants.R_OK | constants.X_OK);
    } catch {
      const directory = dirname(file.path);
      const message = `there is no directory '${directory}' for '${file.name}' on this host`;
      findings.report('host-missing', origins.of(file, 'file'), message);
    }
  }
}
