// A host as the one on which keepalived was asked what it makes of a real file: its interfaces with
// their addresses, the file with its companions in /etc/keepalived, and a script that succeeds in
// every place where the file calls one. The rest is this machine's, seen through an overlay.

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from '../../lab/commands.ts';
import { LabProcess } from '../../lab/process.ts';
import { FAILOVERD } from '../../lab/router-daemon.ts';
import type { CorpusFile } from '../../config/support/corpus.ts';
import { advertsOf, peersOf } from './advertLines.ts';
import { interfacesOf, routesOf, stateOf, type KernelLines } from './kernelLines.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
let hostsMade = 0;

export class CorpusHost {
  readonly #file: CorpusFile;
  readonly #namespace = `fdc${process.pid.toString(36)}x${(hostsMade++).toString(36)}`;
  readonly #directory = mkdtempSync(path.join(os.tmpdir(), 'failoverd-corpus-'));
  #daemon: LabProcess | undefined;
  #tcpdump: LabProcess | undefined;

  constructor(file: CorpusFile) {
    this.#file = file;
  }

  async start(): Promise<void> {
    await run(['sh', '-e'], this.#networkScript());
    for (const name of ['upper/etc/keepalived', 'work', 'root', 'pids']) {
      mkdirSync(path.join(this.#directory, name), { recursive: true });
    }
    const etc = path.join(this.#directory, 'upper/etc/keepalived');
    if (this.#file.companions !== undefined)
      cpSync(this.#file.companions, etc, { recursive: true });
    writeFileSync(path.join(etc, 'keepalived.conf'), this.#file.text);
    await this.#watch();
    this.#daemon = await LabProcess.start({
      name: this.#file.id,
      argv: ['unshare', '-m', '--propagation', 'private', 'sh', '-ec', this.#daemonScript()],
      pidDirectory: path.join(this.#directory, 'pids'),
    });
  }

  /** What the kernel holds now. */
  async state(): Promise<KernelLines> {
    const sections = ['-d addr show', ...['-4', '-6'].map((one) => `${one} route show table all`)];
    const rules = ['-4', '-6'].map((one) => `${one} rule show`);
    const script = [...sections, ...rules]
      .map((one) => `echo '### ip ${one}'; ip -n ${this.#namespace} ${one}`)
      .join('\n');
    return stateOf(await run(['sh'], script));
  }

  /** What it has sent. */
  adverts(): string[] {
    return advertsOf(this.#tcpdump?.lines.join('\n') ?? '');
  }

  get running(): boolean {
    return this.#daemon?.running === true;
  }

  logs(): string {
    return this.#daemon?.tail(200) ?? '';
  }

  async close(): Promise<void> {
    await this.#daemon?.stop('SIGTERM', 10_000);
    await this.#tcpdump?.stop('SIGINT');
    await run(['ip', 'netns', 'del', this.#namespace]);
    await run(['ip', 'netns', 'del', `${this.#namespace}p`]);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** On all interfaces, with those to come. */
  async #watch(): Promise<void> {
    const filter = 'ip proto 112 or ip proto 51 or ip6 proto 112';
    const options = '-i any -B 16384 -Q out -n -v -l --immediate-mode -Z root'.split(' ');
    this.#tcpdump = await LabProcess.start({
      name: `${this.#file.id} tcpdump`,
      argv: ['ip', 'netns', 'exec', this.#namespace, 'tcpdump', ...options, filter],
      pidDirectory: path.join(this.#directory, 'pids'),
    });
    await this.#tcpdump.waitForLine(/listening on/);
  }

  #networkScript(): string {
    const inside = `ip -n ${this.#namespace}`;
    const kernel = this.#file.oracle.kernel ?? '';
    const links = interfacesOf(kernel, sourcesOf(this.#file)).map(
      ({ name, mac, addresses }, index) => `
        ${inside} link add ${name} address ${mac} type veth peer name p${index} netns ${this.#namespace}p
        ip -n ${this.#namespace}p link set p${index} up
        ${inside} link set ${name} up
        ${addresses.map((one) => `${inside} addr add ${one} dev ${name}`).join('\n')}`,
    );
    // keepalived's peers answered where its adverts left.
    const names = interfacesOf(kernel, () => false).map(({ name }) => name);
    const neighbours = peersOf(this.#file.oracle.sent ?? '').flatMap((peer) =>
      names.map(
        (name) =>
          `${inside} neigh replace ${peer} lladdr 02:00:00:00:ff:fe dev ${name} nud permanent`,
      ),
    );
    return [
      `ip netns add ${this.#namespace}`,
      `ip netns add ${this.#namespace}p`,
      `${inside} link set lo up`,
      ...links,
      ...routesOf(kernel).map((route) => `${inside} route add ${route}`),
      ...neighbours,
    ].join('\n');
  }

  /** With a root of its own: what is written there is gone with the directory. */
  #daemonScript(): string {
    const root = path.join(this.#directory, 'root');
    const scripts = this.#file.oracle.scripts
      .map((one) => `mkdir -p '${root}${path.dirname(one)}' && ln -sf /bin/true '${root}${one}'`)
      .map((one) => `{ ${one}; } 2>/dev/null || true`);
    const { configId } = this.#file.oracle;
    const flags = ['-n', '-l', '-D', '-G', '-s', this.#namespace, '-i', configId];
    return `
      mount -t overlay overlay -o lowerdir=/,upperdir=${this.#directory}/upper,workdir=${this.#directory}/work ${root}
      for place in /proc /sys /dev; do mount --rbind $place ${root}$place; done
      mount -t tmpfs tmpfs ${root}/run
      mkdir -p ${root}/run/netns ${root}${REPOSITORY}
      mount --rbind /run/netns ${root}/run/netns
      mount --bind ${REPOSITORY} ${root}${REPOSITORY}
      ${scripts.join('\n')}
      exec chroot ${root} ${process.execPath} ${FAILOVERD} ${flags.join(' ')} -f /etc/keepalived/keepalived.conf`;
  }
}

/**
 * What adverts are sent from by every router that shares the file: as the text has it, or as it is put
 * together. An address that the file itself adds is not the host's.
 */
function sourcesOf(file: CorpusFile): (address: string) => boolean {
  const { oracle, text } = file;
  const written = text.matchAll(/\b(?:unicast|mcast)_src_ip\s+([^\s%/]+)/g);
  const routers = [oracle.configId, ...oracle.configIds].map((id) => file.read(id).model);
  const sent = routers.flatMap(({ instances }) => instances.map((one) => one.sourceAddress));
  const sources = new Set([...[...written].map(([, address = '']) => address), ...sent]);
  const added = routers.flatMap(({ staticAddresses }) => staticAddresses);
  const own = new Set(added.map((one) => `${one.address}/${one.prefixLength}`));
  return (address) => sources.has(address.replace(/\/\d+$/, '')) && !own.has(address);
}
