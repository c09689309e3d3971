// A host that answers what probes ask: tcp 7000, http 80, https 443 and dns 53.
// `node answering.mjs ADDRESS KEY CERT DIR`
// A file in DIR named like the question ends the answers to it: tcp (connections are refused), http,
// https (503), dns (there is no such name).
import { createSocket } from 'node:dgram';
import { existsSync, readFileSync } from 'node:fs';
import { createServer as http } from 'node:http';
import { createServer as https } from 'node:https';
import { createServer as tcp } from 'node:net';

const [own, key, cert, directory] = process.argv.slice(2);
const isOff = (what) => existsSync(`${directory}/${what}`);

const status = (what) => (_request, response) => {
  response.statusCode = isOff(what) ? 503 : 204;
  response.end();
};
http(status('http')).listen(80);
https({ key: readFileSync(key), cert: readFileSync(cert) }, status('https')).listen(443);

let listening;
setInterval(() => {
  if (isOff('tcp')) {
    listening?.close();
    listening = undefined;
  } else listening ??= tcp((connection) => connection.on('error', () => undefined)).listen(7000);
}, 20);

const names = createSocket('udp4');
names.on('message', (query, { address, port }) => {
  const missing = isOff('dns');
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(missing ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(missing ? 0 : 1, 6);
  header.fill(0, 8, 12);
  const end = query.indexOf(0, 12) + 5;
  const answer = Buffer.from('c00c00010001000000000004c0000201', 'hex');
  const parts = [header, query.subarray(12, end), ...(missing ? [] : [answer])];
  names.send(Buffer.concat(parts), port, address);
});
names.bind(53, own, () => console.log('answers'));
