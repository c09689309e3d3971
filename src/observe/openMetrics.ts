/** The OpenMetrics text format: families of samples as lines. Pure. */

export type Labels = Readonly<Record<string, string | number>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Behind the family's name: `_total`, `_bucket`. */
  readonly suffix?: string;
}

export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'info';
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** A family with its head. */
export function familyText({ name, type, help, samples }: Family): string {
  const lines = [`# TYPE ${name} ${type}`, `# HELP ${name} ${help}.`];
  for (const { labels, value, suffix = '' } of samples) {
    lines.push(`${name}${suffix}${labelsText(labels)} ${value}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(String(value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** Bucket n of the engine ends at 2^n microseconds (native/base/log_histogram.h). */
export function histogram(labels: Labels, buckets: readonly number[], sumMicros: number): Sample[] {
  let count = 0;
  const samples = buckets.map((value, index): Sample => {
    count += value;
    const le = index === buckets.length - 1 ? '+Inf' : String(2 ** index / 1e6);
    return { labels: { ...labels, le }, value: count, suffix: '_bucket' };
  });
  return [
    ...samples,
    { labels, value: count, suffix: '_count' },
    { labels, value: sumMicros / 1e6, suffix: '_sum' },
  ];
}
