import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** What each program comes from on Debian; the harness looks for the programs themselves. */
const PACKAGES: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  tcpdump: 'tcpdump',
  tshark: 'tshark',
  nft: 'nftables',
  ping: 'iputils-ping',
  keepalived: 'keepalived',
};

/** Whether a program is in PATH or where root's programs are. */
export function hasProgram(name: string): boolean {
  const places = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  return places.some((place) => {
    try {
      accessSync(path.join(place, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** What this machine lacks for a test, as a sentence; empty when nothing. */
export function whatIsMissing(programs: readonly string[]): string {
  const lacking = programs.filter((name) => !hasProgram(name));
  const reasons: string[] = [];
  if (process.getuid?.() !== 0) reasons.push('it must run as root');
  if (lacking.length > 0) {
    const named = lacking.map((name) => `${name} (package ${PACKAGES[name] ?? name})`);
    reasons.push(`${named.join(', ')} must be installed`);
  }
  return reasons.join(' and ');
}

/** What two routers with a witness need. */
export const LAB_PROGRAMS = ['ip', 'nsenter', 'unshare', 'tcpdump', 'tshark'] as const;
