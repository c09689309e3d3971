/**
 * What code that has something to say needs to know of the log: levels and one function for each.
 * Where lines go, and what happens when nobody reads them, is src/observe's affair.
 */

/** From the least to the most serious. `notice` is what an operator wants to see of every day. */
const logLevels = ['debug', 'info', 'notice', 'warning', 'error'] as const;

export type LogLevel = (typeof logLevels)[number];

/** Extra values of a line, for machines. Names in lower camel case; undefined is left out. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Writes one line. Never blocks and never throws. The message is one sentence, without its stop. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  notice(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Whether a line of `level` is written where `least` is the least serious one wanted. */
export function isWanted(level: LogLevel, least: LogLevel): boolean {
  return logLevels.indexOf(level) >= logLevels.indexOf(least);
}

/** The severity of syslog(3) (RFC 5424 §6.2.1) and of journald's PRIORITY. */
export function syslogSeverity(level: LogLevel): number {
  return { debug: 7, info: 6, notice: 5, warning: 4, error: 3 }[level];
}
