/**
 * What a command prints: the end of it is kept, the rest is counted and thrown away.
 *
 * The end is kept rather than the beginning because that is where a failing check says why. Reading
 * goes on for as long as anybody holds the other end of the pipe, so that a background process left
 * behind by a script is not killed by SIGPIPE, but at a bounded speed, so that a script which
 * prints without end cannot take the event loop for itself.
 */
import type { Readable } from 'node:stream';

/** Reading is held back when more than this arrives ... */
const burstBytes = 1024 * 1024;
/** ... within this time: 100 MB/s, which costs about a twentieth of one processor. */
const burstMs = 10;
/** Pipes of scripts that have ended but left something running which still holds them. */
const lingeringMax = 32;

/** The last bytes of a stream of bytes. */
export class OutputTail {
  readonly #max: number;
  #chunks: Buffer[] = [];
  #held = 0;
  #total = 0;
  #closed = false;

  constructor(maxBytes: number) {
    this.#max = maxBytes;
  }

  push(chunk: Buffer): void {
    if (this.#closed) return;
    this.#total += chunk.length;
    // A private copy: a slice would keep the whole read buffer alive for the sake of its end.
    const kept = Buffer.from(chunk.subarray(Math.max(0, chunk.length - this.#max)));
    this.#chunks.push(kept);
    this.#held += kept.length;
    while (this.#chunks[0] !== undefined && this.#held - this.#chunks[0].length >= this.#max) {
      this.#held -= this.#chunks[0].length;
      this.#chunks.shift();
    }
  }

  /** Stops keeping; what was kept can still be read. */
  close(): void {
    this.#closed = true;
  }

  /** The kept end as text; bytes that are not UTF-8 become U+FFFD. */
  text(): string {
    const all = Buffer.concat(this.#chunks);
    return all.subarray(Math.max(0, all.length - this.#max)).toString('utf8');
  }

  /** How many bytes came before the kept end and are gone. */
  dropped(): number {
    return Math.max(0, this.#total - this.#max);
  }
}

/** Feeds `stream` into `tail` at a bounded speed until the stream ends. */
export function collectOutput(stream: Readable, tail: OutputTail): void {
  let windowStart = performance.now();
  let windowBytes = 0;
  stream.on('error', () => undefined); // A broken pipe is an end like any other.
  stream.on('data', (chunk: Buffer) => {
    tail.push(chunk);
    const now = performance.now();
    if (now - windowStart > burstMs) {
      windowStart = now;
      windowBytes = 0;
    }
    windowBytes += chunk.length;
    if (windowBytes < burstBytes) return;
    stream.pause();
    setTimeout(() => stream.resume(), burstMs).unref();
  });
}

const lingering = new Set<Readable>();

/**
 * Leaves a pipe that outlived its script to itself: what still comes is read and thrown away, and
 * it does not keep the daemon running. Only so many are kept; then the oldest is closed.
 */
export function leaveLingering(stream: Readable): void {
  if (stream.readableEnded || stream.destroyed) return;
  if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
  lingering.add(stream);
  stream.once('close', () => lingering.delete(stream));
  const oldest = lingering.values().next().value;
  if (lingering.size > lingeringMax && oldest !== undefined) {
    lingering.delete(oldest);
    oldest.destroy();
  }
}
