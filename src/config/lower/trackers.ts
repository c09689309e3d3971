/** vrrp_script, vrrp_track_process, track_file and bfd_instance, with their defaults. */

import type { BlockValue } from '../keywords/blocks.ts';
import type { bfdLevel, fileLevel, processLevel, scriptLevel } from '../keywords/objects.ts';
import type { probeLevel } from '../keywords/probe.ts';
import { valueOf } from '../keywords/types.ts';
import type { Entry } from '../keywords/types.ts';
import type { BfdInstance, TrackFile, TrackProbe, TrackProcess, TrackScript } from '../model.ts';
import type { Lowering } from './context.ts';

const second = 1_000_000;

interface Named {
  readonly name: string;
}

/** Objects of one kind by the order of the file; the first of a name is the one that counts. */
export function lowerNamed<B extends { readonly name: string }, T extends Named>(
  what: string,
  entries: readonly Entry<B>[] | undefined,
  context: Lowering,
  lower: (block: B, context: Lowering) => T | null,
): T[] {
  const made = new Map<string, T>();
  const seen = new Map<string, Entry<B>>();
  for (const entry of entries ?? []) {
    const { name } = entry.value;
    const first = seen.get(name);
    if (first !== undefined) {
      context.findings.report('duplicate-name', entry.span, `${what} '${name}' is defined twice`, {
        hint: 'the first definition counts',
        related: [{ span: first.span, message: 'the first one is here' }],
      });
      continue;
    }
    seen.set(name, entry);
    const thing = lower(entry.value, context);
    if (thing === null) continue;
    context.origins.set(thing, '', entry);
    made.set(name, thing);
  }
  return [...made.values()];
}

function missing(context: Lowering, block: { name: string; span: Entry<1>['span'] }, what: string) {
  const message = `'${block.name}' has no '${what}'; it is left out`;
  context.findings.report('missing-value', block.span, message, {
    hint: `add '${what} ...'`,
    keepalived: 'keepalived removes it as well',
  });
  return null;
}

export function lowerScript(
  block: BlockValue<typeof scriptLevel>,
  context: Lowering,
): TrackScript | null {
  const { settings } = block;
  const command = valueOf(settings.script);
  if (command === undefined) return missing(context, block, 'script');
  const interval = valueOf(settings.interval) ?? second;
  const period = interval === 0 ? second : interval;
  const timeout = valueOf(settings.timeout) ?? period;
  const weight = valueOf(settings.weight);
  const first = command.argv[0] ?? '';
  const made: TrackScript = {
    name: block.name,
    command: { argv: command.argv, user: valueOf(settings.user) ?? command.user },
    openFile: first.startsWith('</') ? first.slice(1) : null,
    interval: period,
    timeout: timeout === 0 ? second : timeout,
    weight: weight?.weight ?? 0,
    reverse: weight?.reverse ?? false,
    rise: valueOf(settings.rise) ?? 1,
    fall: valueOf(settings.fall) ?? 1,
    initFail: settings.init_fail !== undefined,
  };
  context.origins.setAll(made, settings);
  return made;
}

function paramMatch(
  settings: BlockValue<typeof processLevel>['settings'],
  parameters: readonly string[],
  context: Lowering,
): TrackProcess['paramMatch'] {
  const [entry] = settings.param_match ?? [];
  if (entry === undefined) return parameters.length > 0 ? 'exact' : 'none';
  const { value } = entry;
  if (value === null || value === 'exact') return 'exact';
  if (value === 'initial' || value === 'partial') return value;
  const message = `'${value}' is neither 'initial' nor 'partial'; compared exactly`;
  context.findings.report('bad-value', entry.span, message);
  return 'exact';
}

export function lowerProcess(
  block: BlockValue<typeof processLevel>,
  context: Lowering,
): TrackProcess | null {
  const { settings } = block;
  const process = valueOf(settings.process);
  if (process === undefined) return missing(context, block, 'process');
  const match = paramMatch(settings, process.parameters, context);
  const delay = valueOf(settings.delay) ?? 0;
  const weight = valueOf(settings.weight);
  const quorumMax = valueOf(settings.quorum_max) ?? null;
  const quorum = quorumMax === 0 ? 0 : (valueOf(settings.quorum) ?? 1);
  if (quorumMax !== null && quorumMax < quorum) {
    const span = settings.quorum_max?.at(-1)?.span ?? block.span;
    const message = `quorum_max ${quorumMax} is less than quorum ${quorum}`;
    context.findings.report('bad-value', span, message);
  }
  const made: TrackProcess = {
    name: block.name,
    process: process.name,
    parameters: process.parameters,
    paramMatch: match,
    fullCommand: settings.full_command !== undefined || match !== 'none',
    weight: weight?.weight ?? 0,
    reverse: weight?.reverse ?? false,
    quorum,
    quorumMax,
    forkDelay: valueOf(settings.fork_delay) ?? delay,
    terminateDelay: valueOf(settings.terminate_delay) ?? delay,
  };
  context.origins.setAll(made, settings);
  return made;
}

export function lowerFile(
  block: BlockValue<typeof fileLevel>,
  context: Lowering,
): TrackFile | null {
  const { settings } = block;
  const path = valueOf(settings.file);
  if (path === undefined) return missing(context, block, 'file');
  const weight = valueOf(settings.weight);
  const made: TrackFile = {
    name: block.name,
    path,
    weight: weight?.weight ?? 1,
    reverse: weight?.reverse ?? false,
    init: valueOf(settings.init_file) ?? null,
  };
  context.origins.setAll(made, settings);
  return made;
}

export function lowerProbe(
  block: BlockValue<typeof probeLevel>,
  context: Lowering,
): TrackProbe | null {
  const { settings } = block;
  const { icmp, arp, tcp, http, dns } = settings;
  const targets = [icmp, arp, tcp, http, dns].flatMap((entries) => entries ?? []);
  const [first, other] = targets;
  if (first === undefined) return missing(context, block, 'icmp');
  if (other !== undefined) {
    const message = `'${block.name}' asks one host only; the first question counts`;
    context.findings.report('bad-value', other.keywordSpan, message);
  }
  const interval = valueOf(settings.interval) ?? second;
  const weight = valueOf(settings.weight);
  const made: TrackProbe = {
    name: block.name,
    target: first.value,
    verify: valueOf(settings.http_verify) ?? true,
    interval,
    timeout: valueOf(settings.timeout) ?? interval,
    jitter: valueOf(settings.jitter) ?? 0,
    weight: weight?.weight ?? 0,
    reverse: weight?.reverse ?? false,
    rise: valueOf(settings.rise) ?? 1,
    fall: valueOf(settings.fall) ?? 1,
    initFail: settings.init_fail !== undefined,
  };
  context.origins.setAll(made, settings);
  return made;
}

export function lowerBfd(
  block: BlockValue<typeof bfdLevel>,
  context: Lowering,
): BfdInstance | null {
  const { settings } = block;
  const neighbor = valueOf(settings.neighbor_ip) ?? valueOf(settings.neighbour_ip);
  if (neighbor === undefined) return missing(context, block, 'neighbor_ip');
  const source = valueOf(settings.source_ip);
  if (source !== undefined && source.family !== neighbor.family) {
    const message = 'source_ip and neighbor_ip are of different families; source_ip is ignored';
    context.findings.report('wrong-family', settings.source_ip?.at(-1)?.span ?? null, message);
  }
  const weight = valueOf(settings.weight);
  const ttl = valueOf(settings.ttl) ?? valueOf(settings.hoplimit);
  const hops = valueOf(settings.max_hops) ?? 0;
  const made: BfdInstance = {
    name: block.name,
    neighbor: neighbor.address,
    source: source?.family === neighbor.family ? source.address : null,
    minRx: valueOf(settings.min_rx) ?? 10_000,
    minTx: valueOf(settings.min_tx) ?? 10_000,
    idleTx: valueOf(settings.idle_tx) ?? second,
    multiplier: valueOf(settings.multiplier) ?? 5,
    passive: settings.passive !== undefined,
    ttl: ttl ?? (neighbor.family === 4 ? 255 : 64),
    maxHops: hops === -1 ? 255 : hops,
    multihop: valueOf(settings.multihop) ?? false,
    weight: weight?.weight ?? 0,
    reverse: weight?.reverse ?? false,
    tellVrrp: settings.vrrp !== undefined || settings.checker === undefined,
  };
  context.origins.setAll(made, settings);
  return made;
}
