/** The words of sd_notify(3), as text. Sending them is the daemon's affair. */

export type ServiceState =
  | { readonly kind: 'ready'; readonly status: string }
  | { readonly kind: 'status'; readonly status: string }
  /** CLOCK_MONOTONIC in microseconds; Type=notify-reload wants it. */
  | { readonly kind: 'reloading'; readonly monotonicMicros: bigint }
  | { readonly kind: 'stopping'; readonly status: string }
  /** The present start or stop may take this much longer from now on, in milliseconds. */
  | { readonly kind: 'extendTimeout'; readonly ms: number }
  /** Another process is the service from now on. */
  | { readonly kind: 'mainPid'; readonly pid: number }
  | { readonly kind: 'watchdog' };

/** One datagram for NOTIFY_SOCKET. */
export function notifyText(state: ServiceState): string {
  switch (state.kind) {
    case 'ready':
      return `READY=1\nMAINPID=${process.pid}\n${statusLine(state.status)}`;
    case 'status':
      return statusLine(state.status);
    case 'reloading':
      return `RELOADING=1\nMONOTONIC_USEC=${state.monotonicMicros}\n`;
    case 'stopping':
      return `STOPPING=1\n${statusLine(state.status)}`;
    case 'extendTimeout':
      return `EXTEND_TIMEOUT_USEC=${Math.ceil(state.ms) * 1000}\n`;
    case 'mainPid':
      return `MAINPID=${state.pid}\n`;
    case 'watchdog':
      return 'WATCHDOG=1\n';
  }
}

/** One line only: a newline would begin another assignment. */
function statusLine(status: string): string {
  return `STATUS=${status.replaceAll(/[\r\n]+/g, ' ')}\n`;
}

/** What the service manager asked of us in our environment. */
export interface ServiceManager {
  /** A path, or a name in the abstract namespace beginning with `@`; undefined: there is none. */
  readonly notifySocket: string | undefined;
  /** How often WATCHDOG=1 is to be sent, in milliseconds; undefined: never. */
  readonly watchdogMs: number | undefined;
}

/** Reads sd_notify(3)'s and sd_watchdog_enabled(3)'s variables. */
export function readServiceManager(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): ServiceManager {
  const socket = env['NOTIFY_SOCKET'];
  const usable = socket !== undefined && /^[/@]./.test(socket);
  const usec = Number(env['WATCHDOG_USEC'] ?? Number.NaN);
  const meant = env['WATCHDOG_PID'] === undefined || env['WATCHDOG_PID'] === String(pid);
  const watched = usable && meant && Number.isSafeInteger(usec) && usec > 0;
  return {
    notifySocket: usable ? socket : undefined,
    watchdogMs: watched ? Math.max(1, Math.floor(usec / 2000)) : undefined,
  };
}
