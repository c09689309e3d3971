// Usage: node readers.mjs SOCKET COUNT
// COUNT connections to a control socket, each of which asks for the status once a second. Says
// "reading" when all of them have been answered.
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const [socket = '', count = '1'] = process.argv.slice(2);
let silent = Number(count);

for (let reader = Number(count); reader > 0; reader--) {
  const connection = connect(socket);
  let id = 0;
  const ask = () => connection.write(`{"id":${++id},"method":"status"}\n`);
  createInterface({ input: connection }).on('line', (line) => {
    if (!line.startsWith('{"id"')) return;
    if (id === 1 && --silent === 0) console.log('reading');
  });
  setTimeout(() => {
    ask();
    setInterval(ask, 1000);
  }, Math.random() * 1000);
}
