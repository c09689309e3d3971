// Hosts that are asked without a script: an instance goes by what they answer.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventuallyEqual } from '../lab/eventually.ts';
import { Lab } from '../lab/lab.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { Failoverd } from '../lab/router-daemon.ts';

const missing = whatIsMissing(LAB_PROGRAMS);
const OWN = '192.168.122.101/24';
const VIP = '192.168.122.200/24';
const CLIENT4 = '192.168.122.9';
const CLIENT6 = 'fd00:122::9';

/** Each line carries the prefix, so that keepalived takes the same file. */
const probe = (name: string, target: string): string => `@failoverd vrrp_probe ${name} {
@failoverd   ${target}
@failoverd   interval 0.1
@failoverd   timeout 0.5
@failoverd }
`;

/** With lines of what it tracks. */
function instance(uses: string): string {
  return `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 100
  advert_int 0.1
  virtual_ipaddress {
    ${VIP}
  }
@failoverd track_probe {
${uses}@failoverd }
}
`;
}

const CONFIG = `global_defs {
  vrrp_version 3
}
${probe('echo4', `icmp ${CLIENT4}`)}${probe('echo6', `icmp ${CLIENT6} eth0`)}
${probe('arp', `arp ${CLIENT4} eth0`)}${probe('nd', `arp ${CLIENT6} eth0`)}
${instance(`@failoverd   echo4 weight 10
@failoverd   echo6 weight 20
@failoverd   arp weight 40
@failoverd   nd
`)}`;

test.skipIf(missing !== '')(`probes over the wire ${missing}`, async () => {
  const lab = await Lab.create();
  try {
    const { client, server1 } = lab;
    for (const host of [client, server1]) {
      await host.shell(
        'sysctl -qw net.ipv6.conf.eth0.accept_dad=0 net.ipv6.conf.eth0.disable_ipv6=0',
      );
    }
    const address = (what: 'add' | 'del', text: string) =>
      client.ip('addr', what, text, 'dev', 'eth0');
    await address('add', `${CLIENT4}/24`);
    await client.ip('addr', 'add', `${CLIENT6}/64`, 'dev', 'eth0', 'nodad');
    await server1.ip('addr', 'add', 'fd00:122::101/64', 'dev', 'eth0', 'nodad');
    const witness = await Capture.start(client);
    const daemon = new Failoverd(server1, {});
    await daemon.start(CONFIG);
    const from = '192.168.122.101';
    const priority = (value: number, since: number) =>
      witness.waitForAdvert({ from, priority: value, since });
    try {
      await priority(170, 0);
      let since = Capture.now();
      await client.shell('sysctl -qw net.ipv4.icmp_echo_ignore_all=1');
      await priority(160, since);
      since = Capture.now();
      await client.shell('sysctl -qw net.ipv6.icmp.echo_ignore_all=1');
      await priority(140, since);
      since = Capture.now();
      await client.ip('link', 'set', 'dev', 'eth0', 'arp', 'off');
      await priority(0, since); // Neither ARP nor ND is answered any more.
      await eventuallyEqual('eth0 of server1', () => server1.addresses(), [OWN]);
      await client.ip('link', 'set', 'dev', 'eth0', 'arp', 'on');
      await eventuallyEqual('eth0 of server1', () => server1.addresses(), [OWN, VIP]);
      expect(daemon.logs()).toMatch(/probe nd: failed: fd00:122::9 did not answer within 0.5 s/);
    } catch (error) {
      throw new Error(`${String(error)}\n${daemon.logs()}`, { cause: error });
    }
    await daemon.stop();
  } finally {
    await lab.close();
  }
});

const INSTANCE = instance(`@failoverd   tcp weight 1
@failoverd   http weight 2
@failoverd   https weight 4
@failoverd   unknown weight 8
@failoverd   dns weight 16
`);

const SERVICES = `global_defs {
  vrrp_version 3
}
${probe('tcp', `tcp ${CLIENT4} 7000`)}${probe('http', `http http://${CLIENT4}/ 204`)}
${probe('https', `http https://${CLIENT4}/\n@failoverd   http_verify off`)}
${probe('unknown', `http https://${CLIENT4}/`)}${probe('dns', `dns ${CLIENT4} www.example.com`)}
${INSTANCE}`;

/** A certificate that nobody knows. */
function certificate(directory: string): [key: string, cert: string] {
  const [key, cert] = [path.join(directory, 'key.pem'), path.join(directory, 'cert.pem')];
  const how = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const name = ['-subj', '/CN=client', '-days', '2'];
  execFileSync('openssl', ['req', ...how, '-keyout', key, '-out', cert, ...name], {
    stdio: 'ignore',
  });
  return [key, cert];
}

test.skipIf(missing !== '')(`probes of services ${missing}`, async () => {
  const lab = await Lab.create();
  try {
    const { client, server1, directory } = lab;
    await client.ip('addr', 'add', `${CLIENT4}/24`, 'dev', 'eth0');
    const program = path.join(import.meta.dirname, 'answering.mjs');
    const [key, cert] = certificate(directory);
    const host = await client.start([process.execPath, program, CLIENT4, key, cert, directory]);
    await host.waitForLine(/answers/);
    const witness = await Capture.start(client);
    const daemon = new Failoverd(server1, {});
    await daemon.start(SERVICES);
    const priority = (value: number, since: number) =>
      witness.waitForAdvert({ from: '192.168.122.101', priority: value, since });
    try {
      // All but the one whose certificate is not believed.
      let value = 100 + 1 + 2 + 4 + 16;
      await priority(value, 0);
      expect(daemon.logs()).toMatch(/probe unknown: failed: .*certificate/i);
      for (const [what, weight] of [
        ['tcp', 1],
        ['http', 2],
        ['https', 4],
        ['dns', 16],
      ] as const) {
        let since = Capture.now();
        writeFileSync(path.join(directory, what), '');
        await priority((value -= weight), since);
        since = Capture.now();
        rmSync(path.join(directory, what));
        await priority((value += weight), since);
      }
      // Nobody is there any more who could refuse.
      const since = Capture.now();
      await client.ip('link', 'set', 'dev', 'eth0', 'arp', 'off');
      await client.ip('addr', 'del', `${CLIENT4}/24`, 'dev', 'eth0');
      await priority(100, since);
    } catch (error) {
      throw new Error(`${String(error)}\n${daemon.logs()}`, { cause: error });
    }
    await daemon.stop();
  } finally {
    await lab.close();
  }
});
