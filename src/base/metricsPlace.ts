/** Where metrics may be served: this host only. */
export type MetricsPlace =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** As `readMetricsPlace` reads it. */
export function metricsPlaceText(place: MetricsPlace): string {
  if (place.kind === 'unix') return `unix:${place.path}`;
  const { host, port } = place;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** `unix:/run/x.sock`, `127.0.0.1:9650` or `[::1]:9650`; undefined: none of these. */
export function readMetricsPlace(text: string): MetricsPlace | undefined {
  if (text.startsWith('unix:/')) return { kind: 'unix', path: text.slice('unix:'.length) };
  const found = /^(?:\[(::1)\]|(127(?:\.\d{1,3}){3})):(\d{1,5})$/.exec(text);
  const host = found?.[1] ?? found?.[2];
  const port = Number(found?.[3]);
  return host === undefined || port > 65_535 ? undefined : { kind: 'tcp', host, port };
}
