/**
 * Listens to a wire and says what is odd about it, each thing once. Knows nothing of sockets and
 * clocks: frames come in with their time stamps.
 */
import type {
  OverheardAdvert,
  OverheardClaim,
  OverheardFrame,
} from '../../engine/messages.generated.ts';
import { advertFindings } from './compare.ts';
import type { ExpectedRouter } from './expected.ts';
import type { WireFinding } from './findings.ts';
import { isVirtualMac } from './virtualMac.ts';
import { isV6 } from './words.ts';

/** What is known of one virtual router on the wire. */
export interface HeardRouter {
  readonly virtualRouterId: number;
  readonly family: 'ipv4' | 'ipv6';
  /** Every router that has advertised for it, by source address. */
  readonly speakers: ReadonlyMap<string, Speaker>;
}

export interface Speaker {
  readonly source: string;
  readonly mac: string;
  /** The last advert. */
  readonly advert: OverheardAdvert;
  /** UTC microseconds of the last advert. */
  readonly at: number;
  readonly adverts: number;
}

interface RouterState extends HeardRouter {
  readonly speakers: Map<string, Speaker>;
  /** Who spoke last, how often that has changed in a row without a goodbye or a pause, and since when. */
  last: string | undefined;
  turns: number;
  turnsSince: number;
}

/**
 * So many turns: one for a takeover, two when the old master's last advert crosses it. In a preemption
 * both may answer each other at once, which is over within a moment; two masters go on.
 */
const turnsOfTwoMasters = 3;
const defaultInterval = 1_000_000;

export class WireWatch {
  readonly #expected: readonly ExpectedRouter[] | undefined;
  readonly #routers = new Map<string, RouterState>();
  readonly #macs = new Map<string, string>();
  readonly #told = new Set<string>();
  #firstAt: number | undefined;

  /** `expected`: of the configuration; undefined when there is none to compare with. */
  constructor(expected?: readonly ExpectedRouter[]) {
    this.#expected = expected;
  }

  get routers(): readonly HeardRouter[] {
    return [...this.#routers.values()];
  }

  /** What this frame shows that had not been told before. */
  take(frame: OverheardFrame): readonly WireFinding[] {
    this.#firstAt ??= frame.utcMicros;
    const found = frame.advert
      ? this.#advert(frame.advert, frame.utcMicros)
      : frame.claim
        ? this.#claim(frame.claim, frame.utcMicros)
        : [];
    return found.filter((finding) => this.#isNew(finding));
  }

  /** Whether an address is virtual, as far as is known. */
  isVirtual(address: string): boolean {
    return this.#holders(address).length > 0 || this.#expectedFor(address) !== undefined;
  }

  #isNew({ name, virtualRouterId, source, sentence }: WireFinding): boolean {
    // Which two are masters at the same time is said once, whoever speaks.
    const who = name === 'two_masters' ? '' : `${source} ${sentence}`;
    const key = `${name} ${virtualRouterId} ${who}`;
    if (this.#told.has(key)) return false;
    this.#told.add(key);
    return true;
  }

  #advert(advert: OverheardAdvert, at: number): WireFinding[] {
    const family = isV6(advert.destination) ? 'ipv6' : 'ipv4';
    const key = `${family} ${advert.virtualRouterId}`;
    const expected = this.#expected?.find(
      (one) => one.family === family && one.virtualRouterId === advert.virtualRouterId,
    );
    const router = this.#routers.get(key);
    const others = [...(router?.speakers.values() ?? [])].filter(
      ({ source }) => source !== advert.source,
    );
    const findings = [
      ...advertFindings(advert, expected, this.#expected !== undefined, others),
      ...this.#sameSourceOtherMac(advert),
    ];
    if (advert.flaw !== 'none') return findings;
    const state = router ?? this.#newRouter(key, family, advert.virtualRouterId);
    findings.push(...this.#turn(state, advert, at), ...this.#sharedAddresses(state, advert));
    const before = state.speakers.get(advert.source)?.adverts ?? 0;
    const { source, mac } = advert;
    state.speakers.set(source, { source, mac, advert, at, adverts: before + 1 });
    return findings;
  }

  #newRouter(key: string, family: HeardRouter['family'], virtualRouterId: number): RouterState {
    const heard = { virtualRouterId, family, speakers: new Map(), last: undefined };
    const state = { ...heard, turns: 0, turnsSince: 0 };
    this.#routers.set(key, state);
    return state;
  }

  /** Two that take turns are both MASTER; one that follows the other has taken over. */
  #turn(state: RouterState, advert: OverheardAdvert, at: number): WireFinding[] {
    const { source, virtualRouterId } = advert;
    const previous = state.last === undefined ? undefined : state.speakers.get(state.last);
    state.last = source;
    const interval = advert.advertInterval || defaultInterval;
    const silent = previous !== undefined && at - previous.at > 4 * interval;
    if (advert.priority === 0 || previous?.advert.priority === 0 || silent) state.turns = 0;
    else if (previous !== undefined && previous.source !== source) state.turns += 1;
    else return [];
    if (state.turns === 1) state.turnsSince = at;
    const moment = at - state.turnsSince < interval / 2;
    if (state.turns < turnsOfTwoMasters || moment || previous === undefined) return [];
    const [low, high] = [previous.advert, advert].toSorted((a, b) => a.priority - b.priority);
    const words = [high, low].map((one) => `${one?.source} (priority ${one?.priority})`);
    const sentence =
      `virtual router ${virtualRouterId} has two masters at the same time: ${words.join(' and ')};` +
      ' they do not hear each other';
    return [{ name: 'two_masters', severity: 'problem', sentence, virtualRouterId, source }];
  }

  #sameSourceOtherMac(advert: OverheardAdvert): WireFinding[] {
    const { source, mac, virtualRouterId } = advert;
    const known = this.#macs.get(source);
    this.#macs.set(source, mac);
    if (known === undefined || known === mac || isVirtualMac(known) || isVirtualMac(mac)) return [];
    const sentence = `${source} is used by two hosts: ${known} and ${mac}`;
    return [{ name: 'duplicate_address', severity: 'problem', sentence, virtualRouterId, source }];
  }

  #sharedAddresses(state: RouterState, advert: OverheardAdvert): WireFinding[] {
    return advert.addresses.flatMap((address) => {
      const other = this.#holders(address).find((router) => router !== state);
      if (other === undefined) return [];
      const { source, virtualRouterId } = advert;
      const sentence = `${address} belongs to the virtual routers ${other.virtualRouterId} and ${virtualRouterId}`;
      return [
        {
          name: 'vip_in_two_routers' as const,
          severity: 'problem' as const,
          sentence,
          virtualRouterId,
          source,
        },
      ];
    });
  }

  /** Whose address is announced by whom. */
  #claim({ address, mac }: OverheardClaim, at: number): WireFinding[] {
    const [router] = this.#holders(address);
    const expected = this.#expectedFor(address);
    const virtualRouterId = router?.virtualRouterId ?? expected?.virtualRouterId;
    if (virtualRouterId === undefined || isVirtualMac(mac)) return [];
    const finding = (sentence: string): WireFinding[] => [
      {
        name: 'vip_announced_by_other',
        severity: 'problem',
        sentence,
        virtualRouterId,
        source: mac,
      },
    ];
    const speakers = [...(router?.speakers.values() ?? [])];
    if (speakers.length === 0) {
      // An announcement may be heard before the first advert is.
      const patience = 4 * (expected?.advertInterval ?? defaultInterval);
      if (at - (this.#firstAt ?? at) < patience) return [];
      return finding(
        `${mac} announces ${address} of virtual router ${virtualRouterId} and does not advertise`,
      );
    }
    if (speakers.some((speaker) => speaker.mac === mac || isVirtualMac(speaker.mac))) return [];
    const master = speakers.toSorted((a, b) => b.at - a.at)[0];
    return finding(
      `${mac} announces ${address}, which belongs to virtual router ${virtualRouterId} with the master ${master?.source} (${master?.mac})`,
    );
  }

  #holders(address: string): readonly RouterState[] {
    return [...this.#routers.values()].filter((router) =>
      [...router.speakers.values()].some(({ advert }) => advert.addresses.includes(address)),
    );
  }

  #expectedFor(address: string): ExpectedRouter | undefined {
    return this.#expected?.find(
      (one) => one.addresses.includes(address) || one.excludedAddresses.includes(address),
    );
  }
}
