/** keepalived's data file as far as the exporters' parsers read it. Pure. */
import { toSeconds } from '../../base/units.ts';
import type { Instance, Model, TrackScript } from '../../config/index.ts';
import { dumpKeepalived } from '../../config/index.ts';
import type { InstanceReport, StatusReport } from '../../observe/statusReport.ts';

export function keepalivedData(model: Model, report: StatusReport): string {
  const dumps = dumpKeepalived(model);
  const lines = ['------< VRRP Topology >------'];
  for (const [index, instance] of model.instances.entries()) {
    const one = report.instances.find(({ name }) => name === instance.name);
    const data = dumps[index]?.data as { readonly vips?: string[]; readonly evips?: string[] };
    if (one !== undefined) lines.push(...instanceLines(instance, one, data));
  }
  if (model.scripts.length > 0) lines.push('------< VRRP Scripts >------');
  for (const script of model.scripts) lines.push(...scriptLines(script, report));
  return lines.map((line) => `${line}\n`).join('');
}

function instanceLines(
  instance: Instance,
  one: InstanceReport,
  data: { readonly vips?: string[]; readonly evips?: string[] },
): string[] {
  const { garp } = instance;
  const since = one.sinceAt / 1000;
  const master =
    one.state === 'BACKUP' && one.master !== undefined
      ? [`   Master router = ${one.master.address}`, `   Master priority = ${one.master.priority}`]
      : [];
  return [
    ` VRRP Instance = ${one.name}`,
    `   VRRP Version = ${one.vrrpVersion}`,
    `   State = ${one.state}`,
    ...master,
    `   Wantstate = ${one.state}`,
    `   Last transition = ${since.toFixed(6)} (${dateText(one.sinceAt)})`,
    `   Interface = ${one.interface}`,
    `   Gratuitous ARP delay = ${toSeconds(garp.masterDelay)}`,
    `   Gratuitous ARP repeat = ${garp.masterRepeat}`,
    `   Gratuitous ARP refresh = ${toSeconds(garp.masterRefresh)}`,
    `   Gratuitous ARP refresh repeat = ${garp.masterRefreshRepeat}`,
    `   Gratuitous ARP lower priority delay = ${toSeconds(garp.lowerPrioDelay)}`,
    `   Gratuitous ARP lower priority repeat = ${garp.lowerPrioRepeat}`,
    `   Down timer adverts = ${instance.downTimerAdverts}`,
    `   Send advert after receive lower priority advert = ${!instance.lowerPrioNoAdvert}`,
    `   Send advert after receive higher priority advert = ${instance.higherPrioSendAdvert}`,
    `   Virtual Router ID = ${one.vrid}`,
    `   Priority = ${one.priority.base}`,
    `   Effective priority = ${one.priority.effective}`,
    `   Total priority = ${one.priority.effective}`,
    `   Advert interval = ${intervalText(one)}`,
    `   Accept = ${instance.accept ? 'enabled' : 'disabled'}`,
    `   Preempt = ${instance.preempt ? 'enabled' : 'disabled'}`,
    `   Promote_secondaries = ${instance.promoteSecondaries ? 'enabled' : 'disabled'}`,
    ...addressLines('Virtual IP', data.vips, one),
    ...addressLines('Virtual IP Excluded', data.evips, one),
    ...scriptUses(instance),
    `   Using smtp notification = ${instance.smtpAlert ? 'yes' : 'no'}`,
    `   Notify deleted = ${instance.notify.tellDeleted ? 'Deleted' : 'Fault'}`,
    `   Notify priority changes = ${instance.notifyPriorityChanges}`,
  ];
}

function intervalText({ vrrpVersion, advertIntervalMs }: InstanceReport): string {
  return vrrpVersion === 3 ? `${advertIntervalMs} milli-sec` : `${advertIntervalMs / 1000} sec`;
}

function addressLines(title: string, texts: string[] | undefined, one: InstanceReport): string[] {
  if (texts === undefined) return [];
  const set = one.confirmed > 0 ? ' set' : '';
  return [`   ${title} (${texts.length}):`, ...texts.map((text) => `     ${text}${set}`)];
}

function scriptUses({ trackScripts }: Instance): string[] {
  if (trackScripts.length === 0) return [];
  const uses = trackScripts.map(({ name, weight }) => `     ${name} weight ${weight}`);
  return ['   Tracked scripts :', ...uses];
}

function scriptLines(script: TrackScript, report: StatusReport): string[] {
  const found = report.trackers.find(({ kind, name }) => kind === 'script' && name === script.name);
  const status = found?.status ?? 'pending';
  return [
    ` VRRP Script = ${script.name}`,
    `   Command = ${script.command.argv.map((word) => `'${word}'`).join(' ')}`,
    `   Interval = ${toSeconds(script.interval)} sec`,
    `   Timeout = ${toSeconds(script.timeout)} sec`,
    `   Weight = ${script.weight}`,
    `   Rise = ${script.rise}`,
    `   Fall = ${script.fall}`,
    '   Insecure = no',
    `   Status = ${status === 'ok' ? 'GOOD' : status === 'failed' ? 'BAD' : 'INIT'}`,
    '   State = idle',
  ];
}

/** `Sat Jan 14 06:41:32.348360 2023`, local time. */
function dateText(wallMs: number): string {
  const date = new Date(wallMs);
  const [weekday = '', month = '', day = '', year = ''] = date.toDateString().split(' ');
  const clock = date.toTimeString().slice(0, 8);
  const micros = String(Math.round(wallMs % 1000) * 1000).padStart(6, '0');
  return `${weekday} ${month} ${day} ${clock}.${micros} ${year}`;
}
