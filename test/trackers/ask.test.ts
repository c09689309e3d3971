/** Questions over real sockets of this host: who answers, who refuses, who is silent. */
import { createSocket } from 'node:dgram';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { askerFor } from '../../src/trackers/ask.ts';
import type { Answer, Question } from '../../src/trackers/ask.ts';

const address = '127.0.0.1';
let closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  closing.push(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function ask(question: Question, timeoutMs = 5000): Promise<Answer> {
  const asker = askerFor(question, systemClock);
  const answer = await asker.ask(timeoutMs).answer;
  asker.close();
  return answer;
}

describe('tcp', () => {
  it('answers, refuses, and is not waited for once it is stopped', async () => {
    const server = createServer((socket) => socket.destroy());
    const port = await listening(server);
    expect((await ask({ kind: 'tcp', address, port })).kind).toBe('answered');
    server.close();
    const refused = await ask({ kind: 'tcp', address, port });
    expect(refused).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/REFUSED/) });
    const asking = askerFor({ kind: 'tcp', address, port }, systemClock).ask(60_000);
    asking.stop();
    expect((await asking.answer).kind).toBe('unasked');
  });
});

describe('http', () => {
  const http = (port: number, path: string): Question => ({
    kind: 'http',
    url: `http://${address}:${port}/${path}`,
    from: 200,
    to: 399,
    verify: true,
  });

  it('goes by the status, and by the time', async () => {
    const port = await listening(
      createHttpServer((request, response) => {
        if (request.url === '/silent') return;
        response.statusCode = Number(request.url?.slice(1));
        response.end('x'.repeat(100_000));
      }),
    );
    expect((await ask(http(port, '204'))).kind).toBe('answered');
    expect(await ask(http(port, '503'))).toEqual({
      kind: 'failed',
      reason: 'answers with status 503',
    });
    expect(await ask(http(port, 'silent'), 100)).toEqual({
      kind: 'silent',
      reason: 'did not answer within 0.1 s',
    });
  });
});

describe('dns', () => {
  /** Says for every name that it is 192.0.2.1, except for `none`, which does not exist. */
  async function nameServer(): Promise<string> {
    const socket = createSocket('udp4');
    socket.on('message', (query, { port }) => {
      const missing = query.includes('none');
      const header = Buffer.from(query.subarray(0, 12));
      header.writeUInt16BE(missing ? 0x8183 : 0x8180, 2);
      header.writeUInt16BE(missing ? 0 : 1, 6);
      header.fill(0, 8, 12);
      const end = query.indexOf(0, 12) + 5;
      const answer = Buffer.from('c00c00010001000000000004c0000201', 'hex');
      const parts = [header, query.subarray(12, end), ...(missing ? [] : [answer])];
      socket.send(Buffer.concat(parts), port, address);
    });
    await new Promise<void>((resolve) => socket.bind(0, address, resolve));
    closing.push(() => socket.close());
    return `${address}:${socket.address().port}`;
  }

  it('a name is known, or not', async () => {
    const server = await nameServer();
    const dns = (name: string): Question => ({ kind: 'dns', server, name, type: 'A' });
    expect((await ask(dns('www.example.com'))).kind).toBe('answered');
    expect(await ask(dns('none.example.com'))).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/ENOTFOUND/),
    });
  });
});

it('an interface that does not exist is no answer of the host', async () => {
  const question = { kind: 'neighbor', address, interfaceName: 'no-such-if0' } as const;
  expect(await ask(question)).toMatchObject({
    kind: 'unasked',
    reason: expect.stringMatching(/^could not be asked: /),
  });
});
