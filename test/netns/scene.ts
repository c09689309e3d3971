// One router that is MASTER with two addresses, and to which something is done.

import { test } from 'vitest';
import { ControlClient } from '../../src/observe/controlClient.ts';
import { Capture } from '../lab/capture.ts';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { Lab } from '../lab/lab.ts';
import type { LabProcess } from '../lab/process.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD } from '../lab/router-daemon.ts';
import { version3 } from './configs.ts';
import { SERVER1, VIP } from './stage.ts';

const missing = whatIsMissing(LAB_PROGRAMS);
export const OWN = `${SERVER1}/24`;
export const VIPS = [`${VIP}/24`, '192.168.122.201/24'];

export interface Scene {
  readonly lab: Lab;
  readonly host: Host;
  readonly daemon: LabProcess;
  readonly witness: Capture;
  readonly control: ControlClient;
}

/** What differs from one scene to the next. */
export interface Setting {
  /** The words of a command that starts the daemon as its last argument. */
  readonly entrance?: (host: Host) => readonly string[];
}

/** Declares a test of one router that is MASTER with both addresses. */
export function disturbed(
  title: string,
  body: (scene: Scene) => Promise<void>,
  setting: Setting = {},
): void {
  test.runIf(missing === '')(`${title} ${missing}`.trim(), async () => {
    const lab = await Lab.create();
    try {
      const host = lab.server1;
      const witness = await Capture.start(lab.client);
      const daemon = await start(host, setting);
      await witness.waitForAdvert({ from: SERVER1, priority: 200 });
      const socket = host.runPath(`failoverd/control.${host.namespace}.sock`);
      const control = await eventually('the socket', () => ControlClient.connect(socket));
      await hasAddresses(host, OWN, ...VIPS);
      await body({ lab, host, daemon, witness, control });
      control.close();
      await daemon.stop();
      await hasAddresses(host, OWN);
    } finally {
      await lab.close();
    }
  });
}

function start(host: Host, { entrance }: Setting): Promise<LabProcess> {
  const file = host.writeConfig(version3('0.05', VIPS));
  const command = [process.execPath, FAILOVERD, 'run', '-n', '-l', '-D', '-s', host.namespace];
  const argv = [...(entrance?.(host) ?? []), ...command, '-f', file];
  return host.start(argv, { name: 'failoverd', outsideNetwork: true });
}

export function hasAddresses(host: Host, ...wanted: readonly string[]): Promise<void> {
  const sorted = async (): Promise<string[]> => (await host.addresses()).toSorted();
  return eventuallyEqual('the addresses of eth0', sorted, wanted.toSorted());
}

export async function stateOf(control: ControlClient, name = 'VI_1'): Promise<string | undefined> {
  return (await control.status()).instances.find((one) => one.name === name)?.state;
}
