import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EngineSnapshot, EventRecord } from '../../src/engine/messages.generated.ts';
import { replay } from '../../src/observe/replay.ts';

/* Two engines, each in a process and a network namespace of its own, with a cable between them. */

interface Line extends Partial<EventRecord> {
  readonly refused?: string;
  readonly snapshot?: EngineSnapshot;
  readonly record?: readonly string[];
}

const names = [`fo-a-${process.pid}`, `fo-b-${process.pid}`] as const;
const children = new Set<ChildProcess>();

function ip(...args: string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  try {
    ip('-V');
    return undefined;
  } catch {
    return 'ip(8) is not installed';
  }
}

class Router {
  readonly lines: Line[] = [];
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #namespace: string;
  #wake = (): void => undefined;

  constructor(namespace: string, priority: number) {
    const script = path.join(import.meta.dirname, 'engine-child.ts');
    const args = ['--import', 'tsx', script, namespace, String(priority)];
    this.#namespace = namespace;
    this.#child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    children.add(this.#child);
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.lines.push(JSON.parse(line) as Line);
      this.#wake();
    });
    this.exited = new Promise((resolve) => this.#child.on('exit', resolve));
  }

  order(word: string): void {
    this.#child.stdin!.write(`${word}\n`);
  }

  async until(what: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const found = this.lines.find(what);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  becomes(state: string): Promise<Line> {
    return this.until(({ event }) => event?.kind === 'StateChanged' && event.to === state);
  }

  /** The signals that the engine's thread does not take (proc(5), SigBlk). */
  get blocked(): bigint {
    const tasks = `/proc/${this.#child.pid}/task`;
    const text = (task: string, file: string) => readFileSync(path.join(tasks, task, file), 'utf8');
    const engine = readdirSync(tasks).find((task) => text(task, 'comm') === 'failoverd-rt\n');
    const mask = /^SigBlk:\s*(\w+)$/m.exec(text(engine ?? '', 'status'))?.[1];
    return BigInt(`0x${mask}`);
  }

  get holdsVip(): boolean {
    return ip('-n', this.#namespace, 'addr', 'show', 'eth0').includes('192.0.2.200');
  }
}

describe.skipIf(whyNot() !== undefined)('the engine on a real kernel', () => {
  beforeAll(() => {
    for (const name of names) ip('netns', 'add', name);
    ip('link', 'add', 'eth0', 'netns', names[0], 'type', 'veth', 'peer', 'eth0', 'netns', names[1]);
    names.forEach((name, index) => {
      ip('-n', name, 'addr', 'add', `192.0.2.${index + 1}/24`, 'dev', 'eth0');
      ip('-n', name, 'link', 'set', 'eth0', 'up');
    });
  });
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    for (const name of names) ip('netns', 'del', name);
  });

  test('elects, survives blocked JavaScript, and gives way when it is closed', async () => {
    const a = new Router(names[0], 200);
    await a.becomes('master');
    const b = new Router(names[1], 100);
    await b.until(({ event }) => event?.kind === 'MasterChanged');
    await expect.poll(() => a.holdsVip).toBe(true);

    a.order('block');
    a.order('snapshot');
    const { snapshot } = await a.until((line) => line.snapshot !== undefined);
    expect(snapshot?.core.instances).toMatchObject([{ state: 'master', name: 'VI_1' }]);
    // Ten intervals passed without JavaScript, and the other side never missed three of them.
    expect(
      b.lines.some(({ event }) => event?.kind === 'StateChanged' && event.to === 'master'),
    ).toBe(false);

    a.order('second');
    expect(await a.until((line) => line.refused !== undefined)).toEqual({
      refused: 'ENGINE_RUNNING',
    });

    a.order('close');
    expect(await a.exited).toBe(0);
    expect(a.holdsVip).toBe(false);
    expect(a.lines.at(-1)?.event).toEqual({ kind: 'Stopped' });
    const taken = await b.becomes('master');
    expect(taken.event).toMatchObject({ cause: { kind: 'goodbyeReceived' } });
    b.order('close');
    await b.exited;
  });

  test.each(['exit', 'throw'])('a process that ends by %s says goodbye', async (how) => {
    const a = new Router(names[0], 200);
    await a.becomes('master');
    await expect.poll(() => a.holdsVip).toBe(true);
    a.order(how);
    await a.exited;
    expect(a.holdsVip).toBe(false);
  });

  test("no handler of Node's runs on the engine's thread", async () => {
    const a = new Router(names[0], 200);
    await a.becomes('master');
    const all = [...Array(31).keys()].map((index) => index + 1);
    const taken = all.filter((signal) => ((a.blocked >> BigInt(signal - 1)) & 1n) === 0n);
    expect(taken).toEqual([constants.signals.SIGKILL, constants.signals.SIGSTOP]);
    a.order('close');
    await a.exited;
  });

  test('events are numbered without a gap, and the flight record replays to them', async () => {
    const a = new Router(names[0], 200);
    await a.becomes('master');
    a.order('record');
    const { record = [] } = await a.until((line) => line.record !== undefined);
    a.order('close');
    await a.exited;
    const numbers = a.lines.flatMap(({ seq }) => (seq === undefined ? [] : [seq]));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));

    const replayed = [...replay(record)].flatMap(({ at, outputs }) =>
      outputs.map((event) => ({ at, event })),
    );
    const kinds = new Set<string>(replayed.map(({ event }) => event.kind));
    expect(kinds).toContain('AddAddress');
    // What the core said then, with its times, it says again.
    const told = a.lines.flatMap(({ at, event }) =>
      event !== undefined && kinds.has(event.kind) ? [{ at, event }] : [],
    );
    const toldKinds = new Set<string>(told.map(({ event }) => event.kind));
    expect(toldKinds).toContain('StateChanged');
    const events = replayed.filter(({ event }) => toldKinds.has(event.kind));
    expect(JSON.parse(JSON.stringify(events))).toEqual(told.slice(0, events.length));
  });
});
