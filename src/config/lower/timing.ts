/** Version and intervals, as the wire can say them. */

import type { Family, Micros } from '../../base/units.ts';
import { spanFor, valueOf } from '../keywords/types.ts';
import type { VrrpDefaults } from '../model.ts';
import type { Lowering } from './context.ts';
import type { InstanceSettings } from './settings.ts';

const second = 1_000_000;
const centisecond = 10_000;
/** Twelve bits of centiseconds (RFC 9568 §5.2.7). */
const longestV3 = 4095 * centisecond;

export function lowerVersion(
  settings: InstanceSettings,
  family: Family,
  strict: boolean,
  defaults: VrrpDefaults,
  context: Lowering,
): 2 | 3 {
  const asked = valueOf(settings.version);
  if (family === 4) return (asked ?? defaults.version) === 3 ? 3 : 2;
  if (asked !== 2) return 3;
  const span = spanFor(settings.version);
  if (strict) {
    context.findings.report('version-family', span, 'IPv6 needs VRRPv3; version 3 is used');
    return 3;
  }
  const message = 'VRRPv2 has no IPv6; other routers may not understand these adverts';
  context.findings.report('version-family', span, message, { hint: "use 'version 3'" });
  return 2;
}

/** Whole seconds in VRRPv2, hundredths in VRRPv3, rounded half up as keepalived does. */
export function lowerInterval(
  settings: InstanceSettings,
  version: 2 | 3,
  context: Lowering,
): Micros {
  const asked = valueOf(settings.advert_int) ?? second;
  const step = version === 2 ? second : centisecond;
  const most = version === 2 ? 255 * second : longestV3;
  const rounded = Math.max(step, Math.floor((asked + step / 2) / step) * step);
  const used = Math.min(rounded, most);
  if (used === asked) return asked;
  const span = spanFor(settings.advert_int);
  const change = `${asked / second} becomes ${used / second}`;
  const message =
    version === 2
      ? `VRRPv2 counts whole seconds: ${change}`
      : `VRRPv3 counts hundredths of a second up to 40.95: ${change}`;
  const rule = version === 2 ? 'fractional-v2' : 'interval-rounded';
  context.findings.report(rule, span, message, {
    hint: version === 2 ? "use 'version 3' on all routers for shorter intervals" : null,
  });
  return used;
}
