import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ControlClient } from '../../src/observe/controlClient.ts';
import { startControlServer } from '../../src/observe/controlServer.ts';
import type { Caller, ControlServer } from '../../src/observe/controlServer.ts';
import { ControlError } from '../../src/observe/controlProtocol.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'control-'));
const place = path.join(directory, 'below', 'control.sock');
const callers: Caller[] = [];
const sockets: Socket[] = [];
let server: ControlServer | undefined;

async function start(): Promise<ControlServer> {
  server = await startControlServer({
    path: place,
    handlers: {
      status: (params) => ({ asked: params }),
      events: (_params, caller) => {
        callers.push(caller);
        caller.onGone(() => undefined);
        return [];
      },
      why: () => 'x'.repeat(400_000),
      drain: () => {
        throw new ControlError('unknownInstance', 'there is no instance X');
      },
    },
  });
  return server;
}

/** A client that writes this and then never reads, unless it is asked to. */
async function raw(text: string): Promise<Socket> {
  const socket = connect(place).pause();
  sockets.push(socket);
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(text);
  return socket;
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  callers.length = 0;
  server?.close();
  rmSync(path.dirname(place), { recursive: true, force: true });
});

test('a file of ours that was named by mistake is left alone', async () => {
  mkdirSync(path.dirname(place));
  writeFileSync(place, 'vrrp_instance VI_1 {\n');
  await expect(start()).rejects.toThrow(/control\.sock is there already and is no socket/);
  expect(readFileSync(place, 'utf8')).toMatch(/^vrrp_instance/);
});

test('requests are answered, refusals are errors with a code, and the mode is 0660', async () => {
  await start();
  expect(statSync(place).mode & 0o777).toBe(0o660);
  const client = await ControlClient.connect(place);
  expect(await client.status('VI_1')).toEqual({ asked: { instance: 'VI_1' } });
  await expect(client.drain('X')).rejects.toMatchObject({ code: 'unknownInstance' });
  await expect(client.reload()).rejects.toMatchObject({ code: 'unknownMethod' });
  client.close();
});

test('a second daemon does not take the socket of a living one, but that of a dead one', async () => {
  const first = await start();
  await expect(start()).rejects.toThrow('answers at');
  first.close();
  await start();
});

test('events reach who follows, and nobody is called any more when it has gone', async () => {
  await start();
  const client = await ControlClient.connect(place);
  const heard: unknown[] = [];
  await client.events({ follow: true }, (entry) => heard.push(entry));
  let gone = false;
  callers[0]?.onGone(() => (gone = true));
  callers[0]?.event('{"number":1}');
  await until(() => heard.length === 1);
  client.close();
  await until(() => gone);
});

test('junk is answered with an error, a line without an end and a flood are cut off', async () => {
  const running = await start();
  const junk = await raw('{}\n');
  const text = await new Promise<string>((resolve) => {
    let all = '';
    junk.resume();
    junk.on('data', (data) => {
      all += data.toString();
      if (all.split('\n').length > 2) resolve(all);
    });
  });
  expect(text).toContain('"code":"badRequest"');
  junk.destroy();
  await raw('x'.repeat(100_000));
  await raw('{"id":1,"method":"status"}\n'.repeat(500));
  await until(() => running.clients === 0);
});

test('who has asked and closed its own direction is answered, and then let go', async () => {
  const running = await start();
  const asking = await raw('{"id":1,"method":"why"}\n{"id":2,"method":"status"}\n');
  asking.end();
  let text = '';
  asking.on('data', (data) => (text += data.toString()));
  const end = new Promise((resolve) => asking.once('end', resolve));
  asking.resume();
  await end;
  await until(() => running.clients === 0);
  expect(text).toMatch(/"id":1,"result":"x[^]*"id":2,"result"/);
});

test('who follows and closes its own direction has its answer and no events', async () => {
  const running = await start();
  const following = await raw('{"id":1,"method":"events","params":{"follow":true}}\n');
  following.end();
  following.resume();
  await until(() => running.clients === 0);
  callers[0]?.event('{"number":1}');
});

test('a connection has so many streams and no more', async () => {
  await start();
  const greedy = await raw('');
  let text = '';
  greedy.on('data', (data) => (text += data.toString()));
  greedy.resume();
  for (const batch of [10, 20, 30]) {
    const line = '{"id":7,"method":"events","params":{"follow":true}}\n';
    greedy.write(line.repeat(10));
    await until(() => text.split('"id":7').length > batch);
  }
  expect(text.split('"code":"refused"')).toHaveLength(15);
});

test('an answer longer than the limit does not shut out the next one', async () => {
  await start();
  const slow = await raw('{"id":1,"method":"why"}\n{"id":2,"method":"status"}\n');
  let text = '';
  slow.on('data', (data) => (text += data.toString()));
  slow.resume();
  await until(() => text.includes('"id":2'));
  expect(text.length).toBeGreaterThan(400_000);
});

test('who does not read is dropped before its answers fill the memory', async () => {
  const running = await start();
  await Promise.all(
    Array.from({ length: 50 }, () => raw('{"id":1,"method":"events","params":{"follow":true}}\n')),
  );
  await until(() => callers.length === 50);
  const before = process.memoryUsage().rss;
  const text = JSON.stringify({ sentence: 'x'.repeat(10_000) });
  for (let round = 0; round < 200; round++) {
    for (const caller of callers) caller.event(text);
    if (round % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => running.clients === 0);
  // Fifty clients hold a quarter of a megabyte each at most; what they were sent is 100 MB.
  expect(process.memoryUsage().rss - before).toBeLessThan(80 * 1024 * 1024);
});
