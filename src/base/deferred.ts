/** A promise with its ends in other hands, until Promise.withResolvers is everywhere. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

export function deferred<T = void>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolved) => (resolve = resolved));
  return { promise, resolve };
}
