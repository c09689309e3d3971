/** Where a keyword is at home, for the hint about a misplaced one. */

const homes = new Map<string, string[]>();

/** Made known by the table itself, so that nothing imports the levels from below. */
export function registerHome(level: string, keywords: readonly string[]): void {
  for (const keyword of keywords) {
    homes.set(keyword, [...(homes.get(keyword) ?? []), level]);
  }
}

/** Titles of the levels that know the keyword. */
export function homesOf(keyword: string): readonly string[] {
  return homes.get(keyword) ?? [];
}
