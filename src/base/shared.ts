/** Of thousands of instances most say the same. */

const most = 64;

/**
 * One value for all that are equal, so that what is kept of each of thousands weighs nothing. The
 * values are never changed. Remembers the latest few only: what differs each time is handed back.
 */
export class Shared<T extends object> {
  readonly #known = new Map<string, T>();

  of(value: T): T {
    const key = JSON.stringify(value);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= most) this.#known.clear();
    this.#known.set(key, value);
    return value;
  }
}
