/**
 * What has to stand in the kernel before the engine is told of a model: macvlans, sysctls, firewall
 * rules. All of it is made on this side, where waiting harms nobody, and given back at the end.
 */

import type { Log } from '../../base/log.ts';
import type { Instance, Model } from '../../config/index.ts';
import type { Host } from '../../config/plan.ts';
import type { EngineEvent } from '../../engine/messages.generated.ts';
import { Firewall } from './firewall.ts';
import { hostOf } from './host.ts';
import { listLinks } from './links.ts';
import { linkRemoval, tableRemoval } from './removal.ts';
import { RepairLimit } from './repairLimit.ts';
import { RulesKeeper } from './rulesKeeper.ts';
import type { Removal } from './removal.ts';
import { Sysctls } from './sysctls.ts';
import { wantedVmacs } from './vmacPlan.ts';
import type { WantedVmac } from './vmacPlan.ts';
import { Vmacs } from './vmacs.ts';

type Say = Pick<Log, 'info' | 'notice' | 'warning' | 'error'>;

/** How often in a minute each link of ours is made again. */
const mostRepairs = 60;
/** Where links have their names: the rules follow the parents as often as that. */
const rulesWord = 'nftables';
/** Between two looks at all links, however often one of them changes. */
const linksMs = 20;

/** What was put back that somebody else had removed or changed. */
export type Mended =
  | { readonly what: 'macvlan'; readonly name: string }
  /** `program`: who has changed the ruleset; empty: not known. */
  | { readonly what: 'nftables'; readonly program: string };

export interface KernelSideParts {
  readonly log: Say;
  /** Hears of all that stands, whenever that has changed. */
  readonly onMade: (made: readonly Removal[]) => void;
  readonly onMended: (mended: Mended) => void;
  /** Has `RulesetChanged` told from here on. */
  readonly watchRuleset: () => void;
}

interface Parts {
  readonly sysctls: Sysctls;
  readonly vmacs: Vmacs;
  readonly rules: RulesKeeper;
  readonly firewall: Firewall;
}

export class KernelSide {
  readonly #log: Say;
  readonly #around: KernelSideParts;
  /** Made with the first model: the name of the daemon's instance is in it. */
  #parts: Parts | undefined;
  #model: Model | undefined;
  #wanted: readonly WantedVmac[] = [];
  readonly #names = new Map<number, string>();
  /** Links that were there when somebody last looked. */
  readonly #gone = new Set<string>();
  #rulesDue = false;
  readonly #limit = new RepairLimit(mostRepairs);
  #linksTimer: NodeJS.Timeout | undefined;
  #lookedMs = -Infinity;
  #resting = false;

  constructor(around: KernelSideParts) {
    this.#log = around.log;
    this.#around = around;
  }

  /** Makes what `model` needs; never rejects. What it no longer needs stays until `settle`. */
  async prepare(model: Model): Promise<Host> {
    const parts = (this.#parts ??= this.#make(model));
    this.#model = model;
    this.#wanted = wantedOf(model, parts);
    await this.#installRules();
    parts.vmacs.ensure(this.#wanted);
    this.#tellMade(parts);
    // The map to the parents names interfaces that must exist.
    for (const instance of model.instances) this.#promote(instance);
    if (model.globals.daemon.disableLocalIgmp) {
      parts.sysctls.set('ipv4/igmp_link_local_mcast_reports', '0');
    }
    return planHost(model, this.#wanted, parts);
  }

  /** What `prepare` would answer now. Nothing is made. */
  preview(model: Model): Host {
    const parts = this.#parts ?? this.#make(model);
    return planHost(model, wantedOf(model, parts), parts);
  }

  /** The engine has given up what is no longer wanted. */
  settle(): void {
    this.#parts?.vmacs.removeUnwanted();
  }

  onEvent(event: EngineEvent): void {
    // Its macvlan has lost what filters hang on, perhaps; the engine tries again.
    const open = event.kind === 'ObjectFailed' && event.key.kind === 'filter';
    if (open) this.#parts?.vmacs.repair(() => true);
    if (event.kind === 'RulesetChanged') this.#parts?.rules.onChange(event.program);
    if (event.kind === 'Trouble' && event.where === 'ruleset') {
      this.#parts?.rules.onDeaf(event.errorNumber);
    }
    // Whatever it was, it may have been of ours.
    if (event.kind === 'Lost') this.#lookAtAll();
    if (event.kind !== 'LinkSeen' && event.kind !== 'LinkGone') return;
    const before = this.#names.get(event.ifIndex);
    if (event.kind === 'LinkGone') this.#names.delete(event.ifIndex);
    else this.#names.set(event.ifIndex, event.interfaceName);
    const now = event.kind === 'LinkSeen' ? event.interfaceName : undefined;
    if (before !== undefined && before !== now) {
      this.#gone.add(before);
      this.#repair(before);
    }
    if (now !== undefined) this.#repair(now);
  }

  /** What is not as it should be, each a sentence without its stop. */
  get troubles(): readonly string[] {
    return this.#parts?.rules.troubles ?? [];
  }

  /**
   * Tables of nftables are left alone from here on, because another process has them or is about to: two that
   * want different rules would write them in turn. Resolves when nothing is under way.
   */
  async rest(): Promise<void> {
    this.#resting = true;
    await this.#parts?.rules.rest();
  }

  /** They are ours, or ours again. Never rejects. */
  async resume(): Promise<void> {
    this.#resting = false;
    await this.#parts?.rules.resume();
  }

  /** Another process looks after it from now on. */
  leave(): void {
    this.#stopLooking();
    this.#parts = undefined;
  }

  /** Everything goes, and every setting is as it was before. */
  async giveBack(): Promise<void> {
    this.#stopLooking();
    this.#parts?.vmacs.removeAll();
    this.#parts?.sysctls.restore();
    await this.#parts?.rules.remove();
    this.#parts = undefined;
  }

  #stopLooking(): void {
    this.#parts?.rules.stop();
    clearTimeout(this.#linksTimer);
  }

  #make({ globals }: Model): Parts {
    const { instance } = globals.daemon;
    const sysctls = new Sysctls(this.#log, instance);
    const vmacs = new Vmacs(this.#log, sysctls, instance);
    const firewall = new Firewall(this.#log);
    const parts = { sysctls, vmacs, firewall, rules: this.#keeperOf(firewall) };
    if (this.#resting) void parts.rules.rest();
    return parts;
  }

  async #installRules(): Promise<void> {
    if (this.#model === undefined) return;
    const present = new Set(this.#wanted.length === 0 ? [] : listLinks().map(({ name }) => name));
    await this.#parts?.rules.want({ model: this.#model, vmacs: this.#wanted, present });
  }

  #keeperOf(tables: Firewall): RulesKeeper {
    return new RulesKeeper({
      log: this.#log,
      tables,
      onMade: () => this.#parts !== undefined && this.#tellMade(this.#parts),
      onMended: (program) => this.#around.onMended({ what: 'nftables', program }),
      watch: () => this.#around.watchRuleset(),
    });
  }

  #lookAtAll(): void {
    this.#parts?.rules.look();
    this.#lookSoon();
  }

  #tellMade({ vmacs, firewall }: Parts): void {
    const links = vmacs.numbers().map(linkRemoval);
    const tables = firewall.tables.map(({ family, name }) => tableRemoval(family, name));
    this.#around.onMade([...links, ...tables]);
  }

  #promote({ promoteSecondaries, interface: name }: Instance): void {
    if (!promoteSecondaries || name === null) return;
    this.#parts?.sysctls.set(`ipv4/conf/${name}/promote_secondaries`, '1');
  }

  /** Somebody removed a macvlan of ours, or its parent has appeared. */
  #repair(name: string): void {
    if (this.#parts?.vmacs.concerns(name) !== true) return;
    if (this.#wanted.some(({ parent }) => parent === name)) this.#rulesDue = true;
    this.#lookSoon();
  }

  #lookSoon(): void {
    this.#lookIn(Math.max(0, this.#lookedMs + linksMs - performance.now()));
  }

  /** At once when that is now. What is called later looks at everything, so that one is enough. */
  #lookIn(ms: number): void {
    clearTimeout(this.#linksTimer);
    if (ms > 0) this.#linksTimer = setTimeout(() => this.#look(), ms).unref();
    else this.#look();
  }

  #look(): void {
    const { vmacs } = this.#parts ?? {};
    if (vmacs === undefined) return;
    const now = performance.now();
    this.#lookedMs = now;
    for (const name of vmacs.repair((one) => this.#limit.allows(one, now))) {
      // With its parent it went by the kernel's hand, and comes when the parent does.
      // The word that it went may still be on its way.
      const stood = this.#gone.has(name) || [...this.#names.values()].includes(name);
      if (stood) this.#around.onMended({ what: 'macvlan', name });
      if (this.#limit.count(name, now)) this.#giveUp(name);
    }
    this.#gone.clear();
    if (this.#parts !== undefined) this.#tellMade(this.#parts);
    if (this.#rulesDue && this.#limit.allows(rulesWord, now)) {
      this.#rulesDue = false;
      this.#limit.count(rulesWord, now);
      void this.#installRules();
    }
    const next = this.#limit.nextChance(now);
    if (next !== undefined) this.#lookIn(next - now);
  }

  #giveUp(name: string): void {
    const sentence =
      `${name} was removed ${mostRepairs} times within a minute: once that is over it is made again` +
      ' when it is missing';
    this.#log.error(sentence, { event: 'vmac', interface: name });
  }
}

/** Names that somebody else has are not asked for. */
function wantedOf(model: Model, { vmacs }: Parts): readonly WantedVmac[] {
  const planned = wantedVmacs(model, new Set());
  return planned.length === 0 ? planned : wantedVmacs(model, vmacs.blockedNames(planned));
}

function planHost(model: Model, wanted: readonly WantedVmac[], { vmacs }: Parts): Host {
  const names = new Map(wanted.map(({ key, name }) => [key, name]));
  return { ...hostOf(model), vmacs: names, filters: vmacs.filters };
}
