// What a story's input line means when it does not say otherwise: holo's first topology, a
// router 10.0.1.1 on eth0 with VRID 1 and the VIP 10.0.1.5, version 2, one second.

type Fields = Readonly<Record<string, unknown>>;

export const addressDefaults: Fields = {
  prefixLength: 32,
  interfaceName: '',
  advertised: true,
  scope: 0,
  label: '',
  broadcast: undefined,
  peer: undefined,
  flags: 2,
  preferredLifetime: 0xffffffff,
  track: true,
  announceExtra: false,
};

const instance: Fields = {
  id: 1,
  name: 'VI_1',
  revision: 1,
  family: 'ipv4',
  version: 'v2',
  vrid: 1,
  interfaceName: 'eth0',
  vmacName: '',
  transmitOnBase: false,
  basePriority: 100,
  wantMaster: false,
  advertInterval: 1_000_000,
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
    password: '0000000000000000',
    keys: [],
    activeKey: 0,
    timeWindow: 5_000_000,
    mode: 'enforce',
    antiReplay: 'time',
  },
  announce: {
    repeat: 2,
    delay: 0,
    refresh: 0,
    refreshRepeat: 1,
    lowerPriorityRepeat: 1,
    lowerPriorityDelay: 0,
    extraInterval: 0,
  },
  addresses: [{ address: '10.0.1.5' }],
  objects: [],
  filters: [],
  trackers: [],
  interfaces: [],
};

const group: Fields = { id: 1, name: 'G', revision: 1, trackers: [], interfaces: [] };

const tracker: Fields = {
  id: 1,
  name: 'T',
  revision: 1,
  kind: 'script',
  quorum: 1,
  quorumMax: 0xffffffff,
  forkDelay: 0,
  terminateDelay: 0,
};

export const lineDefaults: Readonly<Record<string, Fields>> = {
  ApplyInstance: { config: instance },
  ApplyGroup: { config: group },
  ApplyTracker: { config: tracker },
  ReportTracker: { tracker: 1, revision: 1, status: 'ok', value: 0 },
  SetProcesses: { tracker: 1, revision: 1, pids: [] },
  Stop: { linger: 0, release: true },
  LinkChanged: {
    ifIndex: 2,
    interfaceName: 'eth0',
    up: true,
    running: true,
    mac: '02:00:00:00:00:01',
    mtu: 1500,
    noArp: false,
  },
  LinkRemoved: { ifIndex: 2 },
  LocalAddressAppeared: {
    ifIndex: 2,
    address: '10.0.1.1',
    prefixLength: 24,
    secondary: false,
    tentative: false,
    ours: false,
  },
  LocalAddressRemoved: { ifIndex: 2, address: '10.0.1.1', prefixLength: 24 },
  AdvertReceived: { ifIndex: 2, destination: '224.0.0.18', ttl: 255, ipHeader: '' },
  SendFailed: { instance: 1 },
};

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `given` on top of `base`, object by object; lists are taken as they are given. */
export function over(base: unknown, given: unknown): unknown {
  if (!isFields(base) || !isFields(given)) return given === undefined ? base : given;
  const keys = new Set([...Object.keys(base), ...Object.keys(given)]);
  return Object.fromEntries([...keys].map((key) => [key, over(base[key], given[key])]));
}
