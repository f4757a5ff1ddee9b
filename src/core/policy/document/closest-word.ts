/** Longer words are not compared: the work grows with the square of the length, and nobody mistypes them into a key. */
const MAX_COMPARED_CHARS = 40;

/** The one of `words` that `typed` was probably meant to be; undefined when none is near. */
export function findClosestWord(typed: string, words: Iterable<string>): string | undefined {
  if (typed.length > MAX_COMPARED_CHARS) return undefined;
  const wanted = typed.toLowerCase().replaceAll("-", "_");
  let closest: string | undefined;
  let closestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const word of words) {
    const distance = countEdits(wanted, word);
    if (distance < closestDistance) [closest, closestDistance] = [word, distance];
  }
  return closest;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function countEdits(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const [typed, wanted] = [from[row - 1], to[column - 1]];
      const replaced = at(last, column - 1) + (typed === wanted ? 0 : 1);
      const isSwap = typed === to[column - 2] && from[row - 2] === wanted;
      const swapped = at(beforeLast, column - 2) + (isSwap ? 1 : Infinity);
      const edits = Math.min(at(last, column) + 1, at(current, column - 1) + 1, replaced, swapped);
      current.push(edits);
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, to.length);
}

/** Edits noted in a column; beyond the edge of the table there is no way. */
function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
