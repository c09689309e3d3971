// Invariants with exact times. They hold where one thing goes wrong in a perfect network; under
// a storm of faults there is no promise to check them against.

import { Checker } from './checker.ts';
import type { Host } from './host.ts';
import { configOf, servesUnfit, statusOf, together } from './lookup.ts';
import type { Observation } from './observation.ts';
import { MILLISECOND, SECOND, type WorldTime } from './world.ts';

type Disturbed = Observation & { readonly kind: 'disturbed' };
type Ending = 'kill' | 'stop' | 'drain' | 'trackerFlip';

/**
 * RFC 9568 §6.1: a silent master is replaced after masterDownInterval, one that said goodbye
 * after skewTime; docs/adr/0001: so is one that has become the weaker. To each the delay of one
 * packet and of one wake-up may be added.
 */
export class TakeoverInTime extends Checker {
  readonly name = 'takeover within masterDownInterval, after a goodbye within skewTime';
  readonly #due = new Map<number, { readonly by: WorldTime; readonly why: string }>();

  override observe(seen: Observation): void {
    if (seen.kind === 'disturbed') {
      const ending = ENDINGS.find((one) => one === seen.what);
      const gone = this.scene.hosts.find((host) => host.name === seen.host);
      if (ending === undefined || gone === undefined) return;
      for (const router of this.routers) this.#expect(router, seen, ending, gone);
    }
    if (seen.kind !== 'state' || seen.to !== 'master' || seen.repeated) return;
    const due = this.#due.get(seen.instance);
    this.#due.delete(seen.instance);
    if (due !== undefined && seen.at > due.by) {
      this.violate(`router ${seen.instance}: ${seen.at - due.by} us late (${due.why})`, seen.at);
    }
  }

  override atRest(): void {
    for (const [router, due] of this.#due) this.violate(`router ${router}: never (${due.why})`);
  }

  /** Each of these is observed before it happens: `gone` is MASTER still, if it was. */
  #expect(router: number, { at, until }: Disturbed, ending: Ending, gone: Host): void {
    if (gone.state(router) !== 'master') return;
    const left = ending === 'trackerFlip' ? priorityAfterFlip(gone, router) : 0;
    if (left === undefined) return;
    const waits = this.scene.hosts
      .filter((host) => host !== gone && host.state(router) === 'backup')
      .filter((host) => left === 0 || hastens(host, router, left))
      .map((host) => this.#waitOf(host, gone, router, ending));
    if (waits.length === 0) return;
    const [, delay] = this.scene.plan.quality.delay;
    const slowest = Math.min(...this.scene.plan.hosts.map((host) => host.clockRate));
    const by = at + Math.min(...waits) / slowest + delay + MILLISECOND;
    // Put back into service before anybody could have relieved it.
    if (ending === 'drain' && until <= by) return;
    this.#due.set(router, { by, why: `${gone.name} ${ending}` });
  }

  /** Until all that move together on `host` have waited, in microseconds of a right clock. */
  #waitOf(host: Host, gone: Host, router: number, ending: Ending): number {
    const waits = together(host, router).map((member) => {
      const config = configOf(host, member);
      const theirs = configOf(gone, member)?.advertInterval ?? 0;
      const priority = statusOf(host, member)?.effectivePriority ?? 1;
      const unit = config?.version === 'v2' ? SECOND : theirs;
      const skew = ((256 - priority) * unit) / 256;
      return ending === 'kill' ? (config?.downTimerAdverts ?? 3) * theirs + skew : skew;
    });
    return Math.max(...waits);
  }
}

const ENDINGS: readonly Ending[] = ['kill', 'stop', 'drain', 'trackerFlip'];

/** What the failed check leaves of its priority; 0 is FAULT, nothing: nobody is told anything. */
function priorityAfterFlip(host: Host, router: number): number | undefined {
  const config = configOf(host, router);
  const weight = config?.trackers[0]?.weight;
  if (config === undefined || weight === undefined || !host.trackerOk) return undefined;
  if (weight === 0) return servesUnfit(host, config) ? 1 : 0;
  if (config.basePriority === 255) return undefined;
  return Math.max(1, config.basePriority + Math.min(weight, 0));
}

/** docs/adr/0001: who may preempt and hears that it is better now waits for skewTime only. */
function hastens(host: Host, router: number, than: number): boolean {
  const config = configOf(host, router);
  const alone = together(host, router).length === 1;
  if (config === undefined || !alone || !config.quick || !config.preempt) return false;
  const priority = statusOf(host, router)?.effectivePriority ?? 0;
  return config.preemptDelay === 0 && priority > than;
}

/** Whose own interval is the longer one may not be heard in the other's. */
function isSlower(host: Host, than: Host | undefined, router: number): boolean {
  const own = configOf(host, router)?.advertInterval ?? 0;
  return than !== undefined && own > (configOf(than, router)?.advertInterval ?? 0);
}

/** DESIGN law 3: who was away listens before it speaks. */
export class PausedNeverSeizes extends Checker {
  readonly name = 'a router that was away never speaks over a better master';
  readonly #away = new Map<string, WorldTime>();
  readonly #masterSince = new Map<string, WorldTime>();
  #spoke: { readonly at: WorldTime; readonly host: string; readonly what: string } | undefined;

  override observe(seen: Observation): void {
    this.#judge(seen);
    if (seen.kind === 'disturbed' && (seen.what === 'pause' || seen.what === 'freeze')) {
      this.#away.set(seen.host, seen.until);
    }
    if (seen.kind === 'state' && !seen.repeated) {
      const key = `${seen.host}/${seen.instance}`;
      if (seen.to === 'master') this.#masterSince.set(key, seen.at);
      else this.#masterSince.delete(key);
    }
    if (seen.kind === 'advert' && seen.priority > 0) this.#advert(seen);
  }

  #advert(seen: Observation & { readonly kind: 'advert' }): void {
    const back = this.#away.get(seen.host);
    const { interval } = this.scene.plan;
    if (back === undefined || seen.at < back || seen.at > back + 4 * interval) return;
    const better = this.mastersOf(seen.instance).find((host) => {
      const since = this.#masterSince.get(`${host.name}/${seen.instance}`);
      const status = host.snapshot()?.instances.find((one) => one.instance === seen.instance);
      return (
        host.name !== seen.host &&
        !isSlower(
          host,
          this.scene.hosts.find((one) => one.name === seen.host),
          seen.instance,
        ) &&
        since !== undefined &&
        since < back - 2 * interval &&
        (status?.effectivePriority ?? 0) > seen.priority
      );
    });
    if (better === undefined) return;
    this.#spoke = { at: seen.at, host: seen.host, what: `spoke over ${better.name}` };
  }

  /** The one advert with which it yields is not an advert over anybody. */
  #judge(seen: Observation): void {
    const spoke = this.#spoke;
    if (spoke === undefined) return;
    // To several unicast peers it is several packets.
    if (seen.kind === 'advert' && seen.host === spoke.host && seen.at === spoke.at) return;
    const yields = seen.kind === 'state' && seen.to === 'backup' && seen.host === spoke.host;
    if (!yields) this.violate(`${spoke.host} ${spoke.what}`, spoke.at);
    this.#spoke = undefined;
  }
}
