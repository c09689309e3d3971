/**
 * keepalived's JSON dump (version 1), as far as a file alone decides it. What only a running
 * daemon knows is given as it is right after the start.
 */

import { toSeconds } from '../../base/units.ts';
import { allVmacNames } from '../effective.ts';
import type { VmacNames } from '../effective.ts';
import type { Command, Instance, Model, VirtualAddress } from '../model.ts';
import { formatRoute, formatRule } from './iproute.ts';

/** The text form of a command in the dump: every argument in single quotes. */
function commandText({ argv }: Command): string {
  return argv.map((word) => `'${word}'`).join(' ');
}

/** An instance with the macvlans that it and its addresses are on. */
interface Placed {
  readonly instance: Instance;
  readonly names: VmacNames;
}

/** Name of the instance's macvlan or ipvlan; empty when it has none. */
function ownVmac({ instance, names }: Placed): string {
  return names.instances.get(instance.name) ?? '';
}

function deviceOf(address: VirtualAddress, placed: Placed): string {
  const { interface: base } = placed.instance;
  const device = address.interface ?? base ?? '';
  const vmac = placed.names.addresses.get(address);
  if (vmac !== undefined) return `${vmac}@${device}`;
  const own = ownVmac(placed);
  return own !== '' && device === base ? `${own}@${base}` : device;
}

const scopeNames: Readonly<Record<number, string>> = {
  0: 'global',
  200: 'site',
  253: 'link',
  254: 'host',
  255: 'nowhere',
};

function lifetimeText(address: VirtualAddress): string[] {
  if (address.family === 4) return [];
  const { preferredLifetime: lifetime, prefixLength } = address;
  if (lifetime === 0 || (lifetime === null && prefixLength === 128)) return ['deprecated'];
  return [`preferred_lft ${lifetime ?? 'forever'}`];
}

function addressText(address: VirtualAddress, placed: Placed): string {
  const full = address.family === 4 ? 32 : 128;
  const { prefixLength, peer, peerPrefixLength } = address;
  const onVmac = address.useVmac && placed.names.addresses.has(address);
  const words = [
    address.address + (prefixLength === full ? '' : `/${prefixLength}`),
    address.broadcast === null ? '' : `brd ${address.broadcast}`,
    `dev ${deviceOf(address, placed)}`,
    onVmac ? 'use_vmac' : '',
    `scope ${scopeNames[address.scope] ?? address.scope}`,
    address.label === null ? '' : `label ${address.label}`,
    peer === null ? '' : `peer ${peer}${peerPrefixLength === full ? '' : `/${peerPrefixLength}`}`,
    address.home ? 'home' : '',
    address.duplicateDetection ? '-nodad' : '',
    address.manageTempAddresses ? 'mngtmpaddr' : '',
    address.noPrefixRoute ? 'noprefixroute' : '',
    address.autojoin ? 'autojoin' : '',
    address.noTrack ? 'no_track' : '',
    address.trackGroup === null ? '' : `track_group ${address.trackGroup}`,
    ...lifetimeText(address),
  ];
  return words.filter((text) => text !== '').join(' ');
}

function notifyData({ notify }: Instance) {
  const text = (key: string, command: Command | null) =>
    command === null ? {} : { [key]: commandText(command) };
  return {
    ...text('script_backup', notify.backup),
    ...text('script_master', notify.master),
    ...text('script_fault', notify.fault),
    ...text('script_stop', notify.stop),
    ...text('script_deleted', notify.deleted),
    ...text('script', notify.any),
    ...text('script_master_rx_lower_pri', notify.masterRxLowerPri),
  };
}

function list(key: string, values: readonly string[]) {
  return values.length === 0 ? {} : { [key]: values };
}

function trackData(instance: Instance, model: Model) {
  const scripts = instance.trackScripts.map(({ name }) => {
    const script = model.scripts.find((known) => known.name === name);
    if (script === undefined) return name;
    return script.openFile === null ? commandText(script.command) : script.command.argv.join(' ');
  });
  return {
    ...list(
      'track_ifp',
      instance.trackInterfaces.map((use) => use.name),
    ),
    ...list('track_script', scripts),
    ...list(
      'track_process',
      instance.trackProcesses.map((use) => use.name),
    ),
  };
}

function garpData({ garp }: Instance) {
  return {
    garp_delay: toSeconds(garp.masterDelay),
    garp_refresh: Math.floor(toSeconds(garp.masterRefresh)),
    garp_rep: garp.masterRepeat,
    garp_refresh_rep: garp.masterRefreshRepeat,
    garp_lower_prio_delay: Math.floor(toSeconds(garp.lowerPrioDelay)),
    garp_lower_prio_rep: garp.lowerPrioRepeat,
  };
}

const asNumber = (value: boolean): number => (value ? 1 : 0);

function authData({ authentication }: Instance) {
  if (authentication === null) return { auth_type: 0 };
  return { auth_type: authentication.type === 'PASS' ? 1 : 2, auth_data: '********' };
}

function instanceData(placed: Placed, model: Model) {
  const { instance } = placed;
  const vmac = ownVmac(placed);
  const { interface: device } = instance;
  const name = vmac === '' ? device : vmac;
  return {
    iname: instance.name,
    dont_track_primary: asNumber(instance.dontTrackPrimary),
    skip_check_adv_addr: asNumber(instance.skipCheckAdvAddr),
    strict_mode: asNumber(instance.strict),
    vmac_ifname: vmac,
    ...(name === null ? {} : { ifp_ifname: name }),
    master_priority: 0,
    last_transition: 0,
    ...garpData(instance),
    lower_prio_no_advert: asNumber(instance.lowerPrioNoAdvert),
    higher_prio_send_advert: asNumber(instance.higherPrioSendAdvert),
    vrid: instance.virtualRouterId,
    base_priority: instance.priority,
    effective_priority: instance.priority,
    vipset: false,
    promote_secondaries: instance.promoteSecondaries,
    adver_int: toSeconds(instance.advertInt),
    master_adver_int: toSeconds(instance.advertInt),
    accept: asNumber(instance.accept),
    nopreempt: !instance.preempt,
    preempt_delay: Math.floor(toSeconds(instance.preemptDelay)),
    state: 0,
    wantstate: 0,
    version: instance.version,
    smtp_alert: instance.smtpAlert,
    notify_deleted: instance.notify.tellDeleted,
    ...notifyData(instance),
    ...list(
      'vips',
      instance.addresses.map((a) => addressText(a, placed)),
    ),
    ...list(
      'evips',
      instance.excludedAddresses.map((a) => addressText(a, placed)),
    ),
    ...list(
      'vroutes',
      instance.routes.map((route) => formatRoute(route, 'dump')),
    ),
    ...list(
      'vrules',
      instance.rules.map((rule) => formatRule(rule, 'dump')),
    ),
    ...trackData(instance, model),
    ...authData(instance),
  };
}

export function dumpKeepalived(model: Model): { readonly data: object }[] {
  const names = allVmacNames(model);
  return model.instances.map((instance) => ({ data: instanceData({ instance, names }, model) }));
}
