/**
 * What becomes of each keyword of keepalived.conf(5), written down once more and by hand: a keyword
 * that begins or ceases to take effect is changed here, too, and none is accepted in silence.
 */

import { describe, expect, it } from 'vitest';
import { allLevels } from '../../src/config/keywords/root.ts';
import type { Status } from '../../src/config/keywords/types.ts';
import { load } from './support/memory.ts';

const classes: Readonly<Record<string, Partial<Record<Status, string>>>> = {
  'top level': {
    supported: `
      global_defs vrrp_instance vrrp_sync_group vrrp_script vrrp_track_process track_file
      vrrp_track_file garp_group track_group static_ipaddress static_routes static_rules
      interface_up_down_delays net_namespace use_pid_dir instance`,
    noEffect: `
      linkbeat_interfaces linkbeat_use_polling namespace_with_ipsets child_wait_time`,
    notInEffectYet: `
      bfd_instance`,
    lvs: `
      net_namespace_ipvs virtual_server virtual_server_group SSL`,
  },
  global_defs: {
    supported: `
      process_name vrrp_process_name router_id lvs_id notification_email notification_email_from
      smtp_server smtp_helo_name smtp_connect_timeout smtp_alert smtp_alert_vrrp email_faults
      no_email_faults set_supplementary_groups startup_script startup_script_timeout
      shutdown_script shutdown_script_timeout script_user enable_script_security umask
      dynamic_interfaces default_interface disable_local_igmp log_unknown_vrids vmac_prefix
      vmac_addr_prefix iproute_usr_dir iproute_etc_dir vrrp_startup_delay vrrp_delay_after_boot
      v3_checksum_as_v2 vrrp_mcast_group4 vrrp_mcast_group6 vrrp_down_timer_adverts
      vrrp_lower_prio_no_advert vrrp_higher_prio_send_advert vrrp_version vrrp_check_unicast_src
      vrrp_skip_check_adv_addr vrrp_strict vrrp_owner_ignore_adverts vrrp_garp_master_delay
      vrrp_garp_master_repeat vrrp_garp_master_refresh vrrp_garp_master_refresh_repeat
      vrrp_garp_lower_prio_delay vrrp_garp_lower_prio_repeat vrrp_garp_interval
      vrrp_gna_interval vrrp_min_garp vrrp_garp_extra_if nftables nftables_priority
      nftables_counters vrrp_priority vrrp_rt_priority vrrp_cpu_affinity notify_fifo
      notify_fifo_script vrrp_notify_fifo vrrp_notify_fifo_script vrrp_notify_priority_changes
      fifo_write_vrrp_states_on_reload vrrp_rx_bufs_policy reload_check_config reload_time_file
      reload_repeat reload_file include_check config_save_dir data_use_instance json_version
      state_dump_file state_file_location`,
    noEffect: `
      process_names bfd_process_name use_symlink_paths random_seed vrrp_iptables vrrp_ipsets
      nftables_ifindex max_auto_priority min_auto_priority_delay vrrp_no_swap vrrp_rlimit_rttime
      vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force vrrp_netlink_monitor_rcv_bufs
      vrrp_netlink_monitor_rcv_bufs_force process_monitor_rcv_bufs
      process_monitor_rcv_bufs_force vrrp_rx_bufs_multiplier tmp_config_directory
      stats_dump_file json_dump_file stats_file_location json_file_location`,
    deprecated: `
      vrrp_vmac_garp_intvl vrrp_rlimit_rtime bfd_rlimit_rtime enable_snmp_keepalived`,
    notInEffectYet: `
      bfd_priority bfd_no_swap bfd_rt_priority bfd_cpu_affinity bfd_rlimit_rttime snmp_socket
      enable_traps enable_snmp_vrrp enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3
      enable_dbus dbus_service_name dbus_no_interface_name`,
    lvs: `
      checker_process_name lvs_process_name smtp_alert_checker checker_log_all_failures
      no_checker_emails rs_init_notifies lvs_timeouts lvs_flush lvs_flush_on_stop
      lvs_flush_onstop lvs_sync_daemon nftables_ipvs nftables_ipvs_priority
      nftables_ipvs_start_fwmark checker_priority checker_no_swap checker_rt_priority
      checker_cpu_affinity checker_rlimit_rttime checker_rlimit_rtime lvs_notify_fifo
      lvs_notify_fifo_script enable_snmp_checker snmp_vs_stats_update_interval
      snmp_rs_stats_update_interval lvs_netlink_cmd_rcv_bufs lvs_netlink_cmd_rcv_bufs_force
      lvs_netlink_monitor_rcv_bufs lvs_netlink_monitor_rcv_bufs_force`,
  },
  vrrp_instance: {
    supported: `
      state interface vrf virtual_router_id priority version advert_int down_timer_adverts
      native_ipv6 unicast_src_ip mcast_src_ip track_src_ip mcast_dst_ip unicast_peer unicast_ttl
      unicast_fault_no_peer check_unicast_src old_unicast_checksum v3_checksum_as_v2
      virtual_ipaddress virtual_ipaddress_excluded no_virtual_ipaddress virtual_routes
      virtual_rules promote_secondaries use_vmac use_vmac_addr vmac_xmit_base use_ipvlan accept
      no_accept skip_check_adv_addr strict_mode preempt nopreempt preempt_delay
      lower_prio_no_advert higher_prio_send_advert owner_ignore_adverts timer_expired_backup
      thread_timer_expired kernel_rx_buf_size dont_track_primary track_interface track_script
      track_file track_process notify notify_master notify_backup notify_fault notify_stop
      notify_deleted notify_priority_changes smtp_alert notify_master_rx_lower_pri
      garp_master_delay garp_master_repeat garp_master_refresh garp_master_refresh_repeat
      garp_lower_prio_delay garp_lower_prio_repeat garp_extra_if authentication auth_hmac`,
    noEffect: `
      debug`,
    deprecated: `
      linkbeat_use_polling vmac_garp_intvl`,
    notInEffectYet: `
      track_bfd`,
    lvs: `
      lvs_sync_daemon_interface`,
  },
  authentication: {
    supported: `
      auth_type auth_pass`,
  },
  auth_hmac: {
    supported: `
      key active_key time_window anti_replay mode`,
  },
  vrrp_sync_group: {
    supported: `
      group track_interface track_script track_file track_process notify notify_master
      notify_backup notify_fault notify_stop notify_deleted notify_priority_changes smtp_alert
      sync_group_tracking_weight`,
    deprecated: `
      global_tracking`,
    notInEffectYet: `
      track_bfd`,
  },
  vrrp_script: {
    supported: `
      script interval timeout weight rise fall user init_fail`,
  },
  vrrp_track_process: {
    supported: `
      process param_match weight quorum quorum_max delay fork_delay terminate_delay full_command`,
  },
  track_file: {
    supported: `
      file weight init_file`,
  },
  bfd_instance: {
    notInEffectYet: `
      neighbor_ip neighbour_ip source_ip min_rx min_tx idle_tx multiplier passive ttl hoplimit
      max_hops multihop weight vrrp`,
    lvs: `
      checker`,
  },
  garp_group: {
    supported: `
      garp_interval gna_interval interface interfaces`,
  },
  track_group: {
    supported: `
      group`,
  },
};

const rows = allLevels.flatMap(({ name, keywords }) =>
  Object.entries(keywords)
    .filter(([, row]) => !row.own)
    .map(([keyword, row]) => ({ level: name === '' ? 'top level' : name, keyword, row })),
);

describe('keywords', () => {
  it('are of the class that is written down here', () => {
    const written = Object.entries(classes).flatMap(([level, byStatus]) =>
      Object.entries(byStatus).flatMap(([status, words]) =>
        words
          .trim()
          .split(/\s+/)
          .map((keyword) => `${level}: ${keyword}: ${status}`),
      ),
    );
    const inTable = rows.map(({ level, keyword, row }) => `${level}: ${keyword}: ${row.status}`);
    expect(inTable.toSorted()).toEqual(written.toSorted());
  });

  it('without effect say why, and no others do', () => {
    for (const { keyword, row } of rows) {
      expect([keyword, row.why !== '']).toEqual([keyword, row.status === 'noEffect']);
    }
  });

  it('are not in effect yet only where they are about BFD, SNMP or D-Bus', () => {
    const names = rows.filter(({ row }) => row.status === 'notInEffectYet');
    const elsewhere = names.filter(
      ({ level, keyword }) => level !== 'bfd_instance' && !/bfd|snmp|dbus|traps/.test(keyword),
    );
    expect(elsewhere).toEqual([]);
  });

  it('that are not simply in effect are told of by `failoverd check`', () => {
    const told = rows.filter(
      ({ level, row }) =>
        (level === 'top level' || level === 'global_defs') && row.status !== 'supported',
    );
    for (const { level, keyword, row } of told) {
      const body = row.type.block === 'none' ? '' : '{\n}';
      const line = `${keyword} ${row.type.block === 'required' && row.type.most > 0 ? 'N ' : ''}${body}`;
      const text = level === 'top level' ? line : `global_defs {\n${line}\n}`;
      const rules = load(`${text}\n`).diagnostics.map(({ rule }) => rule);
      const wanted = {
        noEffect: 'no-effect',
        notInEffectYet: 'not-in-effect-yet',
        lvs: 'lvs-ignored',
        deprecated: 'deprecated-keyword',
      }[row.status as Exclude<Status, 'supported'>];
      expect([keyword, ...rules]).toContain(wanted);
    }
  });
});
