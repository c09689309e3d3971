/** The number of the present ruleset of nftables, which every change by anybody makes another one. */

import { attributesOf, NetlinkRequest } from '../../base/netlink.ts';
import { exchangeNetlink } from '../../engine/index.ts';

// linux/netfilter/nfnetlink.h, nf_tables.h
const getGeneration = (10 << 8) | 16;
const generationId = 1;
/** struct nlmsghdr and struct nfgenmsg. */
const headSize = 20;

/** Undefined: the kernel has no nftables, or does not say. */
export function rulesetGeneration(): number | undefined {
  const request = new NetlinkRequest(getGeneration, 0, (writer) => writer.u32(0));
  try {
    const [message] = exchangeNetlink(request.toArray(), 'netfilter').messages;
    const body = Buffer.from(message ?? []).subarray(headSize);
    for (const { type, value } of attributesOf(body)) {
      if (type === generationId) return value.readUInt32BE(0);
    }
  } catch {
    // A kernel without nftables has no rules that somebody could remove.
  }
  return undefined;
}
