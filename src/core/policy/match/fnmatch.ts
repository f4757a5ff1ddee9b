/**
 * A glob as the older rule form reads it, as a regex that fits the whole text: `*` is any text (slashes too), `?` any
 * character, `[a-c]` and `[!a-c]` one of these or none of these; braces and backslashes stand for themselves, and so
 * does a bracket that is not closed.
 */
export function translateFnmatch(glob: string): string {
  const chars = Array.from(glob);
  let regex = "";
  for (let index = 0; index < chars.length; index += 1) {
    const char = chars[index] ?? "";
    const end = char === "[" ? findClassEnd(chars, index) : -1;
    if (end > index) {
      regex += translateClass(chars.slice(index + 1, end));
      index = end;
    } else if (char === "*") regex += ".*";
    else regex += char === "?" ? "." : quote(char);
  }
  return `(?s)^${regex}$`;
}

/** Index of the bracket that closes the class; -1 when none does. One right behind the beginning stands for itself. */
function findClassEnd(chars: readonly string[], start: number): number {
  const first = chars[start + 1] === "!" ? start + 2 : start + 1;
  return chars.indexOf("]", first + 1);
}

function translateClass(members: readonly string[]): string {
  const isNegated = members[0] === "!";
  const ranges: string[] = [];
  for (let index = isNegated ? 1 : 0; index < members.length; index += 1) {
    const from = members[index] ?? "";
    const to = members[index + 1] === "-" ? members[index + 2] : undefined;
    if (to !== undefined) index += 2;
    // A range that runs backwards holds nothing.
    if (codeOf(from) <= codeOf(to ?? from)) ranges.push(`${quote(from)}-${quote(to ?? from)}`);
  }
  if (ranges.length > 0) return `[${isNegated ? "^" : ""}${ranges.join("")}]`;
  return isNegated ? "." : "[^\\x00-\\x{10FFFF}]";
}

function quote(char: string): string {
  return `\\x{${codeOf(char).toString(16)}}`;
}

function codeOf(char: string): number {
  return char.codePointAt(0) ?? 0;
}
