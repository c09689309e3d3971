// Usage: node readers.mjs SOCKET COUNT [METRICS]
// COUNT connections to a control socket, each of which watches the status. Says "reading" when all of
// them have their first picture. With METRICS, a Unix socket, it also asks that for the metrics, ten
// times a second.
import { get } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const [socket = '', count = '1', metrics] = process.argv.slice(2);
let silent = Number(count);

for (let reader = Number(count); reader > 0; reader--) {
  const connection = connect(socket);
  let seen = false;
  createInterface({ input: connection }).on('line', (line) => {
    if (seen || !line.startsWith('{"id"')) return;
    seen = true;
    if (--silent === 0) console.log('reading');
  });
  setTimeout(() => connection.write('{"id":1,"method":"watch"}\n'), Math.random() * 1000);
}

if (metrics !== undefined) {
  const path = '/metrics';
  setInterval(() => get({ socketPath: metrics, path }, (answer) => answer.resume()), 100);
}
