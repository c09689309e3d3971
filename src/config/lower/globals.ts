/** global_defs and the daemon-wide keywords of the top level, with their defaults. */

import type { globalLevel, rootLevel } from '../keywords/root.ts';
import { valueOf } from '../keywords/types.ts';
import type { Settings } from '../keywords/types.ts';
import type {
  DaemonSettings,
  Fifo,
  GarpSettings,
  Globals,
  MailSettings,
  SchedulingSettings,
  ScriptSettings,
  SocketSettings,
  VrrpDefaults,
} from '../model.ts';
import type { OwnedPath } from '../keywords/words.ts';
import type { Command, DumpSettings, FirewallSettings, SnmpSettings } from '../model.ts';

type Global = Settings<typeof globalLevel>;
type Root = Settings<typeof rootLevel>;

const second = 1_000_000;

export function lowerGlobals(settings: Global, root: Root): Globals {
  return {
    routerId: valueOf(settings.router_id) ?? valueOf(settings.lvs_id) ?? null,
    processNames: {
      parent: valueOf(settings.process_name) ?? null,
      vrrp: valueOf(settings.vrrp_process_name) ?? null,
      bfd: valueOf(settings.bfd_process_name) ?? null,
      distinct: settings.process_names !== undefined,
    },
    daemon: lowerDaemon(settings, root),
    scripts: lowerScripts(settings),
    mail: lowerMail(settings),
    fifos: {
      common: fifo(valueOf(settings.notify_fifo), valueOf(settings.notify_fifo_script)),
      vrrp: fifo(valueOf(settings.vrrp_notify_fifo), valueOf(settings.vrrp_notify_fifo_script)),
      statesOnReload: settings.fifo_write_vrrp_states_on_reload !== undefined,
      replay: valueOf(settings.notify_replay) ?? false,
    },
    scheduling: lowerScheduling(settings),
    sockets: lowerSockets(settings),
    firewall: lowerFirewall(settings),
    snmp: lowerSnmp(settings),
    dbus: {
      enabled: settings.enable_dbus !== undefined,
      serviceName: valueOf(settings.dbus_service_name) ?? 'org.keepalived.Vrrp1',
      noInterfaceName: valueOf(settings.dbus_no_interface_name) ?? null,
    },
    reload: {
      checkConfig: settings.reload_check_config !== undefined,
      checkLog: valueOf(settings.reload_check_config) ?? null,
      timeFile: valueOf(settings.reload_time_file) ?? null,
      repeat: settings.reload_repeat !== undefined,
      file: lowerReloadFile(settings),
      configSaveDir: valueOf(settings.config_save_dir) ?? null,
      tmpConfigDirectory: valueOf(settings.tmp_config_directory) ?? null,
    },
    dump: lowerDump(settings),
    vrrp: lowerDefaults(settings),
  };
}

function lowerReloadFile(settings: Global): string | null {
  if (settings.reload_file === undefined) return null;
  return valueOf(settings.reload_file) ?? '/run/keepalived.reload';
}

function lowerDump(settings: Global): DumpSettings {
  const state = valueOf(settings.state_dump_file) ?? valueOf(settings.state_file_location);
  const stats = valueOf(settings.stats_dump_file) ?? valueOf(settings.stats_file_location);
  const json = valueOf(settings.json_dump_file) ?? valueOf(settings.json_file_location);
  return {
    useInstance: valueOf(settings.data_use_instance) ?? false,
    jsonVersion: valueOf(settings.json_version) === 2 ? 2 : 1,
    stateFile: state ?? null,
    statsFile: stats ?? null,
    jsonFile: json ?? null,
  };
}

function lowerSnmp(settings: Global): SnmpSettings {
  const both = settings.enable_snmp_rfc !== undefined;
  return {
    socket: valueOf(settings.snmp_socket) ?? null,
    traps: settings.enable_traps !== undefined,
    vrrp: (settings.enable_snmp_vrrp ?? settings.enable_snmp_keepalived) !== undefined,
    rfcV2: both || settings.enable_snmp_rfcv2 !== undefined,
    rfcV3: both || settings.enable_snmp_rfcv3 !== undefined,
  };
}

function fifo(owned: OwnedPath | undefined, script: Command | undefined): Fifo | null {
  return owned === undefined ? null : { ...owned, script: script ?? null };
}

function lowerDaemon(settings: Global, root: Root): DaemonSettings {
  const prefix = valueOf(settings.vmac_prefix) ?? 'vrrp';
  const netNamespace = valueOf(root.net_namespace) ?? null;
  const instance = valueOf(root.instance) ?? null;
  const named = netNamespace !== null || instance !== null;
  return {
    netNamespace,
    instance,
    usePidDir: named || root.use_pid_dir !== undefined,
    childWaitTime: valueOf(root.child_wait_time) ?? 5 * second,
    dynamicInterfaces: settings.dynamic_interfaces !== undefined,
    dynamicInterfacesAllowChanges: valueOf(settings.dynamic_interfaces) === 'allow_if_changes',
    defaultInterface: valueOf(settings.default_interface) ?? null,
    startupDelay: valueOf(settings.vrrp_startup_delay) ?? 0,
    delayAfterBoot: valueOf(settings.vrrp_delay_after_boot) ?? 0,
    supervisorTimeout: valueOf(settings.supervisor_timeout) ?? 20 * second,
    control: {
      socket: valueOf(settings.control_socket) ?? null,
      group: valueOf(settings.control_group) ?? null,
      metrics: valueOf(settings.metrics) ?? null,
      metricsGroup: valueOf(settings.metrics_group) ?? null,
    },
    disableLocalIgmp: settings.disable_local_igmp !== undefined,
    logUnknownVrids: settings.log_unknown_vrids !== undefined,
    vmacPrefix: prefix,
    vmacAddrPrefix: valueOf(settings.vmac_addr_prefix) ?? prefix,
    linkbeatUsePolling: root.linkbeat_use_polling !== undefined,
    umask: valueOf(settings.umask) ?? 0o177,
    iprouteUsrDir: valueOf(settings.iproute_usr_dir) ?? null,
    iprouteEtcDir: valueOf(settings.iproute_etc_dir) ?? null,
  };
}

function lowerScripts(settings: Global): ScriptSettings {
  return {
    user: valueOf(settings.script_user) ?? null,
    enforceSecurity: settings.enable_script_security !== undefined,
    useSymlinkPaths: valueOf(settings.use_symlink_paths) ?? false,
    supplementaryGroups: valueOf(settings.set_supplementary_groups) ?? false,
    startup: valueOf(settings.startup_script) ?? null,
    startupTimeout: valueOf(settings.startup_script_timeout) ?? 10 * second,
    shutdown: valueOf(settings.shutdown_script) ?? null,
    shutdownTimeout: valueOf(settings.shutdown_script_timeout) ?? 10 * second,
  };
}

function lowerMail(settings: Global): MailSettings {
  const recipients = valueOf(settings.notification_email) ?? [];
  const timeout = valueOf(settings.smtp_connect_timeout) ?? 30 * second;
  return {
    to: recipients.map((entry) => entry.value),
    from: valueOf(settings.notification_email_from) ?? null,
    server: valueOf(settings.smtp_server) ?? null,
    heloName: valueOf(settings.smtp_helo_name) ?? null,
    connectTimeout: timeout === 0 ? second : timeout,
    alertDefault: valueOf(settings.smtp_alert) ?? null,
    alertVrrp: valueOf(settings.smtp_alert_vrrp) ?? null,
    noFaults: settings.no_email_faults !== undefined,
    tls: valueOf(settings.smtp_tls) ?? 'may',
    tlsCa: valueOf(settings.smtp_tls_ca) ?? null,
    auth: valueOf(settings.smtp_auth) ?? null,
  };
}

function lowerScheduling(settings: Global): SchedulingSettings {
  const limit = valueOf(settings.vrrp_rlimit_rttime) ?? valueOf(settings.vrrp_rlimit_rtime);
  const bfdLimit = valueOf(settings.bfd_rlimit_rttime) ?? valueOf(settings.bfd_rlimit_rtime);
  const auto = valueOf(settings.max_auto_priority);
  return {
    vrrp: {
      nice: valueOf(settings.vrrp_priority) ?? 0,
      noSwap: settings.vrrp_no_swap !== undefined,
      rtPriority: valueOf(settings.vrrp_rt_priority) ?? 0,
      rlimitRttime: limit ?? 10_000,
      cpuAffinity: valueOf(settings.vrrp_cpu_affinity) ?? [],
    },
    bfd: {
      nice: valueOf(settings.bfd_priority) ?? 0,
      noSwap: settings.bfd_no_swap !== undefined,
      rtPriority: valueOf(settings.bfd_rt_priority) ?? 0,
      rlimitRttime: bfdLimit ?? 10_000,
      cpuAffinity: valueOf(settings.bfd_cpu_affinity) ?? [],
    },
    maxAutoPriority: auto === undefined ? 0 : auto,
    minAutoPriorityDelay: valueOf(settings.min_auto_priority_delay) ?? second,
  };
}

function lowerSockets(settings: Global): SocketSettings {
  const policy = valueOf(settings.vrrp_rx_bufs_policy);
  return {
    netlinkCommand: {
      size: valueOf(settings.vrrp_netlink_cmd_rcv_bufs) ?? null,
      force: valueOf(settings.vrrp_netlink_cmd_rcv_bufs_force) ?? false,
    },
    netlinkMonitor: {
      size: valueOf(settings.vrrp_netlink_monitor_rcv_bufs) ?? null,
      force: valueOf(settings.vrrp_netlink_monitor_rcv_bufs_force) ?? false,
    },
    processMonitor: {
      size: valueOf(settings.process_monitor_rcv_bufs) ?? null,
      force: valueOf(settings.process_monitor_rcv_bufs_force) ?? false,
    },
    rxPolicy: policy?.policy ?? 'default',
    rxBytes: policy?.policy === 'bytes' ? policy.bytes : null,
    rxMultiplier: valueOf(settings.vrrp_rx_bufs_multiplier) ?? 3,
  };
}

function lowerFirewall(settings: Global): FirewallSettings {
  const chains = valueOf(settings.vrrp_iptables);
  const input = chains?.[0] ?? 'INPUT';
  const output = chains?.length === 0 ? 'OUTPUT' : (chains?.[1] ?? null);
  const table = settings.nftables && (valueOf(settings.nftables) ?? 'keepalived');
  return {
    iptables: chains === undefined ? null : { input, output },
    ipsets: valueOf(settings.vrrp_ipsets) ?? null,
    nftables: table ?? null,
    nftablesPriority: valueOf(settings.nftables_priority) ?? -1,
    nftablesCounters: settings.nftables_counters !== undefined,
    nftablesIfindex: settings.nftables_ifindex !== undefined,
  };
}

function lowerGarp(settings: Global): GarpSettings {
  // vrrp_min_garp stands for one announcement and no second burst, where nothing else is said.
  const least = valueOf(settings.vrrp_min_garp) ?? false;
  const delay = valueOf(settings.vrrp_garp_master_delay) ?? (least ? 0 : 5 * second);
  const repeat = valueOf(settings.vrrp_garp_master_repeat) ?? (least ? 1 : 5);
  const refreshRepeat = valueOf(settings.vrrp_garp_master_refresh_repeat) ?? (least ? 0 : 1);
  const extra = valueOf(settings.vrrp_garp_extra_if) ?? valueOf(settings.vrrp_vmac_garp_intvl);
  return {
    masterDelay: delay,
    masterRepeat: Math.max(1, repeat),
    masterRefresh: valueOf(settings.vrrp_garp_master_refresh) ?? 0,
    masterRefreshRepeat: least ? refreshRepeat : Math.max(1, refreshRepeat),
    lowerPrioDelay: valueOf(settings.vrrp_garp_lower_prio_delay) ?? delay,
    lowerPrioRepeat: valueOf(settings.vrrp_garp_lower_prio_repeat) ?? Math.max(1, repeat),
    extraInterval: extra?.interval ?? 0,
    extraAll: extra?.all ?? false,
  };
}

function lowerDefaults(settings: Global): VrrpDefaults {
  return {
    version: valueOf(settings.vrrp_version) === 3 ? 3 : 2,
    strict: valueOf(settings.vrrp_strict) ?? false,
    multicastGroup4: valueOf(settings.vrrp_mcast_group4)?.address ?? '224.0.0.18',
    multicastGroup6: valueOf(settings.vrrp_mcast_group6)?.address ?? 'ff02::12',
    garp: lowerGarp(settings),
    garpInterval: valueOf(settings.vrrp_garp_interval) ?? 0,
    gnaInterval: valueOf(settings.vrrp_gna_interval) ?? 0,
    downTimerAdverts: valueOf(settings.vrrp_down_timer_adverts) ?? 3,
    lowerPrioNoAdvert: valueOf(settings.vrrp_lower_prio_no_advert) ?? false,
    higherPrioSendAdvert: valueOf(settings.vrrp_higher_prio_send_advert) ?? false,
    ownerIgnoreAdverts: valueOf(settings.vrrp_owner_ignore_adverts) ?? false,
    checkUnicastSource: settings.vrrp_check_unicast_src !== undefined,
    skipCheckAdvAddr: valueOf(settings.vrrp_skip_check_adv_addr) ?? false,
    v3ChecksumAsV2: settings.v3_checksum_as_v2 !== undefined,
    notifyPriorityChanges: valueOf(settings.vrrp_notify_priority_changes) ?? false,
  };
}
