/** vrrp_instance and vrrp_sync_group as text. */

import { microsPerSecond } from '../../base/units.ts';
import type {
  GarpSettings,
  Instance,
  NotifyScripts,
  SyncGroup,
  TrackerUse,
  VirtualAddress,
  VrrpDefaults,
} from '../model.ts';
import { formatRoute, formatRule } from './iproute.ts';
import { blockLines, commandText, ownBlock, quote, secondsText, Setting } from './words.ts';
import type { Lines } from './words.ts';

export function addressText(address: VirtualAddress): string {
  const { peer, peerPrefixLength, preferredLifetime } = address;
  const words = [
    `${address.address}/${address.prefixLength}`,
    address.broadcast === null ? '' : `brd ${address.broadcast}`,
    address.interface === null ? '' : `dev ${quote(address.interface)}`,
    address.scope === 0 ? '' : `scope ${address.scope}`,
    address.label === null ? '' : `label ${quote(address.label)}`,
    peer === null ? '' : `peer ${peer}/${peerPrefixLength}`,
    address.home ? 'home' : '',
    address.duplicateDetection ? '-nodad' : '',
    address.manageTempAddresses ? 'mngtmpaddr' : '',
    address.noPrefixRoute ? 'noprefixroute' : '',
    address.autojoin ? 'autojoin' : '',
    address.noTrack ? 'no_track' : '',
    preferredLifetime === null ? '' : `preferred_lft ${preferredLifetime}`,
    address.useVmac ? 'use_vmac' : '',
    address.trackGroup === null ? '' : `track_group ${quote(address.trackGroup)}`,
  ];
  return words.filter((word) => word !== '').join(' ');
}

function trackLines(uses: readonly TrackerUse[], isInterface: boolean): Lines {
  const forward = isInterface ? '' : ' noreverse';
  return uses.map(
    ({ name, weight, reverse }) =>
      `${quote(name)} weight ${weight}${reverse ? ' reverse' : forward}`,
  );
}

function printTrackers(setting: Setting, one: Instance | SyncGroup): void {
  setting.block('track_interface', trackLines(one.trackInterfaces, true));
  setting.block('track_script', trackLines(one.trackScripts, false));
  setting.block('track_file', trackLines(one.trackFiles, false));
  setting.block('track_process', trackLines(one.trackProcesses, false));
  const probes = trackLines(one.trackProbes, false);
  for (const line of ownBlock('track_probe', probes)) setting.lines.push(line);
  setting.block('track_bfd', trackLines(one.trackBfds, false));
}

function printNotify(setting: Setting, notify: NotifyScripts): void {
  setting.command('notify_master', notify.master);
  setting.command('notify_backup', notify.backup);
  setting.command('notify_fault', notify.fault);
  setting.command('notify_stop', notify.stop);
  if (notify.tellDeleted) {
    const { deleted } = notify;
    const text = deleted === null ? '' : ` ${commandText(deleted)}`;
    setting.lines.push(`notify_deleted${text}`);
  }
  setting.command('notify_master_rx_lower_pri', notify.masterRxLowerPri);
  setting.command('notify', notify.any);
}

function printOwn(setting: Setting, { gate, neverNobody }: Instance): void {
  if (gate !== null) {
    setting.command('@failoverd notify_gate', gate.command);
    setting.seconds('@failoverd notify_gate_timeout', gate.limit, microsPerSecond);
  }
  setting.bool('@failoverd never_nobody', neverNobody, false);
}

function printSources(setting: Setting, instance: Instance, defaults: VrrpDefaults): void {
  const { unicast, sourceAddress, family, multicastGroup } = instance;
  const standard = family === 4 ? defaults.multicastGroup4 : defaults.multicastGroup6;
  // The family of an instance is that of the first address it names.
  const nameless = instance.addresses.length === 0 && sourceAddress === null && unicast === null;
  if (nameless && family === 6 && multicastGroup === standard) setting.flag('native_ipv6', true);
  setting.word(unicast === null ? 'mcast_src_ip' : 'unicast_src_ip', sourceAddress);
  setting.flag('track_src_ip', instance.trackSourceAddress);
  setting.word('mcast_dst_ip', multicastGroup, standard);
  if (unicast !== null) {
    const peers = unicast.peers.map(({ address, minTtl, maxTtl }) => {
      const least = minTtl === 0 ? '' : ` min_ttl ${minTtl}`;
      return `${address}${least}${maxTtl === 255 ? '' : ` max_ttl ${maxTtl}`}`;
    });
    setting.block('unicast_peer', peers);
    setting.number('unicast_ttl', unicast.ttl, null);
    setting.bool('check_unicast_src', unicast.checkSource, defaults.checkUnicastSource);
  }
  setting.flag('unicast_fault_no_peer', instance.faultNoPeer);
  setting.word('vrf', instance.vrf);
}

function printAuthentication(setting: Setting, { authentication, hmac }: Instance): void {
  if (authentication !== null) {
    const { type, password } = authentication;
    const lines = [`auth_type ${type}`, `auth_pass ${quote(password)}`];
    setting.block('authentication', lines);
  }
  if (hmac !== null) {
    setting.block('auth_hmac', [
      ...hmac.keys.map(({ id, value }) => `key ${id} ${quote(value)}`),
      `active_key ${hmac.activeKey}`,
      `time_window ${secondsText(hmac.timeWindow)}`,
      `anti_replay ${hmac.antiReplay}`,
      `mode ${hmac.mode}`,
    ]);
  }
}

function printBehaviour(setting: Setting, instance: Instance, defaults: VrrpDefaults): void {
  const { strict } = instance;
  const owner = instance.priority === 255;
  setting.bool('strict_mode', strict, defaults.strict);
  if (!instance.accept && (!strict || owner)) setting.flag('no_accept', true);
  if (!strict) {
    setting.number('down_timer_adverts', instance.downTimerAdverts, defaults.downTimerAdverts);
    setting.bool('lower_prio_no_advert', instance.lowerPrioNoAdvert, defaults.lowerPrioNoAdvert);
    const last = defaults.higherPrioSendAdvert;
    setting.bool('higher_prio_send_advert', instance.higherPrioSendAdvert, last);
    setting.add('@failoverd triggered_adverts', instance.triggeredAdverts, true, 'off');
  }
  const deaf = (strict && owner) || defaults.ownerIgnoreAdverts;
  setting.bool('owner_ignore_adverts', instance.ownerIgnoreAdverts, deaf);
  setting.bool('skip_check_adv_addr', instance.skipCheckAdvAddr, defaults.skipCheckAdvAddr);
  setting.bool('v3_checksum_as_v2', instance.v3ChecksumAsV2, defaults.v3ChecksumAsV2);
  const old = instance.oldUnicastChecksum;
  setting.add('old_unicast_checksum', old, 'auto', old === 'never' ? 'never' : '');
  setting.flag('nopreempt', !instance.preempt);
  setting.seconds('preempt_delay', instance.preemptDelay, 0);
  setting.number('timer_expired_backup', instance.timerExpiredBackup, null);
  setting.number('kernel_rx_buf_size', instance.kernelRxBufSize, null);
  setting.number('debug', instance.debug, 0);
  setting.flag('linkbeat_use_polling', instance.linkbeatUsePolling);
}

function printGarp(setting: Setting, instance: Instance, defaults: GarpSettings): void {
  const { garp, strict } = instance;
  setting.seconds('garp_master_delay', garp.masterDelay, defaults.masterDelay);
  setting.number('garp_master_repeat', garp.masterRepeat, defaults.masterRepeat);
  setting.seconds('garp_master_refresh', garp.masterRefresh, defaults.masterRefresh);
  const refresh = defaults.masterRefreshRepeat;
  setting.number('garp_master_refresh_repeat', garp.masterRefreshRepeat, refresh);
  if (!strict) {
    setting.seconds('garp_lower_prio_delay', garp.lowerPrioDelay, defaults.lowerPrioDelay);
    setting.number('garp_lower_prio_repeat', garp.lowerPrioRepeat, defaults.lowerPrioRepeat);
  }
  const { extraInterval, extraAll } = garp;
  if (extraInterval !== defaults.extraInterval || extraAll !== defaults.extraAll) {
    setting.lines.push(`garp_extra_if ${extraAll ? 'all ' : ''}${secondsText(extraInterval)}`);
  }
}

function printVmac(setting: Setting, { vmac, ipvlan }: Instance): void {
  if (vmac !== null) {
    const { name, mac, netlinkNotifyMsg, group } = vmac;
    const words = [
      'use_vmac',
      name === null ? '' : `name ${quote(name)}`,
      mac ?? '',
      netlinkNotifyMsg ? 'netlink_notify_msg' : '',
      group === null ? '' : `group ${group}`,
    ];
    setting.lines.push(words.filter((word) => word !== '').join(' '));
    setting.flag('vmac_xmit_base', vmac.xmitBase);
    setting.flag('use_vmac_addr', vmac.addresses);
  }
  if (ipvlan === null) return;
  const { name, address, mode, group } = ipvlan;
  const words = [
    'use_ipvlan',
    name === null ? '' : `name ${quote(name)}`,
    address ?? '',
    mode ?? '',
    group === null ? '' : `group ${group}`,
  ];
  setting.lines.push(words.filter((word) => word !== '').join(' '));
}

export function printInstance(instance: Instance, defaults: VrrpDefaults): string[] {
  const setting = new Setting();
  setting.lines.push(`state ${instance.state}`);
  setting.word('interface', instance.interface);
  setting.lines.push(`virtual_router_id ${instance.virtualRouterId}`);
  setting.lines.push(`priority ${instance.priority}`, `version ${instance.version}`);
  setting.lines.push(`advert_int ${secondsText(instance.advertInt)}`);
  printAuthentication(setting, instance);
  setting.block('virtual_ipaddress', instance.addresses.map(addressText));
  printSources(setting, instance, defaults);
  setting.block('virtual_ipaddress_excluded', instance.excludedAddresses.map(addressText));
  setting.flag('no_virtual_ipaddress', instance.noVirtualAddress);
  setting.block(
    'virtual_routes',
    instance.routes.map((route) => formatRoute(route, 'file')),
  );
  setting.block(
    'virtual_rules',
    instance.rules.map((rule) => formatRule(rule, 'file')),
  );
  setting.flag('promote_secondaries', instance.promoteSecondaries);
  printVmac(setting, instance);
  printBehaviour(setting, instance, defaults);
  printGarp(setting, instance, defaults.garp);
  setting.flag('dont_track_primary', instance.dontTrackPrimary);
  printTrackers(setting, instance);
  printNotify(setting, instance.notify);
  printOwn(setting, instance);
  const changes = defaults.notifyPriorityChanges;
  setting.bool('notify_priority_changes', instance.notifyPriorityChanges, changes);
  setting.lines.push(`smtp_alert ${instance.smtpAlert ? 'on' : 'off'}`);
  return blockLines(`vrrp_instance ${quote(instance.name)}`, setting.lines, true);
}

export function printSyncGroup(group: SyncGroup, defaults: VrrpDefaults): string[] {
  const setting = new Setting();
  setting.block('group', group.members.map(quote));
  setting.flag('sync_group_tracking_weight', group.trackingWeight);
  printTrackers(setting, group);
  printNotify(setting, group.notify);
  const changes = defaults.notifyPriorityChanges;
  setting.bool('notify_priority_changes', group.notifyPriorityChanges, changes);
  setting.lines.push(`smtp_alert ${group.smtpAlert ? 'on' : 'off'}`);
  return blockLines(`vrrp_sync_group ${quote(group.name)}`, setting.lines);
}
