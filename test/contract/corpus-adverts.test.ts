/**
 * What real files put on the wire, config -> plan -> core -> bytes, beside what keepalived 2.4.3
 * sent for the same file: to whom, VRID, version, priority, interval, addresses, authentication.
 */

import { isIPv6 } from 'node:net';
import { describe, expect, it } from 'vitest';
import { hasErrors } from '../../src/config/index.ts';
import type { LoadResult } from '../../src/config/index.ts';
import { plan } from '../../src/config/plan.ts';
import { createCore } from '../../src/engine/index.ts';
import type { Input, Output, SendAdvert } from '../../src/engine/messages.generated.ts';
import { corpusFiles, noCorpus } from '../config/support/corpus.ts';

const files = corpusFiles().filter(({ oracle }) => oracle.sent?.includes('Advertisement') === true);

const AUTH_WORDS: Readonly<Record<string, number>> = { none: 0, simple: 1, ah: 2 };

/** `to vVERSION VRID PRIORITY INTERVAL AUTHENTICATION ADDRESSES`, of tcpdump's text. */
function heardIn(text: string): Set<string> {
  const adverts = new Set<string>();
  const line = new RegExp(
    [
      / > (\S+): (?:AH\([^)]*\): )?VRRPv([23]), Advertisement,(?: \(ttl \d+\),)?/,
      / vrid (\d+), prio (\d+), (?:authtype (\w+), )?intvl (\d+)c?s, length \d+/,
      /(?:, addrs(?:\(\d+\))?: (?!auth)([\w.:,]+))?/,
    ]
      .map((part) => part.source)
      .join(''),
    'g',
  );
  for (const [, to, version, vrid, prio, auth = 'none', interval, addresses = ''] of text.matchAll(
    line,
  )) {
    // Goodbyes are not in question: the recording ended in the middle.
    if (prio === '0') continue;
    const kind = AUTH_WORDS[auth] ?? auth;
    adverts.add([to, `v${version}`, vrid, prio, interval, kind, addresses].join(' '));
  }
  return adverts;
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** The same of our bytes. */
function textOf({ destination, withIpHeader, bytes: sent }: SendAdvert): string {
  const bytes = withIpHeader ? sent.subarray(44) : sent;
  const [first = 0, vrid, prio, count = 0, fourth = 0, fifth = 0] = bytes;
  const version = first >> 4;
  const size = isIPv6(destination) ? 16 : 4;
  const addresses = Array.from({ length: count }, (_, i) =>
    addressText(bytes.subarray(8 + i * size, 8 + (i + 1) * size)),
  );
  const interval = version === 2 ? fifth : (fourth << 8) | fifth;
  const kind = version === 2 ? fourth : 0;
  return [destination, `v${version}`, vrid, prio, interval, kind, addresses.join(',')].join(' ');
}

/** Every interface that the file names, with an address of each family. */
function kernelOf({ model }: LoadResult): Input[] {
  const names = new Set(
    model.instances.flatMap((one) => [
      one.interface ?? 'eth0',
      ...one.trackInterfaces.map((use) => use.name),
      ...[...one.addresses, ...one.excludedAddresses].flatMap((address) => address.interface ?? []),
    ]),
  );
  for (const group of model.syncGroups)
    for (const use of group.trackInterfaces) names.add(use.name);
  const inputs = [...names].flatMap((interfaceName, index): Input[] => {
    const ifIndex = index + 2;
    const seen = { ifIndex, secondary: false, tentative: false, ours: false } as const;
    return [
      {
        kind: 'LinkChanged',
        ifIndex,
        interfaceName,
        up: true,
        running: true,
        mac: '02:00:00:00:00:01',
        mtu: 1500,
        noArp: false,
      },
      { kind: 'LocalAddressAppeared', ...seen, address: `10.255.${ifIndex}.1`, prefixLength: 24 },
      { kind: 'LocalAddressAppeared', ...seen, address: `fe80::${ifIndex}`, prefixLength: 64 },
    ];
  });
  const configured = model.instances.flatMap((one): Input[] => {
    if (one.sourceAddress === null) return [];
    const ifIndex = [...names].indexOf(one.interface ?? 'eth0') + 2;
    const seen = { ifIndex, secondary: false, tentative: false, ours: false } as const;
    const { sourceAddress: address } = one;
    return [{ kind: 'LocalAddressAppeared', ...seen, address, prefixLength: 32 }];
  });
  return [...inputs, ...configured, { kind: 'KernelListed' }];
}

/** All adverts of one run in which every tracker answers like this. */
function sentBy(result: LoadResult, status: 'ok' | 'failed'): Set<string> {
  const core = createCore();
  const adverts = new Set<string>();
  let now = 0;
  const drain = (): void => {
    for (const output of core.drain() as Output[]) {
      if (output.kind === 'SendAdvert') adverts.add(textOf(output));
      if (output.kind === 'Listen') {
        waiting.push({ kind: 'ListenResult', instance: output.instance, errorNumber: 0 });
      }
      if (output.kind === 'AddAddress') {
        waiting.push({ kind: 'AddressResult', request: output.request, errorNumber: 0 });
      }
    }
  };
  const waiting: Input[] = [];
  const give = (input: Input): void => {
    waiting.push(input);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      core.handle(now, next);
      drain();
    }
  };
  for (const input of kernelOf(result)) give(input);
  const { commands } = plan(null, result.model);
  for (const command of commands) give(command);
  for (const command of commands) {
    if (command.kind !== 'ApplyTracker') continue;
    const { id: tracker, revision } = command.config;
    give({ kind: 'ReportTracker', tracker, revision, status, value: status === 'ok' ? 0 : 1 });
  }
  // Long enough for the slowest of them to become MASTER.
  for (let deadline = core.nextDeadline(); deadline !== undefined && deadline < 60e6;) {
    now = deadline;
    core.advance(now);
    drain();
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) give(next);
    deadline = core.nextDeadline();
  }
  return adverts;
}

describe.skipIf(noCorpus !== null)('adverts of real files', () => {
  it('are what keepalived sends', () => {
    const differences: string[] = [];
    let agreeing = 0;
    let compared = 0;
    for (const file of files) {
      const { id, oracle } = file;
      const result = file.load();
      if (hasErrors(result.diagnostics)) continue;
      // Which scripts fail depends on the host: keepalived's adverts are among those of both ends.
      const ours = new Set([...sentBy(result, 'ok'), ...sentBy(result, 'failed')]);
      for (const advert of heardIn(oracle.sent ?? '')) {
        compared += 1;
        if (ours.has(advert)) agreeing += 1;
        else differences.push(`${id}: ${advert}\n     ours: ${[...ours].slice(0, 4).join(' | ')}`);
      }
    }
    console.info(`adverts of real files: ${agreeing} of ${compared} as keepalived sends them`);
    console.info(differences.join('\n'));
    expect(compared).toBeGreaterThan(100);
    expect(agreeing / compared).toBeGreaterThan(0.95);
  });
});
