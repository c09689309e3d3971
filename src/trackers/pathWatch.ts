/**
 * Notices every change of what a path leads to.
 *
 * Watching a file sees nothing of a new file renamed over it; watching its directory sees nothing
 * of a symbolic link exchanged further up (which is how a Kubernetes ConfigMap changes), of the
 * directory itself being replaced, or of its first appearance. So the path is walked link by link
 * from the root, and each directory on the way is watched for the one name that the path takes in
 * it, together with the file at the end. After every event the walk is made again.
 *
 * inotify has its limits: a mount laid over a directory, a file on a network that another host
 * writes, and the number of watches a user may have. Whoever uses this looks now and then
 * nevertheless; `problem()` says when that is all there is.
 */
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

/** A directory and the name that matters in it; `name` is undefined for the file itself. */
interface Place {
  readonly path: string;
  readonly name: string | undefined;
  /** Device and inode: another directory under the same path needs another watch. */
  readonly identity: string;
}

interface Watch {
  readonly watcher: FSWatcher;
  readonly names: Set<string>;
}

const linksMax = 40;
/** A path that changes faster than it can be walked is looked at again at its next event. */
const roundsMax = 5;

export class PathWatch {
  readonly #path: string;
  readonly #changed: () => void;
  readonly #watches = new Map<string, Watch>();
  #problem: string | undefined;
  #closed = false;

  /** `path` is absolute. `changed` may be called for changes that turn out to be none. */
  constructor(path: string, changed: () => void) {
    this.#path = path;
    this.#changed = changed;
  }

  /** Watches what the path leads through at present. Call it at first and after every change. */
  async refresh(): Promise<void> {
    let before = '';
    for (let round = 0; round < roundsMax && !this.#closed; round += 1) {
      const places = await walkPlaces(this.#path);
      if (this.#closed) return;
      this.#watchAll(places);
      // Between the walk and the watch something may have changed: walk again until nothing did.
      const now = places.map((place) => `${place.identity}/${place.name}`).join('\n');
      if (now === before) return;
      before = now;
    }
  }

  /** Why changes are perhaps not noticed at once; undefined when all is watched. */
  problem(): string | undefined {
    return this.#problem;
  }

  close(): void {
    this.#closed = true;
    for (const { watcher } of this.#watches.values()) watcher.close();
    this.#watches.clear();
  }

  #watchAll(places: readonly Place[]): void {
    this.#problem = undefined;
    const wanted = new Map<string, Place[]>();
    for (const place of places) {
      const key = `${place.identity} ${place.path}`;
      wanted.set(key, [...(wanted.get(key) ?? []), place]);
    }
    for (const [key, { watcher }] of this.#watches) {
      if (wanted.has(key)) continue;
      watcher.close();
      this.#watches.delete(key);
    }
    for (const [key, group] of wanted) this.#watchOne(key, group);
  }

  #watchOne(key: string, places: readonly Place[]): void {
    const path = places[0]?.path ?? '/';
    // A directory that is itself removed or renamed says so with its own name.
    const names = new Set([basename(path)]);
    for (const { name } of places) if (name !== undefined) names.add(name);
    const present = this.#watches.get(key);
    if (present !== undefined) {
      for (const name of names) present.names.add(name);
      return;
    }
    try {
      const watcher = watch(path, (_event, name) => {
        if (name === null || names.has(name)) this.#changed();
      });
      watcher.on('error', (error) => this.#failed(key, path, error));
      this.#watches.set(key, { watcher, names });
    } catch (error) {
      this.#failed(key, path, error);
    }
  }

  #failed(key: string, path: string, error: unknown): void {
    this.#watches.get(key)?.watcher.close();
    this.#watches.delete(key);
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT') return; // It went away after the walk; the directory above tells.
    this.#problem = `${path} cannot be watched (${code})`;
  }
}

/** The directories that the path leads through, as far as they exist, and the file at its end. */
async function walkPlaces(path: string): Promise<readonly Place[]> {
  const places: Place[] = [];
  let directory = { path: '/', identity: await identityOf('/') };
  let todo = split(path);
  let links = 0;
  for (let name = todo.shift(); name !== undefined; name = todo.shift()) {
    if (name === '.') continue;
    if (name === '..') {
      const above = directory.path.slice(0, directory.path.lastIndexOf('/')) || '/';
      directory = { path: above, identity: await identityOf(above) };
      continue;
    }
    places.push({ ...directory, name });
    const here = directory.path === '/' ? `/${name}` : `${directory.path}/${name}`;
    const found = await look(here);
    if (found === undefined) return places;
    if (found.link === undefined) {
      directory = { path: here, identity: found.identity };
      continue;
    }
    links += 1;
    if (links > linksMax) return places;
    if (found.link.startsWith('/')) directory = { path: '/', identity: await identityOf('/') };
    todo = [...split(found.link), ...todo];
  }
  return [...places, { ...directory, name: undefined }];
}

function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

async function look(path: string) {
  try {
    const stats = await lstat(path);
    const link = stats.isSymbolicLink() ? await readlink(path) : undefined;
    return { identity: `${stats.dev}:${stats.ino}`, link };
  } catch {
    return undefined;
  }
}

async function identityOf(path: string): Promise<string> {
  return (await look(path))?.identity ?? 'gone';
}
