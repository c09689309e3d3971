/** The canonical file of a model; reading it again gives the same model. */

import type {
  BfdInstance,
  GarpGroup,
  Globals,
  Model,
  ProbeTarget,
  TrackFile,
  TrackProbe,
  TrackProcess,
  TrackScript,
} from '../model.ts';
import { printGlobals } from './globals.ts';
import { addressText, printInstance, printSyncGroup } from './instance.ts';
import { formatRoute, formatRule } from './iproute.ts';
import {
  blockLines,
  commandText,
  millisecondsText,
  ownBlock,
  quote,
  secondsText,
  Setting,
  userText,
} from './words.ts';

function weightText(weight: number, reverse: boolean): string {
  return `weight ${weight}${reverse ? ' reverse' : ''}`;
}

export function printScript(script: TrackScript): string[] {
  const { command } = script;
  const setting = new Setting();
  setting.lines.push(`script ${commandText({ argv: command.argv, user: null })}`);
  setting.lines.push(`interval ${secondsText(script.interval)}`);
  setting.lines.push(`timeout ${secondsText(script.timeout)}`);
  setting.lines.push(weightText(script.weight, script.reverse));
  setting.lines.push(`rise ${script.rise}`, `fall ${script.fall}`);
  if (command.user !== null) setting.lines.push(`user ${userText(command.user)}`);
  setting.flag('init_fail', script.initFail);
  return blockLines(`vrrp_script ${quote(script.name)}`, setting.lines);
}

export function printProcess(one: TrackProcess): string[] {
  const setting = new Setting();
  const words = [one.process, ...one.parameters].map(quote);
  setting.lines.push(`process ${words.join(' ')}`);
  if (one.paramMatch === 'exact' && one.parameters.length === 0) setting.flag('param_match', true);
  if (one.paramMatch === 'initial' || one.paramMatch === 'partial') {
    setting.lines.push(`param_match ${one.paramMatch}`);
  }
  setting.flag('full_command', one.fullCommand);
  setting.lines.push(weightText(one.weight, one.reverse));
  if (one.quorumMax !== 0) setting.number('quorum', one.quorum, 1);
  setting.number('quorum_max', one.quorumMax, null);
  setting.seconds('fork_delay', one.forkDelay, 0);
  setting.seconds('terminate_delay', one.terminateDelay, 0);
  return blockLines(`vrrp_track_process ${quote(one.name)}`, setting.lines);
}

export function printFile(file: TrackFile): string[] {
  const setting = new Setting();
  setting.word('file', file.path);
  setting.lines.push(weightText(file.weight, file.reverse));
  if (file.init !== null) {
    setting.lines.push(`init_file ${file.init.value}${file.init.overwrite ? ' overwrite' : ''}`);
  }
  return blockLines(`track_file ${quote(file.name)}`, setting.lines);
}

function targetText(target: ProbeTarget): string {
  switch (target.kind) {
    case 'icmp':
      return `icmp ${target.address} ${target.interface ?? ''}`.trimEnd();
    case 'neighbor':
      return `arp ${target.address} ${target.interface}`;
    case 'tcp':
      return `tcp ${target.address} ${target.port}`;
    case 'http':
      return `http ${quote(target.url)} ${target.from}-${target.to}`;
    case 'dns':
      return `dns ${target.server} ${quote(target.name)} ${target.type}`;
  }
}

export function printProbe(probe: TrackProbe): string[] {
  const setting = new Setting();
  setting.lines.push(targetText(probe.target));
  setting.bool('http_verify', probe.verify, true);
  setting.lines.push(`interval ${secondsText(probe.interval)}`);
  setting.lines.push(`timeout ${secondsText(probe.timeout)}`);
  setting.seconds('jitter', probe.jitter, 0);
  setting.lines.push(weightText(probe.weight, probe.reverse));
  setting.lines.push(`rise ${probe.rise}`, `fall ${probe.fall}`);
  setting.flag('init_fail', probe.initFail);
  return ownBlock(`vrrp_probe ${quote(probe.name)}`, setting.lines);
}

function printBfd(bfd: BfdInstance): string[] {
  const setting = new Setting();
  setting.word('neighbor_ip', bfd.neighbor);
  setting.word('source_ip', bfd.source);
  setting.lines.push(
    `min_rx ${millisecondsText(bfd.minRx)}`,
    `min_tx ${millisecondsText(bfd.minTx)}`,
    `idle_tx ${millisecondsText(bfd.idleTx)}`,
    `multiplier ${bfd.multiplier}`,
    `ttl ${bfd.ttl}`,
    `max_hops ${bfd.maxHops}`,
    weightText(bfd.weight, bfd.reverse),
  );
  setting.flag('passive', bfd.passive);
  setting.bool('multihop', bfd.multihop, false);
  setting.flag('checker', !bfd.tellVrrp);
  return blockLines(`bfd_instance ${quote(bfd.name)}`, setting.lines);
}

export function printGarpGroup(group: GarpGroup): string[] {
  const setting = new Setting();
  setting.seconds('garp_interval', group.garpInterval, 0);
  setting.seconds('gna_interval', group.gnaInterval, 0);
  setting.block('interfaces', group.interfaces.map(quote));
  return blockLines('garp_group', setting.lines);
}

export function printDaemon({ daemon }: Globals): string[] {
  const setting = new Setting();
  setting.word('net_namespace', daemon.netNamespace);
  setting.word('instance', daemon.instance);
  const named = daemon.netNamespace !== null || daemon.instance !== null;
  setting.flag('use_pid_dir', daemon.usePidDir && !named);
  setting.seconds('child_wait_time', daemon.childWaitTime, 5_000_000);
  setting.flag('linkbeat_use_polling', daemon.linkbeatUsePolling);
  return setting.lines;
}

export function printStatics(model: Model): string[][] {
  return [
    ...model.trackGroups.map((group) =>
      blockLines(
        `track_group ${quote(group.name)}`,
        blockLines('group', group.members.map(quote), true),
      ),
    ),
    blockLines('static_ipaddress', model.staticAddresses.map(addressText)),
    blockLines(
      'static_routes',
      model.staticRoutes.map((route) => formatRoute(route, 'file')),
    ),
    blockLines(
      'static_rules',
      model.staticRules.map((rule) => formatRule(rule, 'file')),
    ),
    blockLines(
      'linkbeat_interfaces',
      model.linkbeatInterfaces.map((one) => `${quote(one.interface)} ${one.method ?? ''}`.trim()),
    ),
    blockLines(
      'interface_up_down_delays',
      model.interfaceDelays.map(
        (one) => `${quote(one.interface)} ${secondsText(one.down)} ${secondsText(one.up)}`,
      ),
    ),
  ];
}

/** Settings that are as they would be anyway are left out; trackers stand before their users. */
export function printConfig(model: Model): string {
  const defaults = model.globals.vrrp;
  const parts = [
    printDaemon(model.globals),
    blockLines('global_defs', printGlobals(model.globals)),
    ...model.garpGroups.map(printGarpGroup),
    ...model.scripts.map(printScript),
    ...model.processes.map(printProcess),
    ...model.files.map(printFile),
    ...model.probes.map(printProbe),
    ...model.bfds.map(printBfd),
    ...printStatics(model),
    ...model.instances.map((instance) => printInstance(instance, defaults)),
    ...model.syncGroups.map((group) => printSyncGroup(group, defaults)),
  ];
  const texts = parts.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return texts.length === 0 ? '' : `${texts.join('\n\n')}\n`;
}
