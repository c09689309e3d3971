/** Scripts that can be dangerous, and trackers that do nothing. */

import type { Command, Instance, Model, SyncGroup } from '../model.ts';
import type { RuleInput } from './input.ts';

function notifyCommands({ notify }: Instance | SyncGroup): Command[] {
  const all = [notify.any, notify.master, notify.backup, notify.fault, notify.stop];
  return [...all, notify.deleted, notify.masterRxLowerPri].filter((command) => command !== null);
}

/** Every command that the configuration may run. */
export function allCommands(model: Model): Command[] {
  const { globals } = model;
  const single = [globals.scripts.startup, globals.scripts.shutdown];
  const fifos = [globals.fifos.common?.script, globals.fifos.vrrp?.script];
  const users = [...model.instances, ...model.syncGroups];
  return [
    ...model.scripts.filter((script) => script.openFile === null).map((script) => script.command),
    ...users.flatMap(notifyCommands),
    ...model.instances.flatMap(({ gate }) => gate?.command ?? []),
    ...[...single, ...fifos].filter((command) => command !== null && command !== undefined),
  ];
}

/** Whoever can change a script that runs as root is root. */
export function scriptSecurity({ model, findings, origins }: RuleInput): void {
  const { user, enforceSecurity } = model.globals.scripts;
  if (enforceSecurity) return;
  const isRoot = (command: Command): boolean => {
    const name = (command.user ?? user)?.user;
    return name === undefined || name === 'root' || name === '0';
  };
  if (!allCommands(model).some(isRoot)) return;
  const thing = model.scripts[0] ?? model.instances[0] ?? model.globals;
  const message = 'scripts run as root, and nothing checks that nobody else can change them';
  findings.report('script-security', origins.of(thing), message, {
    hint: "add 'enable_script_security' to global_defs, and 'script_user' with another user",
  });
}

/** A check that takes longer than its interval skips runs. */
export function scriptTimeout({ model, findings, origins }: RuleInput): void {
  for (const script of model.scripts) {
    if (script.timeout <= script.interval || !origins.has(script, 'timeout')) continue;
    const message = `'${script.name}' may run longer than its interval; runs are skipped then`;
    findings.report('script-timeout', origins.of(script, 'timeout'), message);
  }
}

type TrackKeyword = 'track_script' | 'track_file' | 'track_process' | 'track_probe' | 'track_bfd';

/** Names that some block lists, whatever became of the line. */
function listedIn({ root }: RuleInput, keyword: TrackKeyword): ReadonlySet<string> {
  const users = [...(root.vrrp_instance ?? []), ...(root.vrrp_sync_group ?? [])];
  const blocks = users.flatMap(({ value }) => value.settings[keyword] ?? []);
  return new Set(blocks.flatMap(({ value }) => value.map((entry) => entry.value.name)));
}

/** keepalived's configuration test fails on unused scripts; they are hardly meant to be unused. */
export function unusedTrackers(input: RuleInput): void {
  const { model, findings, origins } = input;
  const groups = [
    ['vrrp_script', model.scripts, listedIn(input, 'track_script')],
    ['track_file', model.files, listedIn(input, 'track_file')],
    ['vrrp_track_process', model.processes, listedIn(input, 'track_process')],
    ['vrrp_probe', model.probes, listedIn(input, 'track_probe')],
    ['bfd_instance', model.bfds, listedIn(input, 'track_bfd')],
  ] as const;
  for (const [what, things, used] of groups) {
    for (const thing of things) {
      if (used.has(thing.name)) continue;
      const message = `${what} '${thing.name}' is used by no instance`;
      findings.report('unused-tracker', origins.of(thing), message);
    }
  }
}
