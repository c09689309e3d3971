/** "Did you mean": the nearest of some known words. */

/** Number of single-character edits (swaps count as one) between two words. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      }
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known word nearest to `word`, or null when none is near enough to be meant. */
export function nearest(word: string, known: Iterable<string>): string | null {
  if (word.length > 64) return null;
  const allowed = word.length <= 4 ? 1 : Math.min(3, Math.floor(word.length / 3));
  const plain = word.toLowerCase().replaceAll('-', '_');
  // Case is never what makes two words different.
  let best: string | null = null;
  let bestDistance = allowed + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > allowed) continue;
    const distance = editDistance(plain, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** What keepalived puts before a setting where it holds for all: `vrrp_garp_master_delay`. */
const generalPrefix = 'vrrp_';

/** The same setting by its name here: global_defs and instances call some of them differently. */
export function sameByOtherName(word: string, known: ReadonlySet<string>): string | null {
  const plain = word.startsWith(generalPrefix) ? word.slice(generalPrefix.length) : word;
  const names = [`${generalPrefix}${plain}`, plain];
  return names.find((name) => name !== word && known.has(name)) ?? null;
}

/** The one known word that ends with this one: `script_security` is `enable_script_security`. */
export function longerForm(word: string, known: Iterable<string>): string | null {
  const longer = [...known].filter((name) => name.endsWith(`_${word}`));
  return longer.length === 1 ? (longer[0] ?? null) : null;
}
