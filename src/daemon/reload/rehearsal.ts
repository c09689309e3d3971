/**
 * A reload played on a copy. The core is deterministic and does nothing by itself: another one in
 * the same state, told the very commands, comes to what the engine's would come to, and nobody
 * hears of it.
 *
 * It shows what the reload itself does, at once. What checks will find afterwards, and what peers
 * say to it, nobody knows before.
 */
import { createCore } from '../../engine/index.ts';
import type { NativeCore } from '../../engine/index.ts';
import type {
  CarriedInstance,
  Command,
  CoreSnapshot,
  EngineSnapshot,
  Input,
  InstanceStatus,
  KernelListing,
  Output,
} from '../../engine/messages.generated.ts';
import { explainCause } from '../../observe/explain.ts';
import type { Names } from '../../observe/names.ts';

/** All that the core of the engine knows and a copy has to be told. */
export interface Scene {
  readonly snapshot: EngineSnapshot;
  readonly kernel: KernelListing;
  /** What brings a new core to the configuration that runs, what its trackers say included. */
  readonly present: readonly Command[];
}

/** One instance before and after. */
export interface Played {
  readonly before: InstanceStatus | undefined;
  /** undefined: it is removed. */
  readonly after: InstanceStatus | undefined;
  /** It leaves with a goodbye, or silently where it is BACKUP, and begins again. */
  readonly restarted: boolean;
  /** Addresses that are taken off an interface, as ADDRESS/LENGTH. */
  readonly released: readonly string[];
  /** Why it would be in FAULT, as sentences. */
  readonly faults: readonly string[];
}

/** By number of the instance. */
export function rehearse(
  scene: Scene,
  commands: readonly Command[],
  names: Names,
): ReadonlyMap<number, Played> {
  const { at } = scene.snapshot.core;
  const copy = new Copy(at);
  copy.introduce(scene);
  const before = byNumber(copy.snapshot());
  const outputs = commands.flatMap((command) => copy.take(command));
  const after = byNumber(copy.snapshot());
  const numbers = new Set([...before.keys(), ...after.keys()]);
  return new Map(
    [...numbers].map((number) => {
      const own = outputs.filter((one) => 'instance' in one && one.instance === number);
      const [was, is] = [before.get(number), after.get(number)];
      const left = own.some(
        (one) => one.kind === 'StateChanged' && one.to === 'init' && is !== undefined,
      );
      const released = own.flatMap((one) =>
        one.kind === 'RemoveAddress' ? [`${one.address}/${one.prefixLength}`] : [],
      );
      const faults = (is?.faults ?? []).map((cause) => explainCause(cause, names));
      return [number, { before: was, after: is, restarted: left, released, faults }];
    }),
  );
}

function byNumber({ instances }: CoreSnapshot): Map<number, InstanceStatus> {
  return new Map(instances.map((one) => [one.instance, one]));
}

/** A core and a kernel that grants everything at once. */
class Copy {
  readonly #core: NativeCore = createCore();
  readonly #at: number;

  constructor(at: number) {
    this.#at = at;
  }

  /** Brings it to where the engine's core is. */
  introduce({ snapshot, kernel, present }: Scene): void {
    this.take({ kind: 'ClockSet', utcOffset: Date.now() * 1000 - this.#at });
    this.take({ kind: 'AwaitInheritance' });
    for (const link of kernel.links) {
      // What is not in the listing is of no consequence here.
      const rest = { mac: undefined, mtu: 65_535, noArp: false };
      this.take({ kind: 'LinkChanged', ...link, ...rest });
    }
    for (const address of kernel.addresses) {
      const plain = { secondary: false, tentative: false };
      this.take({ kind: 'LocalAddressAppeared', ...address, ...plain });
    }
    this.take({ kind: 'KernelListed' });
    for (const command of present) this.take(command);
    const { instances, groups } = snapshot.core;
    const configs = new Map(
      present.flatMap((one) => (one.kind === 'ApplyInstance' ? [[one.config.id, one.config]] : [])),
    );
    const carried = instances.flatMap((one): CarriedInstance[] => {
      const config = configs.get(one.instance);
      if (config === undefined) return [];
      const { vrid, family, version, interfaceName } = config;
      return [{ ...asCarried(one), vrid, family, version, interfaceName }];
    });
    const started = { startupEnds: undefined, backSince: undefined };
    this.take({ kind: 'Inherit', instances: carried, groups, ...started });
  }

  /** Tells it one thing, and grants what it asks of the kernel for it. */
  take(input: Input): readonly Output[] {
    this.#core.handle(this.#at, input);
    const outputs = this.#core.drain().map((one) => (one.kind === 'SendAdvert' ? mute(one) : one));
    const more = outputs.flatMap(answersTo).flatMap((answer) => this.take(answer));
    return [...outputs, ...more];
  }

  snapshot(): CoreSnapshot {
    return this.#core.snapshot(this.#at);
  }
}

/** Its bytes are the core's own until its next call. */
function mute(advert: Extract<Output, { kind: 'SendAdvert' }>): Output {
  return { ...advert, bytes: new Uint8Array() };
}

function answersTo(output: Output): Input[] {
  switch (output.kind) {
    case 'Listen':
      return [{ kind: 'ListenResult', instance: output.instance, errorNumber: 0 }];
    case 'AddAddress':
    case 'RemoveAddress':
      return [{ kind: 'AddressResult', request: output.request, errorNumber: 0 }];
    default:
      return [];
  }
}

type Unsaid = 'vrid' | 'family' | 'version' | 'interfaceName';

/** As far as it is known from outside: enough for all that happens at once. */
function asCarried(one: InstanceStatus): Omit<CarriedInstance, Unsaid> {
  const { name, state, since, effectivePriority, drained } = one;
  return {
    name,
    state,
    since,
    effectivePriority,
    drained,
    deadlines: [],
    seen: {
      address: one.master,
      priority: one.masterPriority,
      interval: one.masterAdvertInterval,
      heard: one.lastAdvertReceived,
    },
    rival: undefined,
    election: quietElection,
    refusals: noRefusals,
    ahSequence: 0,
    signedLast: { seconds: 0, rest: 0 },
    marks: [],
    unannounced: false,
  };
}

const quietElection: CarriedInstance['election'] = {
  preemptDelay: 'idle',
  waitingFor: 'masterSilent',
  readyForGroup: false,
  listening: false,
  lastAdvertSent: undefined,
  lastTriggered: undefined,
  lastWeaker: undefined,
  lastAnswered: undefined,
  lastLowerBurst: undefined,
  lowerBurstGap: 0,
  rivalOwner: undefined,
  rivalTolerated: 0,
  ownershipYielded: false,
  betterSince: undefined,
  betterHeard: 0,
};

const noRefusals: CarriedInstance['refusals'] = {
  addressError: 0,
  addressLost: undefined,
  sendError: 0,
  inARow: 0,
  refusedAt: undefined,
  sendFailingSince: undefined,
  copies: 0,
  copiesFailed: 0,
  lastSendError: 0,
  probing: false,
};
