/**
 * `failoverd cleanup`: what a daemon that was killed has left is taken away: the addresses, routes
 * and rules that the file names and that carry our mark, and nobody else's; the scripts that it ran.
 */
import { errnoText, errorText } from '../base/errorText.ts';
import { microsPerSecond } from '../base/units.ts';
import { loadConfig, whyNotRead } from '../config/index.ts';
import type { Model } from '../config/index.ts';
import { enterNamespace, listKernel, removeAddresses } from '../engine/index.ts';
import type { FoundAddress } from '../engine/messages.generated.ts';
import { removeInterfaces } from './kernel/interfaces.ts';
import { removeObjects } from './kernel/leftovers.ts';
import { lockInstance, takenText } from './instanceLock.ts';
import { endLeftScripts } from './scripts/leftScripts.ts';
import type { FailureKind } from './options.ts';
import { missingRights } from './rights.ts';

export interface CleanupOptions {
  readonly file: string;
  readonly configId: string | undefined;
  /** Wins over the file's `net_namespace`. */
  readonly namespace: string | undefined;
}

export interface CleanupResult {
  /** Sentences for people. */
  readonly messages: readonly string[];
  readonly failure?: FailureKind;
}

/** The kernel answers within microseconds; this is for one that does not. */
const limitMicros = 5 * microsPerSecond;

/** Removes what is there to be removed. Never rejects; refuses while a daemon runs. */
export async function cleanUp(options: CleanupOptions): Promise<CleanupResult> {
  const { file, configId } = options;
  const { model, diagnostics } = loadConfig(file, configId === undefined ? {} : { configId });
  const unread = whyNotRead(file, diagnostics);
  if (unread !== undefined) return failed('noConfig', unread);
  const namespace = options.namespace ?? model.globals.daemon.netNamespace ?? undefined;
  const missing = missingRights(namespace !== undefined);
  if (missing !== undefined) return failed('noPermission', missing);
  try {
    if (namespace !== undefined) enterNamespace(namespace);
  } catch (error) {
    const text = `the network namespace ${namespace} cannot be entered: ${errorText(error)}`;
    return failed('failure', text);
  }
  const instance = model.globals.daemon.instance ?? undefined;
  const lock = await lockInstance(instance);
  if (lock.kind === 'error') return failed('failure', `the lock failed: ${lock.code}`);
  if (lock.kind === 'taken') {
    return failed('alreadyRunning', `${takenText(instance, lock.pid)}; nothing was removed`);
  }
  try {
    const scripts = await endLeftScripts(instance);
    const interfaces = await removeInterfaces(model);
    const objects = removeObjects(model);
    const addresses = removeAddressesOf(model);
    const messages = [
      ...(scripts === undefined ? [] : [scripts]),
      ...interfaces,
      ...objects.done,
      ...objects.problems,
      ...addresses.messages,
    ];
    const incomplete = objects.problems.length > 0 || addresses.failure !== undefined;
    return incomplete ? { messages, failure: 'failure' } : { messages };
  } catch (error) {
    return failed('failure', `what was left could not be removed: ${errorText(error)}`);
  } finally {
    lock.release();
  }
}

function failed(failure: FailureKind, message: string): CleanupResult {
  return { failure, messages: [message] };
}

/** Not before Linux 5.18 can the kernel remember who added an address. */
function removeAddressesOf(model: Model): CleanupResult {
  const named = new Set(
    model.instances
      .flatMap((one) => [...one.addresses, ...one.excludedAddresses])
      .map((one) => `${one.address}/${one.prefixLength}`),
  );
  const { links, addresses } = listKernel();
  const stale = addresses.filter(
    ({ address, prefixLength, ours }) => ours && named.has(`${address}/${prefixLength}`),
  );
  if (stale.length === 0) return { messages: [] };
  const { removed, failed: kept } = removeAddresses({ addresses: stale, limit: limitMicros });
  const where = (one: FoundAddress): string => {
    const link = links.find(({ ifIndex }) => ifIndex === one.ifIndex);
    return `${one.address}/${one.prefixLength} from ${link?.interfaceName ?? one.ifIndex}`;
  };
  const done = removed.map((one) => `removed ${where(one)}`);
  const problems = kept.map(
    ({ address, errorNumber }) =>
      `${where(address)} could not be removed: ${errnoText(errorNumber)}`,
  );
  const messages = [...done, ...problems];
  return problems.length > 0 ? { messages, failure: 'failure' } : { messages };
}
