/** How many values a refusal names. */
const MOST = 5;

/**
 * Of these values those that somebody may have meant: equal but for case, spaces and signs, or a
 * few typing errors away; nearest first.
 */
export function nearValues(value: string, among: readonly string[]): string[] {
  const asked = bare(value);
  const farthest = Math.max(1, Math.floor(asked.length / 4));
  return among
    .map((text) => ({ text, distance: distance(asked, bare(text), farthest) }))
    .filter((one) => one.distance <= farthest)
    .sort((one, other) => one.distance - other.distance || (one.text < other.text ? -1 : 1))
    .slice(0, MOST)
    .map(({ text }) => text);
}

function bare(text: string): string {
  return text.toLowerCase().replace(/[\s._/-]+/g, "");
}

/** Insertions, deletions, replacements and swaps of neighbours; beyond `most` just more than it. */
function distance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let at = 1; at <= other.length; at++) {
      const isSame = one[row - 1] === other[at - 1];
      let least = Math.min(
        (next[at - 1] ?? 0) + 1,
        (last[at] ?? 0) + 1,
        (last[at - 1] ?? 0) + (isSame ? 0 : 1),
      );
      const isSwap = at > 1 && one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1];
      if (isSwap && row > 1) least = Math.min(least, (beforeLast[at - 2] ?? 0) + 1);
      next.push(least);
    }
    [beforeLast, last] = [last, next];
  }
  return last[other.length] ?? most + 1;
}
