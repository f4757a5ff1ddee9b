/** How {@link escapeMarkdown} bounds its text. */
export interface EscapeMarkdownOptions {
  /** Characters of the text that are shown; default 500, our choice. What is cut off is marked by an ellipsis. */
  readonly maxLength?: number;
}

const DEFAULT_MAX_LENGTH = 500;

/**
 * Renders as nothing and belongs to no word. Escapes can't stop addresses from becoming links, because renderers look
 * for them once more in the finished text; only a character in between can.
 */
const WORD_JOINER = "\u2060";

/** Control characters, line and paragraph separators, and runs of blanks. */
const BLANKS = /[\s\p{Cc}\u2028\u2029]+/gu;

/** Characters that turn the direction of text: with them a line can read differently from what it says. Lone surrogates too. */
const MISLEADING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

/**
 * Inline markup, HTML, entities, tables, and the braces that the Temporal UI takes for a template. Underscores inside a
 * word are mere characters, all others can begin or end emphasis.
 */
const INLINE = /[\\`*[\]<&|~{}]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;

/** What makes a heading, quote, list or rule of a line that begins with it. The text is one line, so it has one start. */
const BLOCK_START = /^(\d*)([#>+\-=.):])/;

/** Where a web address or an e-mail address would be recognised. */
const ADDRESS = /(?<=:)(?=\/\/)|(?<=www)(?=\.)|(?=@)/gi;

/**
 * Makes text that a caller wrote inert in Markdown: one line that shows what was written and can't become a link,
 * image, HTML, heading, quote, list, table, code or emphasis.
 */
export function escapeMarkdown(text: string, options: EscapeMarkdownOptions = {}): string {
  const line = shorten(flatten(text), options.maxLength ?? DEFAULT_MAX_LENGTH);
  return line.replace(INLINE, "\\$&").replace(BLOCK_START, "$1\\$2").replace(ADDRESS, WORD_JOINER);
}

function flatten(text: string): string {
  return text.replace(MISLEADING, "\uFFFD").replace(BLANKS, " ").trim();
}

/** Counts whole characters, so that none is cut in two. */
function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const characters = Array.from(text.slice(0, 2 * maxLength + 2));
  return characters.length <= maxLength ? text : `${characters.slice(0, maxLength).join("")}…`;
}
