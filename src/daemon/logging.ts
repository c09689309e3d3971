/** Which targets the log has, from the command line and from who started us. */
import { closeSync, constants, existsSync, fstatSync, openSync } from 'node:fs';
import { errorText } from '../base/errorText.ts';
import type { LogLevel } from '../base/log.ts';
import { createLog } from '../observe/log.ts';
import type { LogSink, RunningLog } from '../observe/log.ts';
import { consoleText, prefixedText } from '../observe/logFormat.ts';
import type { LogIdentity } from '../observe/logFormat.ts';
import {
  appendFlags,
  consoleSink,
  FileSink,
  journalSink,
  syslogSink,
} from '../observe/logSinks.ts';
import type { SendDatagram } from '../observe/logSinks.ts';
import type { LogChoices } from './options.ts';

const standardError = 2;

export function openLog(
  choices: LogChoices,
  send: SendDatagram,
  env: Readonly<Record<string, string | undefined>>,
): RunningLog {
  const identity: LogIdentity = {
    ident: 'failoverd',
    pid: process.pid,
    facility: choices.facility,
  };
  const sinks: LogSink[] = [];
  const isJournal = isJournalStream(env['JOURNAL_STREAM']);
  const inJournal = isJournal && existsSync(journalSocket);
  if (choices.syslog && inJournal) sinks.push(journalSink(send, identity));
  else if (choices.syslog && existsSync('/dev/log')) sinks.push(syslogSink(send, identity));
  // Under a service manager standard error is the journal: the line would be there twice.
  const twice = inJournal && sinks.length > 0;
  const problem = choices.file === undefined ? undefined : whyNotWritable(choices.file);
  if (choices.file !== undefined && problem === undefined) {
    sinks.push(new FileSink({ path: choices.file }));
  }
  // Never mute: without any other target (a container) standard error is what is left.
  if ((choices.console && !twice) || sinks.length === 0) {
    // Where the journal reads it but its own socket is out of reach, the level goes with the line.
    sinks.push(consoleSink(standardError, isJournal ? prefixedText : consoleText));
  }
  const log = createLog({ level: levelOf(choices.detail), sinks });
  if (problem !== undefined) log.warning(problem, { event: 'logFile' });
  return log;
}

/** One sentence when there can be no such log file; without waiting for whoever reads a FIFO. */
function whyNotWritable(file: string): string | undefined {
  try {
    closeSync(openSync(file, appendFlags(file) | constants.O_NONBLOCK, 0o640));
    return undefined;
  } catch (error) {
    return `the log file ${file} cannot be written: ${errorText(error)}`;
  }
}

const journalSocket = '/run/systemd/journal/socket';

function levelOf(detail: LogChoices['detail']): LogLevel {
  return (['notice', 'info', 'debug'] as const)[detail];
}

/** Whether standard error is the very stream that the service manager connected to the journal. */
function isJournalStream(variable: string | undefined): boolean {
  if (variable === undefined) return false;
  const stat = fstatSync(standardError, { bigint: true });
  return variable === `${stat.dev}:${stat.ino}`;
}
