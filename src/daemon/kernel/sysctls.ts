/**
 * Settings of the kernel that virtual MAC addresses need (`arp_ignore` and its like). Every change is
 * told in the log, and what stood before is kept in a file under /run, so that an orderly stop,
 * the next start and `failoverd cleanup` can all put it back.
 *
 * Everything is synchronous: only the main thread is known to be in the right network namespace.
 */

import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { errorText } from '../../base/errorText.ts';
import type { Log } from '../../base/log.ts';
import { Retried } from '../../base/retried.ts';

const root = '/proc/sys/net';
const directory = '/run/failoverd';

/** One file for each network namespace and instance name. */
function fileOf(instance: string | null): string {
  const number = /\d+/.exec(readlinkSync('/proc/thread-self/ns/net'))?.[0] ?? '0';
  return path.join(directory, `sysctls-${number}${instance === null ? '' : `-${instance}`}.json`);
}

/** `ipv4/conf/eth0/arp_ignore`, and never a way out of there. */
const settingName = /^ipv[46]\/conf\/(?!\.\.?\/)[^/]+\/\w+$/;

function isRecord(saved: unknown): saved is Readonly<Record<string, string>> {
  if (typeof saved !== 'object' || saved === null || Array.isArray(saved)) return false;
  return Object.entries(saved).every(
    ([name, value]) => settingName.test(name) && typeof value === 'string',
  );
}

function readSetting(name: string): string | undefined {
  try {
    return readFileSync(path.join(root, name), 'utf8').trim();
  } catch {
    return undefined;
  }
}

export class Sysctls {
  readonly #log: Pick<Log, 'info' | 'notice' | 'warning'>;
  readonly #file: string;
  /** What stood there before us, by name. */
  readonly #before: Map<string, string>;
  readonly #kept: Retried;
  /** What was told not to be possible, by name: once is enough. */
  readonly #refused = new Map<string, string>();

  constructor(log: Pick<Log, 'info' | 'notice' | 'warning'>, instance: string | null) {
    this.#log = log;
    this.#file = fileOf(instance);
    this.#kept = new Retried({
      attempt: () => this.#save(),
      done: `what the settings of the kernel were is in ${this.#file} now`,
      log,
    });
    this.#before = this.#read();
  }

  /** What a former run left to be put back; a file that was damaged is told and not believed. */
  #read(): Map<string, string> {
    if (!existsSync(this.#file)) return new Map();
    try {
      const saved = JSON.parse(readFileSync(this.#file, 'utf8')) as unknown;
      if (!isRecord(saved)) throw new Error('it is not what was written there');
      return new Map(Object.entries(saved));
    } catch (error) {
      this.#log.warning(
        `${this.#file} is damaged (${errorText(error)}): what the settings of the kernel were before is not known`,
      );
      return new Map();
    }
  }

  get(name: string): string | undefined {
    return readSetting(name);
  }

  /** `ipv4/conf/eth0/arp_ignore`, for instance. Put back by `restore`. */
  set(name: string, value: string): void {
    const present = readSetting(name);
    if (present === undefined || present === value) return;
    const isNew = !this.#before.has(name);
    if (isNew) this.#keep(() => this.#before.set(name, present));
    if (this.#write(name, value)) this.#log.info(`net/${name}: ${present} -> ${value}`);
    else if (isNew) this.#keep(() => this.#before.delete(name));
  }

  /** On the disk as well, before anything is written to the kernel. */
  #keep(change: () => void): void {
    change();
    this.#kept.start();
  }

  /** For an interface of our own, with which the setting goes. */
  setOwn(name: string, value: string): void {
    if (readSetting(name) !== undefined) this.#write(name, value);
  }

  /** Puts everything back as it was. Returns how many settings that were. */
  restore(): number {
    const settings = [...this.#before].toReversed();
    for (const [name, value] of settings) {
      if (readSetting(name) === undefined) continue; // its interface is gone
      if (this.#write(name, value)) this.#log.info(`net/${name}: ${value} again`);
    }
    this.#before.clear();
    this.#kept.stop();
    rmSync(this.#file, { force: true });
    return settings.length;
  }

  #write(name: string, value: string): boolean {
    try {
      writeFileSync(path.join(root, name), `${value}\n`);
      this.#refused.delete(name);
      return true;
    } catch (error) {
      this.#refuse(name, `could not be set to ${value}: ${errorText(error)}`);
      return false;
    }
  }

  #refuse(name: string, what: string): void {
    if (this.#refused.get(name) === what) return;
    const first = this.#refused.size === 0 && what.includes('EROFS');
    this.#refused.set(name, what);
    // As in a container, whose /proc/sys is not to be written to.
    const cure = first ? '; set this and what follows on the host (docs/containers.md)' : '';
    this.#log.warning(`net/${name} ${what}${cure}`);
  }

  /** Written beside and renamed: a full disk must not cost what had been kept before. */
  #save(): string | undefined {
    const fresh = `${this.#file}.new`;
    try {
      mkdirSync(directory, { recursive: true, mode: 0o755 });
      writeFileSync(fresh, JSON.stringify(Object.fromEntries(this.#before)), { mode: 0o644 });
      renameSync(fresh, this.#file);
      return undefined;
    } catch (error) {
      rmSync(fresh, { force: true });
      return `what the settings of the kernel were could not be written to ${this.#file}: ${errorText(error)}`;
    }
  }
}
