/** Serves the metrics over HTTP, on a loopback address or a Unix socket; off until asked for. */
import { chmodSync, lchownSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { metricsContentType } from './metrics.ts';
import type { MetricsPlace } from '../base/metricsPlace.ts';
import { removeStaleSocket } from '../base/staleSocket.ts';

export interface MetricsServer {
  close(): void;
}

/**
 * `text` is asked for at each scrape. `group` may read at a Unix socket; undefined: the daemon's own.
 * Rejects when the place cannot be had.
 */
export async function startMetricsServer(
  place: MetricsPlace,
  group: number | undefined,
  text: () => Promise<string>,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end('/metrics is here\n');
      return;
    }
    text().then(
      (body) => response.writeHead(200, { 'content-type': metricsContentType }).end(body),
      () => response.writeHead(503).end('the engine does not answer\n'),
    );
  });
  server.maxConnections = 32;
  server.headersTimeout = 5000;
  server.requestTimeout = 10_000;
  // Who does not take its answer is let go of.
  server.setTimeout(10_000);
  if (place.kind === 'unix') removeStaleSocket(place.path);
  const where = place.kind === 'unix' ? { path: place.path } : place;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => resolve());
  });
  if (place.kind === 'unix') {
    if (group !== undefined) lchownSync(place.path, process.getuid?.() ?? 0, group);
    chmodSync(place.path, 0o660);
  }
  return {
    close: () => {
      server.close();
      server.closeAllConnections();
      if (place.kind === 'unix') rmSync(place.path, { force: true });
    },
  };
}
