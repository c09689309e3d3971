/** Numbers of the core as names of the file. */
export interface Names {
  instance(id: number): string;
  group(id: number): string;
  /** Kind and name, as in "script keepalived_check". */
  tracker(id: number): string;
}
