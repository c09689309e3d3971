/** A log line in the forms of its targets. Pure. */
import { syslogSeverity } from '../base/log.ts';
import type { LogFields, LogLevel } from '../base/log.ts';

export interface LogLine {
  readonly level: LogLevel;
  /** One sentence without its full stop. */
  readonly message: string;
  readonly fields: LogFields;
  /** Milliseconds since 1970. */
  readonly wallMs: number;
}

/** Who speaks. */
export interface LogIdentity {
  /** `failoverd`, with the namespace and the instance name where there are some. */
  readonly ident: string;
  readonly pid: number;
  /** Facility of syslog(3), 0..23; 3 is daemon. */
  readonly facility: number;
}

/** For a person at a terminal or in a file: local time with milliseconds, level, sentence. */
export function consoleText(line: LogLine): string {
  return `${localTime(line.wallMs)} ${line.level}: ${oneLine(line.message)}\n`;
}

/** For standard error that the journal reads: the level as sd-daemon(3) has it. */
export function prefixedText(line: LogLine): string {
  return `<${syslogSeverity(line.level)}>${oneLine(line.message)}\n`;
}

/** A datagram for /dev/log, in the form of RFC 3164 that every local syslog daemon takes. */
export function syslogText(line: LogLine, identity: LogIdentity): string {
  const priority = identity.facility * 8 + syslogSeverity(line.level);
  const date = new Date(line.wallMs);
  const month = date.toLocaleString('en-US', { month: 'short' });
  const day = String(date.getDate()).padStart(2, ' ');
  const tag = `${identity.ident}[${identity.pid}]`;
  return `<${priority}>${month} ${day} ${clockTime(date)} ${tag}: ${oneLine(line.message)}`;
}

/**
 * A datagram for the journal's native socket: one `NAME=value` a line; a value with a newline is
 * written with its length instead (systemd's journal native protocol).
 */
export function journalBytes(line: LogLine, identity: LogIdentity): Buffer {
  const parts: Buffer[] = [];
  const put = (name: string, value: string): void => {
    parts.push(journalField(name, value));
  };
  put('MESSAGE', line.message);
  put('PRIORITY', String(syslogSeverity(line.level)));
  put('SYSLOG_IDENTIFIER', identity.ident);
  put('SYSLOG_FACILITY', String(identity.facility));
  put('SYSLOG_PID', String(identity.pid));
  for (const [name, value] of Object.entries(line.fields)) {
    if (value !== undefined) put(`FAILOVERD_${upperSnake(name)}`, String(value));
  }
  return Buffer.concat(parts);
}

function journalField(name: string, value: string): Buffer {
  const bytes = Buffer.from(value);
  if (!bytes.includes(0x0a)) return Buffer.concat([Buffer.from(`${name}=`), bytes, newline]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, bytes, newline]);
}

const newline = Buffer.from('\n');

function upperSnake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** What a stranger's text (a script's output, a name) contains must not look like lines of ours. */
function oneLine(text: string): string {
  const inner = text.trimEnd().replaceAll(/\r?\n/g, ' | ');
  // eslint-disable-next-line no-control-regex
  return inner.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '?');
}

function localTime(wallMs: number): string {
  const date = new Date(wallMs);
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  const millis = String(date.getMilliseconds()).padStart(3, '0');
  return `${day.map((n) => String(n).padStart(2, '0')).join('-')} ${clockTime(date)}.${millis}`;
}

function clockTime(date: Date): string {
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return parts.map((n) => String(n).padStart(2, '0')).join(':');
}
