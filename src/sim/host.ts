// One simulated router: the native core as it runs in production, a pretend kernel, a clock of
// its own that is fast or slow, and a life: it boots, is killed, stopped, paused and frozen.
//
// A paused process finds in its sockets what arrived meanwhile, with the instants of arrival; a
// frozen machine has missed it. Both wake with their deadlines long past, and both hand the
// core first what had arrived and only then the time (DESIGN law 3).

import { addon, type NativeCore } from '../engine/addon.ts';
import type {
  CoreSnapshot,
  GroupConfig,
  Input,
  InstanceConfig,
  Output,
} from '../engine/messages.generated.ts';
import { TRACKER, type HostPlan } from './drawHosts.ts';
import { Kernel } from './kernel.ts';
import type { Network, Packet, Station } from './network.ts';
import type { Disturbance, Observer, Seen, State } from './observation.ts';
import type { Random } from './random.ts';
import { SECOND, type World, type WorldTime } from './world.ts';

const ENOBUFS = 105;
const UTC_AT_START = 1_700_000_000 * SECOND;
const NO_HEADER = new Uint8Array(0);
const IPV4_HEADER = 20;
const AH_SIZE = 24;

type Life = 'dead' | 'running' | 'paused' | 'frozen';

export class Host implements Station {
  readonly name: string;
  readonly kernel: Kernel;
  readonly #plan: HostPlan;
  readonly #world: World;
  readonly #network: Network;
  readonly #random: Random;
  readonly #observer: Observer;
  readonly #clockBase: number;
  #core: NativeCore | undefined;
  #life: Life = 'dead';
  #waiting: { readonly at: WorldTime; readonly input: Input }[] = [];
  #wake = 0;
  /** For which deadline the wake of that number is. */
  #armed: { readonly wake: number; readonly deadline: number | undefined } | undefined;
  #trackerOk = true;
  #revision = 1;
  #outputs = 0;
  #instances: readonly InstanceConfig[];
  #groups: readonly GroupConfig[];
  readonly #states = new Map<number, State>();

  constructor(plan: HostPlan, world: World, network: Network, random: Random, observer: Observer) {
    this.name = plan.name;
    this.#plan = plan;
    this.#world = world;
    this.#network = network;
    this.#random = random.fork(plan.name);
    this.#observer = observer;
    this.#instances = plan.instances;
    this.#groups = plan.groups;
    this.#clockBase = this.#random.between(1, 1_000_000) * SECOND;
    this.kernel = new Kernel(world, this.#random.fork('kernel'), plan, (address, present) =>
      this.#see({ kind: 'address', address, present }),
    );
    network.attach(this);
  }

  get alive(): boolean {
    return this.#life === 'running';
  }

  get addresses(): readonly string[] {
    return [this.#plan.address, this.#plan.linkLocal];
  }

  get trackerOk(): boolean {
    return this.#trackerOk;
  }

  get groups(): readonly GroupConfig[] {
    return this.#groups;
  }

  get instances(): readonly InstanceConfig[] {
    return this.#instances;
  }

  state(instance: number): State {
    return this.#life === 'dead' ? 'init' : (this.#states.get(instance) ?? 'init');
  }

  snapshot(): CoreSnapshot | undefined {
    return this.#core?.snapshot(this.#clock(this.#world.now));
  }

  boot(): void {
    if (this.#life !== 'dead') return;
    this.#disturbed('boot', this.#world.now);
    this.#core = this.#makeCore();
    this.#life = 'running';
    this.#states.clear();
    this.#introduce();
  }

  /**
   * Another process takes the place of this one (docs/adr/0010): it knows the file and the kernel
   * before the two change places. As in the engine it waits for a moment in which the kernel owes no answer.
   */
  upgrade(): void {
    const old = this.#core;
    if (this.#life !== 'running' || old === undefined || this.kernel.owes) return;
    const inheritance = old.bequeath();
    if (inheritance === undefined) return;
    this.#disturbed('upgrade', this.#world.now);
    const before = this.#deadlines();
    this.#core = this.#makeCore();
    this.#take({ kind: 'AwaitInheritance' });
    this.#introduce();
    for (const { id } of this.#instances) {
      this.#take({ kind: 'ListenResult', instance: id, errorNumber: 0 });
    }
    this.#outputs = 0;
    this.#take(inheritance);
    const late = before.filter((at, index) => at !== this.#deadlines()[index]).length;
    this.#see({ kind: 'upgraded', outputs: this.#outputs, late });
  }

  /** The process ends with no word to anybody; its addresses stay. */
  kill(): void {
    if (this.#life === 'dead') return;
    this.#disturbed('kill', this.#world.now);
    this.#die();
  }

  /** An orderly end: goodbyes, everything given back. */
  stop(): void {
    if (this.#life !== 'running') return;
    this.#disturbed('stop', this.#world.now);
    this.#take({ kind: 'Stop', linger: this.#plan.linger, release: true });
  }

  /** Taken out of service until then, all of it, if another one takes over. */
  drain(until: WorldTime): void {
    if (this.#life !== 'running') return;
    this.#disturbed('drain', until);
    const how = { kind: 'Drain', patience: this.#plan.linger, insist: false } as const;
    for (const { id } of this.#instances) this.#take({ ...how, instance: id, drained: true });
    this.#world.at(until, () => {
      for (const { id } of this.#instances) this.#take({ ...how, instance: id, drained: false });
    });
  }

  /** SIGSTOP: the kernel goes on receiving for it. */
  pause(until: WorldTime): void {
    this.#suspend('paused', until);
  }

  /** The whole machine stands still; what is sent to it is lost. */
  freeze(until: WorldTime): void {
    this.#suspend('frozen', until);
  }

  flapLink(until: WorldTime): void {
    this.#disturbed('linkFlap', until);
    this.kernel.setLink(false);
    this.#world.at(until, () => this.kernel.setLink(true));
  }

  unplug(until: WorldTime): void {
    this.#disturbed('unplug', until);
    this.kernel.unplug();
    this.#world.at(until, () => this.kernel.plug());
  }

  flipTracker(): void {
    this.#disturbed('trackerFlip', this.#world.now);
    this.#trackerOk = !this.#trackerOk;
    if (this.#life !== 'dead') this.#reportTracker();
  }

  healTracker(): void {
    if (!this.#trackerOk) this.flipTracker();
  }

  /** The file was changed and read again. */
  reload(
    change: (config: InstanceConfig) => InstanceConfig,
    what: 'reload' | 'rotate' | 'renumber' | 'retime' = 'reload',
  ): void {
    this.#disturbed(what, this.#world.now);
    const revision = ++this.#revision;
    const changed = this.#instances.map(change);
    // An address that the kernel had refused is tried again: a reload is somebody's wish.
    const well = this.#instances.every((one) => this.state(one.id) !== 'fault');
    const unchanged = well && changed.every((config, index) => config === this.#instances[index]);
    this.#instances = changed.map((config) => ({ ...config, revision }));
    if (this.#life === 'dead') return;
    this.#outputs = 0;
    for (const config of this.#instances) this.#take({ kind: 'ApplyInstance', config });
    this.#see({ kind: 'reloaded', unchanged, outputs: this.#outputs });
  }

  /** The file has other groups now: all of them dissolved, or as planned. */
  regroup(): void {
    this.#disturbed('reload', this.#world.now);
    const gone = this.#groups;
    this.#groups = gone.length === 0 ? this.#plan.groups : [];
    if (this.#life === 'dead') return;
    for (const { id } of gone) this.#take({ kind: 'RemoveGroup', group: id });
    for (const config of this.#groups) this.#take({ kind: 'ApplyGroup', config });
  }

  healGroups(): void {
    if (this.#groups !== this.#plan.groups) this.regroup();
  }

  receive(packet: Packet): void {
    if (!this.kernel.up || this.#life === 'dead' || this.#life === 'frozen') return;
    const { header: ipHeader = NO_HEADER, ...rest } = packet;
    this.#take({ kind: 'AdvertReceived', ifIndex: this.kernel.ifIndex, ipHeader, ...rest });
  }

  disturbed(what: Disturbance, until: WorldTime): void {
    this.#disturbed(what, until);
  }

  #makeCore(): NativeCore {
    const { startupDelay } = this.#plan;
    return new (addon().Core)({ startupDelay, restoresPerMinute: 60 });
  }

  /** What a new core is told first: the time, the kernel, the file. */
  #introduce(): void {
    // Every host has the right time, whatever its clock counts from.
    const { now } = this.#world;
    this.#take({ kind: 'ClockSet', utcOffset: UTC_AT_START + now - this.#clock(now) });
    this.kernel.attach((fact) => this.#take(fact));
    this.#take({ kind: 'ApplyTracker', config: trackerConfig() });
    this.#reportTracker();
    for (const config of this.#groups) this.#take({ kind: 'ApplyGroup', config });
    for (const config of this.#instances) this.#take({ kind: 'ApplyInstance', config });
  }

  #deadlines(): (number | undefined)[] {
    return this.snapshot()?.instances.map(({ nextDeadline }) => nextDeadline) ?? [];
  }

  #die(): void {
    this.#life = 'dead';
    this.#core = undefined;
    this.#waiting = [];
    this.#wake++;
    this.kernel.detach();
  }

  #suspend(life: 'paused' | 'frozen', until: WorldTime): void {
    if (this.#life !== 'running') return;
    this.#disturbed(life === 'paused' ? 'pause' : 'freeze', until);
    this.#life = life;
    this.#wake++;
    this.#world.at(until, () => this.#resume(life));
  }

  #resume(from: Life): void {
    if (this.#life !== from) return;
    this.#life = 'running';
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { at, input } of waiting) this.#handle(at, input);
    this.#advance();
  }

  #take(input: Input): void {
    if (this.#life === 'dead') return;
    if (this.#life !== 'running') {
      this.#waiting.push({ at: this.#world.now, input });
      return;
    }
    this.#handle(this.#world.now, input);
    this.#arm();
  }

  #handle(at: WorldTime, input: Input): void {
    this.#core?.handle(this.#clock(at), input);
    this.#drain();
  }

  #advance(): void {
    this.#core?.advance(this.#clock(this.#world.now));
    this.#drain();
    this.#arm();
  }

  #arm(): void {
    const deadline = this.#core?.nextDeadline();
    const delay = this.#random.between(...this.#plan.wakeDelay);
    // What is on its way is not put off by the next input: a stream of them would delay it for ever.
    if (this.#armed?.wake === this.#wake && this.#armed.deadline === deadline) return;
    const wake = ++this.#wake;
    this.#armed = { wake, deadline };
    if (deadline === undefined) return;
    const due = Math.ceil((deadline - this.#clockBase) / this.#plan.clockRate);
    this.#world.at(Math.max(due, this.#world.now) + delay, () => {
      if (wake !== this.#wake || this.#life !== 'running') return;
      this.#armed = undefined;
      this.#advance();
    });
  }

  #clock(time: WorldTime): number {
    return Math.floor(this.#clockBase + time * this.#plan.clockRate);
  }

  #drain(): void {
    for (const output of this.#core?.drain() ?? []) this.#obey(output);
  }

  #obey(output: Output): void {
    if (!isNoWork(output)) this.#outputs++;
    switch (output.kind) {
      case 'SendAdvert':
        return this.#send(output);
      case 'Listen': {
        const { instance } = output;
        // The answer comes after the call that asked: one input, then drained, then the next.
        this.#world.after(0, () => this.#take({ kind: 'ListenResult', instance, errorNumber: 0 }));
        return;
      }
      case 'AddAddress':
        return this.kernel.add(output);
      case 'RemoveAddress':
        return this.kernel.remove(output);
      case 'RequestObject':
        return this.kernel.request(output);
      case 'AdvertRejected': {
        const { reason, source } = output;
        return this.#see({ kind: 'rejected', reason, source });
      }
      case 'Announce': {
        const { instance, address } = output;
        if (this.kernel.up) this.#see({ kind: 'announce', instance, address });
        return;
      }
      case 'StateChanged': {
        const { instance, from, to, cause, repeated } = output;
        this.#states.set(instance, to);
        this.#see({ kind: 'state', instance, from, to, cause, repeated });
        return;
      }
      case 'LowerPriorityReceived':
        return this.#see({ kind: 'lowerPriority', instance: output.instance });
      case 'Stopped':
        this.#see({ kind: 'stopped' });
        return this.#die();
      default:
    }
  }

  #send(output: Extract<Output, { kind: 'SendAdvert' }>): void {
    const { instance, priority, source, destination, ttl } = output;
    const { ipHeader, advert } = partsOf(output);
    const vrid = advert[1] ?? 0;
    // 0: a probe, which says nothing of anybody.
    if (vrid !== 0) this.#see({ kind: 'advert', instance, priority, vrid });
    if (this.kernel.mute) {
      const refusal: Input = { kind: 'SendFailed', instance, errorNumber: ENOBUFS };
      this.#world.after(0, () => this.#take(refusal));
      return;
    }
    // The bytes are the core's own until its next call.
    const bytes = output.bytes.slice(ipHeader);
    const header = output.bytes.slice(0, ipHeader);
    if (this.kernel.up) this.#network.send(this, { source, destination, ttl, bytes, header });
  }

  #reportTracker(): void {
    const status = this.#trackerOk ? 'ok' : 'failed';
    this.#take({ kind: 'ReportTracker', tracker: TRACKER, revision: 1, status, value: 0 });
  }

  #disturbed(what: Disturbance, until: WorldTime): void {
    this.#see({ kind: 'disturbed', what, until });
  }

  #see(seen: Seen): void {
    this.#observer({ ...seen, at: this.#world.now, host: this.name });
  }
}

/** Says that something holds, and makes nobody do anything. */
function isNoWork(output: Output): boolean {
  switch (output.kind) {
    case 'InstanceApplied':
    case 'MasterChanged':
      return true;
    case 'StateChanged':
    case 'GroupStateChanged':
      return output.cause.kind === 'carriedOver';
    // Asked for because what stands does not tell whose it is.
    case 'RequestObject':
      return output.add;
    default:
      return false;
  }
}

/** Where the IP header of an AH packet ends, and its advert. */
function partsOf(output: Extract<Output, { kind: 'SendAdvert' }>): {
  readonly ipHeader: number;
  readonly advert: Uint8Array;
} {
  if (!output.withIpHeader) return { ipHeader: 0, advert: output.bytes };
  return { ipHeader: IPV4_HEADER, advert: output.bytes.subarray(IPV4_HEADER + AH_SIZE) };
}

function trackerConfig(): Extract<Input, { kind: 'ApplyTracker' }>['config'] {
  return {
    id: TRACKER,
    name: 'check',
    revision: 1,
    kind: 'script',
    quorum: 1,
    quorumMax: 0xffff_ffff,
    forkDelay: 0,
    terminateDelay: 0,
  };
}
