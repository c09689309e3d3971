import { ControlClient } from '../../src/observe/controlClient.ts';
import type { StatusReport } from '../../src/observe/controlClient.ts';
import type { Host } from '../lab/host.ts';

/** Asks the daemon of a host by the typed client, from outside of the host's mount namespace. */
export async function asked<T>(
  host: Host,
  question: (client: ControlClient) => Promise<T>,
): Promise<T> {
  const client = await ControlClient.connect(socketOf(host));
  try {
    return await question(client);
  } finally {
    client.close();
  }
}

export function statusOf(host: Host): Promise<StatusReport> {
  return asked(host, (client) => client.status());
}

/** The control socket of the daemon on that host, as seen from outside. */
export function socketOf(host: Host): string {
  return host.runPath(`failoverd/control.${host.namespace}.sock`);
}
