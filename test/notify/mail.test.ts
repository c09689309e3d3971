/** Mail against a real SMTP server: refused, slow, encrypted, authenticated, away for a while. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { NotifyEvent } from '../../src/notify/event.ts';
import { mailFor } from '../../src/notify/mail.ts';
import { MailQueue } from '../../src/notify/mailQueue.ts';
import { relay } from '../../src/notify/mailRelay.ts';
import type { RelaySettings } from '../../src/notify/mailRelay.ts';
import { scratchDirectory, until } from '../base/scratch.ts';
import { VirtualClock } from '../base/virtualClock.ts';

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly secure: boolean;
  readonly user: string | undefined;
  readonly greeting: string;
}

let received: Received[] = [];
let closing: (() => Promise<unknown>)[] = [];
let problems: string[] = [];

beforeEach(() => {
  received = [];
  problems = [];
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A relay on a free port, or on `port`. */
async function server(options: SMTPServerOptions = {}, port = 0): Promise<number> {
  const made = new SMTPServer({
    authOptional: true,
    disabledCommands: options.onAuth === undefined ? ['AUTH', 'STARTTLS'] : [],
    onData: (stream, session, done) => {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text,
          secure: session.secure,
          user: typeof session.user === 'string' ? session.user : undefined,
          greeting: session.hostNameAppearsAs ?? '',
        });
        done();
      });
    },
    ...options,
  });
  made.on('error', () => undefined); // Clients that do not trust us.
  await new Promise<void>((resolve) => made.listen(port, '127.0.0.1', resolve));
  closing.push(() => new Promise<void>((resolve) => made.close(resolve)));
  return (made.server.address() as AddressInfo).port;
}

const settings = (port: number, more: Partial<RelaySettings> = {}): RelaySettings => ({
  host: '127.0.0.1',
  port,
  from: 'lb1@example.com',
  to: ['ops@example.com', 'noc@example.com'],
  heloName: 'lb1.example.com',
  timeoutMs: 5000,
  tls: 'may',
  tlsCa: undefined,
  auth: undefined,
  ...more,
});

function queue(to: RelaySettings, noFaults = false, clock = systemClock) {
  const mails = new MailQueue({ clock, onProblem: (sentence) => problems.push(sentence) });
  mails.configure({ routerId: 'LVS_DEVEL', noFaults, send: relay(to) });
  return mails;
}

const event = (what: NotifyEvent['what'], more: Partial<NotifyEvent> = {}): NotifyEvent => ({
  kind: 'INSTANCE',
  name: 'VI_1',
  what,
  priority: 100,
  at: 0,
  context: { previousState: 'BACKUP', cause: 'no advert from 10.0.0.2 for 3.6 s' },
  ...more,
});

const subjects = () => received.map(({ text }) => /^Subject: (.*)$/m.exec(text)?.[1]);

describe('what a mail says', () => {
  it.each([
    ['MASTER', 'INSTANCE', '[r] VRRP Instance VI_1 - Entering MASTER state'],
    ['STOP', 'INSTANCE', '[r] VRRP Instance VI_1 - Stopping'],
    ['DELETED', 'GROUP', '[r] VRRP Group VI_1 - Deleted'],
  ] as const)('%s of %s', (what, kind, subject) => {
    expect(mailFor(event(what, { kind }), 'r')?.subject).toBe(subject);
  });

  it('has no header that a name brought in', () => {
    const mail = mailFor(event('MASTER', { name: 'a\nBcc: x@example.com' }), 'r');
    expect(mail?.subject).not.toContain('\n');
    expect(mail?.text).not.toMatch(/^Bcc/m);
  });
});

it('mails each state once, in order, with the cause', async () => {
  const mails = queue(settings(await server()), true);
  for (const what of ['BACKUP', 'MASTER', 'MASTER', 'FAULT', 'BACKUP'] as const) {
    mails.push(event(what));
  }
  mails.push(event('MASTER_RX_LOWER_PRI'));
  await mails.close(10_000);
  expect(subjects().map((subject) => subject?.split(' ').at(-2))).toEqual([
    'BACKUP',
    'MASTER',
    'BACKUP',
  ]);
  expect(received[1]).toMatchObject({
    from: 'lb1@example.com',
    to: ['ops@example.com', 'noc@example.com'],
    greeting: 'lb1.example.com',
  });
  expect(received[1]?.text).toMatch(/^Cause: no advert from 10\.0\.0\.2 for 3\.6 s/m);
  expect(problems).toEqual([]);
});

it('waits for a relay that is away, says so once, and loses nothing', async () => {
  const port = await server();
  await closing.pop()?.();
  const clock = new VirtualClock();
  const mails = queue(settings(port), false, clock);
  mails.push(event('MASTER'));
  mails.push(event('BACKUP'));
  await until(() => problems.length > 0);
  await server({}, port);
  await until(async () => {
    await clock.advanceTo(clock.now() + 1000);
    return mails.view().sent === 2;
  });
  expect(problems).toEqual([expect.stringMatching(/^mail cannot be sent and waits: .*refused/i)]);
  expect(mails.view()).toEqual({ waiting: 0, sent: 2, dropped: 0, problem: undefined });
});

it('tries again after a passing refusal, and drops what is refused for good', async () => {
  let tries = 0;
  const refusal = (code: number) => Object.assign(new Error('no'), { responseCode: code });
  const port = await server({
    onMailFrom: (_address, _session, done) => {
      tries += 1;
      if (tries === 1) done(refusal(451));
      else if (tries === 2) done(refusal(550));
      else done();
    },
  });
  const clock = new VirtualClock();
  const mails = queue(settings(port), false, clock);
  mails.push(event('MASTER'));
  mails.push(event('BACKUP'));
  await until(async () => {
    await clock.advanceTo(clock.now() + 1000);
    return mails.view().sent === 1;
  });
  expect(subjects()).toEqual(['[LVS_DEVEL] VRRP Instance VI_1 - Entering BACKUP state']);
  expect(problems.at(-1)).toMatch(/^the mail ".* MASTER state" was refused: .*550/);
  expect(mails.view()).toMatchObject({ sent: 1, dropped: 1 });
});

it('waits for a slow relay: every mail arrives, in order, and nobody waits for it', async () => {
  const slowly = (done: () => void): void => void setTimeout(done, 100);
  const port = await server({ onMailFrom: (_address, _session, done) => slowly(done) });
  const mails = queue(settings(port));
  const states = ['MASTER', 'BACKUP', 'FAULT', 'MASTER', 'STOP'] as const;
  for (const state of states) mails.push(event(state));
  expect(mails.view().sent).toBe(0); // All were taken before the first was delivered.
  await until(() => mails.view().sent === states.length);
  const words = subjects().map(
    (subject) => /MASTER|BACKUP|FAULT|Stopping/.exec(subject ?? '')?.[0],
  );
  expect(words).toEqual(['MASTER', 'BACKUP', 'FAULT', 'MASTER', 'Stopping']);
  expect(problems).toEqual([]);
});

it('blocks nothing and gives up in time when the relay is silent', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => silent.close(resolve)));
  const { port } = silent.address() as AddressInfo;
  const mails = queue(settings(port, { timeoutMs: 200 }));
  mails.push(event('MASTER'));
  await until(() => problems.length > 0, 'the time-out');
  await mails.close(100);
  expect(problems[0]).toMatch(/waits: /);
  expect(problems.at(-1)).toBe('1 mails were not sent before the end');
});

describe('with TLS', () => {
  let key = '';
  let cert = '';
  let ca = '';
  beforeEach(() => {
    const directory = scratchDirectory();
    ca = join(directory, 'cert.pem');
    const file = join(directory, 'key.pem');
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const how = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    execFileSync('openssl', ['req', ...how, '-keyout', file, '-out', ca, ...name], {
      stdio: 'ignore',
    });
    [key, cert] = [readFileSync(file, 'utf8'), readFileSync(ca, 'utf8')];
  });

  const once = async (port: number, more: Partial<RelaySettings>) => {
    const mails = queue(settings(port, more));
    mails.push(event('MASTER'));
    await until(() => received.length > 0 || problems.length > 0);
    await mails.close(0);
  };

  it('encrypts where it is offered, whoever offers it', async () => {
    const port = await server({ key, cert, disabledCommands: ['AUTH'] });
    await once(port, {});
    expect(received).toMatchObject([{ secure: true }]);
  });

  it('trusts nobody unknown where encryption is required', async () => {
    const port = await server({ key, cert, disabledCommands: ['AUTH'] });
    await once(port, { tls: 'require' });
    expect(received).toEqual([]);
    expect(problems[0]).toMatch(/certificate/);
    problems = [];
    await once(port, { tls: 'require', tlsCa: ca });
    expect(received).toMatchObject([{ secure: true }]);
  });

  it('sends nothing in the clear where encryption is required', async () => {
    await once(await server(), { tls: 'require' });
    expect(received).toEqual([]);
    expect(problems).toHaveLength(2);
  });

  it('speaks TLS from the first byte, with an account', async () => {
    const port = await server({
      key,
      cert,
      secure: true,
      authOptional: false,
      onAuth: ({ username, password }, _session, done) =>
        password === 'secret'
          ? done(null, { user: username })
          : done(new Error('this is not the password')),
    });
    const auth = { user: 'lb1', password: 'wrong' };
    await once(port, { tls: 'implicit', tlsCa: ca, auth });
    expect(problems[0]).toMatch(/waits: .*535/);
    problems = [];
    await once(port, { tls: 'implicit', tlsCa: ca, auth: { ...auth, password: 'secret' } });
    expect(received).toMatchObject([{ secure: true, user: 'lb1' }]);
  });
});
