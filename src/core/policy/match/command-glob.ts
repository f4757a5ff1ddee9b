import { UNKNOWN } from "../facets/shell/command.ts";

/** What stands at one place of a glob: `*`, or a test of one character. */
type Token = "*" | ((char: string) => boolean);

/**
 * Whether a word fits a glob: surely, or with the parts that can't be known filled in as fits best. In time linear in the
 * word. `*` and `?` stand for slashes too, since most words aren't paths.
 */
export interface WordGlob {
  /** Whether the word fits whatever its unknown parts are. */
  readonly fitsAlways: (text: string) => boolean;
  /** Whether the word fits with some text for each unknown part. */
  readonly fitsSometimes: (text: string) => boolean;
}

/** Compiles a glob that `checkGlob` found right. */
export function compileWordGlob(glob: string): WordGlob {
  return createWordGlob(expandBraces(glob).map(tokenize));
}

/** Compiles plain text as a glob without special characters. */
export function compileWord(text: string): WordGlob {
  return createWordGlob([Array.from(text, (char) => isChar(char))]);
}

function createWordGlob(alternatives: readonly (readonly Token[])[]): WordGlob {
  return {
    fitsAlways: (text) => alternatives.some((tokens) => fits(tokens, text, onlyStars)),
    fitsSometimes: (text) => alternatives.some((tokens) => fits(tokens, text, anything)),
  };
}

/** The places of a glob where a reading of the word may stand; the last one is behind its end. */
type Places = Uint8Array;

/** Takes the places in front of an unknown part to those behind it. */
type UnknownStep = (tokens: readonly Token[], from: Places, to: Places) => void;

function fits(tokens: readonly Token[], text: string, stepUnknown: UnknownStep): boolean {
  if (differsAtEnd(tokens, text)) return false;
  let from = new Uint8Array(tokens.length + 1);
  let to = new Uint8Array(tokens.length + 1);
  enter(tokens, from, 0);
  for (const char of text) {
    if (char === UNKNOWN) stepUnknown(tokens, from, to);
    else stepChar(tokens, char, { from, to });
    if (!to.includes(1)) return false;
    [from, to] = [to, from.fill(0)];
  }
  return from[tokens.length] === 1;
}

/** Whether the ends alone show that a word doesn't fit: most need no closer look. */
function differsAtEnd(tokens: readonly Token[], text: string): boolean {
  if (differs(tokens[0], text.charAt(0))) return true;
  let index = text.length;
  for (let place = tokens.length - 1; isTest(tokens[place]); place -= 1) {
    index -= 1;
    const char = text.charAt(index);
    if (!isWhole(char)) return false;
    if (differs(tokens[place], char)) return true;
  }
  return false;
}

function differs(token: Token | undefined, char: string): boolean {
  return isTest(token) && isWhole(char) && (char === "" || !token(char));
}

function isTest(token: Token | undefined): token is (char: string) => boolean {
  return typeof token === "function";
}

/** Whether this is a known character, and not half of one. */
function isWhole(char: string): boolean {
  return char !== UNKNOWN && (char < "\ud800" || char > "\udfff");
}

function stepChar(tokens: readonly Token[], char: string, { from, to }: { from: Places; to: Places }): void {
  for (const [place, token] of tokens.entries()) {
    if (from[place] !== 1) continue;
    if (token === "*") enter(tokens, to, place);
    else if (token(char)) enter(tokens, to, place + 1);
  }
}

/** Only `*` takes in what may be any text. */
function onlyStars(tokens: readonly Token[], from: Places, to: Places): void {
  for (const [place, token] of tokens.entries()) if (token === "*" && from[place] === 1) enter(tokens, to, place);
}

/** Some text leads from each place to all behind it. */
function anything(_: readonly Token[], from: Places, to: Places): void {
  to.fill(1, from.indexOf(1));
}

/** Marks a place, and those behind stars that may stand for nothing. */
function enter(tokens: readonly Token[], places: Places, place: number): void {
  places[place] = 1;
  if (tokens[place] === "*") enter(tokens, places, place + 1);
}

/** A glob's alternatives without braces; as many as `checkGlob` allows. */
function expandBraces(glob: string): readonly string[] {
  const open = findUnescaped(glob, "{", 0);
  if (open < 0) return [glob];
  const close = findUnescaped(glob, "}", open);
  const rests = expandBraces(glob.slice(close + 1));
  const members = splitUnescaped(glob.slice(open + 1, close));
  return members.flatMap((member) => rests.map((rest) => glob.slice(0, open) + member + rest));
}

function findUnescaped(glob: string, wanted: string, from: number): number {
  for (let index = from; index < glob.length; index += 1) {
    if (glob[index] === "\\") index += 1;
    else if (glob[index] === wanted) return index;
  }
  return -1;
}

function splitUnescaped(text: string): readonly string[] {
  const comma = findUnescaped(text, ",", 0);
  return comma < 0 ? [text] : [text.slice(0, comma), ...splitUnescaped(text.slice(comma + 1))];
}

function tokenize(glob: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const [part] of glob.matchAll(/\*+|\\[^]|\[[!^]?[^][^\]]*\]|[^]/gu)) {
    if (part.startsWith("*")) tokens.push("*");
    else if (part === "?") tokens.push(() => true);
    else if (part.startsWith("\\")) tokens.push(isChar(part.slice(1)));
    else tokens.push(part.length > 2 && part.startsWith("[") ? isMember(part.slice(1, -1)) : isChar(part));
  }
  return tokens;
}

function isChar(wanted: string): Token {
  return (char) => char === wanted;
}

function isMember(members: string): Token {
  const isNegated = /^[!^]/.test(members);
  const ranges = Array.from(
    (isNegated ? members.slice(1) : members).matchAll(/([^])-([^])|[^]/gu),
    ([part, from, to]) => ({
      from: from ?? part,
      to: to ?? part,
    }),
  );
  return (char) => ranges.some(({ from, to }) => char >= from && char <= to) !== isNegated;
}
