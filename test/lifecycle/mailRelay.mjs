// A mail relay on 127.0.0.1, port 2525, of the namespace that it is started in: says when it listens, and
// prints the subject of every mail that it takes.

import { SMTPServer } from 'smtp-server';

const relay = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  onData(stream, _session, done) {
    let text = '';
    stream.on('data', (chunk) => (text += chunk.toString()));
    stream.on('end', () => {
      console.log(`mail: ${/^Subject: (.*)$/m.exec(text)?.[1]?.trim() ?? text}`);
      done();
    });
  },
});
relay.listen(2525, '127.0.0.1', () => console.log('listening'));
