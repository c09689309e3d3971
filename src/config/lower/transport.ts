/** How adverts travel: interface, source, multicast group or unicast peers. */

import type { Family } from '../../base/units.ts';
import { isLinkLocal } from '../address.ts';
import type { Address } from '../address.ts';
import { spanFor, valueOf } from '../keywords/types.ts';
import type { Entry } from '../keywords/types.ts';
import type { UnicastPeer, UnicastSettings, VrrpDefaults } from '../model.ts';
import type { Lowering } from './context.ts';
import type { InstanceBlock, InstanceSettings } from './settings.ts';

export interface Transport {
  readonly interface: string | null;
  readonly vrf: string | null;
  readonly sourceAddress: string | null;
  readonly trackSourceAddress: boolean;
  readonly multicastGroup: string;
  readonly unicast: UnicastSettings | null;
  readonly faultNoPeer: boolean;
}

function firstFamily(settings: InstanceSettings, keyword: string): Family | undefined {
  switch (keyword) {
    case 'native_ipv6':
      return 6;
    case 'unicast_src_ip':
      return valueOf(settings.unicast_src_ip)?.family;
    case 'mcast_src_ip':
      return valueOf(settings.mcast_src_ip)?.family;
    case 'mcast_dst_ip':
      return valueOf(settings.mcast_dst_ip)?.family;
    case 'unicast_peer': {
      const peer = valueOf(settings.unicast_peer)?.[0]?.value.address;
      return peer === undefined ? undefined : peer.includes(':') ? 6 : 4;
    }
    case 'virtual_ipaddress':
      return settings.virtual_ipaddress?.flatMap(({ value }) => value)[0]?.value.family;
    default:
      return undefined;
  }
}

/** The family of an instance is that of the first address it names. */
export function lowerFamily({ statement, settings }: InstanceBlock): Family {
  for (const inner of statement.block?.statements ?? []) {
    const family = firstFamily(settings, inner.keyword);
    if (family !== undefined) return family;
  }
  return 4;
}

function ofFamily(
  entry: Entry<Address> | undefined,
  family: Family,
  context: Lowering,
): string | null {
  if (entry === undefined) return null;
  if (entry.value.family === family) return entry.value.address;
  const message = `${entry.value.address} is of the other family than the instance (IPv${family})`;
  context.findings.report('wrong-family', entry.span, `${message}; it is ignored`);
  return null;
}

function lowerPeers(settings: InstanceSettings, family: Family, context: Lowering): UnicastPeer[] {
  const peers = new Map<string, UnicastPeer>();
  for (const entry of valueOf(settings.unicast_peer) ?? []) {
    const { value, span } = entry;
    if ((value.address.includes(':') ? 6 : 4) !== family) {
      const message = `${value.address} is of the other family than the instance; left out`;
      context.findings.report('wrong-family', span, message);
    } else if (peers.has(value.address)) {
      const message = `${value.address} is already listed`;
      context.findings.report('duplicate-address', span, message);
    } else {
      context.origins.set(value, '', entry);
      peers.set(value.address, value);
    }
  }
  return [...peers.values()];
}

/** `unicast_peer` without a usable peer: keepalived turns to multicast, or to FAULT if told so. */
function reportNoPeer(settings: InstanceSettings, context: Lowering): void {
  const entry = settings.unicast_peer ?? settings.unicast_src_ip ?? settings.unicast_ttl;
  const last = entry?.at(-1);
  if (last === undefined) return;
  const fault = settings.unicast_fault_no_peer !== undefined;
  const effect = fault ? 'it stays in FAULT' : 'it uses multicast';
  const span = last.keywordSpan;
  context.findings.report('unicast-no-peer', span, `a unicast setting, but no peer: ${effect}`, {
    hint: 'list the other routers in unicast_peer { ... }',
    keepalived: fault ? null : 'keepalived uses multicast as well, and calls this deprecated',
  });
}

/** One list for all routers, as people write it. */
function reportOwnPeer(
  settings: InstanceSettings,
  peers: readonly UnicastPeer[],
  source: string | null,
  context: Lowering,
): void {
  const own = peers.find(({ address }) => address === source);
  if (own === undefined) return;
  const span = context.origins.of(own) ?? spanFor(settings.unicast_peer);
  const message = `${own.address} is this router's own source address: it sends adverts to itself`;
  const hint = 'list the other routers only';
  context.findings.report('unicast-self', span, message, { hint });
}

function reportStrict(settings: InstanceSettings, context: Lowering): void {
  const span = spanFor(settings.unicast_peer);
  context.findings.report('strict-forbids', span, 'strict mode knows multicast only', {
    keepalived: 'keepalived ends here, unless the interface cannot do multicast',
  });
}

export function lowerTransport(
  block: InstanceBlock,
  family: Family,
  defaults: VrrpDefaults,
  context: Lowering,
): Transport {
  const { settings } = block;
  const peers = lowerPeers(settings, family, context);
  const unicast = peers.length > 0;
  if (!unicast) reportNoPeer(settings, context);
  else if (valueOf(settings.strict_mode) ?? defaults.strict) reportStrict(settings, context);
  const source =
    ofFamily(settings.unicast_src_ip?.at(-1), family, context) ??
    ofFamily(settings.mcast_src_ip?.at(-1), family, context);
  reportOwnPeer(settings, peers, source, context);
  const group = ofFamily(settings.mcast_dst_ip?.at(-1), family, context);
  const standard = family === 4 ? defaults.multicastGroup4 : defaults.multicastGroup6;
  const limited = peers.some((peer) => peer.minTtl > 0 || peer.maxTtl < 255);
  const check = valueOf(settings.check_unicast_src) ?? defaults.checkUnicastSource;
  const device = lowerInterface(block, unicast, source, family, context);
  return {
    interface: device,
    vrf: lowerVrf(settings, unicast, device, context),
    sourceAddress: source,
    trackSourceAddress: settings.track_src_ip !== undefined && source !== null,
    multicastGroup: group ?? standard,
    unicast: unicast
      ? {
          peers,
          ttl: valueOf(settings.unicast_ttl) ?? null,
          checkSource: check || limited || settings.auth_hmac !== undefined,
        }
      : null,
    faultNoPeer: !unicast && settings.unicast_fault_no_peer !== undefined,
  };
}

function lowerInterface(
  block: InstanceBlock,
  unicast: boolean,
  source: string | null,
  family: Family,
  context: Lowering,
): string | null {
  const name = valueOf(block.settings.interface);
  if (name === 'lo') {
    const span = spanFor(block.settings.interface);
    context.findings.report('bad-value', span, 'VRRP does not run on the loopback interface');
  } else if (name !== undefined) {
    checkName(name, block, context);
    return name;
  }
  const reachable = source !== null && !isLinkLocal({ family, address: source });
  if (unicast && reachable) return null;
  const message = `'${block.name}' has no interface`;
  context.findings.report('missing-interface', block.span, message, {
    hint: unicast ? "add 'interface IFNAME' or 'unicast_src_ip ADDRESS'" : "add 'interface IFNAME'",
  });
  return null;
}

/** The kernel knows no longer name, so that there cannot be such an interface. */
function checkName(name: string, block: InstanceBlock, context: Lowering): void {
  const span = spanFor(block.settings.interface);
  if (Buffer.byteLength(name) > 15) {
    const message = `'${name}' is longer than the 15 bytes of an interface name`;
    context.findings.report('interface-name', span, message);
  }
  if (!/[:/]/.test(name)) return;
  const message = `'${name}' is no interface: no name has a ':' or '/' in it`;
  const hint = `use '${name.split(/[:/]/)[0]}', and 'label ${name}' for addresses`;
  context.findings.report('interface-name', span, message, { hint });
}

function lowerVrf(
  settings: InstanceSettings,
  unicast: boolean,
  device: string | null,
  context: Lowering,
): string | null {
  const vrf = valueOf(settings.vrf);
  if (vrf === undefined) return null;
  if (unicast && device === null) return vrf;
  const message = 'vrf is for unicast instances without an interface; it is ignored';
  context.findings.report('unicast-setting', spanFor(settings.vrf), message);
  return null;
}
