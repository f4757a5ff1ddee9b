/** What a character may begin, as far as telling tokens apart needs to know. */
export const SPACE = 1;
/** Of words, but not at their beginning. */
export const DIGIT = 2;
/** At the beginning of words. */
export const LETTER = 3;
/** Of operators. */
export const OPERATOR = 4;

/** The class of each character of ASCII, as a digit. */
const CLASSES = Array.from({ length: 128 }, (_, code) => classOf(String.fromCharCode(code))).join("");
const ZERO = "0".charCodeAt(0);

function classOf(char: string): number {
  if (" \t\n\r\f\v".includes(char)) return SPACE;
  if (/\d/.test(char)) return DIGIT;
  if (/\w/.test(char)) return LETTER;
  return "~!@#^&|?+-*/%<>=".includes(char) ? OPERATOR : 0;
}

/** The class of the character at an index; 0 for others, and behind the end. Beyond ASCII everything is a letter, Unicode's spaces too. */
export function classAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  // Behind the end there is no number, which stands for the first character: of no class.
  return code > 127 ? LETTER : CLASSES.charCodeAt(code) - ZERO;
}

/** Index behind the letters, digits and dollar signs that begin here. */
export function wordEnd(text: string, start: number): number {
  let index = start;
  for (; index < text.length; index += 1) {
    const kind = classAt(text, index);
    if (kind !== LETTER && kind !== DIGIT && text.charCodeAt(index) !== 0x24) break;
  }
  return index;
}

/** Index behind the letters, digits and dots that begin here. */
export function numberEnd(text: string, start: number): number {
  let index = start;
  for (; index < text.length; index += 1) {
    const kind = classAt(text, index);
    if (kind !== LETTER && kind !== DIGIT && text.charCodeAt(index) !== 0x2e) break;
  }
  return index;
}
