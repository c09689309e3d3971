// The web server of the demonstration: answers every request with the name of its router. It is
// started under the name httpd; Node would otherwise call its main thread by another name.
import { createServer } from 'node:http';

process.title = 'httpd';
const [name] = process.argv.slice(2);
const server = createServer((_request, response) => {
  response.setHeader('connection', 'close');
  response.end(name);
});
server.listen(80, '0.0.0.0', () => console.log('listening'));
process.on('SIGTERM', () => process.exit(0));
