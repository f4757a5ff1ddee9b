/**
 * Splits the text of an alias into words as git does: at spaces outside of quotes, a backslash keeps the next character.
 * Undefined for a quote that isn't closed; git refuses such an alias.
 */
export function splitAlias(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (quote === undefined && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (quote === undefined && (char === "'" || char === '"')) {
      quote = char;
      word ??= "";
    } else if (char === quote) quote = undefined;
    else {
      const isEscape = char === "\\" && quote !== "'";
      if (isEscape) index += 1;
      word = (word ?? "") + (isEscape ? text.charAt(index) : char);
    }
  }
  if (quote !== undefined) return undefined;
  if (word !== undefined) words.push(word);
  return words;
}
