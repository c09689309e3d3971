/**
 * One mail to the relay, with nodemailer. The library is loaded with the first mail: who sends
 * none pays nothing for it.
 */
import { readFile } from 'node:fs/promises';
import type { SendMail } from './mailQueue.ts';

export interface RelaySettings {
  readonly host: string;
  readonly port: number;
  readonly from: string;
  readonly to: readonly string[];
  /** For the greeting; undefined: the host's name. */
  readonly heloName: string | undefined;
  /** For the connection, the greeting and each answer, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * `may`: encrypted where the relay offers it, whoever it is. `require` (STARTTLS) and `implicit`
   * (TLS from the first byte): encrypted, and the relay's certificate has to be right.
   */
  readonly tls: 'off' | 'may' | 'require' | 'implicit';
  /** A file of certificates to trust instead of the system's. */
  readonly tlsCa: string | undefined;
  readonly auth: RelayAccount | undefined;
}

export interface RelayAccount {
  readonly user: string;
  /** The password, or `file:PATH`. */
  readonly password: string;
}

export function relay(settings: RelaySettings): SendMail {
  return async ({ subject, text }) => {
    const { createTransport } = await import('nodemailer');
    const transport = createTransport(await transportOptions(settings));
    try {
      await transport.sendMail({
        from: settings.from,
        to: [...settings.to],
        subject,
        text,
        headers: { 'Auto-Submitted': 'auto-generated' }, // RFC 3834: no vacation answers.
      });
    } finally {
      transport.close();
    }
  };
}

async function transportOptions(settings: RelaySettings) {
  const { host, port, heloName, timeoutMs, tls, tlsCa, auth } = settings;
  const verified = tls === 'require' || tls === 'implicit';
  return {
    host,
    port,
    secure: tls === 'implicit',
    ignoreTLS: tls === 'off',
    requireTLS: tls === 'require',
    tls: {
      rejectUnauthorized: verified,
      ...(tlsCa === undefined ? {} : { ca: await readFile(tlsCa) }),
    },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(heloName === undefined ? {} : { name: heloName }),
    ...(auth === undefined ? {} : { auth: { user: auth.user, pass: await passwordOf(auth) } }),
  };
}

async function passwordOf({ password }: RelayAccount): Promise<string> {
  if (!password.startsWith('file:')) return password;
  return (await readFile(password.slice('file:'.length), 'utf8')).replace(/\r?\n$/, '');
}
