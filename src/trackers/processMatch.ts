/** Whether a process is one of those that a `vrrp_track_process` block means. */

/** A `vrrp_track_process` block, as far as it says which processes are meant. */
export interface ProcessPattern {
  readonly name: string;
  /** A command name, or with `fullCommand` the first word of a command line. */
  readonly process: string;
  /** Arguments to compare; giving any implies `fullCommand`. */
  readonly args: readonly string[];
  /**
   * How `args` are compared with the process's own: `exact` are identical; `partial`: they are its
   * first arguments; `initial`: as partial, and the last one given may be only a beginning.
   * Undefined is exact when there are arguments, and otherwise none are looked at.
   */
  readonly paramMatch?: 'exact' | 'partial' | 'initial' | undefined;
  readonly fullCommand: boolean;
}

/** The kernel keeps this much of a process's name (TASK_COMM_LEN less the final NUL). */
const commLength = 15;

/** Whether the command line has to be read to decide. */
export function needsCommandLine(pattern: ProcessPattern): boolean {
  return pattern.fullCommand || pattern.args.length > 0;
}

/** Compares with a process's name, of which the kernel keeps 15 bytes. */
export function matchesComm(pattern: ProcessPattern, comm: string): boolean {
  const wanted = Buffer.from(pattern.process).subarray(0, commLength);
  return wanted.equals(Buffer.from(comm).subarray(0, commLength));
}

/** Compares with a process's command line. */
export function matchesCommandLine(pattern: ProcessPattern, argv: readonly string[]): boolean {
  if (argv[0] !== pattern.process) return false;
  const given = pattern.args;
  const present = argv.slice(1);
  switch (pattern.paramMatch ?? (given.length > 0 ? 'exact' : 'partial')) {
    case 'exact':
      return given.length === present.length && startsWith(present, given);
    case 'partial':
      return startsWith(present, given);
    case 'initial': {
      const last = given.at(-1);
      if (last === undefined) return true;
      const whole = given.slice(0, -1);
      return startsWith(present, whole) && present[whole.length]?.startsWith(last) === true;
    }
  }
}

function startsWith(present: readonly string[], given: readonly string[]): boolean {
  return given.every((word, index) => present[index] === word);
}
