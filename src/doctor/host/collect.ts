/** All facts of a host, collected once. Asks other programs and listens; changes nothing. */
import { release } from 'node:os';
import { errorText } from '../../base/errorText.ts';
import { version } from '../../base/version.ts';
import { loadConfig, whyNotRead } from '../../config/index.ts';
import type { Instance, LoadResult } from '../../config/index.ts';
import { addon } from '../../engine/index.ts';
import { expectedOn } from '../wire/expected.ts';
import type { ConfigurationFacts, Facts, NetworkFacts, RouterFacts } from './facts.ts';
import { networkFacts } from './network.ts';
import { systemFacts } from './system.ts';
import { wireFacts } from './wires.ts';

export interface CollectOptions {
  readonly file: string;
  readonly configId: string | undefined;
  /** What the running daemon says of itself. */
  readonly troubles: readonly string[];
  /** How long to listen; undefined: three and a half advert intervals, at most five seconds. */
  readonly seconds: number | undefined;
  /** Process id of the failoverd that holds the lock of an instance name. */
  readonly findDaemon: (instance: string | undefined) => Promise<number | undefined>;
}

export interface Collected {
  readonly facts: Facts;
  /** The configuration as it was read, for the bundle. */
  readonly loaded: LoadResult;
}

export async function collect(options: CollectOptions): Promise<Collected> {
  const { file, configId } = options;
  const loaded = loadConfig(file, configId === undefined ? {} : { configId });
  const configuration = configurationFacts(file, loaded);
  const interfaces = [...new Set(configuration.routers.flatMap((one) => one.interface ?? []))];
  const addonProblem = problemOfAddon();
  const instance = loaded.model.globals.daemon.instance ?? undefined;
  const [network, system] = await Promise.all([
    networkFacts(interfaces),
    options.findDaemon(instance).then((pid) => systemFacts(pid, options.troubles)),
  ]);
  const seconds = options.seconds ?? defaultSeconds(configuration.routers);
  const heard = addonProblem === undefined ? present(interfaces, network) : [];
  const wires = await Promise.all(
    heard.map(async (name) => {
      const expected = expectedOn(loaded.model, name);
      return [name, await wireFacts(name, expected, seconds, ownMacs(network))] as const;
    }),
  );
  const versions = {
    failoverd: version,
    node: process.versions.node,
    kernel: release(),
    addonProblem,
  };
  return {
    facts: { versions, configuration, network, system, wires: Object.fromEntries(wires) },
    loaded,
  };
}

function problemOfAddon(): string | undefined {
  try {
    addon();
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

function present(interfaces: readonly string[], { links }: NetworkFacts): readonly string[] {
  return interfaces.filter((name) => links.some((link) => link.name === name));
}

function ownMacs({ links }: NetworkFacts): ReadonlySet<string> {
  return new Set(links.map(({ mac }) => mac));
}

const longestSeconds = 5;

function defaultSeconds(routers: readonly RouterFacts[]): number {
  const intervals = routers.map((one) => one.advertInterval / 1e6);
  return Math.min(longestSeconds, 3.5 * Math.max(0.1, ...intervals));
}

function configurationFacts(file: string, { model, diagnostics }: LoadResult): ConfigurationFacts {
  const count = (severity: string): number =>
    diagnostics.filter((finding) => finding.severity === severity).length;
  return {
    file,
    unread: whyNotRead(file, diagnostics),
    errors: count('error'),
    warnings: count('warning'),
    routers: model.instances.map(routerFacts),
  };
}

function routerFacts(one: Instance): RouterFacts {
  return {
    name: one.name,
    interface: one.interface ?? undefined,
    family: one.family,
    virtualRouterId: one.virtualRouterId,
    version: one.version,
    unicast: one.unicast !== null,
    multicastGroup: one.multicastGroup,
    advertInterval: one.advertInt,
    addresses: [...one.addresses, ...one.excludedAddresses].map(({ address }) => address),
    packetSize: packetSize(one),
    usesVmac: one.vmac !== null,
    protocol: one.authentication?.type === 'AH' ? 51 : 112,
    usesClock: one.hmac !== null,
    syncGroup: one.syncGroup ?? undefined,
  };
}

/** IP header, AH, advert and what follows it (RFC 9568 §5.1, RFC 3768 §5.1). */
function packetSize(one: Instance): number {
  const ip = one.family === 4 ? 20 : 40;
  const ah = one.authentication?.type === 'AH' ? 24 : 0;
  const each = one.family === 4 ? 4 : 16;
  const tail = (one.version === 2 ? 8 : 0) + (one.hmac === null ? 0 : 28);
  return ip + ah + 8 + each * one.addresses.length + tail;
}
