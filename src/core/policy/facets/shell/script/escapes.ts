const ESCAPED: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  e: "\u001B",
  v: "\v",
  f: "\f",
  a: "\u0007",
};

const ESCAPE = /\\(?:x([\dA-Fa-f]{1,2})|u([\dA-Fa-f]{1,4})|0?([0-7]{1,3})|(.))/gs;

/** Text with the escapes of `printf`, and of strings in most languages, decoded; a NUL character is dropped. */
export function decodeEscapes(text: string): string {
  return text.replaceAll(ESCAPE, (escape: string, ...groups: readonly (string | undefined)[]) => {
    const [hex, unicode, octal, other = ""] = groups;
    const code = Number.parseInt(hex ?? unicode ?? octal ?? "", octal === undefined ? 16 : 8);
    if (Number.isNaN(code)) return ESCAPED[other] ?? (/[\\"'`]/.test(other) ? other : escape);
    return code === 0 ? "" : String.fromCharCode(code);
  });
}
