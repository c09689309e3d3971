/** Hears what is said about virtual routers on one interface, without an engine: for tools. */
import { setTimeout as sleep } from 'node:timers/promises';
import { addon, type NativeListener } from './addon.ts';
import type { OverheardClaim, OverheardFrame } from './messages.generated.ts';

/**
 * How often the socket is looked at. Frames carry the kernel's time stamps, so that nothing but
 * the moment of printing depends on it.
 */
const everyMs = 20;
/** Of a thousand frames at most. */
const mostDrains = 16;

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
    this.#native = new (addon().Listener)(interfaceName, false);
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

/**
 * Asks a segment who has these addresses, and returns what other hosts claim there within `ms`
 * milliseconds, also without being asked. Rejects as the constructor of `Listener` throws, and with
 * the system's error when the interface goes.
 */
export async function claimsOfOthers(
  interfaceName: string,
  addresses: readonly string[],
  ms: number,
): Promise<readonly OverheardClaim[]> {
  const native = new (addon().Listener)(interfaceName, true);
  try {
    for (const address of addresses) native.probe(address);
    await sleep(ms);
    const claims: OverheardClaim[] = [];
    // All of it has waited in the kernel. In a storm it never ends.
    for (let round = 0; round < mostDrains; round++) {
      const frames = native.drain();
      if (frames.length === 0) break;
      for (const { outgoing, claim } of frames) {
        // Before Linux 4.20 they come, too.
        if (!outgoing && claim !== undefined) claims.push(claim);
      }
    }
    return claims;
  } finally {
    native.close();
  }
}

function rethrow(error: unknown): never {
  throw error;
}
