// What a user of the addresses must never suffer: a master that is mute, out of order or led by
// a forger, half a group, an address that nobody was told of.

import { Checker } from './checker.ts';
import type { Host } from './host.ts';
import { servesUnfit } from './lookup.ts';
import type { Observation } from './observation.ts';
import { FORGERS } from './stranger.ts';
import { MILLISECOND, type WorldTime } from './world.ts';

type Advert = Observation & { readonly kind: 'advert' };

/** RFC 9568 §6.4.3: Adver_Timer. No reload, no tracker and no packet makes a MASTER late. */
export class MasterIsNeverSilent extends Checker {
  readonly name = 'a MASTER that runs sends an advert in every interval';
  readonly #last = new Map<string, WorldTime>();
  /** Hosts that are being done something that may delay them, and until when. */
  readonly #excused = new Map<string, WorldTime>();

  override observe(seen: Observation): void {
    if (seen.kind === 'disturbed') this.#excuse(seen);
    if (seen.kind === 'disturbed' && seen.what === 'kill') this.#forget(seen.host);
    if (seen.kind === 'advert') this.#advert(seen);
    if (seen.kind === 'state' && seen.from === 'master' && !seen.repeated) {
      this.#judge(seen.host, seen.instance, seen.at);
      this.#last.delete(`${seen.host}/${seen.instance}`);
    }
  }

  override atRest(): void {
    for (const router of this.routers) {
      for (const host of this.mastersOf(router)) {
        this.#judge(host.name, router, this.scene.world.now);
      }
    }
  }

  #advert(seen: Advert): void {
    this.#judge(seen.host, seen.instance, seen.at);
    this.#last.set(`${seen.host}/${seen.instance}`, seen.at);
  }

  #forget(name: string): void {
    for (const router of this.routers) this.#last.delete(`${name}/${router}`);
  }

  #excuse(seen: Observation & { readonly kind: 'disturbed' }): void {
    const delaying = [
      'pause',
      'freeze',
      'linkFlap',
      'unplug',
      'boot',
      'kill',
      'stop',
      'drain',
      'retime',
    ];
    if (!delaying.includes(seen.what)) return;
    // Who was away listens for an interval and its skew, and may need a while to be away.
    const until = Math.max(seen.at, seen.until) + 3 * this.scene.plan.interval;
    this.#excused.set(seen.host, Math.max(until, this.#excused.get(seen.host) ?? 0));
  }

  #judge(name: string, instance: number, at: WorldTime): void {
    const last = this.#last.get(`${name}/${instance}`);
    const host = this.scene.hosts.find((one) => one.name === name);
    const config = host?.instances.find((one) => one.id === instance);
    if (last === undefined || config === undefined) return;
    const gap = at - Math.max(last, this.#excused.get(name) ?? 0);
    if (gap > config.advertInterval * 1.01 + MILLISECOND) {
      this.violate(`${name} ${config.name} silent for ${at - last} us`, at);
    }
  }
}

/** keepalived.conf(5), vrrp_sync_group: MASTER together, or not at all. */
export class GroupsStayTogether extends Checker {
  readonly name = 'a group never splits at rest';

  override atRest(): void {
    for (const host of this.scene.hosts) {
      for (const group of host.groups) {
        const states = group.members.map((member) => host.state(member));
        const masters = states.filter((state) => state === 'master').length;
        if (masters !== 0 && masters !== states.length) {
          this.violate(`${host.name} ${group.name} is ${states.join(', ')}`);
        }
      }
    }
  }
}

/** RFC 9568 §7.1: a packet that is refused is discarded, and that is all. */
export class ForgersAreNotHeeded extends Checker {
  readonly name = 'a forged advert has no effect';

  override observe(seen: Observation): void {
    if (seen.kind !== 'state' || seen.cause.peer === undefined) return;
    if (FORGERS.includes(seen.cause.peer)) {
      this.violate(`${seen.host} ${seen.from} -> ${seen.to} (${seen.cause.kind})`, seen.at);
    }
  }
}

/** USERS' second pain: whoever has the address says so after it has it. */
export class ConfirmedIsAnnounced extends Checker {
  readonly name = 'a confirmed VIP is announced';
  readonly #unannounced = new Map<string, WorldTime>();

  override observe(seen: Observation): void {
    if (seen.kind === 'address') {
      const key = `${seen.host}/${seen.address}`;
      if (seen.present) this.#unannounced.set(key, seen.at);
      else this.#unannounced.delete(key);
    }
    if (seen.kind === 'announce') this.#unannounced.delete(`${seen.host}/${seen.address}`);
  }

  override atRest(): void {
    for (const [key, since] of this.#unannounced) {
      const [name] = key.split('/');
      const host = this.scene.hosts.find((one) => one.name === name);
      if (host?.kernel.up === true && since < this.scene.world.now - MILLISECOND * 10) {
        this.violate(`${key} since ${since} us`);
      }
    }
  }
}

/** keepalived.conf(5), track_script: with weight 0 a failure is FAULT; so is a link without carrier. */
export class NoMasterWithAFault extends Checker {
  readonly name = 'nobody is MASTER with a fault';

  override observe(seen: Observation): void {
    if (seen.kind !== 'state' || seen.to !== 'master' || seen.repeated) return;
    const host = this.scene.hosts.find((one) => one.name === seen.host);
    const why = host === undefined ? undefined : this.#faultOf(host, seen.instance);
    if (why !== undefined) this.violate(`${seen.host} with ${why}`, seen.at);
  }

  override atRest(): void {
    for (const router of this.routers) {
      for (const host of this.mastersOf(router)) {
        const why = this.#faultOf(host, router);
        if (why !== undefined) this.violate(`${host.name} with ${why}`);
      }
    }
  }

  #faultOf(host: Host, router: number): string | undefined {
    const config = host.instances.find((one) => one.id === router);
    if (config === undefined || servesUnfit(host, config)) return undefined;
    if (!host.trackerOk && config.trackers.some((use) => use.weight === 0)) {
      return 'a failed check';
    }
    return undefined;
  }
}

/** docs/adr/0006: rather an unfit router than none, also while all checks of all routers fail. */
export class NeverNobody extends Checker {
  readonly name = 'never_nobody: a failed check takes nobody out of service';

  override observe(seen: Observation): void {
    if (seen.kind !== 'state' || seen.to !== 'fault' || seen.cause.kind !== 'trackerFault') return;
    const host = this.scene.hosts.find((one) => one.name === seen.host);
    const config = host?.instances.find((one) => one.id === seen.instance);
    if (host === undefined || config === undefined || !servesUnfit(host, config)) return;
    this.violate(`${host.name} ${config.name} in FAULT for a failed check`, seen.at);
  }

  override atRest(): void {
    for (const router of this.routers) {
      const able = this.scene.hosts.filter((host) => {
        const config = host.instances.find((one) => one.id === router);
        return config !== undefined && servesUnfit(host, config) && host.alive;
      });
      if (able.length > 0 && this.mastersOf(router).length === 0) {
        this.violate(
          `router ${router}: nobody, and ${able.map(({ name }) => name).join(', ')} run`,
        );
      }
    }
  }
}

/** docs/adr/0004: an orderly stop keeps the addresses until another MASTER is heard, a drain for ever. */
export class MakeBeforeBreak extends Checker {
  readonly name = 'who lingers keeps its addresses until another MASTER is there';
  readonly #lingering = new Map<string, WorldTime>();

  override observe(seen: Observation): void {
    if (seen.kind === 'disturbed') {
      const plan = this.scene.plan.hosts.find((one) => one.name === seen.host);
      const linger = plan?.linger ?? 0;
      if (linger > 0 && seen.what === 'stop') {
        this.#lingering.set(seen.host, seen.at + 0.99 * linger);
      } else if (linger > 0 && seen.what === 'drain') {
        this.#lingering.set(seen.host, seen.until);
      } else if (seen.what !== 'forge') this.#lingering.delete(seen.host);
    }
    if (seen.kind !== 'address' || seen.present) return;
    const until = this.#lingering.get(seen.host);
    const owner = this.scene.hosts.find((one) => one.name === seen.host);
    const router = owner?.instances.find((one) =>
      one.addresses.some((address) => address.address === seen.address),
    );
    if (until === undefined || seen.at >= until || router === undefined) return;
    const others = this.mastersOf(router.id).filter((host) => host !== owner);
    if (others.length === 0) this.violate(`${seen.host} dropped ${seen.address}`, seen.at);
  }
}
