/** Make before break: how long the addresses stay after the goodbye of who stops or is drained. */

import type { Micros } from '../base/units.ts';
import type { Model } from '../config/index.ts';

/** For a packet there and back, and for a peer that wakes late. */
const margin: Micros = 100_000;
/** Nobody waits for longer, whatever the interval. */
const most: Micros = 3_000_000;

/**
 * A peer takes over within its skewTime, which is less than a second in VRRPv2 and less than the
 * advert interval in VRRPv3 (RFC 9568 §6.1). The core gives an address back as soon as it hears
 * another master; this is for the case that there is none.
 */
export function lingerFor(leaving: Model['instances']): Micros {
  const longest = leaving.map(({ version, advertInt }) => (version === 2 ? 1_000_000 : advertInt));
  return longest.length === 0 ? 0 : Math.min(Math.max(...longest) + margin, most);
}
