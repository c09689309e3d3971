import type { Cause, StateChanged } from '../../src/engine/messages.generated.ts';
import type { LogLine } from '../../src/observe/logFormat.ts';
import type { Names } from '../../src/observe/names.ts';

export const names: Names = {
  instance: (id) => `VI_${id}`,
  family: (id) => (id === 6 ? 'IPv6' : 'IPv4'),
  group: (id) => `G${id}`,
  tracker: () => 'script keepalived_check',
};

/** A cause with nothing in it but what the test is about. */
export function causeOf(part: Partial<Cause> & Pick<Cause, 'kind'>): Cause {
  return {
    peer: undefined,
    peerPriority: undefined,
    tracker: undefined,
    ifIndex: undefined,
    interfaceName: '',
    member: undefined,
    address: undefined,
    errorNumber: 0,
    silence: 0,
    ...part,
  };
}

export function stateChanged(part: Partial<StateChanged>): StateChanged {
  return {
    kind: 'StateChanged',
    instance: 1,
    from: 'backup',
    to: 'master',
    effectivePriority: 100,
    notify: true,
    repeated: false,
    cause: causeOf({ kind: 'started' }),
    ...part,
  };
}

export function logLine(message: string, part: Partial<LogLine> = {}): LogLine {
  return { level: 'notice', message, fields: {}, wallMs: 1_795_336_885_338, ...part };
}
