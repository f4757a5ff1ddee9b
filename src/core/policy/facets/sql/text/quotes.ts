/** A quoted piece: what is in it, and where the text goes on behind it. */
export interface Quoted {
  /** The character that it stands between. */
  readonly quote: string;
  /** Without its quotes; doubled quotes are single. */
  readonly content: string;
  /** Index behind the closing quote; the text's length where that is missing. */
  readonly end: number;
  /** Whether there is a closing quote. */
  readonly isClosed: boolean;
}

/** Reads from an opening quote to the closing one; two quotes are one character of the content. */
export function readQuoted(text: string, start: number): Quoted {
  const quote = text.charAt(start);
  let content = "";
  let from = start + 1;
  for (;;) {
    const close = text.indexOf(quote, from);
    if (close < 0) return { quote, content: content + text.slice(from), end: text.length, isClosed: false };
    content += text.slice(from, close);
    if (text.charAt(close + 1) !== quote) return { quote, content, end: close + 1, isClosed: true };
    content += quote;
    from = close + 2;
  }
}

const MYSQL_ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b" };

/** As {@link readQuoted}, where a backslash makes the next character part of the content. */
export function readEscaped(text: string, start: number): Quoted {
  const quote = text.charAt(start);
  let content = "";
  for (let index = start + 1; index < text.length; index += 1) {
    const char = text.charAt(index);
    const next = text.charAt(index + 1);
    if (char === "\\") {
      content += MYSQL_ESCAPES[next] ?? next;
      index += 1;
    } else if (char !== quote) content += char;
    else if (next !== quote) return { quote, content, end: index + 1, isClosed: true };
    else {
      content += quote;
      index += 1;
    }
  }
  return { quote, content, end: text.length, isClosed: false };
}

/** Where a dollar-quoted piece ends that begins with the tag. */
export function findDollarEnd(text: string, start: number, tag: string): Pick<Quoted, "end" | "isClosed"> {
  const close = text.indexOf(tag, start + tag.length);
  return close < 0 ? { end: text.length, isClosed: false } : { end: close + tag.length, isClosed: true };
}

/** Writes a name in the parser's quotes. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Writes a text in the parser's quotes. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
