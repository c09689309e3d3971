// The cells of the interoperability matrix: every way in which two routers may speak VRRP with
// each other, each as one instance of its own, so that one pair of daemons tells all of them.

export type Transport = 'multicast' | 'unicast';
export type Authentication = 'none' | 'PASS' | 'AH' | 'HMAC';

export interface Cell {
  readonly version: 2 | 3;
  readonly family: 4 | 6;
  readonly transport: Transport;
  readonly authentication: Authentication;
  /** The instance lives on a macvlan with the virtual MAC address. */
  readonly vmac: boolean;
  readonly vrid: number;
}

/** Short words for messages and for the table. */
export function nameOf({ version, family, transport, authentication, vmac }: Cell): string {
  const words = [`VRRPv${version}`, `IPv${family}`, transport];
  if (authentication !== 'none') words.push(authentication);
  if (vmac) words.push('VMAC');
  return words.join(', ');
}

/**
 * Which kinds of authentication there are: PASS and AH are VRRPv2's over IPv4. (keepalived takes
 * PASS over IPv6 as well, but has no room for the password there: version 2.2.7 dies of the first
 * such advert that it hears, and be it keepalived's own.)
 */
function authentications(version: 2 | 3, family: 4 | 6): Authentication[] {
  return version === 2 && family === 4 ? ['none', 'PASS', 'AH', 'HMAC'] : ['none', 'HMAC'];
}

/** The whole matrix. */
export const CELLS: readonly Cell[] = ([2, 3] as const)
  .flatMap((version) => ([4, 6] as const).map((family) => ({ version, family })))
  .flatMap((row) => (['multicast', 'unicast'] as const).map((transport) => ({ ...row, transport })))
  .flatMap((row) =>
    authentications(row.version, row.family).map((authentication) => ({ ...row, authentication })),
  )
  .flatMap((row) => [false, true].map((vmac) => ({ ...row, vmac })))
  .map((cell, index) => ({ ...cell, vrid: 11 + index }));

/** The address that an instance moves, beside the link-local one of IPv6. */
export function vipOf({ family, vrid }: Cell): string {
  return family === 4 ? `192.168.122.${vrid + 150}` : `2001:db8:122::${vrid + 1000}`;
}

/** The Ethernet address of a virtual router. */
export function virtualMac({ family, vrid }: Cell): string {
  return `00:00:5e:00:0${family === 4 ? 1 : 2}:${vrid.toString(16).padStart(2, '0')}`;
}

/** Where a router's adverts come from: over IPv6 multicast the interface's link-local address. */
export function sourceOf({ family, transport }: Cell, number: number): string {
  if (family === 4) return `192.168.122.${number}`;
  return transport === 'unicast'
    ? `2001:db8:122::${number}`
    : `fe80::ff:fe00:1${number.toString(16)}`;
}

/** VRRPv2 knows whole seconds only. */
const INTERVAL_MS = { 2: 1000, 3: 200 } as const;
const HMAC_KEY = 'ff00112233445566778899aabbccddeeff00112233445566778899aabbccdd00';

function authenticationOf({ authentication }: Cell): string {
  if (authentication === 'none') return '';
  if (authentication === 'HMAC') return `auth_hmac { key 7 hex:${HMAC_KEY}\n active_key 7\n }`;
  return `authentication { auth_type ${authentication}\n auth_pass s3cret\n }`;
}

function unicastOf(cell: Cell, own: number, peer: number): string {
  if (cell.transport === 'multicast') return '';
  return `unicast_src_ip ${sourceOf(cell, own)}\n unicast_peer { ${sourceOf(cell, peer)}\n }`;
}

function addressesOf(cell: Cell): string[] {
  const vip = vipOf(cell);
  return cell.family === 4 ? [`${vip}/24`] : [`fe80::${cell.vrid}/64`, `${vip}/64`];
}

/** A router's instances: `own` and `peer` are the last bytes of the routers' addresses. */
export function configOf(
  cells: readonly Cell[],
  { own, peer, priority }: { own: number; peer: number; priority: number },
): string {
  const instances = cells.map(
    (cell) => `vrrp_instance VI_${cell.vrid} {
      version ${cell.version}
      interface eth0
      virtual_router_id ${cell.vrid}
      priority ${priority}
      advert_int ${INTERVAL_MS[cell.version] / 1000}
      garp_master_delay 0
      ${cell.vmac ? 'use_vmac' : ''}
      ${unicastOf(cell, own, peer)}
      ${authenticationOf(cell)}
      virtual_ipaddress {
        ${addressesOf(cell).join('\n        ')}
      }
    }`,
  );
  return instances.join('\n');
}

/** The same for FRR, by multicast on macvlans and without authentication. */
export function frrConfigOf(
  cells: readonly Cell[],
  { priority }: { readonly priority: number },
): string {
  const lines = cells.flatMap((cell) =>
    [
      `version ${cell.version}`,
      `priority ${priority}`,
      `advertisement-interval ${INTERVAL_MS[cell.version]}`,
      ...addressesOf(cell).map(
        (address) => `${cell.family === 4 ? 'ip' : 'ipv6'} ${bare(address)}`,
      ),
    ].map((line) => ` vrrp ${cell.vrid} ${line}`),
  );
  return ['interface eth0', ...lines, ''].join('\n');
}

function bare(address: string): string {
  return address.replace(/\/\d+$/, '');
}
