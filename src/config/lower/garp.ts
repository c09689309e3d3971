/** Announcements of an instance: its own settings, else the global ones. */

import { spanFor, valueOf } from '../keywords/types.ts';
import type { GarpSettings } from '../model.ts';
import type { Lowering } from './context.ts';
import type { InstanceSettings } from './settings.ts';

export function lowerGarp(
  settings: InstanceSettings,
  defaults: GarpSettings,
  strict: boolean,
  context: Lowering,
): GarpSettings {
  const own = Object.keys(settings).some((keyword) => keyword.includes('garp'));
  // One for all that have none of their own.
  if (!own && !strict && defaults.masterRepeat > 0) return defaults;
  const extra = valueOf(settings.garp_extra_if) ?? valueOf(settings.vmac_garp_intvl);
  const lowerDelay = valueOf(settings.garp_lower_prio_delay) ?? defaults.lowerPrioDelay;
  const lowerRepeat = valueOf(settings.garp_lower_prio_repeat) ?? defaults.lowerPrioRepeat;
  const refresh = valueOf(settings.garp_master_refresh_repeat);
  const repeat = valueOf(settings.garp_master_repeat) ?? defaults.masterRepeat;
  const asked = settings.garp_lower_prio_delay ?? settings.garp_lower_prio_repeat;
  if (strict && asked !== undefined) {
    const message = 'strict mode announces nothing after an advert of lower priority; ignored';
    context.findings.report('strict-forbids', spanFor(asked), message);
  }
  return {
    masterDelay: valueOf(settings.garp_master_delay) ?? defaults.masterDelay,
    masterRepeat: Math.max(1, repeat),
    masterRefresh: valueOf(settings.garp_master_refresh) ?? defaults.masterRefresh,
    masterRefreshRepeat:
      refresh === undefined ? defaults.masterRefreshRepeat : Math.max(1, refresh),
    lowerPrioDelay: strict ? 0 : lowerDelay,
    lowerPrioRepeat: strict ? 0 : lowerRepeat,
    extraInterval: extra?.interval ?? defaults.extraInterval,
    extraAll: extra?.all ?? defaults.extraAll,
  };
}
