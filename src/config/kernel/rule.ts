/** A policy rule of the file as rtnetlink requests (linux/fib_rules.h). */

import { messageFlag, messageType, NetlinkRequest } from '../../base/netlink.ts';
import type { ObjectConfig } from '../../engine/messages.generated.ts';
import { parsePrefix } from '../address.ts';
import type { RuleEntry } from '../model-routes.ts';
import {
  addressBytes,
  bigEndian,
  numberOf,
  parseNumber,
  realmBits,
  Unusable,
  writeHead,
} from './draft.ts';
import type { RouteHead } from './draft.ts';
import { ipProtocols } from './ipProtocols.ts';
import type { IprouteNames } from './names.ts';

const attribute = {
  destination: 1,
  source: 2,
  inputInterface: 3,
  goto: 4,
  priority: 6,
  firewallMark: 10,
  flow: 11,
  tunnelId: 12,
  suppressGroup: 13,
  suppressPrefixLength: 14,
  table: 15,
  firewallMask: 16,
  outputInterface: 17,
  l3mdev: 19,
  uidRange: 20,
  protocol: 21,
  ipProtocol: 22,
  sourcePorts: 23,
  destinationPorts: 24,
} as const;

const actions = { lookup: 1, goto: 2, nop: 3, blackhole: 6, unreachable: 7, prohibit: 8 } as const;
const invertFlag = 2;

function prefixOf(text: string | null) {
  if (text === null) return undefined;
  const parsed = parsePrefix(text);
  if (parsed === null) throw new Unusable(`'${text}' is no address`);
  return parsed;
}

/** `A-B`, or one number for both. */
function rangeOf(text: string): readonly [number, number] {
  const [first = '', second = first] = text.split('-');
  return [parseNumber(first, 'number'), parseNumber(second, 'number')];
}

function ipProtocolOf(id: string | number): number {
  if (typeof id === 'number') return id;
  const found = Object.hasOwn(ipProtocols, id) ? ipProtocols[id] : undefined;
  if (found === undefined) throw new Unusable(`'${id}' is no protocol that is known here`);
  return found;
}

function writePackets(request: NetlinkRequest, rule: RuleEntry, names: IprouteNames): void {
  if (rule.fwmark !== null) {
    const [mark = '', mask] = rule.fwmark.split('/');
    request.u32(attribute.firewallMark, parseNumber(mark, 'mark'));
    if (mask !== undefined) request.u32(attribute.firewallMask, parseNumber(mask, 'mask'));
  }
  if (rule.realms !== null) request.u32(attribute.flow, realmBits(names, rule.realms));
  if (rule.tunnelId !== null) {
    const id = parseNumber(rule.tunnelId, 'tunnel id');
    request.bytes(attribute.tunnelId, bigEndian(BigInt(id), 8));
  }
  if (rule.uidRange !== null) {
    const [first, last] = rangeOf(rule.uidRange);
    request.attribute(attribute.uidRange, (writer) => writer.u32(first).u32(last));
  }
  if (rule.ipProtocol !== null) request.u8(attribute.ipProtocol, ipProtocolOf(rule.ipProtocol));
  const ports = (type: number, text: string | null): void => {
    if (text === null) return;
    const [first, last] = rangeOf(text);
    request.attribute(type, (writer) => writer.u16(first).u16(last));
  };
  ports(attribute.sourcePorts, rule.sourcePorts);
  ports(attribute.destinationPorts, rule.destinationPorts);
}

function writeRule(
  type: number,
  flags: number,
  head: RouteHead,
  { rule, names }: { readonly rule: RuleEntry; readonly names: IprouteNames },
): number[] {
  const request = new NetlinkRequest(type, flags, writeHead(head));
  const [to, from] = [prefixOf(rule.to), prefixOf(rule.from)];
  if (to !== undefined && to.prefixLength > 0) {
    request.bytes(attribute.destination, addressBytes(to.address));
  }
  if (from !== undefined && from.prefixLength > 0) {
    request.bytes(attribute.source, addressBytes(from.address));
  }
  request.u8(attribute.protocol, numberOf(names, 'rt_protos', rule.protocol));
  if (rule.preference !== null) request.u32(attribute.priority, rule.preference);
  if (rule.inputInterface !== null) request.text(attribute.inputInterface, rule.inputInterface);
  if (rule.outputInterface !== null) request.text(attribute.outputInterface, rule.outputInterface);
  writePackets(request, rule, names);
  if (rule.suppressPrefixLength !== null) {
    request.u32(attribute.suppressPrefixLength, rule.suppressPrefixLength);
  }
  if (rule.suppressGroup !== null) {
    request.u32(attribute.suppressGroup, numberOf(names, 'group', rule.suppressGroup));
  }
  if (rule.l3mdev) request.u8(attribute.l3mdev, 1);
  if (head.table !== 0) request.u32(attribute.table, head.table);
  if (rule.action.type === 'goto') {
    request.u32(attribute.goto, numberOf(names, 'rt_tables', rule.action.target ?? 0));
  }
  return request.toArray();
}

/** Throws `Unusable`. */
export function ruleObject(rule: RuleEntry, names: IprouteNames): ObjectConfig {
  const { action } = rule;
  const [to, from] = [prefixOf(rule.to), prefixOf(rule.from)];
  const lookup = action.type === 'lookup' && action.target !== null && !rule.l3mdev;
  const table = lookup ? numberOf(names, 'rt_tables', action.target ?? 0) : 0;
  const head: RouteHead = {
    family: rule.family,
    toLength: to?.prefixLength ?? 0,
    fromLength: from?.prefixLength ?? 0,
    tos: rule.tos === null ? 0 : numberOf(names, 'rt_dsfield', rule.tos),
    table,
    protocol: 0,
    scope: 0,
    type: actions[action.type],
    flags: rule.invert ? invertFlag : 0,
  };
  const { create, exclusive } = messageFlag;
  return {
    key: {
      kind: 'rule',
      family: rule.family === 4 ? 'ipv4' : 'ipv6',
      destination: to !== undefined && to.prefixLength > 0 ? to.address : zeros(rule.family),
      prefixLength: head.toLength,
      table,
      priority: rule.preference ?? 0,
    },
    add: writeRule(messageType.newRule, create | exclusive, head, { rule, names }),
    remove: writeRule(messageType.delRule, 0, head, { rule, names }),
    devices: [],
    track: !rule.noTrack,
  };
}

function zeros(family: 4 | 6): string {
  return family === 4 ? '0.0.0.0' : '::';
}
