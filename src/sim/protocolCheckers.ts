// What must hold in every world, however bad its luck was.

import { Checker } from './checker.ts';
import type { Host } from './host.ts';
import { configOf, statusOf, together } from './lookup.ts';
import type { Observation } from './observation.ts';
import { settleTime } from './plan.ts';
import { MILLISECOND, type WorldTime } from './world.ts';

/** RFC 9568 §6: one Active router. Two may overlap for as long as one advert travels. */
export class OneMaster extends Checker {
  readonly name = 'at most one MASTER once the network has been whole';
  /** Loss is a disturbance that lasts until the storm is over. */
  #wholeFrom: WorldTime = this.scene.plan.quality.loss > 0 ? this.scene.plan.quietFrom : 0;
  readonly #settle = settleTime(this.scene.plan);
  readonly #overlapSince = new Map<number, WorldTime>();

  override observe(seen: Observation): void {
    if (seen.kind === 'disturbed' && seen.what !== 'forge') {
      this.#wholeFrom = Math.max(this.#wholeFrom, Math.max(seen.at, seen.until) + this.#settle);
    }
    if (seen.kind !== 'state' && seen.kind !== 'disturbed') return;
    for (const router of this.routers) this.#look(router, seen.at);
  }

  override atRest(): void {
    for (const router of this.routers) {
      const masters = this.mastersOf(router);
      if (masters.length > 1)
        this.violate(`router ${router}: ${masters.map((m) => m.name).join(' ')}`);
    }
  }

  #look(router: number, at: WorldTime): void {
    const since = this.#overlapSince.get(router);
    if (this.mastersOf(router).length > 1) {
      if (since === undefined) this.#overlapSince.set(router, at);
      return;
    }
    this.#overlapSince.delete(router);
    const [, most] = this.scene.plan.quality.delay;
    const start = since === undefined ? at : Math.max(since, this.#wholeFrom);
    if (at - start > most + MILLISECOND) {
      this.violate(`router ${router}: two for ${at - start} us`, at);
    }
  }
}

/** RFC 9568 §6.4.2: with preemption the highest priority, then the highest address, wins. */
export class BestIsMaster extends Checker {
  readonly name = 'somebody serves, and with preemption the best one';

  override atRest(): void {
    for (const router of this.routers) this.#check(router);
  }

  #check(router: number): void {
    const standing = this.scene.hosts.filter((host) => {
      const status = statusOf(host, router);
      return status !== undefined && status.state !== 'fault' && inService(host, router);
    });
    const master = standing.find((host) => host.state(router) === 'master');
    if (standing.length > 0 && master === undefined) this.violate(`router ${router}: nobody`);
    if (master === undefined) return;
    const better = standing.find(
      (host) => preempts(host, router) && this.#isBetter(host, master, router),
    );
    if (better !== undefined) {
      this.violate(`router ${router}: ${master.name} serves, ${better.name} is better`);
    }
  }

  /** A group moves only where all of its members may. */
  #isBetter(host: Host, master: Host, router: number): boolean {
    return together(host, router).every((member) => {
      const own = statusOf(host, member)?.effectivePriority ?? 0;
      return own > (statusOf(master, member)?.effectivePriority ?? 0);
    });
  }
}

/** One member's fault keeps the whole group away. */
function inService(host: Host, router: number): boolean {
  return together(host, router).every((member) => statusOf(host, member)?.state !== 'fault');
}

function preempts(host: Host, router: number): boolean {
  return together(host, router).every((member) => configOf(host, member)?.preempt === true);
}

/** DESIGN law 4: addresses follow the state, on the wire and in the kernel. */
export class AddressIffMaster extends Checker {
  readonly name = 'a VIP is present if and only if MASTER, at rest';

  override atRest(): void {
    for (const host of this.scene.hosts) {
      for (const instance of host.instances) {
        const present = instance.addresses.filter((one) => host.kernel.addresses.has(one.address));
        const expected = host.state(instance.id) === 'master' ? instance.addresses.length : 0;
        if (present.length !== expected) {
          this.violate(
            `${host.name} ${instance.name} is ${host.state(instance.id)} ` +
              `with ${present.length} of ${instance.addresses.length} addresses`,
          );
        }
      }
    }
  }
}

/** DESIGN §6: nothing happens without a cause in the journal. */
export class EveryTransitionHasACause extends Checker {
  readonly name = 'no transition without a cause';

  override observe(seen: Observation): void {
    if (seen.kind === 'state' && seen.cause.kind === 'none') {
      this.violate(`${seen.host} ${seen.from} -> ${seen.to}`, seen.at);
    }
  }
}

/** USERS' second pain: after a split the neighbours must end up with the router that serves. */
export class MasterHasTheLastWord extends Checker {
  readonly name = 'the last announcement of a VIP comes from its MASTER';
  readonly #last = new Map<string, string>();
  /** Hosts that left while nobody could hear them. */
  readonly #unheard = new Set<string>();

  override observe(seen: Observation): void {
    if (seen.kind !== 'announce' && seen.kind !== 'state') return;
    // Nobody hears adverts of this one, so nobody can know that it has announced (docs/adr/0002).
    const host = this.scene.hosts.find((one) => one.name === seen.host);
    const mute = host?.kernel.mute === true;
    if (seen.kind === 'announce' && !mute) {
      this.#unheard.delete(seen.host);
      this.#last.set(seen.address, seen.host);
    } else if (seen.kind === 'state' && seen.from === 'master' && seen.to !== 'master' && mute) {
      this.#unheard.add(seen.host);
    }
  }

  override atRest(): void {
    // In strict mode who yields says so only when it is asked to (docs/adr/0002).
    const [first] = this.scene.plan.hosts[0]?.instances ?? [];
    if (first?.strict === true && !first.higherPrioritySendAdvert) return;
    // Where adverts count, those of a router that was away are old, and its last one may not be heard.
    if (first?.auth.kind === 'ah') return;
    for (const router of this.routers) {
      const [master] = this.mastersOf(router);
      const instance = master?.instances.find((one) => one.id === router);
      for (const { address } of instance?.addresses ?? []) {
        const last = this.#last.get(address);
        if (last !== master?.name && !this.#unheard.has(last ?? '')) {
          this.violate(`${address}: ${master?.name} serves, ${last ?? 'nobody'} spoke last`);
        }
      }
    }
  }
}

/** keepalived.conf(5) nopreempt; RFC 9568 §6.1 Preempt_Mode. */
export class NonPreemptMeansIt extends Checker {
  readonly name = 'nopreempt never takes over from a master that is heard';

  override observe(seen: Observation): void {
    if (seen.kind !== 'state' || seen.to !== 'master' || seen.repeated) return;
    if (seen.cause.kind !== 'preempting') return;
    const host = this.scene.hosts.find((one) => one.name === seen.host);
    const instance = host?.instances.find((one) => one.id === seen.instance);
    if (instance?.preempt === false) this.violate(`${seen.host} preempted`, seen.at);
  }
}

/** DESIGN §6: after an orderly stop nothing of ours is left. */
export class EverythingGivenBack extends Checker {
  readonly name = 'everything is given back after stop';

  override observe(seen: Observation): void {
    if (seen.kind !== 'stopped') return;
    const host = this.scene.hosts.find((one) => one.name === seen.host);
    const left = host?.kernel.addresses.size ?? 0;
    if (left > 0) this.violate(`${seen.host} kept ${left} addresses`, seen.at);
    const objects = host?.kernel.objects.size ?? 0;
    if (objects > 0) this.violate(`${seen.host} kept ${objects} routes and rules`, seen.at);
  }
}

/** docs/adr/0010: another process goes on exactly where this one was. */
export class UpgradeIsSilent extends Checker {
  readonly name = 'nothing comes of an upgrade, and no advert is late for it';
  override observe(seen: Observation): void {
    if (seen.kind !== 'upgraded') return;
    if (seen.late > 0) this.violate(`${seen.host} has ${seen.late} other deadlines`, seen.at);
    // What a storm has left undone is begun anew.
    if (!this.scene.plan.calm || seen.outputs === 0) return;
    this.violate(`${seen.host} made ${seen.outputs} outputs`, seen.at);
  }
}

/** DESIGN law 6: an untouched instance gets no command, and says nothing if it gets one. */
export class UnchangedReloadIsSilent extends Checker {
  readonly name = 'an unchanged instance sends nothing on reload';
  override observe(seen: Observation): void {
    if (seen.kind === 'reloaded' && seen.unchanged && seen.outputs > 0) {
      this.violate(`${seen.host} made ${seen.outputs} outputs`, seen.at);
    }
  }
}
