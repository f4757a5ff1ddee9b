/** What a character does to the word that it stands in. */
type CharKind = "lower" | "upper" | "digit" | "gap";

/**
 * The whole words of an action's name in lower case: `mcp__fs__writeFile` has mcp, fs, write and file, `HTTPGet` http and get.
 * A word with digits is there as it stands and in its parts, so that `python3` is also python. Linear in the name.
 */
export function splitNameWords(name: string): ReadonlySet<string> {
  const text = isAscii(name) ? name : simplify(name);
  const words = new Set<string>();
  let start = 0;
  let last: CharKind = "gap";
  for (let index = 0; index <= text.length; index += 1) {
    const kind = kindAt(text, index);
    if (kind === "gap" || startsWord(text, index, last)) {
      if (last !== "gap") addWord(words, text.slice(start, index));
      start = index;
    }
    if (last === "gap") start = index;
    last = kind;
  }
  return words;
}

/** Whether a new word begins inside a run of letters and digits: at `F` of `writeFile`, at `G` of `HTTPGet`, not at `L` of `URLs`. */
function startsWord(text: string, index: number, last: CharKind): boolean {
  if (last === "gap" || kindAt(text, index) !== "upper") return false;
  if (last !== "upper") return true;
  if (kindAt(text, index + 1) !== "lower") return false;
  const isPlural = text[index + 1] === "s" && kindAt(text, index + 2) !== "lower";
  return !isPlural;
}

function addWord(words: Set<string>, word: string): void {
  const lower = word.toLowerCase();
  words.add(lower);
  if (!/\d/.test(lower)) return;
  for (const part of lower.split(/(\d+)/)) {
    if (part !== "") words.add(part);
  }
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) > 0x7f) return false;
  }
  return true;
}

/** Letters in other shapes become the usual ones (fullwidth `ｒｅａｄ` is read), and what can't be seen is dropped. */
function simplify(text: string): string {
  return text.normalize("NFKC").replace(/[\p{Cf}\p{M}]+/gu, "");
}

function kindAt(text: string, index: number): CharKind {
  const code = text.charCodeAt(index);
  if (code >= 0x61 && code <= 0x7a) return "lower";
  if (code >= 0x41 && code <= 0x5a) return "upper";
  if (code >= 0x30 && code <= 0x39) return "digit";
  return code > 0x7f ? kindOfUnicode(text.charAt(index)) : "gap";
}

/** Characters beyond the first plane are gaps: of those, letters that look like Latin ones were made Latin before. */
function kindOfUnicode(char: string): CharKind {
  if (/\p{Lu}/u.test(char)) return "upper";
  if (/\p{L}/u.test(char)) return "lower";
  return /\p{Nd}/u.test(char) ? "digit" : "gap";
}
