/**
 * keepalived's real-time signals (SIGRTMIN+2: JSON, SIGRTMAX-1: statistics). Node has no names for
 * them, only the binding that its own signal events are made of. Where that is gone they are not
 * heard, and the default action, which ends the process, is what monitoring would have caused.
 */

interface SignalHandle {
  onsignal: () => void;
  start(number: number): number;
  unref(): void;
}

interface SignalBinding {
  readonly Signal: new () => SignalHandle;
}

/** Calls back at each. False: this Node cannot. */
export function onRealtimeSignal(number: number, listener: () => void): boolean {
  const binding = signalBinding();
  if (binding === undefined) return false;
  const handle = new binding.Signal();
  handle.onsignal = listener;
  handle.unref();
  return handle.start(number) === 0;
}

function signalBinding(): SignalBinding | undefined {
  const noDeprecation = process.noDeprecation === true;
  process.noDeprecation = true;
  try {
    const { binding } = process as unknown as { binding?: (name: string) => unknown };
    return binding?.call(process, 'signal_wrap') as SignalBinding;
  } catch {
    return undefined;
  } finally {
    process.noDeprecation = noDeprecation;
  }
}
