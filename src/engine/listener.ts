/** Hears what is said about virtual routers on one interface, without an engine: for tools. */
import { addon, type NativeListener } from './addon.ts';
import type { OverheardFrame } from './messages.generated.ts';

/**
 * How often the socket is looked at. Frames carry the kernel's time stamps, so that nothing but
 * the moment of printing depends on it.
 */
const everyMs = 20;

export class Listener {
  readonly #native: NativeListener;
  readonly #timer: NodeJS.Timeout;

  /**
   * Throws the system's error: ENODEV, EPERM without CAP_NET_RAW, EMEDIUMTYPE (no Ethernet). An error
   * while listening is thrown where nobody catches it, unless `onError` is there to take it.
   */
  constructor(
    interfaceName: string,
    onFrame: (frame: OverheardFrame) => void,
    onError: (error: unknown) => void = rethrow,
  ) {
    this.#native = new (addon().Listener)(interfaceName);
    this.#timer = setInterval(() => this.#hear(onFrame, onError), everyMs);
  }

  /** Ethernet address of the interface. */
  get mac(): string {
    return this.#native.mac();
  }

  /** Frames that were lost since the last call, because nobody read them in time. */
  takeDropped(): number {
    return this.#native.dropped();
  }

  /** Asks the segment who has an address, without claiming it. Throws the system's error. */
  probe(address: string): void {
    this.#native.probe(address);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#native.close();
  }

  #hear(onFrame: (frame: OverheardFrame) => void, onError: (error: unknown) => void): void {
    let frames: readonly OverheardFrame[] = [];
    try {
      frames = this.#native.drain();
    } catch (error) {
      // The interface went down; it may come up again.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENETDOWN')) onError(error);
    }
    for (const frame of frames) onFrame(frame);
  }
}

function rethrow(error: unknown): never {
  throw error;
}
