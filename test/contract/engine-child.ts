/*
 * A process with an engine in a network namespace, for engine.test.ts: writes every event as a
 * JSON line. Arguments: namespace, priority. Lines on its input are orders.
 */
import { createInterface } from 'node:readline';
import { defaultEngineOptions, Engine, enterNamespace } from '../../src/engine/index.ts';
import type { InstanceConfig } from '../../src/engine/messages.generated.ts';

const [namespace = '', priority = '100'] = process.argv.slice(2);

const config: InstanceConfig = {
  id: 1,
  name: 'VI_1',
  revision: 1,
  family: 'ipv4',
  version: 'v3',
  vrid: 51,
  interfaceName: 'eth0',
  vmacName: '',
  transmitOnBase: false,
  basePriority: Number(priority),
  wantMaster: false,
  advertInterval: 100_000,
  downTimerAdverts: 3,
  sourceAddress: undefined,
  trackSource: false,
  multicastGroup: '224.0.0.18',
  unicastPeers: [],
  unicast: false,
  unicastTtl: 255,
  checkUnicastSource: false,
  preempt: true,
  preemptDelay: 0,
  lowerPriorityNoAdvert: false,
  higherPrioritySendAdvert: false,
  ownerIgnoreAdverts: false,
  skipCheckAdvertAddresses: false,
  v3ChecksumAsV2: false,
  oldUnicastChecksum: 'never',
  strict: false,
  quick: true,
  trackPrimary: true,
  gate: 0,
  neverNobody: false,
  auth: {
    kind: 'none',
    password: new Uint8Array(8),
    keys: [],
    activeKey: 0,
    timeWindow: 0,
    mode: 'enforce',
    antiReplay: 'time',
  },
  announce: {
    repeat: 5,
    delay: 0,
    refresh: 0,
    refreshRepeat: 1,
    lowerPriorityRepeat: 5,
    lowerPriorityDelay: 0,
    extraInterval: 0,
  },
  addresses: [
    {
      address: '192.0.2.200',
      prefixLength: 24,
      interfaceName: '',
      advertised: true,
      scope: 0,
      label: '',
      broadcast: undefined,
      peer: undefined,
      flags: 0,
      preferredLifetime: 0xffffffff,
      track: true,
      announceExtra: false,
    },
  ],
  objects: [],
  filters: [],
  trackers: [],
  interfaces: [],
};

const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

enterNamespace(namespace);
const engine = new Engine(defaultEngineOptions, (records) => {
  for (const record of records) say(record);
});
engine.send([{ kind: 'ApplyInstance', config }]);

const orders: Record<string, () => void | Promise<void>> = {
  close: async () => {
    await engine.close();
    // A heartbeat that was on its way harms nobody.
    engine.alive();
    process.exit(0);
  },
  exit: () => process.exit(0),
  throw: () => {
    throw new Error('nobody catches this');
  },
  // JavaScript does nothing else for a second.
  block: () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000),
  second: () => {
    try {
      say(new Engine(defaultEngineOptions, () => undefined));
    } catch (error) {
      say({ refused: (error as { code?: string }).code });
    }
  },
  snapshot: async () => say({ snapshot: await engine.snapshot() }),
  record: () => say({ record: engine.record() }),
};
createInterface({ input: process.stdin }).on('line', (line) => void orders[line]?.());
