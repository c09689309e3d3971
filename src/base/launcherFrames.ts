/**
 * What is said on the line to the launcher (native/launcher/request.h and line.h): numbers in
 * network order, a text is its length u32 and its bytes, and every frame has its length before it.
 */
import type { ChildSpec } from './child.ts';

const runKind = 1;
const stopKind = 2;
const hasUser = 1;
const hasUmask = 2;
const hasInput = 4;
const refuseUnsafe = 8;
/** What the launcher takes for "as long as it likes" is 0. */
const longestMs = 2 ** 31;

/** Asks for a program. `argv` is what is executed, of at least one word. */
export function runFrame(id: number, argv: readonly string[], spec: ChildSpec): Buffer {
  const { user, umask, stdin } = spec;
  const flags =
    (user === undefined ? 0 : hasUser) |
    (umask === undefined ? 0 : hasUmask) |
    (stdin === undefined ? 0 : hasInput) |
    (spec.refuseUnsafe === true ? refuseUnsafe : 0);
  const timeoutMs = spec.timeoutMs < longestMs ? Math.max(1, Math.ceil(spec.timeoutMs)) : 0;
  const parts = [
    Buffer.from([runKind]),
    u32s([id, timeoutMs, Math.ceil(spec.killGraceMs), spec.maxOutputBytes]),
    Buffer.from([flags]),
  ];
  if (user !== undefined) {
    const { groups = [] } = user;
    parts.push(u32s([user.uid, user.gid]), u16(groups.length), u32s(groups));
  }
  if (umask !== undefined) parts.push(u16(umask));
  if (stdin !== undefined) parts.push(...text(stdin));
  parts.push(...text(spec.cwd), ...texts(argv), environment(spec.env));
  return framed(parts);
}

/** Asks to end a program and its process group. */
export function stopFrame(id: number): Buffer {
  return framed([Buffer.from([stopKind]), u32s([id])]);
}

export type LauncherReport =
  | { readonly kind: 'started'; readonly id: number; readonly pid: number }
  | { readonly kind: 'timeIsUp'; readonly id: number }
  | {
      readonly kind: 'ended';
      readonly id: number;
      readonly how: 'exited' | 'signalled' | 'notStarted' | 'refused';
      /** Its process group is being ended: `groupIsGone` will come. */
      readonly groupEnding: boolean;
      /** The exit status, the number of the signal or the errno. */
      readonly value: number;
      readonly durationMs: number;
      /** What it printed at the end; of one that was refused the step for which it was. */
      readonly output: string;
      readonly outputDropped: number;
    }
  | { readonly kind: 'groupIsGone'; readonly id: number };

/** The bytes that come from the launcher, taken apart. */
export class LauncherReports {
  #unread: Buffer = Buffer.alloc(0);

  /** The reports that are whole by now. */
  push(chunk: Buffer): LauncherReport[] {
    const bytes = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    const reports: LauncherReport[] = [];
    let at = 0;
    while (bytes.length >= at + 4) {
      const end = at + 4 + bytes.readUInt32BE(at);
      if (bytes.length < end) break;
      reports.push(reportIn(bytes.subarray(at + 4, end)));
      at = end;
    }
    this.#unread = bytes.subarray(at);
    return reports;
  }
}

const hows = ['exited', 'signalled', 'notStarted', 'refused'] as const;

function reportIn(frame: Buffer): LauncherReport {
  const id = frame.readUInt32BE(1);
  switch (frame[0]) {
    case 1:
      return { kind: 'started', id, pid: frame.readUInt32BE(5) };
    case 2:
      return { kind: 'timeIsUp', id };
    case 3:
      return {
        kind: 'ended',
        id,
        how: hows[frame[5] ?? 0] ?? 'exited',
        groupEnding: frame[6] === 1,
        value: frame.readUInt32BE(7),
        durationMs: frame.readUInt32BE(11) / 1000,
        outputDropped: frame.readUInt32BE(15),
        output: frame.toString('utf8', 19),
      };
    default:
      return { kind: 'groupIsGone', id };
  }
}

let lastEnvironment: { readonly of: ChildSpec['env']; readonly bytes: Buffer } | undefined;

/** A check has the same environment at every run. */
function environment(env: ChildSpec['env']): Buffer {
  if (lastEnvironment?.of === env) return lastEnvironment.bytes;
  const bytes = Buffer.concat(
    texts(Object.entries(env).map(([name, value]) => `${name}=${value}`)),
  );
  lastEnvironment = { of: env, bytes };
  return bytes;
}

function texts(all: readonly string[]): Buffer[] {
  return [u32s([all.length]), ...all.flatMap(text)];
}

function text(value: string): Buffer[] {
  const bytes = Buffer.from(value);
  return [u32s([bytes.length]), bytes];
}

function u16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32s(values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 * values.length);
  values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index));
  return bytes;
}

function framed(parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([u32s([length]), ...parts]);
}
