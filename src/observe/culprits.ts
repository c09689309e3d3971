/**
 * Who has probably removed something of ours, and what to write so that it does not happen again. Pure
 * but for two small files that the managers of networks keep about each interface.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { EngineEvent, ObjectKind } from '../engine/messages.generated.ts';

export type Manager = 'systemd-networkd' | 'NetworkManager';

/** What was put back. */
type What = ObjectKind | 'macvlan' | 'nftables';

export interface Repair {
  readonly what: What;
  readonly by: Manager | 'unknown';
  readonly count: number;
}

const places = { networkd: 'systemd/netif/links', networkManager: 'NetworkManager/devices' };

export interface CulpritOptions {
  /** /run, but for tests. */
  readonly run: string;
  /** The managers' files number the interfaces of another network namespace. */
  readonly elsewhere: boolean;
}

/** What is known of an event that tells of a repair. */
export interface Suspicion {
  readonly what: What;
  readonly by: Repair['by'];
  /** Goes on from "...; it has been put back". */
  readonly hint: string;
}

export class Culprits {
  readonly #options: CulpritOptions;
  readonly #interfaces = new Map<number, string>();
  readonly #repairs = new Map<string, Repair>();

  constructor(options: CulpritOptions) {
    this.#options = options;
  }

  /** All repairs since the start, by what was removed and by whom. */
  get repairs(): readonly Repair[] {
    return [...this.#repairs.values()];
  }

  /** Takes note of an event; undefined where it tells of no repair. Never throws. */
  suspect(event: EngineEvent): Suspicion | undefined {
    if (event.kind === 'LinkSeen') this.#interfaces.set(event.ifIndex, event.interfaceName);
    const what = whatOf(event);
    if (what === undefined) return undefined;
    return this.repaired(what, event.kind === 'AddressRestored' ? event.ifIndex : undefined);
  }

  /** Takes note of a repair of nftables. `program`: as the kernel tells it; empty: it does not. */
  rulesRepaired(program: string): Suspicion {
    this.#count('nftables', 'unknown');
    const hint = program === '' ? 'the kernel does not say by whom' : `it was done with ${program}`;
    return { what: 'nftables', by: 'unknown', hint };
  }

  /** Takes note of a repair, on this interface if on one that is still there. Never throws. */
  repaired(what: Exclude<What, 'nftables'>, ifIndex?: number): Suspicion {
    const found = this.#options.elsewhere ? undefined : this.#find(ifIndex);
    const by = found?.by ?? 'unknown';
    this.#count(what, by);
    if (found === undefined) {
      return { what, by, hint: 'it was removed by hand or by another program' };
    }
    const name = this.#interfaces.get(found.ifIndex) ?? `interface ${found.ifIndex}`;
    return { what, by, hint: `${found.by} manages ${name}: ${cureOf(what, found, name)}` };
  }

  #count(what: What, by: Repair['by']): void {
    const key = `${what} ${by}`;
    this.#repairs.set(key, { what, by, count: (this.#repairs.get(key)?.count ?? 0) + 1 });
  }

  /** The manager of this interface, or of any. */
  #find(ifIndex: number | undefined): Found | undefined {
    const { run } = this.#options;
    const wanted = (directory: string): readonly number[] =>
      ifIndex === undefined ? numbersIn(path.join(run, directory)) : [ifIndex];
    for (const number of wanted(places.networkd)) {
      const text = textOf(path.join(run, places.networkd, String(number)));
      if (!/^ADMIN_STATE=(?!unmanaged)/m.test(text)) continue;
      const file = /^NETWORK_FILE=(\S+)$/m.exec(text)?.[1];
      return { by: 'systemd-networkd', ifIndex: number, file };
    }
    for (const number of wanted(places.networkManager)) {
      const text = textOf(path.join(run, places.networkManager, String(number)));
      if (!/^managed=(?:true|1)/m.test(text)) continue;
      return { by: 'NetworkManager', ifIndex: number, file: undefined };
    }
    return undefined;
  }
}

interface Found {
  readonly by: Manager;
  readonly ifIndex: number;
  /** The file that configures the interface. */
  readonly file: string | undefined;
}

function whatOf(event: EngineEvent): ObjectKind | undefined {
  if (event.kind === 'AddressRestored') return 'address';
  return event.kind === 'ObjectRestored' ? event.key.kind : undefined;
}

/** systemd.network(5), networkd.conf(5), NetworkManager.conf(5). */
function cureOf(what: What, { by, file }: Found, name: string): string {
  if (by === 'NetworkManager') {
    return `write [keyfile] unmanaged-devices=interface-name:${name} into a file under /etc/NetworkManager/conf.d`;
  }
  if (what === 'macvlan') return `leave the interfaces of failoverd out of the files for ${name}`;
  if (what === 'address') {
    return `write [Network] KeepConfiguration=yes into ${file ?? 'its .network file'}`;
  }
  const setting = what === 'route' ? 'ManageForeignRoutes' : 'ManageForeignRoutingPolicyRules';
  return `write [Network] ${setting}=no into a file under /etc/systemd/networkd.conf.d`;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function numbersIn(directory: string): number[] {
  try {
    return readdirSync(directory).map(Number);
  } catch {
    return [];
  }
}
