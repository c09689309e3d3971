/**
 * Who is who: the names of the file against the numbers of the engine, learnt from the commands
 * that hand the numbers out. Names of removed objects stay known, because their last events are
 * still on the way when they go.
 */
import { Shared } from '../base/shared.ts';
import type { Command, InstanceConfig, TrackerConfig } from '../engine/messages.generated.ts';
import type { Names } from '../observe/names.ts';
import type { Described } from '../observe/statusReport.ts';
import type { Told } from '../observe/why.ts';

/** Of an instance. One table for all of it, since a place in a table is much beside a value. */
interface Known extends Described {
  readonly told: Told;
}

export class Registry implements Names {
  readonly #instances = new Map<number, Known>();
  readonly #groups = new Map<number, string>();
  readonly #trackers = new Map<number, TrackerConfig>();
  readonly #trackersByName = new Map<string, TrackerConfig>();

  /** Takes note of what is about to be applied. */
  learn(commands: readonly Command[]): void {
    const wallMs = Date.now();
    const told = new Shared<Told>();
    for (const command of commands) {
      switch (command.kind) {
        case 'ApplyInstance': {
          const { id, revision } = command.config;
          this.#instances.set(id, describe(command.config, told.of({ revision, wallMs })));
          break;
        }
        case 'ApplyGroup':
          this.#groups.set(command.config.id, command.config.name);
          break;
        case 'ApplyTracker':
          this.#trackers.set(command.config.id, command.config);
          this.#trackersByName.set(keyOf(command.config), command.config);
          break;
        case 'RemoveTracker':
          this.#removeTracker(command.tracker);
          break;
        default:
          break;
      }
    }
  }

  /** The tracker that the engine knows under this name; undefined when it knows none. */
  findTracker(kind: TrackerConfig['kind'], name: string): TrackerConfig | undefined {
    return this.#trackersByName.get(keyOf({ kind, name }));
  }

  instance(id: number): string {
    return this.#instances.get(id)?.name ?? `instance ${id}`;
  }

  family(id: number): 'IPv4' | 'IPv6' | undefined {
    const family = this.#instances.get(id)?.family;
    return family === undefined ? undefined : family === 'ipv4' ? 'IPv4' : 'IPv6';
  }

  /** Of what the engine was last told of an instance: all of it would weigh a kilobyte. */
  described(id: number): Described | undefined {
    return this.#instances.get(id);
  }

  /** Which revision that was, and when. */
  told(id: number): Told | undefined {
    return this.#instances.get(id)?.told;
  }

  group(id: number): string {
    return this.#groups.get(id) ?? `group ${id}`;
  }

  tracker(id: number): string {
    const known = this.#trackers.get(id);
    return known === undefined ? `tracker ${id}` : `${known.kind} ${known.name}`;
  }

  #removeTracker(id: number): void {
    const config = this.#trackers.get(id);
    if (config === undefined) return;
    const present = this.#trackersByName.get(keyOf(config));
    if (present?.id === id) this.#trackersByName.delete(keyOf(config));
  }
}

function describe(config: InstanceConfig, told: Told): Known {
  const { name, interfaceName, vrid, family, version, advertInterval } = config;
  return { name, interfaceName, vrid, family, version, advertInterval, told };
}

function keyOf(tracker: Pick<TrackerConfig, 'kind' | 'name'>): string {
  return `${tracker.kind} ${tracker.name}`;
}
