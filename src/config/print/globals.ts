/** global_defs as text: what differs from the defaults. */

import { metricsPlaceText } from '../../base/metricsPlace.ts';
import type { Fifo, Globals, ProcessScheduling } from '../model.ts';
import { commandText, quote, secondsText, Setting, userText } from './words.ts';
import type { Lines } from './words.ts';

const second = 1_000_000;

export function printGlobals(globals: Globals): Lines {
  const setting = new Setting();
  setting.word('router_id', globals.routerId);
  const { processNames: names } = globals;
  setting.flag('process_names', names.distinct);
  setting.word('process_name', names.parent);
  setting.word('vrrp_process_name', names.vrrp);
  setting.word('bfd_process_name', names.bfd);
  printMail(setting, globals);
  printScripts(setting, globals);
  printDaemon(setting, globals);
  printDefaults(setting, globals);
  printFirewall(setting, globals);
  printScheduling(setting, globals);
  printFifo(setting, 'notify_fifo', globals.fifos.common);
  printFifo(setting, 'vrrp_notify_fifo', globals.fifos.vrrp);
  setting.flag('fifo_write_vrrp_states_on_reload', globals.fifos.statesOnReload);
  setting.bool('@failoverd notify_replay', globals.fifos.replay, false);
  printRemote(setting, globals);
  printSockets(setting, globals);
  printFiles(setting, globals);
  return setting.lines;
}

function printMail(setting: Setting, { mail }: Globals): void {
  setting.block('notification_email', mail.to.map(quote));
  setting.word('notification_email_from', mail.from);
  if (mail.server !== null) {
    setting.lines.push(`smtp_server ${quote(mail.server.host)} ${mail.server.port}`);
  }
  setting.word('smtp_helo_name', mail.heloName);
  setting.seconds('smtp_connect_timeout', mail.connectTimeout, 30 * second);
  if (mail.alertDefault !== null) setting.bool('smtp_alert', mail.alertDefault, !mail.alertDefault);
  if (mail.alertVrrp !== null) setting.bool('smtp_alert_vrrp', mail.alertVrrp, !mail.alertVrrp);
  setting.flag('no_email_faults', mail.noFaults);
  setting.add('@failoverd smtp_tls', mail.tls, 'may', mail.tls);
  setting.word('@failoverd smtp_tls_ca', mail.tlsCa);
  if (mail.auth !== null) {
    const { user, password } = mail.auth;
    setting.lines.push(`@failoverd smtp_auth ${quote(user)} ${quote(password)}`);
  }
}

function printScripts(setting: Setting, { scripts, daemon }: Globals): void {
  if (scripts.user !== null) setting.lines.push(`script_user ${userText(scripts.user)}`);
  setting.flag('enable_script_security', scripts.enforceSecurity);
  setting.bool('use_symlink_paths', scripts.useSymlinkPaths, false);
  setting.bool('set_supplementary_groups', scripts.supplementaryGroups, false);
  setting.command('startup_script', scripts.startup);
  setting.seconds('startup_script_timeout', scripts.startupTimeout, 10 * second);
  setting.command('shutdown_script', scripts.shutdown);
  setting.seconds('shutdown_script_timeout', scripts.shutdownTimeout, 10 * second);
  const octal = `0${daemon.umask.toString(8)}`;
  setting.add('umask', daemon.umask, 0o177, octal);
}

function printDaemon(setting: Setting, { daemon }: Globals): void {
  const changes = daemon.dynamicInterfacesAllowChanges ? ' allow_if_changes' : '';
  setting.flag(`dynamic_interfaces${changes}`, daemon.dynamicInterfaces);
  setting.word('default_interface', daemon.defaultInterface);
  setting.flag('disable_local_igmp', daemon.disableLocalIgmp);
  setting.flag('log_unknown_vrids', daemon.logUnknownVrids);
  setting.word('vmac_prefix', daemon.vmacPrefix, 'vrrp');
  setting.word('vmac_addr_prefix', daemon.vmacAddrPrefix, daemon.vmacPrefix);
  setting.word('iproute_usr_dir', daemon.iprouteUsrDir);
  setting.word('iproute_etc_dir', daemon.iprouteEtcDir);
  setting.seconds('vrrp_startup_delay', daemon.startupDelay, 0);
  setting.seconds('vrrp_delay_after_boot', daemon.delayAfterBoot, 0);
  setting.seconds('@failoverd supervisor_timeout', daemon.supervisorTimeout, 20 * second);
  const { socket, group, metrics, metricsGroup } = daemon.control;
  setting.word('@failoverd control_socket', socket);
  setting.word('@failoverd control_group', group);
  setting.word('@failoverd metrics', metrics === null ? null : metricsPlaceText(metrics));
  setting.word('@failoverd metrics_group', metricsGroup);
}

function printDefaults(setting: Setting, { vrrp }: Globals): void {
  setting.number('vrrp_version', vrrp.version, 2);
  setting.bool('vrrp_strict', vrrp.strict, false);
  setting.word('vrrp_mcast_group4', vrrp.multicastGroup4, '224.0.0.18');
  setting.word('vrrp_mcast_group6', vrrp.multicastGroup6, 'ff02::12');
  setting.number('vrrp_down_timer_adverts', vrrp.downTimerAdverts, 3);
  setting.bool('vrrp_lower_prio_no_advert', vrrp.lowerPrioNoAdvert, false);
  setting.bool('vrrp_higher_prio_send_advert', vrrp.higherPrioSendAdvert, false);
  setting.bool('vrrp_owner_ignore_adverts', vrrp.ownerIgnoreAdverts, false);
  setting.flag('vrrp_check_unicast_src', vrrp.checkUnicastSource);
  setting.bool('vrrp_skip_check_adv_addr', vrrp.skipCheckAdvAddr, false);
  setting.flag('v3_checksum_as_v2', vrrp.v3ChecksumAsV2);
  setting.bool('vrrp_notify_priority_changes', vrrp.notifyPriorityChanges, false);
  const { garp } = vrrp;
  // Only vrrp_min_garp makes a refresh of nothing; the rest is written out after it.
  const least = garp.masterRefreshRepeat === 0;
  setting.flag('vrrp_min_garp', least);
  setting.seconds('vrrp_garp_master_delay', garp.masterDelay, least ? 0 : 5 * second);
  setting.number('vrrp_garp_master_repeat', garp.masterRepeat, least ? 1 : 5);
  setting.seconds('vrrp_garp_master_refresh', garp.masterRefresh, 0);
  if (!least) setting.number('vrrp_garp_master_refresh_repeat', garp.masterRefreshRepeat, 1);
  setting.seconds('vrrp_garp_lower_prio_delay', garp.lowerPrioDelay, garp.masterDelay);
  setting.number('vrrp_garp_lower_prio_repeat', garp.lowerPrioRepeat, garp.masterRepeat);
  setting.seconds('vrrp_garp_interval', vrrp.garpInterval, 0);
  setting.seconds('vrrp_gna_interval', vrrp.gnaInterval, 0);
  if (garp.extraInterval > 0) {
    const all = garp.extraAll ? 'all ' : '';
    setting.lines.push(`vrrp_garp_extra_if ${all}${secondsText(garp.extraInterval)}`);
  }
}

function printFirewall(setting: Setting, { firewall }: Globals): void {
  const { iptables, ipsets, nftables } = firewall;
  if (iptables !== null) {
    const output = iptables.output === null ? '' : ` ${quote(iptables.output)}`;
    setting.lines.push(`vrrp_iptables ${quote(iptables.input)}${output}`);
  }
  if (ipsets !== null) setting.lines.push(['vrrp_ipsets', ...ipsets.map(quote)].join(' '));
  setting.word('nftables', nftables);
  setting.number('nftables_priority', firewall.nftablesPriority, -1);
  setting.flag('nftables_counters', firewall.nftablesCounters);
  setting.flag('nftables_ifindex', firewall.nftablesIfindex);
}

function printProcess(setting: Setting, prefix: string, one: ProcessScheduling): void {
  setting.number(`${prefix}_priority`, one.nice, 0);
  setting.flag(`${prefix}_no_swap`, one.noSwap);
  setting.number(`${prefix}_rt_priority`, one.rtPriority, 0);
  setting.number(`${prefix}_rlimit_rttime`, one.rlimitRttime, 10_000);
  if (one.cpuAffinity.length > 0) {
    setting.lines.push(`${prefix}_cpu_affinity ${one.cpuAffinity.join(' ')}`);
  }
}

function printScheduling(setting: Setting, { scheduling }: Globals): void {
  const { maxAutoPriority: auto } = scheduling;
  setting.add('max_auto_priority', auto, 0, auto === null ? '' : String(auto));
  setting.number('min_auto_priority_delay', scheduling.minAutoPriorityDelay, second);
  printProcess(setting, 'vrrp', scheduling.vrrp);
  printProcess(setting, 'bfd', scheduling.bfd);
}

function printFifo(setting: Setting, keyword: string, fifo: Fifo | null): void {
  if (fifo === null) return;
  const user = fifo.user === null ? '' : ` ${userText(fifo.user)}`;
  setting.lines.push(`${keyword} ${quote(fifo.path)}${user}`);
  if (fifo.script !== null) setting.lines.push(`${keyword}_script ${commandText(fifo.script)}`);
}

function printRemote(setting: Setting, { snmp, dbus }: Globals): void {
  setting.word('snmp_socket', snmp.socket);
  setting.flag('enable_traps', snmp.traps);
  setting.flag('enable_snmp_vrrp', snmp.vrrp);
  setting.flag('enable_snmp_rfcv2', snmp.rfcV2);
  setting.flag('enable_snmp_rfcv3', snmp.rfcV3);
  setting.flag('enable_dbus', dbus.enabled);
  setting.word('dbus_service_name', dbus.serviceName, 'org.keepalived.Vrrp1');
  setting.word('dbus_no_interface_name', dbus.noInterfaceName);
}

function printSockets(setting: Setting, { sockets }: Globals): void {
  const { netlinkCommand, netlinkMonitor, processMonitor, rxPolicy, rxBytes } = sockets;
  for (const [name, buffer] of [
    ['vrrp_netlink_cmd_rcv_bufs', netlinkCommand],
    ['vrrp_netlink_monitor_rcv_bufs', netlinkMonitor],
    ['process_monitor_rcv_bufs', processMonitor],
  ] as const) {
    setting.number(name, buffer.size, null);
    setting.bool(`${name}_force`, buffer.force, false);
  }
  const policy = rxPolicy === 'bytes' ? String(rxBytes) : rxPolicy.toUpperCase();
  setting.add('vrrp_rx_bufs_policy', rxPolicy, 'default', policy);
  setting.number('vrrp_rx_bufs_multiplier', sockets.rxMultiplier, 3);
}

function printFiles(setting: Setting, { reload, dump }: Globals): void {
  if (reload.checkConfig) {
    const log = reload.checkLog === null ? '' : ` ${quote(reload.checkLog)}`;
    setting.flag(`reload_check_config${log}`, true);
  }
  setting.word('reload_time_file', reload.timeFile);
  setting.flag('reload_repeat', reload.repeat);
  setting.word('reload_file', reload.file);
  setting.word('config_save_dir', reload.configSaveDir);
  setting.word('tmp_config_directory', reload.tmpConfigDirectory);
  setting.bool('data_use_instance', dump.useInstance, false);
  setting.number('json_version', dump.jsonVersion, 1);
  setting.word('state_dump_file', dump.stateFile);
  setting.word('stats_dump_file', dump.statsFile);
  setting.word('json_dump_file', dump.jsonFile);
}
