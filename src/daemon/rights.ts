/** Whether this process may do what a VRRP router does, said before anything is begun. */
import { readFileSync } from 'node:fs';

/** Bits of linux/capability.h. */
const capabilities = { CAP_NET_ADMIN: 12, CAP_NET_RAW: 13, CAP_SYS_ADMIN: 21 } as const;

type Capability = keyof typeof capabilities;

/** The names of the needed capabilities that are not effective. */
export function missingCapabilities(
  procStatus: string,
  needed: readonly Capability[],
): Capability[] {
  const text = /^CapEff:\s*([0-9a-f]+)$/m.exec(procStatus)?.[1];
  if (text === undefined) return [];
  const effective = BigInt(`0x${text}`);
  return needed.filter((name) => ((effective >> BigInt(capabilities[name])) & 1n) === 0n);
}

/** One sentence when a right is missing; undefined when all are there. */
export function missingRights(entersNamespace: boolean): string | undefined {
  const needed: Capability[] = ['CAP_NET_ADMIN', 'CAP_NET_RAW'];
  if (entersNamespace) needed.push('CAP_SYS_ADMIN');
  const status = procStatus();
  if (status === undefined)
    return '/proc is not there: failoverd needs it (mount -t proc proc /proc)';
  const missing = missingCapabilities(status, needed);
  if (missing.length === 0) return undefined;
  const names = missing.join(' and ');
  const have = missing.length === 1 ? 'is' : 'are';
  return `${names} ${have} missing: run failoverd as root, from a unit with AmbientCapabilities=, or in a container with --cap-add`;
}

function procStatus(): string | undefined {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return undefined;
  }
}
