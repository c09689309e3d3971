// What a checker is. Each invariant is a small class with a name, the clause it comes from and
// the tolerance it grants; none of them looks inside a core except through the snapshot that
// any operator can have.

import type { Host } from './host.ts';
import type { Observation } from './observation.ts';
import type { WorldPlan } from './plan.ts';
import type { World, WorldTime } from './world.ts';

export interface Violation {
  readonly invariant: string;
  readonly at: WorldTime;
  readonly what: string;
}

/** What a checker may look at. */
export interface Scene {
  readonly plan: WorldPlan;
  readonly world: World;
  readonly hosts: readonly Host[];
}

export abstract class Checker {
  abstract readonly name: string;
  readonly violations: Violation[] = [];
  protected readonly scene: Scene;

  constructor(scene: Scene) {
    this.scene = scene;
  }

  /** Called for each observation, in order. */
  observe(_seen: Observation): void {}

  /** Called once, when the network has been whole for long enough to have settled. */
  atRest(): void {}

  protected violate(what: string, at: WorldTime = this.scene.world.now): void {
    if (this.violations.length < 5) this.violations.push({ invariant: this.name, at, what });
  }

  /** The ids of the virtual routers of this world; every host takes part in each. */
  protected get routers(): readonly number[] {
    return this.scene.plan.hosts[0]?.instances.map((instance) => instance.id) ?? [];
  }

  protected mastersOf(router: number): readonly Host[] {
    return this.scene.hosts.filter((host) => host.state(router) === 'master');
  }
}
