import { describe, expect, it } from 'vitest';
import { reloadMoment } from '../../src/daemon/reload/reloadMoment.ts';

const now = Date.UTC(2026, 7, 13, 12, 0, 0);
const utc = (text: string): string | undefined => {
  const moment = reloadMoment(text, now);
  return moment === undefined ? undefined : new Date(moment).toISOString().slice(0, 19);
};
const pad = (number: number): string => String(number).padStart(2, '0');

describe('the time of a reload_time_file', () => {
  it.each([
    ['12:00:01Z', '2026-08-13T12:00:01'],
    ['12:00:00Z', '2026-08-14T12:00:00'],
    ['03:04:05Z\n', '2026-08-14T03:04:05'],
    ['26-08-31 23:59:59Z\nmore', '2026-08-31T23:59:59'],
    ['2027-01-01 00:00:00Z', '2027-01-01T00:00:00'],
  ])('%j is %s', (text, moment) => expect(utc(text)).toBe(moment));

  it.each([
    ['', 'nothing'],
    ['12:00', 'no seconds'],
    [' 12:00:01Z', 'a blank'],
    ['24:00:00', 'no such hour'],
    ['12:60:00', 'no such minute'],
    ['2026-02-30 10:00:00Z', 'no such day'],
    ['2026-13-01 10:00:00Z', 'no such month'],
    ['2026-08-13 11:59:59Z', 'over'],
  ])('%j is none: %s', (text) => expect(utc(text)).toBeUndefined());

  it('without Z is the time of this host', () => {
    const later = new Date(now + 3_600_000);
    const text = [later.getHours(), later.getMinutes(), later.getSeconds()].map(pad).join(':');
    expect(reloadMoment(text, now)).toBe(later.getTime());
  });
});
