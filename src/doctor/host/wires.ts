/** What an interface says within a few seconds, and who has the virtual addresses there. */
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '../../base/errorText.ts';
import { Listener } from '../../engine/index.ts';
import type { OverheardFrame } from '../../engine/messages.generated.ts';
import type { ExpectedRouter } from '../wire/expected.ts';
import type { WireFinding } from '../wire/findings.ts';
import { WireWatch } from '../wire/watch.ts';
import type { SpeakerFacts, WireFacts } from './facts.ts';

/** How long an answer to the question who has an address may take, in milliseconds. */
const answerMs = 300;
/** Probes are spaced, so that a thousand addresses are no storm. */
const probesAtOnce = 50;
const mostProbes = 500;

/** Never rejects. `ownMacs`: of this host, whose answers are of no interest. */
export async function wireFacts(
  interfaceName: string,
  expected: readonly ExpectedRouter[],
  seconds: number,
  ownMacs: ReadonlySet<string>,
): Promise<WireFacts> {
  const watch = new WireWatch(expected);
  const findings: WireFinding[] = [];
  const own = new Set<string>();
  const answers = new Map<string, { readonly address: string; readonly mac: string }>();
  const virtual = new Set(expected.flatMap((one) => [...one.addresses, ...one.excludedAddresses]));
  const take = (frame: OverheardFrame): void => {
    findings.push(...watch.take(frame));
    if (frame.advert && frame.outgoing) own.add(frame.advert.source);
    const { claim } = frame;
    if (!claim || frame.outgoing || ownMacs.has(claim.mac) || !virtual.has(claim.address)) return;
    answers.set(`${claim.address} ${claim.mac}`, { address: claim.address, mac: claim.mac });
  };
  let listener: Listener | undefined;
  let problem: string | undefined;
  try {
    listener = new Listener(interfaceName, take);
    await sleep(seconds * 1000);
    await probe(listener, [...virtual].slice(0, mostProbes));
  } catch (error) {
    problem = errorText(error);
  } finally {
    listener?.close();
  }
  const speakers = watch.routers.flatMap(({ virtualRouterId, family, speakers: list }) =>
    [...list.values()].map(({ source, mac, advert }): SpeakerFacts => ({
      virtualRouterId,
      family: family === 'ipv4' ? 4 : 6,
      source,
      mac,
      priority: advert.priority,
      own: own.has(source),
    })),
  );
  return { problem, seconds, findings, speakers, answers: [...answers.values()] };
}

async function probe(listener: Listener, addresses: readonly string[]): Promise<void> {
  for (let first = 0; first < addresses.length; first += probesAtOnce) {
    for (const address of addresses.slice(first, first + probesAtOnce)) {
      try {
        listener.probe(address);
      } catch {
        // Sending needs a link that is up; interface_up says so.
      }
    }
    await sleep(answerMs);
  }
}
