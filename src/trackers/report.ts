/** What trackers tell the daemon. */

export type TrackerStatus =
  /** No result yet. An unweighted tracker in this state keeps its instances down. */
  | 'pending'
  | 'ok'
  | 'failed'
  /** A file tracker: not well or unwell but a number, see `value`. */
  | 'value';

/**
 * Why a tracker is in the status it reports. Every kind but `passed`, `assumed`, `configured` and
 * `read` is a failure of the check or of running it, and none of them is ever taken for a success.
 */
export type TrackerCause =
  | 'passed'
  /** Nothing was checked yet; this is what is assumed meanwhile. */
  | 'assumed'
  /** The configuration says so (`init_fail`). */
  | 'configured'
  | 'exit'
  | 'signal'
  | 'timeout'
  | 'notStarted'
  | 'refused'
  /** A host that was asked does not answer, or says the wrong thing. */
  | 'unreachable'
  /** The file tracker read a number. */
  | 'read'
  /** The file tracker could not: the value is the one before. */
  | 'unreadable';

/** A tracker's whole present verdict. Sending the same one twice is harmless. */
export interface TrackerReport {
  /** Scripts, files and probes may have the same names. */
  readonly kind: 'script' | 'file' | 'probe';
  /** The tracker's name in the configuration. */
  readonly tracker: string;
  readonly status: TrackerStatus;
  /** The number in the file (int32) when `status` is `value`; 0 otherwise. */
  readonly value: number;
  readonly cause: TrackerCause;
  /** A sentence for people, without a full stop. */
  readonly reason: string;
}

export type TrackerListener = (report: TrackerReport) => void;
