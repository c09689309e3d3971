/** Notify scripts and the other ways of telling, for instances and sync groups. */

import { microsPerSecond } from '../../base/units.ts';
import { valueOf } from '../keywords/types.ts';
import type { Globals, Instance, NotifyScripts } from '../model.ts';
import type { GroupSettings, InstanceSettings } from './settings.ts';

/** One for all that have none. */
const silent: NotifyScripts = {
  any: null,
  master: null,
  backup: null,
  fault: null,
  stop: null,
  deleted: null,
  masterRxLowerPri: null,
  tellDeleted: false,
};

export function lowerNotify(settings: InstanceSettings | GroupSettings): NotifyScripts {
  const own: InstanceSettings = settings;
  if (!Object.keys(own).some((keyword) => keyword.startsWith('notify'))) return silent;
  return {
    any: valueOf(settings.notify) ?? null,
    master: valueOf(settings.notify_master) ?? null,
    backup: valueOf(settings.notify_backup) ?? null,
    fault: valueOf(settings.notify_fault) ?? null,
    stop: valueOf(settings.notify_stop) ?? null,
    deleted: valueOf(settings.notify_deleted) ?? null,
    masterRxLowerPri: valueOf(own.notify_master_rx_lower_pri) ?? null,
    tellDeleted: settings.notify_deleted !== undefined,
  };
}

export function lowerGate(settings: InstanceSettings): Instance['gate'] {
  const command = valueOf(settings.notify_gate);
  if (command === undefined) return null;
  return { command, limit: valueOf(settings.notify_gate_timeout) ?? microsPerSecond };
}

/** The nearest setting decides; whether there is anybody to write to is another question. */
export function lowerAlert(settings: InstanceSettings | GroupSettings, { mail }: Globals): boolean {
  return valueOf(settings.smtp_alert) ?? mail.alertVrrp ?? mail.alertDefault ?? false;
}
