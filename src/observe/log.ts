/**
 * The structured log: one call, any number of targets, none of which can hold anybody up.
 *
 * Lines of one kind (level, event, instance) are limited in rate, and how many were left out is
 * said. Targets are bounded queues or datagrams (`logSinks.ts`): when nobody reads, lines are
 * dropped and counted there.
 */
import { isWanted } from '../base/log.ts';
import type { Log, LogFields, LogLevel } from '../base/log.ts';
import type { LogLine } from './logFormat.ts';
import { RateLimit } from './rateLimit.ts';

export interface LogSink {
  /** Takes a line or drops it; never blocks, never throws. */
  write(line: LogLine): void;
  /** Lets go of the target's file, for one that rotates its files. */
  reopen?(): void;
  /** Writes what is waiting, but waits no longer than this for a target that does not take it. */
  close(patienceMs: number): Promise<void>;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly sinks: readonly LogSink[];
  readonly rateLimit?: RateLimit;
  /** Monotonic milliseconds; for the rate limit. */
  readonly now?: () => number;
}

export interface RunningLog extends Log {
  reopen(): void;
  close(patienceMs?: number): Promise<void>;
}

/** How often counts of left-out lines are looked for. */
const overdueEveryMs = 5_000;

export function createLog(options: LogOptions): RunningLog {
  const { level: least, sinks, rateLimit = new RateLimit() } = options;
  const now = options.now ?? (() => performance.now());
  const emit = (level: LogLevel, message: string, fields: LogFields): void => {
    const line: LogLine = { level, message, fields, wallMs: Date.now() };
    for (const sink of sinks) sink.write(line);
  };
  const write = (level: LogLevel, message: string, fields: LogFields = {}): void => {
    if (!isWanted(level, least)) return;
    const leftOut = rateLimit.admit(kindOf(level, message, fields), now());
    if (leftOut === undefined) return;
    emit(level, leftOut === 0 ? message : `${message} (${leftOutWords(leftOut)})`, fields);
  };
  const tellOverdue = (): void => {
    for (const { kind, count } of rateLimit.overdue(now())) {
      emit('notice', `${leftOutWords(count)}: ${kind}`, { event: 'linesLeftOut', count });
    }
  };
  const timer = setInterval(tellOverdue, overdueEveryMs).unref();
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    notice: (message, fields) => write('notice', message, fields),
    warning: (message, fields) => write('warning', message, fields),
    error: (message, fields) => write('error', message, fields),
    reopen: () => sinks.forEach((sink) => sink.reopen?.()),
    close: async (patienceMs = 500) => {
      clearInterval(timer);
      tellOverdue();
      await Promise.all(sinks.map((sink) => sink.close(patienceMs)));
    },
  };
}

/** Lines with the same words but other numbers are of one kind. */
function kindOf(level: LogLevel, message: string, fields: LogFields): string {
  const { event, instance } = fields;
  const what = event ?? message.replaceAll(/[0-9]+/g, '#').slice(0, 80);
  return [level, what, instance].filter((part) => part !== undefined).join(' ');
}

function leftOutWords(count: number): string {
  return count === 1 ? '1 line like this was left out' : `${count} lines like this were left out`;
}
