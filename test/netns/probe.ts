import type { Host } from '../lab/host.ts';
import { HOST_NUMBER } from '../lab/lab.ts';

/** The walkthrough's check: one ping, with a limit of one second. */
const CHECK_SCRIPT = `#!/bin/sh
ping -c 1 -W 1 192.168.122.${HOST_NUMBER.client} >/dev/null 2>&1
`;

/** Installs the check as the file names it. */
export function installCheck(host: Host): void {
  host.installScript('keepalived_check.sh', CHECK_SCRIPT);
}

/** Inserts a firewall rule that drops the answers to the host's probe. */
export async function blockProbe(host: Host): Promise<void> {
  await host.run(
    'nft',
    `add table ip probe; add chain ip probe in { type filter hook input priority 0; };
     insert rule ip probe in icmp type echo-reply drop`,
  );
}

/** Deletes the rule again. */
export async function freeProbe(host: Host): Promise<void> {
  await host.run('nft', 'delete table ip probe');
}
