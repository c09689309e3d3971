import { writeFileSync } from 'node:fs';
import { run } from './commands.ts';
import type { Host } from './host.ts';

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A terminal of a certain size (tmux, nobody attached) in which a command runs on a host. */
export class Terminal {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  static async start(
    host: Host,
    argv: readonly string[],
    { columns, rows, env = {} }: TerminalOptions,
  ): Promise<Terminal> {
    const name = `tmux-${process.hrtime.bigint()}`;
    const terminal = new Terminal(host.privatePath(name));
    const settings = host.privatePath(`${name}.conf`);
    writeFileSync(settings, 'set -g status off\n');
    const size = ['-x', String(columns), '-y', String(rows)];
    const words = Object.entries(env).map(([key, value]) => `${key}=${value}`);
    // What it showed last stays to be seen.
    const staying = ['sh', '-c', '"$0" "$@"; exec sleep 1000000'];
    const command = [...host.entered(), 'env', '-u', 'NO_COLOR', ...words, ...staying, ...argv];
    const session = ['new-session', '-d', ...size, '--', ...command];
    await run(['tmux', '-S', terminal.#socket, '-f', settings, ...session]);
    return terminal;
  }

  /** What it shows, line by line without trailing blanks. */
  async screen(): Promise<string[]> {
    return (await this.#tmux('capture-pane', '-p')).trimEnd().split('\n');
  }

  /** The same with the codes of colors. */
  colored(): Promise<string> {
    return this.#tmux('capture-pane', '-p', '-e');
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  async close(): Promise<void> {
    await this.#tmux('kill-server');
  }

  #tmux(...words: readonly string[]): Promise<string> {
    return run(['tmux', '-S', this.#socket, ...words]);
  }
}
