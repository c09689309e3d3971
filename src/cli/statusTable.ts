/**
 * The status as a person reads it: for each instance a line at a glance, and below it what explains
 * it. Fits 80 columns; wider terminals get whole sentences. Pure.
 */
import { paint } from '../base/terminal.ts';
import type {
  AlarmReport,
  DaemonReport,
  InstanceReport,
  NotifyReportLine,
  StatusReport,
  TrackerReportLine,
  TrackerRuns,
} from '../observe/statusReport.ts';

export interface TableOptions {
  /** At least 40. */
  readonly columns: number;
  readonly color: boolean;
}

/** From this many instances on each has its one line and nothing else. */
const briefFrom = 8;

export function statusTable(report: StatusReport, options: TableOptions): string {
  const { instances, groups, trackers, alarms, daemon } = report;
  const brief = instances.length >= briefFrom;
  const width = nameWidth(instances, options.columns, brief);
  const lines = [headLine(report), ''];
  if (daemon.trialEndsAt !== undefined)
    lines.push(...wrap(trialText(daemon), '', options.columns), '');
  for (const alarm of alarmTexts(alarms, daemon.at))
    lines.push(...wrap(alarm, '', options.columns));
  for (const trouble of daemon.troubles) lines.push(...wrap(trouble, '', options.columns));
  if (alarms.length + daemon.troubles.length > 0) lines.push('');
  lines.push(columnsLine(width, options.columns));
  for (const one of brief ? troubleFirst(instances) : instances) {
    lines.push(...instanceLines(one, daemon, width, options));
    if (brief && !isTrouble(one)) continue;
    for (const line of details(one, daemon)) lines.push(...wrap(line, '  ', options.columns));
  }
  if (groups.length > 0) lines.push('');
  for (const { name, state, sinceAt } of groups) {
    lines.push(`group ${name}: ${state} for ${age(daemon.at - sinceAt)}`);
  }
  if (trackers.length > 0) lines.push('');
  for (const one of trackers) {
    lines.push(...wrap(trackerLine(one), '', options.columns));
    if (brief || one.runs === undefined) continue;
    lines.push(...wrap(runsText(one.runs, daemon.at), '  ', options.columns));
  }
  const late = report.notify.map(notifyText).filter((text) => text !== undefined);
  if (late.length > 0) lines.push('');
  for (const text of late) lines.push(...wrap(text, '', options.columns));
  return lines.map((line) => `${cut(line, options.columns)}\n`).join('');
}

/** From this many on, alarms of one kind are one line: what all instances have is said once. */
const manyAlarms = 4;

function alarmTexts(alarms: readonly AlarmReport[], at: number): string[] {
  const told = new Set<string>();
  return alarms.flatMap(({ name, instance, sentence, sinceAt }) => {
    const alike = alarms.filter((other) => other.name === name);
    const text = `${instance} for ${age(at - sinceAt)}: ${sentence}`;
    if (alike.length < manyAlarms) return [`alarm ${name} of ${text}`];
    if (told.has(name)) return [];
    told.add(name);
    const count = alike.length - 1;
    return [`alarm ${name} of ${text} (and of ${count} other instances: --json lists them)`];
  });
}

function isTrouble({ state, drained }: InstanceReport): boolean {
  return state === 'FAULT' || drained;
}

/** A screen holds a few of hundreds: these. Each kind stays in the order of the file. */
function troubleFirst(instances: readonly InstanceReport[]): readonly InstanceReport[] {
  return instances.toSorted((a, b) => Number(isTrouble(b)) - Number(isTrouble(a)));
}

function headLine({ daemon, instances }: StatusReport): string {
  const order = ['MASTER', 'BACKUP', 'FAULT', 'INIT'] as const;
  const counts = order
    .map((state) => [instances.filter((one) => one.state === state).length, state] as const)
    .filter(([count]) => count > 0)
    .map(([count, state]) => `${count} ${state}`);
  const up = age(daemon.at - daemon.startedAt);
  const late = `worst lateness ${millis(daemon.worstLatenessMs)}`;
  return `failoverd ${daemon.version}: ${counts.join(', ') || 'no instance'}; up ${up}; ${late}`;
}

function trialText({ trialEndsAt = 0, at }: DaemonReport): string {
  const left = age(Math.max(0, trialEndsAt - at));
  return `reload on trial: in ${left} what ran before comes back (failoverd reload --confirm keeps what runs now)`;
}

function columnsLine(width: number, columns: number): string {
  const cells = ['STATE'.padEnd(7), 'SINCE'.padStart(6), 'PRIO'.padStart(5), 'VIPS'.padStart(7)];
  if (!isNarrow(columns)) cells.push('EVERY'.padStart(7));
  return ['INSTANCE'.padEnd(width), ...cells, 'MASTER'].join(' ');
}

/** Who is MASTER matters more than how often it says so. */
function isNarrow(columns: number): boolean {
  return columns < 70;
}

/** Of the cells between the name and the master, with the spaces around them. */
function cellsWidth(columns: number): number {
  return isNarrow(columns) ? 30 : 38;
}

/** Of the column of names: as the longest needs, where there is room; 20 at the expense of the master. */
function nameWidth(instances: readonly InstanceReport[], columns: number, brief: boolean): number {
  const longest = Math.max(0, ...instances.map(({ name }) => name.length));
  const masters = Math.max(0, ...instances.map((one) => masterText(one).length));
  // A few may have two lines each; hundreds may not.
  const least = !isNarrow(columns) ? 20 : brief ? 14 : 8;
  return Math.max(8, Math.min(longest, Math.max(least, columns - cellsWidth(columns) - masters)));
}

/** A name is what other commands are given: one that is too long has a line of its own. */
function instanceLines(
  one: InstanceReport,
  daemon: DaemonReport,
  width: number,
  options: TableOptions,
): string[] {
  const fits = one.name.length <= width;
  const state = one.state.padEnd(7);
  const wanted = one.state === 'MASTER' ? one.addresses.length : 0;
  const cells = [
    (fits ? one.name : '').padEnd(width),
    painted(state, one.state, options.color),
    age(daemon.at - one.sinceAt).padStart(6),
    String(one.priority.effective).padStart(5),
    `${one.confirmed}/${wanted}`.padStart(7),
  ];
  if (!isNarrow(options.columns)) cells.push(millis(one.masterAdvertIntervalMs).padStart(7));
  const master = keepEnd(masterText(one), options.columns - width - cellsWidth(options.columns));
  const line = `${cells.join(' ')} ${master}`.trimEnd();
  return fits ? [line] : [one.name, line];
}

function masterText(one: InstanceReport): string {
  if (one.drained) return 'drained';
  if (one.state === 'MASTER') return 'this router';
  const { master } = one;
  return master === undefined ? '' : `${master.address} (${master.priority})`;
}

/** What stands below an instance. */
function details(one: InstanceReport, daemon: DaemonReport): string[] {
  const lines: string[] = [];
  const { priority, lastChange, addresses, arrivals } = one;
  if (priority.parts.length > 0) lines.push(`priority: ${priorityText(priority)}`);
  const change = lastChange?.sentence.replace(`${one.name}: `, '');
  const reasons = one.faults.length > 0 ? one.faults : [one.cause.sentence];
  for (const reason of reasons) {
    // Where the change has only this cause, it says so itself.
    if (reasons.length > 1 || change?.includes(reason) !== true) lines.push(`why: ${reason}`);
  }
  if (lastChange !== undefined && change !== undefined) {
    lines.push(`last change: ${age(daemon.at - lastChange.at)} ago, ${change}`);
  }
  for (const { address, error, foreignOn } of addresses) {
    if (error !== undefined) lines.push(`${address}: ${error}`);
    if (foreignOn !== undefined)
      lines.push(`${address}: on ${foreignOn}, but failoverd did not add it`);
  }
  if (arrivals.nearFailovers > 0) {
    const longest = `at most ${arrivals.longestMissed} adverts missed in a row`;
    lines.push(`near failovers: ${arrivals.nearFailovers} (${longest})`);
  }
  return lines;
}

/** `200 = 150 + 50 (script chk)`. */
function priorityText({ base, effective, parts }: InstanceReport['priority']): string {
  const terms = parts.map(
    ({ name, delta }) => `${delta < 0 ? '-' : '+'} ${Math.abs(delta)} (${name})`,
  );
  const sum = parts.reduce((total, { delta }) => total + delta, base);
  const clamped = sum === effective ? '' : ', kept within 1 to 254';
  return `${effective} = ${base} ${terms.join(' ')}${clamped}`;
}

function trackerLine({ kind, name, status, detail }: TrackerReportLine): string {
  const what = `${kind} ${name}: ${status}`;
  return detail === '' ? what : `${what} (${oneLine(detail)})`;
}

/** `ran 120 times, 3 failed; last 0.4s ago, took 12.3ms; next in 0.6s`. */
function runsText({ count, failed, skipped, last, ...now }: TrackerRuns, at: number): string {
  const skips = skipped === 0 ? '' : `, ${skipped} left out`;
  const parts = [`ran ${count} times, ${failed} failed${skips}`];
  if (last !== undefined) {
    parts.push(`last ${age(at - last.endedAt)} ago, took ${millis(last.durationMs)}`);
  }
  const { runningForMs, overdue, nextInMs } = now;
  if (runningForMs !== undefined) {
    parts.push(`running for ${millis(runningForMs)}${overdue === true ? ', overdue' : ''}`);
  }
  if (nextInMs !== undefined) parts.push(`next in ${millis(nextInMs)}`);
  return parts.join('; ');
}

/** A script that takes longer than this is shown while it runs. */
const longMs = 1000;

/** Undefined: whoever is told is told in time. */
function notifyText(one: NotifyReportLine): string | undefined {
  const { kind, name, waiting, running, problem } = one;
  const parts: string[] = [];
  if (running !== undefined && running.forMs > longMs) {
    const { keyword, event, forMs } = running;
    parts.push(`${keyword} for ${event} has been running for ${age(forMs)}`);
  }
  if (waiting > 0) parts.push(waiting === 1 ? '1 event waits' : `${waiting} events wait`);
  if (problem !== undefined) parts.push(problem);
  if (parts.length === 0) return undefined;
  const who = { script: `notify of ${name}`, fifo: `FIFO ${name}`, mail: 'mail' }[kind];
  return oneLine(`${who}: ${parts.join('; ')}`);
}

/** A script's output may hold anything; a terminal must not act on it. */
export function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.trim().replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

/** Who waits as BACKUP needs no color. */
const paints = { MASTER: 'good', FAULT: 'bad', INIT: 'warning' } as const;

function painted(text: string, state: InstanceReport['state'], color: boolean): string {
  return state === 'BACKUP' ? text : paint(text, paints[state], color);
}

/** At spaces, so that the end of a sentence, which says why, is not lost. */
export function wrap(text: string, indent: string, columns: number): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    const longer = line.trim() === '' ? `${line}${word}` : `${line} ${word}`;
    if (longer.length <= columns || line.trim() === '') {
      line = longer;
      continue;
    }
    lines.push(line);
    line = `${indent}    ${word}`;
  }
  return [...lines, line];
}

/** The end of an IPv6 address tells routers apart, and the priority follows it. */
function keepEnd(text: string, room: number): string {
  if (text.length <= room || room < 4) return text;
  return `...${text.slice(text.length - room + 3)}`;
}

/** Cuts what is seen, and lets color codes through. */
function cut(line: string, columns: number): string {
  // eslint-disable-next-line no-control-regex
  const codes = line.match(/\u001b\[[0-9]+m/g)?.join('').length ?? 0;
  const room = columns + codes;
  return line.length <= room ? line : `${line.slice(0, room - 3)}...`;
}

/** Whole units, the two largest at most: `3s`, `4m12s`, `5h3m`, `12d4h`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'm'],
    [1, 's'],
  ] as const;
  const first = units.findIndex(([size]) => seconds >= size);
  if (first < 0) return '0s';
  const [size, letter] = units[first] ?? [1, 's'];
  const rest = seconds % size;
  const [nextSize, nextLetter] = units[first + 1] ?? [0, ''];
  const more = nextSize === 0 ? 0 : Math.floor(rest / nextSize);
  return `${Math.floor(seconds / size)}${letter}${more === 0 ? '' : `${more}${nextLetter}`}`;
}

function millis(ms: number): string {
  return ms >= 1000 ? `${Number((ms / 1000).toFixed(2))}s` : `${Number(ms.toPrecision(3))}ms`;
}
