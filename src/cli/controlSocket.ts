/** Which daemon a command means, and the connection to it. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { errorText } from '../base/errorText.ts';
import { defaultConfigFile } from '../daemon/options.ts';
import { ControlClient } from '../observe/controlClient.ts';
import { controlPath, findControlPaths } from '../observe/controlPath.ts';
import { exitCodes } from './exitCodes.ts';

export interface SocketOptions {
  readonly socket?: string;
  readonly useFile?: string;
  readonly configId?: string;
  readonly namespace?: string;
  readonly instance?: string;
}

const variable = 'FAILOVERD_SOCKET';

/** The options that choose a daemon. */
export function addSocketOptions(command: Command): Command {
  return command
    .addOption(new Option('--socket <PATH>', 'control socket of the daemon').env(variable))
    .option('-f, --use-file <FILE>', 'the daemon that was started with this file')
    .option('-i, --config-id <ID>', 'config-id that it was started with')
    .option('-s, --namespace <NAME>', 'the daemon in this network namespace')
    .option('--instance <NAME>', "the daemon with this 'instance' name");
}

/** Throws with one sentence when there is no daemon, or more than one to choose from. */
export async function openControl(options: SocketOptions): Promise<ControlClient> {
  const chosen = await chosenPlace(options);
  if (chosen !== undefined) return connect(chosen);
  const places = await usualPlaces();
  if (places.length === 1) return connect(places[0] ?? '');
  const tried = await Promise.all(
    places.map(async (place) => ({
      place,
      client: await ControlClient.connect(place).catch(() => undefined),
    })),
  );
  // What was killed leaves its socket behind: only who answers counts.
  const [first, ...others] = tried.filter(({ client }) => client !== undefined);
  if (first?.client !== undefined && others.length === 0) return first.client;
  for (const { client } of tried) client?.close();
  if (first === undefined) throw new NoAnswer(`no daemon answers at ${places.join(' or ')}`, runs);
  const answering = [first, ...others].map(({ place }) => `  --socket ${place}\n`).join('');
  throw new Error(
    `several daemons run here; choose one with --instance, -s, -f or\n${answering}`.trimEnd(),
  );
}

/** Runs `work` on a connection; says what is wrong in one line and leaves an exit code. */
export async function withClient(
  options: SocketOptions,
  work: (client: ControlClient) => Promise<void>,
): Promise<void> {
  let client: ControlClient | undefined;
  try {
    client = await openControl(options);
    await work(client);
  } catch (error) {
    const advice = error instanceof NoAnswer ? `; ${error.advice}` : '';
    process.stderr.write(`failoverd: ${errorText(error)}${advice}\n`);
    process.exitCode = exitCodes.failure;
  } finally {
    client?.close();
  }
}

function connect(place: string): Promise<ControlClient> {
  return ControlClient.connect(place).catch((error: unknown) => {
    throw new NoAnswer(`no daemon answers at ${place}: ${errorText(error)}`, adviceOn(error));
  });
}

/** The message says what happened, `advice` what to do. */
class NoAnswer extends Error {
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

const runs = 'does it run? (systemctl status failoverd)';

function adviceOn(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const denied = code === 'EACCES' || code === 'EPERM';
  return denied ? "be root, or a member of the file's control_group" : runs;
}

/** What was said on the command line wins over the environment. */
async function chosenPlace(options: SocketOptions): Promise<string | undefined> {
  const { socket, useFile, namespace, instance } = options;
  const said = useFile !== undefined || namespace !== undefined || instance !== undefined;
  if (socket !== undefined && !(said && socket === process.env[variable])) return socket;
  if (useFile !== undefined) return placeIn(useFile, options);
  return said ? controlPath({ namespace, instance }) : undefined;
}

/** Below /run/failoverd, or where the usual file says. */
async function usualPlaces(): Promise<readonly string[]> {
  const found = findControlPaths();
  if (found.length > 0) return found;
  const plain = controlPath({ namespace: undefined, instance: undefined });
  return [await placeIn(defaultConfigFile, {}).catch(() => plain)];
}

async function placeIn(file: string, options: SocketOptions): Promise<string> {
  const [{ loadConfig, whyNotRead }, { controlPlace }] = await Promise.all([
    import('../config/index.ts'),
    import('../daemon/control/controlPlace.ts'),
  ]);
  const { configId, namespace } = options;
  const { model, diagnostics } = loadConfig(file, configId === undefined ? {} : { configId });
  const unread = whyNotRead(file, diagnostics);
  if (unread !== undefined) throw new Error(unread);
  return controlPlace(model, { namespace, socket: undefined });
}
