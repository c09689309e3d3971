/**
 * The start of a daemon, in the order that matters: what can be refused is refused before anything
 * is touched, each with one sentence and a documented exit code.
 *
 *   file read -> rights -> namespace -> lock -> startup_script -> engine -> guardian -> instances
 *     -> trackers -> ready
 *
 * The process connector is opened before the namespace is entered, because the kernel tells of
 * processes only in its first one.
 */
import { errnoText, errorText } from '../base/errorText.ts';
import { closeLauncher, openLauncher } from '../base/launcher.ts';
import { killGroups } from '../base/processGroups.ts';
import type { Log } from '../base/log.ts';
import { Retried } from '../base/retried.ts';
import type { Model } from '../config/index.ts';
import {
  enterNamespace,
  giveBackMemory,
  nativeProgram,
  openProcessConnector,
  sendDatagram,
  shieldChildren,
} from '../engine/index.ts';
import type { DaemonName } from '../observe/controlPath.ts';
import type { RunningLog } from '../observe/log.ts';
import { Daemon } from './compose.ts';
import type { EnginePort } from './enginePort.ts';
import { engineOptions, startEngine } from './engineStart.ts';
import { GiveBack } from './giveBack.ts';
import { Guardian } from './guardian.ts';
import { Heirship } from './upgrade/heirship.ts';
import { inheritLock, lockInstance, lockName, takenText } from './instanceLock.ts';
import type { HeldLock } from './instanceLock.ts';
import { endLeftScripts, recordScripts } from './scripts/leftScripts.ts';
import { heartbeatMs, live } from './lifecycle.ts';
import { countFindings, findingsForPeople, load, logFindings } from './loading.ts';
import { openLog } from './logging.ts';
import { OrphanReaper } from './orphans.ts';
import type { DaemonEnd, DaemonOptions, FailureKind } from './options.ts';
import { pidPath, removePidFile, writePidFile } from './pidFile.ts';
import { missingRights } from './rights.ts';
import { serviceManager } from './serviceManager.ts';
import type { ServiceManagerLink } from './serviceManager.ts';
import type { Signals } from './signals.ts';
import { runShutdownScript, runStartupScript } from './scripts/lifeScripts.ts';
import { forgetNice, nameProcess, setNice } from './processSettings.ts';
import { installTestHooks } from './testHooks.ts';
import { withoutSecrets } from './control/withoutSecrets.ts';

/** Runs a daemon from start to stop. Never rejects. */
export async function runDaemon(options: DaemonOptions, signals: Signals): Promise<DaemonEnd> {
  if (options.umask !== undefined) process.umask(options.umask);
  const heirship = Heirship.of(process.env);
  const log = openLog(options.log, sendDatagram, process.env);
  const orphans = new OrphanReaper();
  orphans.start();
  try {
    const life = start({ options, signals, log, heirship });
    if (heirship === undefined) return await life;
    const abandoned: DaemonEnd = { kind: 'failed', why: 'failure' };
    return await Promise.race([life, heirship.abandoned.then(() => abandoned)]);
  } catch (error) {
    await heirship?.refuse(errorText(error));
    if (error instanceof Refusal) {
      log.error(error.message, { event: 'refused' });
      return { kind: 'failed', why: error.why };
    }
    log.error(`internal error: ${errorText(error)}`, { event: 'internal' });
    if (error instanceof Error) log.error(error.stack ?? '');
    return { kind: 'failed', why: 'internal' };
  } finally {
    // A script that would not end has had its time.
    killGroups();
    closeLauncher();
    orphans.stop();
    await log.close();
  }
}

/** A reason not to start, as one sentence. */
class Refusal extends Error {
  readonly why: FailureKind;

  constructor(why: FailureKind, message: string) {
    super(message);
    this.why = why;
  }
}

interface StartParts {
  readonly options: DaemonOptions;
  readonly signals: Signals;
  readonly log: RunningLog;
  /** This process is started to take another one's place. */
  readonly heirship: Heirship | undefined;
}

async function start(parts: StartParts): Promise<DaemonEnd> {
  const { options, signals, log, heirship } = parts;
  const model = readModel(options, log);
  shieldChildren();
  const settings = model.globals.daemon;
  const namespace = options.namespace ?? settings.netNamespace ?? undefined;
  const missing = missingRights(namespace !== undefined);
  if (missing !== undefined) throw new Refusal('noPermission', missing);
  enter(namespace, log, heirship !== undefined);
  const instance = settings.instance ?? undefined;
  const lock = heirship === undefined ? await takeLock(instance) : undefined;
  const pidFiles = keptPidFiles(pidFilesOf(options, model, { namespace, instance }), log);
  let engine: EnginePort | undefined;
  const manager = serviceManager({
    send: sendDatagram,
    env: process.env,
    isWell: () => engine?.finished() !== true,
  });
  const onEngine = (present: EnginePort | undefined): void => void (engine = present);
  let end: DaemonEnd | undefined;
  const first = { ...parts, model, manager, onEngine, instance, pidFiles };
  try {
    if (heirship !== undefined) forgetNice(model);
    prepareLauncher(log);
    nameProcess(model);
    // Scripts run as ever: the launcher is there already.
    setNice(model, log);
    if (lock === undefined) return (end = await goOn(first));
    for (const { kept } of pidFiles) kept.start();
    tellForeground(options, log);
    await succeed(instance, log);
    const scripts = { model, umask: options.umask, log, manager };
    if (!(await runStartupScript(scripts, signals))) return { kind: 'stopped' };
    return (end = await serve(first, await begin(first), lock));
  } finally {
    manager.close();
    for (const { file, kept } of pidFiles) {
      kept.stop();
      // The other one may be writing it at this moment.
      if (end?.kind !== 'handedOver') removePidFile(file);
    }
    lock?.release();
  }
}

async function takeLock(instance: string | undefined): Promise<HeldLock> {
  const lock = await lockInstance(instance);
  if (lock.kind === 'taken') throw new Refusal('alreadyRunning', takenText(instance, lock.pid));
  if (lock.kind === 'error') throw new Refusal('failure', `the lock failed: ${lock.code}`);
  return lock;
}

function readModel(options: DaemonOptions, log: RunningLog): Model {
  const loaded = load(options.file, options.configId);
  if (loaded.kind === 'loaded') {
    logFindings(loaded.findings, log);
    if (options.dumpConfig) log.notice(JSON.stringify(withoutSecrets(loaded.model)));
    return loaded.model;
  }
  if (loaded.unread !== undefined) throw new Refusal('noConfig', loaded.unread);
  if (options.log.console) {
    process.stderr.write(findingsForPeople(loaded.findings, process.stderr.isTTY));
  } else {
    logFindings(loaded.findings, log);
  }
  const count = countFindings(loaded.findings);
  throw new Refusal('configError', `${options.file} has ${count}: nothing was started`);
}

/** Moves this process into the namespace; the way back for process events is opened before. */
function enter(namespace: string | undefined, log: RunningLog, isHeir: boolean): void {
  if (namespace === undefined) return;
  // An heir is started within it, where the kernel tells of no processes.
  if (isHeir) tryEnter('/proc/1/ns/net');
  const problem = openProcessConnector();
  if (problem !== 0) log.info(`no process events from the kernel: ${errnoText(problem)}`);
  try {
    enterNamespace(namespace);
  } catch (error) {
    const text = `the network namespace ${namespace} cannot be entered: ${errorText(error)}`;
    throw new Refusal('failure', text);
  }
}

function tryEnter(namespace: string): void {
  try {
    enterNamespace(namespace);
  } catch {
    // Processes are looked at now and then instead.
  }
}

/** Ends what a predecessor that was killed has left running, and keeps such a record itself. */
async function succeed(instance: string | undefined, log: RunningLog): Promise<void> {
  const left = await endLeftScripts(instance);
  if (left !== undefined) log.warning(left, { event: 'leftScripts' });
  recordScripts(instance, log);
}

/** Not before the namespace has been entered, which it inherits. */
function prepareLauncher(log: Log): void {
  const tell = (sentence: string): void => log.warning(sentence, { event: 'launcher' });
  const program = nativeProgram('failoverd-launcher');
  if (program !== undefined) return openLauncher(program, tell);
  tell('there is no launcher: build/Release/failoverd-launcher is missing, and scripts cost more');
}

/** Those of -p and -r; without them that of use_pid_dir, which a name of its own implies. */
function pidFilesOf(options: DaemonOptions, model: Model, name: DaemonName): readonly string[] {
  if (options.pidFiles.length > 0) return options.pidFiles;
  const named = name.namespace !== undefined || name.instance !== undefined;
  return named || model.globals.daemon.usePidDir ? [pidPath(name)] : [];
}

function keptPidFiles(files: readonly string[], log: RunningLog) {
  return files.map((file) => {
    const done = `the process id is in ${file} now`;
    return { file, kept: new Retried({ attempt: () => writePidFile(file), done, log }) };
  });
}

/** keepalived would go to the background without -n: whoever waits for that should know. */
function tellForeground({ foregroundAsked }: DaemonOptions, log: RunningLog): void {
  if (foregroundAsked || process.env['NOTIFY_SOCKET'] !== undefined) return;
  log.notice('failoverd always stays in the foreground (-n silences this message)', {
    event: 'foreground',
  });
}

interface RunParts extends StartParts {
  readonly model: Model;
  readonly manager: ServiceManagerLink;
  readonly instance: string | undefined;
  readonly pidFiles: ReturnType<typeof keptPidFiles>;
  /** The engine that the watchdog asks after, from its start to its orderly end. */
  readonly onEngine: (engine: EnginePort | undefined) => void;
}

/** A daemon with its engine and its guardian. */
interface Begun {
  readonly engine: EnginePort;
  readonly daemon: Daemon;
  readonly guardian: Guardian | undefined;
  readonly giveBack: GiveBack;
  /** From here on the service manager hears what the daemon does. */
  ready(): void;
}

/** Everything up to the first advert; or, for an heir, up to what it is to go on with. */
async function begin(parts: RunParts): Promise<Begun> {
  const { options, log, model, manager, onEngine, heirship } = parts;
  installTestHooks(process.env, log);
  let daemon: Daemon | undefined;
  const giveBack = new GiveBack(giveBackMemory);
  const settings = engineOptions(model, heirship?.descriptors);
  const engine = startEngine(settings, (records) => {
    daemon?.take(records);
    giveBack.afterEvents(records.length);
  });
  if (typeof engine === 'string') throw new Refusal('failure', engine);
  onEngine(engine);
  let ready = false;
  daemon = new Daemon({
    engine,
    log,
    umask: options.umask,
    onStatus: (sentence) => ready && manager.status(sentence),
    onMade: (made) => guardian?.bequeath(made),
  });
  const guardian = options.releaseOnStop ? makeGuardian(engine, model, daemon, log) : undefined;
  // On its way before the first instance is configured; the adverts need not wait until it is there.
  const guarded = guardian?.start();
  const unconfirmed = await (heirship === undefined ? daemon.apply(model) : daemon.prepare(model));
  await guarded;
  if (unconfirmed.length > 0) {
    log.error(`the engine did not confirm: ${unconfirmed.join(', ')}`, { event: 'start' });
  }
  const begun = daemon;
  const tellReady = (): void => {
    ready = true;
    manager.ready(begun.statusSentence);
  };
  return { engine, daemon, guardian, giveBack, ready: tellReady };
}

/** Takes the place of the process that started this one. */
async function goOn(parts: RunParts): Promise<DaemonEnd> {
  const { heirship, model, log, pidFiles, instance } = parts;
  if (heirship === undefined) throw new Error('there is nobody to follow');
  const begun = await begin(parts);
  const { daemon, engine, guardian } = begun;
  // Nothing stands that would be its own.
  void heirship.abandoned.then(() => guardian?.dismiss());
  const heartbeat = setInterval(() => engine.alive(), heartbeatMs);
  const inherited = new Promise<void>((resolve) => {
    daemon.listen(({ kind }) => kind === 'Inherited' && resolve());
  });
  await daemon.adopt(await heirship.ready(model));
  await heirship.carried();
  await inherited;
  heirship.serve();
  void daemon.serve();
  const lock = await inheritLock(heirship.descriptors.lock);
  const sentence = `has replaced process ${heirship.predecessor}`;
  log.notice(sentence, { event: 'upgrade' });
  const entry = { wallMs: Date.now(), kind: 'upgrade', subject: undefined } as const;
  daemon.journal.add({ ...entry, sentence, event: undefined });
  void heirship.left('scripts').then(async () => {
    await succeed(instance, log);
    await daemon.attend();
  });
  await heirship.left('places');
  for (const { kept } of pidFiles) kept.start();
  clearInterval(heartbeat);
  try {
    return await serve(parts, begun, lock);
  } finally {
    lock.release();
  }
}

/** From the moment in which everything stands to the end. */
async function serve(parts: RunParts, begun: Begun, lock: HeldLock): Promise<DaemonEnd> {
  const { options, log, model, manager, signals, onEngine } = parts;
  const { daemon, engine, guardian, giveBack } = begun;
  begun.ready();
  const lockFd = (): number => lock.fd();
  const ending = await live({ daemon, engine, options, log, manager, signals, giveBack, lockFd });
  guardian?.dismiss();
  onEngine(undefined);
  if (ending === 'handedOver') return { kind: 'handedOver' };
  const last = daemon.model ?? model;
  await runShutdownScript({ model: last, umask: options.umask, log, manager });
  return { kind: 'stopped' };
}

function makeGuardian(engine: EnginePort, model: Model, { journal }: Daemon, log: Log): Guardian {
  return new Guardian({
    program: nativeProgram('failoverd-guardian'),
    willFd: engine.willFd(),
    realtimePriority: engineOptions(model).realtimePriority,
    lock: lockName(model.globals.daemon.instance ?? undefined),
    log,
    onTrouble: (sentence) =>
      journal.add({
        wallMs: Date.now(),
        kind: 'guardian',
        subject: undefined,
        sentence,
        event: undefined,
      }),
  });
}
