/** `failoverd listen`: everything that is said about virtual routers on one interface. */
import { Listener } from '../../engine/index.ts';
import type { OverheardFrame } from '../../engine/messages.generated.ts';
import type { ExpectedRouter } from './expected.ts';
import { PcapFile } from './pcap.ts';
import { WireWatch } from './watch.ts';
import type { HeardRouter } from './watch.ts';
import type { WireFinding } from './findings.ts';

export interface ListenOptions {
  readonly interfaceName: string;
  /** Of the configuration; undefined when there is none to compare with. */
  readonly expected: readonly ExpectedRouter[] | undefined;
  /** Every frame that is heard goes into this file. */
  readonly pcap: string | undefined;
  /** Ends after so many adverts. */
  readonly count: number | undefined;
  /** Ends after so many milliseconds. */
  readonly limitMs: number | undefined;
  /** Ends it early. */
  readonly signal: AbortSignal;
  readonly onStart: (mac: string) => void;
  readonly onFrame: (frame: OverheardFrame) => void;
  readonly onFinding: (finding: WireFinding) => void;
}

export interface ListenSummary {
  readonly adverts: number;
  readonly findings: readonly WireFinding[];
  readonly routers: readonly HeardRouter[];
  /** Frames that were lost, because they came faster than they could be read. */
  readonly dropped: number;
}

/** Listens until one of the limits. Throws the system's error when it cannot begin. */
export async function listen(options: ListenOptions): Promise<ListenSummary> {
  const watch = new WireWatch(options.expected);
  const findings: WireFinding[] = [];
  let adverts = 0;
  let end: (() => void) | undefined;
  let fail: ((reason: unknown) => void) | undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const take = (frame: OverheardFrame): void => {
    if (options.count !== undefined && adverts >= options.count) return;
    pcap?.write(frame.utcMicros, frame.frame);
    const found = watch.take(frame);
    const claimed = frame.claim?.address;
    // Answers to ordinary questions are of no interest.
    const shown = frame.claim?.claim !== 'arpReply' || watch.isVirtual(claimed ?? '');
    if (shown) options.onFrame(frame);
    for (const finding of found) options.onFinding(finding);
    findings.push(...found);
    if (frame.advert) adverts += 1;
    if (adverts === options.count) end?.();
  };
  const listener = new Listener(options.interfaceName, (frame) => {
    try {
      take(frame);
    } catch (error) {
      fail?.(error);
    }
  });
  let pcap: PcapFile | undefined;
  try {
    pcap = options.pcap === undefined ? undefined : new PcapFile(options.pcap);
    options.onStart(listener.mac);
    const timer =
      options.limitMs === undefined ? undefined : setTimeout(() => end?.(), options.limitMs);
    options.signal.addEventListener('abort', () => end?.());
    await ended.finally(() => clearTimeout(timer));
    return { adverts, findings, routers: watch.routers, dropped: listener.takeDropped() };
  } finally {
    listener.close();
    pcap?.close();
  }
}
