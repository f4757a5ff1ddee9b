/** Text as a shell takes it: without NUL characters; any line end, also that of a terminal's Enter key, is a line feed. */
export function cleanText(text: string): string {
  return /[\0\r]/.test(text) ? text.replaceAll("\0", "").replaceAll(/\r\n?/g, "\n") : text;
}
