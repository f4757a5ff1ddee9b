/** How the members of a pattern are compared with those of something else. */
interface Comparison<Left, Right> {
  /** Whether a member stands for any number of the other sequence's members. */
  readonly isDeep: (member: Left) => boolean;
  /** Whether two members agree. */
  readonly test: (left: Left, right: Right, leftIndex: number) => boolean;
}

/** Whether a whole sequence agrees with a pattern that may have deep members. Steps back to the last of these only, which is enough. */
export function fits<Left, Right>(
  pattern: readonly Left[],
  items: ArrayLike<Right>,
  { isDeep, test }: Comparison<Left, Right>,
): boolean {
  let at = 0;
  let deepAt = -1;
  let resumeAt = 0;
  for (let index = 0; index < items.length;) {
    const member = pattern[at];
    if (member !== undefined && isDeep(member)) {
      deepAt = at;
      resumeAt = index;
      at += 1;
    } else if (member !== undefined && test(member, items[index] as Right, at)) {
      at += 1;
      index += 1;
    } else if (deepAt >= 0) {
      resumeAt += 1;
      at = deepAt + 1;
      index = resumeAt;
    } else return false;
  }
  for (; at < pattern.length; at += 1) if (!isDeep(pattern[at] as Left)) return false;
  return true;
}

/** Whether two sequences, both of which may have deep members, can stand for the same. One row of answers at a time. */
export function meets<Member>(
  left: readonly Member[],
  right: readonly Member[],
  { isDeep, test }: Comparison<Member, Member>,
): boolean {
  let row: boolean[] = [true];
  for (const [column, item] of right.entries()) row.push(row[column] === true && isDeep(item));
  for (const [leftIndex, member] of left.entries()) {
    const next: boolean[] = [row[0] === true && isDeep(member)];
    for (const [column, item] of right.entries()) {
      const isJoker = isDeep(member) || isDeep(item);
      const fitsHere = isJoker
        ? row[column + 1] === true || next[column] === true
        : row[column] === true && test(member, item, leftIndex);
      next.push(fitsHere);
    }
    row = next;
  }
  return row[right.length] === true;
}
