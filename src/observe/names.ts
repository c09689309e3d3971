/** Numbers of the core as names of the file. */
export interface Names {
  instance(id: number): string;
  /** Of an instance's addresses; undefined when the instance is not known. */
  family(id: number): 'IPv4' | 'IPv6' | undefined;
  group(id: number): string;
  /** Kind and name, as in "script keepalived_check". */
  tracker(id: number): string;
}
