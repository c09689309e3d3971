const form = /^(\d+)([smhd])$/;
const sizes: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** The seconds of `30s`, `10m`, `2h` or `1d`; undefined of anything else. */
export function secondsOf(text: string): number | undefined {
  const [, count, unit] = form.exec(text) ?? [];
  return unit === undefined ? undefined : Number(count) * (sizes[unit] ?? 1);
}
