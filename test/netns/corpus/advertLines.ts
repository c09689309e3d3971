// Adverts as `tcpdump -v` prints them, as lines that can be compared.

const ROUTE = /(?<route>\S+ > \S+): (?<auth>AH\(.*?\): )?/.source;
const SAID = /(?<advert>VRRPv[23], Advertisement, vrid (?<vrid>\d+), prio (?<priority>\d+),.*)$/
  .source;
const ADVERT = new RegExp(ROUTE + SAID, 'gm');

/**
 * The last advert of each virtual router, with its source, destination, priority, interval, kind of
 * authentication and addresses. How a router takes its leave is no part of it, nor are the numbers of AH.
 */
export function advertsOf(text: string): string[] {
  const last = new Map<string, string>();
  for (const { groups = {} } of text.matchAll(ADVERT)) {
    const { route = '', auth, advert = '', vrid = '', priority } = groups;
    if (priority === '0') continue;
    const line = `advert ${route}: ${auth === undefined ? '' : 'AH '}${advert}`;
    last.set(`${route} ${vrid}`, line.trimEnd());
  }
  return [...last.values()];
}

/** Whom adverts were sent to that were sent to no group. */
export function peersOf(text: string): string[] {
  const peers = advertsOf(text).map((line) => / > (\S+): /.exec(line)?.[1] ?? '');
  return [...new Set(peers)].filter((peer) => !/^(?:22[4-9]|23\d)\.|^ff/.test(peer));
}
