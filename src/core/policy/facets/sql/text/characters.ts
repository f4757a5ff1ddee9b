/** What a character may begin, as far as telling tokens apart needs to know. */
export const SPACE = 1;
/** Of words, but not at their beginning. */
export const DIGIT = 2;
/** At the beginning of words. */
export const LETTER = 3;
/** Of operators. */
export const OPERATOR = 4;

const CLASSES = new Uint8Array(128);
for (const char of " \t\n\r\f\v") CLASSES[char.charCodeAt(0)] = SPACE;
for (const char of "0123456789") CLASSES[char.charCodeAt(0)] = DIGIT;
for (const char of "~!@#^&|?+-*/%<>=") CLASSES[char.charCodeAt(0)] = OPERATOR;
for (const char of "abcdefghijklmnopqrstuvwxyz") {
  CLASSES[char.charCodeAt(0)] = LETTER;
  CLASSES[char.toUpperCase().charCodeAt(0)] = LETTER;
}
CLASSES["_".charCodeAt(0)] = LETTER;

/** The class of the character at an index; 0 for others, and behind the end. Beyond ASCII everything is a letter, Unicode's spaces too. */
export function classAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code < 128 ? (CLASSES[code] ?? 0) : code >= 128 ? LETTER : 0;
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
