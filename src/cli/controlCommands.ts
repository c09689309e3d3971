/** Commands that ask a running daemon: status, why, events, reload, upgrade, drain, undrain, record. */
import { statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { errorText } from '../base/errorText.ts';
import { replaceFile } from '../base/replaceFile.ts';
import { wantsColor } from '../base/terminal.ts';
import type { JournalEntry, StatusReport } from '../observe/controlClient.ts';
import { addSocketOptions, openControl, withClient } from './controlSocket.ts';
import type { SocketOptions } from './controlSocket.ts';
import { exitCodes } from './exitCodes.ts';
import { secondsOf } from './howLong.ts';
import { defineReload } from './reloadCommand.ts';
import { oneLine, statusTable, wrap } from './statusTable.ts';

interface DrainOptions extends SocketOptions {
  readonly force?: true;
}

interface Printing extends SocketOptions {
  readonly json?: true;
}

/** Adds all of them to `program`. */
export function addControlCommands(program: Command): void {
  const add = (usage: string, description: string) =>
    addSocketOptions(program.command(usage).description(description).allowExcessArguments(false));
  add('status [name]', 'show what each instance is doing')
    .option('--json', 'as JSON')
    .option('--watch', 'refresh until interrupted')
    .action(status);
  add('why [name]', 'say why each instance is in its state')
    .option('--json', 'as JSON')
    .action(why);
  add('events', 'show what has happened')
    .option('--json', 'one JSON object a line')
    .option('--follow', 'keep printing as events happen')
    .option('--since <TIME>', 'a date, or how long ago: 30s, 10m, 2h, 1d', readSince)
    .action(events);
  defineReload(add('reload', 'reload the configuration, or say what that would do'));
  add('upgrade', 'hand over to the newly installed program, no failover').action(upgrade);
  add('drain [name]', 'take an instance, or all, out of service')
    .option('--force', 'also a MASTER whom no other router relieves')
    .action(drain);
  add('undrain [name]', 'put an instance, or all, back into service').action(undrain);
  add('record [file]', 'write the flight recorder to a file, as JSON lines').action(record);
}

async function status(
  name: string | undefined,
  options: Printing & { readonly watch?: true },
): Promise<void> {
  if (options.watch === true) return watch(name, options);
  await withClient(options, async (client) => show(await client.status(name), options));
}

function show(report: StatusReport, options: Printing): void {
  const text =
    options.json === true
      ? `${JSON.stringify(report, null, process.stdout.isTTY ? 2 : undefined)}\n`
      : statusTable(report, { columns: columns(), color: wantsColor(process.stdout) });
  process.stdout.write(text);
}

/** Goes on over a restart of the daemon. */
async function watch(name: string | undefined, options: Printing): Promise<void> {
  const redraw = process.stdout.isTTY && options.json !== true;
  let last: StatusReport | undefined;
  let complaint: string | undefined;
  if (redraw) {
    process.stdout.on('resize', () => {
      if (last !== undefined) process.stdout.write(screen(last));
    });
  }
  for (;;) {
    try {
      const client = await openControl(options);
      const shown = (report: StatusReport): void => {
        if (process.stdout.writableLength > 0) return;
        last = report;
        complaint = undefined;
        if (redraw) process.stdout.write(screen(report));
        else show(report, options);
      };
      await client.watch(name, shown);
      await client.closed;
    } catch (error) {
      last = undefined;
      const text = `failoverd: ${errorText(error)}; waiting`;
      if (redraw) process.stdout.write(`\u001b[H\u001b[J${paragraph(text)}`);
      else if (text !== complaint) process.stderr.write(`${text}\n`);
      complaint = text;
    }
    await sleep(1000);
  }
}

/** Over the old picture, without the flicker of an empty screen; no more than fits. */
function screen(report: StatusReport): string {
  const lines = statusTable(report, { columns: columns(), color: wantsColor(process.stdout) })
    .trimEnd()
    .split('\n');
  const room = Math.max(4, process.stdout.rows - 1);
  const left = lines.length - room;
  const shown = left > 0 ? [...lines.slice(0, room - 1), `... ${left + 1} more lines`] : lines;
  return `\u001b[H${shown.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`;
}

async function why(name: string | undefined, options: Printing): Promise<void> {
  await withClient(options, async (client) => {
    const reasons = await client.why(name);
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify(reasons)}\n`);
      return;
    }
    for (const { at, sentences } of reasons) {
      const when = at === undefined ? '' : `${localTime(at)} `;
      process.stdout.write(paragraph(`${when}${oneLine(sentences.join(' '))}`));
    }
  });
}

async function events(
  options: Printing & { readonly follow?: true; readonly since?: number },
): Promise<void> {
  const print = (entry: JournalEntry): void => {
    const text = `${localTime(entry.wallMs)} ${oneLine(entry.sentence)}`;
    process.stdout.write(options.json === true ? `${JSON.stringify(entry)}\n` : paragraph(text));
  };
  await withClient(options, async (client) => {
    const follow = options.follow === true;
    const sinceMs = options.since === undefined ? {} : { sinceMs: options.since };
    const kept = await client.events({ follow, ...sinceMs }, follow ? print : undefined);
    for (const entry of kept) print(entry);
    if (follow) await client.closed;
  });
}

async function upgrade(options: SocketOptions): Promise<void> {
  await withClient(options, async (client) => {
    const { ok, sentence } = await client.upgrade();
    (ok ? process.stdout : process.stderr).write(`${sentence}\n`);
    if (!ok) process.exitCode = exitCodes.failure;
  });
}

async function drain(name: string | undefined, options: DrainOptions): Promise<void> {
  await withClient(options, async (client) => {
    const force = options.force === true;
    for (const { ok, sentence } of await client.drain(name, { force })) {
      (ok ? process.stdout : process.stderr).write(`${sentence}\n`);
      if (!ok) process.exitCode = exitCodes.failure;
    }
  });
}

async function undrain(name: string | undefined, options: SocketOptions): Promise<void> {
  await withClient(options, async (client) => {
    for (const one of await client.undrain(name)) {
      process.stdout.write(`${one} is back in service\n`);
    }
  });
}

async function record(file: string | undefined, options: SocketOptions): Promise<void> {
  await withClient(options, async (client) => {
    const text = (await client.record()).map((line) => `${line}\n`).join('');
    if (file === undefined) process.stdout.write(text);
    else save(file, text);
  });
}

/** The whole record or none. Into a pipe or a device it goes as it is. */
function save(file: string, text: string): void {
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === false) writeFileSync(file, text);
    else replaceFile(file, text);
  } catch (error) {
    throw new Error(`${file}: ${errorText(error)}`, { cause: error });
  }
}

/** `10m`, or anything that Date understands, as ms since 1970. */
function readSince(text: string): number {
  const ago = secondsOf(text);
  if (ago !== undefined) return Date.now() - ago * 1000;
  const date = Date.parse(text);
  if (Number.isNaN(date)) throw new InvalidArgumentError('Use 30s, 10m, 2h, 1d or a date.');
  return date;
}

/** A line for programs; on a terminal broken between words. */
function paragraph(text: string): string {
  const lines = process.stdout.isTTY ? wrap(text, '', columns()) : [text];
  return `${lines.join('\n')}\n`;
}

function columns(): number {
  return Math.max(40, process.stdout.isTTY ? process.stdout.columns : 200);
}

function localTime(wallMs: number): string {
  const date = new Date(wallMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${day} ${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
