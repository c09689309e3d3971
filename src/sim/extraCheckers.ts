// What must hold of authentication, of a changed configuration, and of routes and rules.

import type { ObjectConfig } from '../engine/messages.generated.ts';
import { Checker } from './checker.ts';
import type { Host } from './host.ts';
import { configOf } from './lookup.ts';
import { objectName } from './kernel.ts';
import type { Observation, RejectReason } from './observation.ts';
import { SECOND, type WorldTime } from './world.ts';

/** Doubled and overtaken packets are replays, and rightly refused. */
const DISBELIEF: readonly RejectReason[] = [
  'authType',
  'authFailure',
  'authMissing',
  'authMalformed',
  'authUnknownKey',
  'authStale',
];

/** auth_hmac: whoever has the keys is heard, also while one router after another rotates them. */
export class FriendsAreBelieved extends Checker {
  readonly name = 'no router doubts the signature of another';

  override observe(seen: Observation): void {
    if (seen.kind !== 'rejected' || !DISBELIEF.includes(seen.reason)) return;
    const friend = this.scene.hosts.find((host) => host.addresses.includes(seen.source));
    if (friend === undefined) return;
    this.violate(`${seen.host} rejected ${friend.name} (${seen.reason})`, seen.at);
  }
}

/** DESIGN law 6: after a reload the wire says what the file says; only a goodbye is for the old. */
export class SpeaksAsConfigured extends Checker {
  readonly name = 'an advert carries the VRID that is configured';

  /** Who stands still has not read the file yet. */
  readonly #away = new Map<string, WorldTime>();

  override observe(seen: Observation): void {
    if (seen.kind === 'disturbed' && (seen.what === 'pause' || seen.what === 'freeze')) {
      this.#away.set(seen.host, seen.until);
    }
    if (seen.kind !== 'advert' || seen.priority === 0) return;
    if (seen.at <= (this.#away.get(seen.host) ?? -1)) return;
    const host = this.scene.hosts.find((one) => one.name === seen.host);
    const config = host && configOf(host, seen.instance);
    if (config === undefined || config.vrid === seen.vrid) return;
    this.violate(`${seen.host} speaks for ${seen.vrid}, not for ${config.vrid}`, seen.at);
  }
}

/** The core asks again for what the kernel has refused after this long. */
const RETRY = 6 * SECOND;

/** docs/adr/0007: routes and rules are there while MASTER, filters while not (RFC 9568 §6.4.2). */
export class ObjectsIffMaster extends Checker {
  readonly name = 'routes and rules are present if and only if MASTER, filters if not, at rest';
  readonly #refusedUntil = new Map<string, WorldTime>();

  override observe(seen: Observation): void {
    if (seen.kind !== 'disturbed' || seen.what !== 'refuse') return;
    const until = Math.max(seen.until, this.#refusedUntil.get(seen.host) ?? 0);
    this.#refusedUntil.set(seen.host, until);
  }

  override atRest(): void {
    for (const host of this.scene.hosts) {
      const refused = this.#refusedUntil.get(host.name);
      if (refused !== undefined && this.scene.world.now < refused + RETRY) continue;
      for (const instance of host.instances) {
        const master = host.state(instance.id) === 'master';
        this.#judge(host, instance.objects, master);
        // Without its interface there is nothing to shut.
        if (host.kernel.plugged) this.#judge(host, instance.filters, !master);
      }
    }
  }

  #judge(host: Host, objects: readonly ObjectConfig[], wanted: boolean): void {
    const names = objects.map(({ key }) => objectName(key));
    const present = names.filter((name) => host.kernel.objects.has(name)).length;
    if (present === (wanted ? names.length : 0)) return;
    const kinds = [...new Set(objects.map(({ key }) => key.kind))].join(' and ');
    this.violate(`${host.name} has ${present} of ${names.length} (${kinds})`);
  }
}
