// The client of the demonstration: asks http://ADDRESS/ on a new connection every few
// milliseconds and writes one line for each answer: when it came (microseconds since 1970) and
// the name that the web server gave.
// Usage: node client.mjs ADDRESS PERIOD_MS
import { connect } from 'node:net';

const [address, period] = process.argv.slice(2);
/** A connection that got nothing for so long will not: its packets went to the wrong router. */
const PATIENCE_MS = 250;

function ask() {
  const socket = connect({ host: address, port: 80 });
  let text = '';
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  socket.on('connect', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
  socket.on('data', (part) => (text += part));
  socket.on('error', () => undefined);
  socket.on('end', () => {
    const now = Math.round((performance.timeOrigin + performance.now()) * 1000);
    const body = text.split('\r\n\r\n')[1];
    if (text.includes(' 200 OK') && body) process.stdout.write(`${now} ${body}\n`);
    socket.destroy();
  });
}

setInterval(ask, Number(period));
