/** The time that a `reload_time_file` names (keepalived.conf(5)). */

const form =
  /^(?:(?<year>\d{2}|\d{4})-(?<month>\d{2})-(?<day>\d{2}) )?(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})(?<utc>Z?)$/;

/**
 * The next moment, in milliseconds since 1970, that the first line names: `HH:MM:SS` of today or
 * else of tomorrow, or that of a day, `[YY]YY-MM-DD HH:MM:SS`. With `Z` the time is UTC, otherwise the host's.
 * undefined: it is no such time, or it is over.
 */
export function reloadMoment(text: string, nowMs: number): number | undefined {
  const [line = ''] = text.split('\n');
  const parts = form.exec(line)?.groups;
  if (parts === undefined) return undefined;
  const [hour, minute, second] = [parts['hour'], parts['minute'], parts['second']].map(Number);
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const utc = parts['utc'] === 'Z';
  const at = (year: number, month: number, day: number): number =>
    utc
      ? Date.UTC(year, month, day, hour, minute, second)
      : new Date(year, month, day, hour, minute, second).getTime();
  if (parts['year'] === undefined) return ofTheDay(at, utc, nowMs);
  const year = Number(parts['year']) + (parts['year'].length === 2 ? 2000 : 0);
  const [month, day] = [Number(parts['month']), Number(parts['day'])];
  // The 31st of a shorter month would be the first of the next one.
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCDate() !== day || date.getUTCMonth() !== month - 1) return undefined;
  const moment = at(year, month - 1, day);
  return moment > nowMs ? moment : undefined;
}

type Moment = (year: number, month: number, day: number) => number;

function ofTheDay(at: Moment, utc: boolean, nowMs: number): number {
  const now = new Date(nowMs);
  const [year, month, day] = utc
    ? [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()]
    : [now.getFullYear(), now.getMonth(), now.getDate()];
  const today = at(year, month, day);
  return today > nowMs ? today : at(year, month, day + 1);
}
