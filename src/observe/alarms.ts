/**
 * Named alarms: what is wrong with the other routers of a virtual router as this one sees it. Derived
 * from the engine's events and counters; pure, and without a clock of its own.
 *
 *   dual_master     as MASTER: somebody with a lower priority goes on advertising
 *   vip_mismatch    the other router advertises other addresses than are configured here
 *   foreign_master  adverts for our virtual router that are refused (password, version, interval...)
 *   rx_silent       many adverts sent, none ever heard, where another MASTER was expected
 *   second_owner    as MASTER: another host answers for a virtual address of ours
 */
import type { EngineEvent, InstanceStatus, RejectReason } from '../engine/messages.generated.ts';
import type { SecondOwner } from './claims.ts';

export const alarmNames = [
  'dual_master',
  'vip_mismatch',
  'foreign_master',
  'rx_silent',
  'second_owner',
] as const;
export type AlarmName = (typeof alarmNames)[number];

export interface Alarm {
  readonly name: AlarmName;
  readonly instance: number;
  /** The other router: its address, or its Ethernet address where no other is known. */
  readonly peer: string | undefined;
  /** The engine's clock, microseconds. */
  readonly since: number;
  /** One sentence without its full stop and without the instance's name. */
  readonly sentence: string;
}

export interface AlarmChange {
  readonly kind: 'raised' | 'cleared';
  readonly alarm: Alarm;
}

/** What the configuration says of an instance. */
export interface AlarmSettings {
  /** Microseconds. */
  readonly advertInterval: number;
  /** `state BACKUP`: another router is expected to be MASTER. */
  readonly expectsMaster: boolean;
}

/** One lower advert is how a preemption ends (ADR 2); so many in a row are a second master. */
const lowerAdverts = 3;
/** In advert intervals: silence after which an alarm that needs repetition is over. */
const quietIntervals = 10;
/** In adverts sent without an answer. */
const unheardAdverts = 30;
const defaultInterval = 1_000_000;

interface Repeated {
  count: number;
  last: number;
}

export class Alarms {
  readonly #settings = new Map<number, AlarmSettings>();
  readonly #raised = new Map<string, Alarm>();
  readonly #lower = new Map<number, Repeated>();
  readonly #refused = new Map<number, { total: number; changed: number }>();
  /** MASTER where another was expected, and no advert of anybody seen in the counters yet. */
  readonly #unheard = new Set<number>();
  readonly #masters = new Set<number>();
  readonly #heard = new Set<number>();

  /** All that stand, the oldest first. */
  get view(): readonly Alarm[] {
    return [...this.#raised.values()];
  }

  /** Instances that are MASTER. */
  get masters(): ReadonlySet<number> {
    return this.#masters;
  }

  /** Whether `onStatus` could tell anything now: a picture of thousands of instances costs much. */
  get needsStatus(): boolean {
    if (this.#unheard.size > 0 || this.#lower.size > 0) return true;
    return [...this.#raised.values()].some(({ name }) => name === 'foreign_master');
  }

  learn(instance: number, settings: AlarmSettings): void {
    this.#settings.set(instance, settings);
    this.#awaitPeer(instance);
  }

  /** `at`: the event's instant. */
  onEvent(event: EngineEvent, at: number): readonly AlarmChange[] {
    switch (event.kind) {
      case 'LowerPriorityReceived':
        return this.#lowerHeard(event.instance, event.source, event.priority, at);
      case 'AdvertOdd':
        return this.#odd(event.instance, event.source, event.reason, at);
      case 'AdvertRejected':
        if (event.instance === undefined) return [];
        return this.#rejected(event.instance, event.source, event.reason, at);
      case 'StateChanged':
        if (event.repeated) return [];
        this.#lower.delete(event.instance);
        this.#follow(event.instance, event.to === 'master');
        return this.#clear(event.instance, ['dual_master', 'vip_mismatch', 'second_owner']);
      case 'MasterChanged':
        // The core tells anew what is odd about the new one; whoever is heard breaks the silence.
        return this.#clear(event.instance, ['vip_mismatch', 'rx_silent']);
      case 'InstanceApplied':
        return this.#clear(event.instance, ['vip_mismatch', 'foreign_master']);
      case 'InstanceRemoved':
        this.#settings.delete(event.instance);
        this.#heard.delete(event.instance);
        this.#lower.delete(event.instance);
        this.#follow(event.instance, false);
        return this.#clear(event.instance, alarmNames);
      default:
        return [];
    }
  }

  /** What only the counters tell: to be called every now and then with the engine's picture. */
  onStatus(instances: readonly InstanceStatus[], at: number): readonly AlarmChange[] {
    return instances.flatMap((one) => [
      ...this.#quietAgain(one.instance, at),
      ...this.#refusals(one, at),
      ...this.#silence(one, at),
    ]);
  }

  /** What a look at the wire has shown of an instance that is MASTER. */
  onLook(instance: number, other: SecondOwner | undefined, at: number): readonly AlarmChange[] {
    if (other === undefined) return this.#clear(instance, ['second_owner']);
    const { address, mac } = other;
    const sentence =
      `the host with the Ethernet address ${mac} has ${address}, too: what clients send goes to one` +
      ' of the two; take the address away there';
    return this.#raise({ name: 'second_owner', instance, peer: mac, since: at, sentence });
  }

  #follow(instance: number, isMaster: boolean): void {
    if (isMaster) this.#masters.add(instance);
    else this.#masters.delete(instance);
    this.#awaitPeer(instance);
  }

  #awaitPeer(instance: number): void {
    const expected = this.#settings.get(instance)?.expectsMaster === true;
    const unheard = expected && this.#masters.has(instance) && !this.#heard.has(instance);
    if (unheard) this.#unheard.add(instance);
    else this.#unheard.delete(instance);
  }

  #lowerHeard(instance: number, source: string, priority: number, at: number): AlarmChange[] {
    const before = this.#lower.get(instance);
    const fresh = before === undefined || at - before.last > this.#quiet(instance);
    const lower = fresh ? { count: 1, last: at } : { count: before.count + 1, last: at };
    this.#lower.set(instance, lower);
    if (lower.count < lowerAdverts) return [];
    const sentence =
      `${source} keeps advertising with the lower priority ${priority} although this router is` +
      ' MASTER: it does not hear us';
    return this.#raise({ name: 'dual_master', instance, peer: source, since: at, sentence });
  }

  #odd(instance: number, peer: string, reason: string, at: number): AlarmChange[] {
    if (reason === 'addressList') {
      const sentence = `${peer} advertises other virtual addresses than are configured here`;
      return this.#raise({ name: 'vip_mismatch', instance, peer, since: at, sentence });
    }
    if (reason !== 'samePriorityOwner') return [];
    const sentence = `${peer} is MASTER at the same time as this router`;
    return this.#raise({ name: 'dual_master', instance, peer, since: at, sentence });
  }

  #rejected(instance: number, peer: string, reason: RejectReason, at: number): AlarmChange[] {
    if (harmless.has(reason)) return [];
    const sentence = `${peer} advertises for the same virtual router and is refused (${reason}): both may become MASTER`;
    return this.#raise({ name: 'foreign_master', instance, peer, since: at, sentence });
  }

  #quietAgain(instance: number, at: number): AlarmChange[] {
    const lower = this.#lower.get(instance);
    if (lower === undefined || at - lower.last <= this.#quiet(instance)) return [];
    this.#lower.delete(instance);
    return this.#clear(instance, ['dual_master']);
  }

  /** foreign_master ends when the counters of refusals stand still. */
  #refusals({ instance, counters }: InstanceStatus, at: number): AlarmChange[] {
    const total =
      counters.lengthErrors +
      counters.ttlErrors +
      counters.versionErrors +
      counters.typeErrors +
      counters.checksumErrors +
      counters.intervalErrors +
      counters.authTypeErrors +
      counters.authFailures +
      counters.otherErrors;
    const before = this.#refused.get(instance);
    if (before === undefined || before.total !== total) {
      this.#refused.set(instance, { total, changed: at });
      return [];
    }
    return at - before.changed > this.#quiet(instance)
      ? this.#clear(instance, ['foreign_master'])
      : [];
  }

  #silence({ instance, state, counters }: InstanceStatus, at: number): AlarmChange[] {
    if (counters.advertsReceived > 0) {
      this.#heard.add(instance);
      this.#awaitPeer(instance);
      return this.#clear(instance, ['rx_silent']);
    }
    const expected = this.#settings.get(instance)?.expectsMaster === true;
    if (!expected || state !== 'master' || counters.advertsSent < unheardAdverts) return [];
    const sentence =
      `${counters.advertsSent} adverts sent and none ever heard, although another router was expected` +
      ' to be MASTER: if it runs, adverts are lost on the way (firewall, IGMP snooping)';
    return this.#raise({ name: 'rx_silent', instance, peer: undefined, since: at, sentence });
  }

  #quiet(instance: number): number {
    const { advertInterval = defaultInterval } = this.#settings.get(instance) ?? {};
    return quietIntervals * advertInterval;
  }

  #raise(alarm: Alarm): AlarmChange[] {
    const key = keyOf(alarm.instance, alarm.name);
    if (this.#raised.has(key)) return [];
    this.#raised.set(key, alarm);
    return [{ kind: 'raised', alarm }];
  }

  #clear(instance: number, names: readonly AlarmName[]): AlarmChange[] {
    return names.flatMap((name) => {
      const key = keyOf(instance, name);
      const alarm = this.#raised.get(key);
      if (alarm === undefined) return [];
      this.#raised.delete(key);
      return [{ kind: 'cleared' as const, alarm }];
    });
  }
}

/** Refusals that say nothing about another router. */
const harmless: ReadonlySet<RejectReason> = new Set(['ownAddress', 'ownerIgnores', 'startupDelay']);

function keyOf(instance: number, name: AlarmName): string {
  return `${instance} ${name}`;
}
