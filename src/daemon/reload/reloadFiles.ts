/**
 * What a reload leaves on the disk for those who look there: `reload_file` exists while one is under
 * way, the log of `reload_check_config` has what was found, and `config_save_dir` what has run.
 * None of them is worth a failed reload: a problem is one warning.
 */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorText } from '../../base/errorText.ts';
import type { Log } from '../../base/log.ts';
import { replaceFile } from '../../base/replaceFile.ts';
import { formatDiagnostics, printConfig } from '../../config/index.ts';
import type { Finding, Model } from '../../config/index.ts';
import { modelWithoutSecrets } from '../control/withoutSecrets.ts';

/** So many copies stay in config_save_dir, the newest ones. */
const copiesMost = 100;
const copyName = /^failoverd-\d{4}-\d\d-\d\dT\d{6}\.\d{3}Z\.conf$/;

export class ReloadFiles {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** A reload begins, as the model that runs wants it told. Call the answer at its end. */
  begin(model: Model | undefined): () => void {
    const file = model?.globals.reload.file ?? null;
    if (file === null) return () => undefined;
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0) {
      const sentence = `${file} (reload_file) is there already and not empty: it is left alone`;
      this.#log.warning(sentence, { event: 'reload' });
      return () => undefined;
    }
    this.#attempt(`${file} cannot be made`, () => writeFileSync(file, ''));
    return () => this.#attempt(`${file} cannot be removed`, () => rmSync(file, { force: true }));
  }

  /** A daemon has started: no reload is under way, whatever its predecessor has left. */
  clear(model: Model): void {
    const { file } = model.globals.reload;
    if (file === null) return;
    this.#attempt(`${file} cannot be removed`, () => {
      if (statSync(file, { throwIfNoEntry: false })?.size === 0) rmSync(file);
    });
  }

  /** What the check of a new file has found. `model` is the one that runs. */
  found(model: Model | undefined, findings: readonly Finding[]): void {
    const log = model?.globals.reload.checkLog ?? null;
    if (log === null) return;
    this.#attempt(`${log} cannot be written`, () => replaceFile(log, formatDiagnostics(findings)));
  }

  /** Keeps a copy of what runs now, as failoverd has understood it, without its secrets. */
  save(model: Model, now = new Date()): void {
    const { configSaveDir } = model.globals.reload;
    if (configSaveDir === null) return;
    const moment = now.toISOString().replaceAll(':', '');
    this.#attempt(`no copy of the configuration in ${configSaveDir}`, () => {
      mkdirSync(configSaveDir, { recursive: true, mode: 0o700 });
      const text = printConfig(modelWithoutSecrets(model));
      replaceFile(path.join(configSaveDir, `failoverd-${moment}.conf`), text);
      const copies = readdirSync(configSaveDir).filter((name) => copyName.test(name));
      for (const old of copies.sort().slice(0, -copiesMost)) rmSync(path.join(configSaveDir, old));
    });
  }

  #attempt(problem: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#log.warning(`${problem}: ${errorText(error)}`, { event: 'reload' });
    }
  }
}
