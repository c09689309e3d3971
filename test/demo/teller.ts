// Tells the story: chapters, and what happened in them with the milliseconds since the chapter's
// cause. Colours and the running clock are for terminals only.

const tty = process.stdout.isTTY === true && !process.env['NO_COLOR'];
const paint = (code: string) => (text: string) => (tty ? `\u001B[${code}m${text}\u001B[0m` : text);
const bold = paint('1');
const dim = paint('2');
const green = paint('32');
const red = paint('31');
const cyan = paint('36');

/** One measured line for the table at the end. */
export interface Measured {
  readonly what: string;
  readonly milliseconds: number;
}

export class Teller {
  readonly #measured: Measured[] = [];
  #chapterBegan = 0;
  #clock: NodeJS.Timeout | undefined;

  title(text: string): void {
    this.#line(bold(text));
  }

  /** A line that stands outside of time. */
  note(text: string): void {
    this.#line(dim(`  ${text}`));
  }

  /** Begins a chapter; later times count from `at`, microseconds since 1970. */
  chapter(text: string, at: number): void {
    this.#chapterBegan = at;
    this.#line('');
    this.#line(bold(cyan(`> ${text}`)));
  }

  /** Something that happened at `at`. */
  event(at: number, text: string): void {
    this.#line(`${this.#since(at)}  ${text}`);
  }

  /** The event that the chapter was about; its time goes into the table at the end. */
  result(at: number, text: string, what: string): void {
    this.#measured.push({ what, milliseconds: (at - this.#chapterBegan) / 1000 });
    this.#line(`${this.#since(at)}  ${green(text)}`);
  }

  failure(text: string): void {
    this.#line(red(text));
  }

  /** Shows a running clock (on a terminal) until the promise is settled. */
  async waiting<T>(what: string, promise: Promise<T>): Promise<T> {
    if (!tty) return promise;
    const began = performance.now();
    const draw = (): void => {
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      process.stdout.write(`\r\u001B[K${dim(`           ... ${what} (${seconds} s)`)}`);
    };
    this.#clock = setInterval(draw, 100);
    try {
      return await promise;
    } finally {
      this.silence();
    }
  }

  /** Takes the running clock away. */
  silence(): void {
    if (!this.#clock) return;
    clearInterval(this.#clock);
    this.#clock = undefined;
    process.stdout.write('\r\u001B[K');
  }

  /** The measured times, one below the other. */
  table(): void {
    this.#line('');
    this.#line(bold('Measured'));
    const width = Math.max(...this.#measured.map((row) => row.what.length));
    for (const { what, milliseconds } of this.#measured) {
      this.#line(`  ${what.padEnd(width)}  ${milliseconds.toFixed(0).padStart(6)} ms`);
    }
  }

  #since(at: number): string {
    const milliseconds = (at - this.#chapterBegan) / 1000;
    return dim(`${milliseconds.toFixed(0).padStart(7)} ms`);
  }

  #line(text: string): void {
    if (this.#clock) process.stdout.write('\r\u001B[K');
    process.stdout.write(`${text}\n`);
  }
}
