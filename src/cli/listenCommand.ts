/** `failoverd listen IFACE`: what is said about virtual routers on a wire, and what is odd. */
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { errorText } from '../base/errorText.ts';
import type { ListenSummary } from '../doctor/wire/listen.ts';
import type { HeardRouter } from '../doctor/wire/watch.ts';
import type { WireFinding } from '../doctor/wire/findings.ts';
import type { OverheardFrame } from '../engine/messages.generated.ts';
import { frameText } from '../doctor/wire/words.ts';
import { exitCodes } from './exitCodes.ts';

interface RawListenOptions {
  readonly useFile?: string;
  readonly configId?: string;
  readonly json?: true;
  readonly pcap?: string;
  readonly count?: number;
  readonly seconds?: number;
}

export function addListenCommand(program: Command): void {
  program
    .command('listen')
    .description('print the adverts on an interface and their mistakes')
    .argument('<interface>', 'an Ethernet interface')
    .option('-f, --use-file <FILE>', 'compare with this configuration')
    .option('-i, --config-id <ID>', 'id for @ID lines (the first label of the host name)')
    .option('--json', 'one JSON object for each line')
    .option('--pcap <FILE>', 'also write what is heard into this capture file')
    .addOption(new Option('--count <N>', 'end after N adverts').argParser(positive))
    .addOption(new Option('--seconds <N>', 'end after N seconds').argParser(positive))
    .allowExcessArguments(false)
    .action(async (interfaceName: string, raw: RawListenOptions) => {
      process.exitCode = await run(interfaceName, raw);
    });
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) {
    throw new InvalidArgumentError('It is not a number greater than 0.');
  }
  return value;
}

async function run(interfaceName: string, raw: RawListenOptions): Promise<number> {
  const [{ listen }, { expectedOn }, { loadConfig, whyNotRead }] = await Promise.all([
    import('../doctor/wire/listen.ts'),
    import('../doctor/wire/expected.ts'),
    import('../config/index.ts'),
  ]);
  let expected;
  if (raw.useFile !== undefined) {
    const { configId } = raw;
    const { model, diagnostics } = loadConfig(
      raw.useFile,
      configId === undefined ? {} : { configId },
    );
    const unread = whyNotRead(raw.useFile, diagnostics);
    if (unread !== undefined) return complain(exitCodes.noConfig, unread);
    expected = expectedOn(model, interfaceName);
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  process.stdout.on('error', () => stop.abort());
  const teller = raw.json === true ? jsonTeller : textTeller(interfaceName);
  try {
    const summary = await listen({
      interfaceName,
      expected,
      pcap: raw.pcap,
      count: raw.count,
      limitMs: raw.seconds === undefined ? undefined : raw.seconds * 1000,
      signal: stop.signal,
      ...teller,
    });
    teller.onEnd(summary);
    return summary.findings.length > 0 ? exitCodes.problemFound : exitCodes.ok;
  } catch (error) {
    return refuse(interfaceName, raw, error);
  }
}

function complain(code: number, sentence: string): number {
  process.stderr.write(`failoverd listen: ${sentence}\n`);
  return code;
}

function refuse(interfaceName: string, { pcap }: RawListenOptions, error: unknown): number {
  const { code, path } = error as NodeJS.ErrnoException;
  if (path !== undefined && path === pcap) {
    return complain(exitCodes.failure, `${path} cannot be written: ${errorText(error)}`);
  }
  if (code === 'EPERM') {
    const cure = `run it as root, or with CAP_NET_RAW`;
    return complain(exitCodes.noPermission, `CAP_NET_RAW is missing: ${cure}`);
  }
  const why =
    code === 'ENODEV'
      ? `there is no interface ${interfaceName} (ip link shows what there is)`
      : code === 'EMEDIUMTYPE'
        ? `${interfaceName} is not an Ethernet interface`
        : `cannot listen on ${interfaceName}: ${errorText(error)}`;
  return complain(exitCodes.failure, why);
}

interface Teller {
  readonly onStart: (mac: string) => void;
  readonly onFrame: (frame: OverheardFrame) => void;
  readonly onFinding: (finding: WireFinding) => void;
  readonly onEnd: (summary: ListenSummary) => void;
}

function textTeller(interfaceName: string): Teller {
  const say = (line: string): boolean => process.stdout.write(`${line}\n`);
  return {
    onStart: (mac) =>
      void process.stderr.write(`listening on ${interfaceName} (${mac}), Ctrl-C ends it\n`),
    onFrame: (frame) => {
      const text = frameText(frame);
      if (text !== undefined) say(text);
    },
    onFinding: ({ severity, sentence, name }) => say(`  ${severity}: ${sentence} [${name}]`),
    onEnd: (summary) => {
      for (const line of summaryLines(summary)) say(line);
    },
  };
}

function summaryLines({ adverts, findings, routers, dropped }: ListenSummary): string[] {
  const lines = ['', `${adverts} adverts, ${findings.length} findings`];
  for (const router of routers) {
    for (const { source, adverts: count, advert } of router.speakers.values()) {
      lines.push(
        `  virtual router ${router.virtualRouterId}: ${source}, priority ${advert.priority}, ${count} adverts`,
      );
    }
  }
  for (const { severity, sentence, name } of findings)
    lines.push(`  ${severity}: ${sentence} [${name}]`);
  if (dropped > 0) lines.push(`  ${dropped} frames came too fast and were not looked at`);
  return lines;
}

const jsonTeller: Teller = {
  onStart: () => undefined,
  onFrame: ({ advert, claim, utcMicros, outgoing }) => {
    const at = new Date(utcMicros / 1000).toISOString();
    if (advert) {
      // The authentication data is a secret.
      const { password: _secret, ...shown } = advert;
      json({ kind: 'advert', at, utcMicros, outgoing, ...shown });
    }
    if (claim) json({ kind: 'claim', at, utcMicros, outgoing, ...claim });
  },
  onFinding: (finding) => json({ kind: 'finding', ...finding }),
  onEnd: ({ adverts, findings, routers, dropped }) =>
    json({
      kind: 'summary',
      adverts,
      findings: findings.length,
      dropped,
      routers: routers.map(routerJson),
    }),
};

function routerJson({ virtualRouterId, family, speakers }: HeardRouter) {
  const list = [...speakers.values()].map(({ source, mac, advert, adverts }) => ({
    source,
    mac,
    priority: advert.priority,
    adverts,
  }));
  return { virtualRouterId, family, speakers: list };
}

function json(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
