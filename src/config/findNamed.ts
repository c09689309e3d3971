interface Named {
  readonly name: string;
}

/** Where the last search in a list has ended. */
const ends = new WeakMap<readonly Named[], number>();

/**
 * The first of this name from where the last search ended. Events of thousands of instances come in
 * about the order of the file: the next one is hardly ever far away, and no table has to be kept.
 */
export function findNamed<T extends Named>(list: readonly T[], name: string): T | undefined {
  const from = ends.get(list) ?? 0;
  for (let step = 0; step < list.length; step++) {
    const at = (from + step) % list.length;
    if (list[at]?.name !== name) continue;
    ends.set(list, at);
    return list[at];
  }
  return undefined;
}
