/**
 * Mails on their way: one at a time, in order, tried again until the relay takes them.
 *
 * One mail for a state: what was mailed last of an instance or group is not mailed again. A relay
 * that is away costs nothing but memory, and that is bounded: of what is too much the oldest mails
 * are left out, and the next one says how many. A mail that the relay refuses for good is dropped,
 * and said.
 */
import type { Clock, Timer } from '../base/clock.ts';
import type { NotifyEvent } from './event.ts';
import { mailFor } from './mail.ts';
import type { Mail } from './mail.ts';

/** Hands one mail to the relay. Rejects with the relay's or the system's error. */
export type SendMail = (mail: Mail) => Promise<void>;

export interface MailSettings {
  readonly routerId: string;
  /** `no_email_faults`. */
  readonly noFaults: boolean;
  readonly send: SendMail;
}

export interface MailQueueDeps {
  readonly clock: Clock;
  /** A mail was not taken: once when the trouble begins, and for each that is given up. */
  readonly onProblem: (sentence: string) => void;
}

export interface MailView {
  readonly waiting: number;
  readonly sent: number;
  readonly dropped: number;
  /** Why the last try failed; undefined when it did not. */
  readonly problem: string | undefined;
}

const waitingMax = 256;
const firstRetryMs = 2000;
const longestRetryMs = 300_000;

export class MailQueue {
  readonly #deps: MailQueueDeps;
  #settings: MailSettings | undefined;
  readonly #mailed = new Map<string, NotifyEvent['what']>();
  #waiting: Mail[] = [];
  #leftOut = 0;
  #counts = { sent: 0, dropped: 0 };
  #problem: string | undefined;
  #working = false;
  #closed = false;
  #wake: (() => void) | undefined;
  #idle: (() => void) | undefined;

  constructor(deps: MailQueueDeps) {
    this.#deps = deps;
  }

  /** undefined: no mail from now on. What waits is sent the new way. */
  configure(settings: MailSettings | undefined): void {
    this.#settings = settings;
    if (settings === undefined) this.#waiting = [];
    this.#wake?.();
  }

  push(event: NotifyEvent): void {
    const settings = this.#settings;
    if (settings === undefined || this.#closed) return;
    const mail = mailFor(event, settings.routerId);
    const subject = `${event.kind} ${event.name}`;
    if (mail === undefined || this.#mailed.get(subject) === event.what) return;
    if (event.what === 'FAULT' && settings.noFaults) return;
    this.#mailed.set(subject, event.what);
    this.#waiting.push(mail);
    if (this.#waiting.length > waitingMax) {
      this.#waiting.shift();
      this.#leftOut += 1;
      this.#counts.dropped += 1;
    }
    if (!this.#working) void this.#work();
  }

  /** The end: what waits has `boundMs`. Resolves when nothing waits any more, or the time is up. */
  async close(boundMs: number): Promise<void> {
    this.#closed = true;
    if (this.#working) {
      let timer: Timer | undefined;
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
        const { clock } = this.#deps;
        timer = clock.at(clock.now() + boundMs, resolve);
        this.#wake?.();
      });
      timer?.cancel();
    }
    const lost = this.#waiting.splice(0).length;
    if (lost > 0) this.#deps.onProblem(`${lost} mails were not sent before the end`);
    this.#wake?.();
  }

  view(): MailView {
    return { waiting: this.#waiting.length, ...this.#counts, problem: this.#problem };
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let failures = 0; this.#settings !== undefined && this.#waiting.length > 0;) {
      const done = await this.#try(this.#settings.send);
      failures = done ? 0 : failures + 1;
      if (!done) await this.#pause(Math.min(firstRetryMs * 2 ** (failures - 1), longestRetryMs));
    }
    this.#working = false;
    this.#idle?.();
  }

  /** Whether the first mail that waits is off our hands. */
  async #try(send: SendMail): Promise<boolean> {
    const [mail] = this.#waiting;
    if (mail === undefined) return true;
    const leftOut = this.#leftOut;
    try {
      await send(leftOut === 0 ? mail : withLoss(mail, leftOut));
      this.#leftOut -= leftOut;
      this.#counts.sent += 1;
      this.#problem = undefined;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!isRefusal(error)) {
        const sentence = `mail cannot be sent and waits: ${reason}`;
        if (this.#problem === undefined) this.#deps.onProblem(sentence);
        this.#problem = sentence;
        return false;
      }
      this.#counts.dropped += 1;
      this.#problem = `the mail "${mail.subject}" was refused: ${reason}`;
      this.#deps.onProblem(this.#problem);
    }
    // A full queue may have left it out meanwhile.
    if (this.#waiting[0] === mail) this.#waiting.shift();
    return true;
  }

  async #pause(ms: number): Promise<void> {
    const { clock } = this.#deps;
    let timer: Timer | undefined;
    await new Promise<void>((resolve) => {
      timer = clock.at(clock.now() + ms, resolve);
      this.#wake = resolve;
    });
    this.#wake = undefined;
    timer?.cancel();
  }
}

function withLoss(mail: Mail, count: number): Mail {
  return { ...mail, text: `${mail.text}\n${count} older mails could not be sent in time.\n` };
}

/** A 5xx answer to the mail itself (RFC 5321 §4.2.1): trying again would change nothing. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !('responseCode' in error)) return false;
  const { responseCode } = error;
  const about = 'command' in error ? String(error.command) : '';
  const final = typeof responseCode === 'number' && responseCode >= 500;
  // A refused greeting or password is a matter of settings, which may be mended meanwhile.
  return final && /^(MAIL FROM|RCPT TO|DATA)$/.test(about);
}
