import { UNKNOWN } from "../shell/command.ts";
import { isFetched } from "./parse-url.ts";
import { SLASHLESS_SCHEMES } from "./schemes.ts";

/** Characters of a scheme in front of its colon that are looked at. */
const MAX_SCHEME_CHARS = 40;

/** The addresses with a scheme inside a longer text, up to the next space, quote or angle bracket, without the sentence's signs. */
export function* findEmbedded(text: string): Generator<string> {
  let from = 0;
  for (let colon = text.indexOf(":"); colon >= 0; colon = text.indexOf(":", Math.max(colon + 1, from))) {
    const start = schemeStart(text, colon, from);
    if (start === undefined) continue;
    if (!isMeantScheme(text.slice(start, colon).toLowerCase(), text.slice(colon + 1, colon + 64))) continue;
    from = endOfAddress(text, colon);
    yield withoutSigns(text.slice(start, from));
  }
}

/** Addresses without a scheme that stand alone between quotes in a program's text. */
export function* findQuotedHosts(code: string): Generator<string> {
  for (const [, quoted = ""] of code.matchAll(/["'`]([^\s"'`]{1,253})(?=["'`])/g)) {
    if (isBareAddress(quoted)) yield quoted;
  }
}

/** The hosts of sockets that shells and awk open by a file's name: `/dev/tcp/host/port`, `/inet/tcp/0/host/port`. */
export function* findSockets(code: string): Generator<string> {
  for (const [, host = ""] of code.matchAll(/\/(?:dev|inet[46]?)\/(?:tcp|udp)\/(?:\d+\/)?([^\s"'`/]{1,253})/g))
    yield host;
}

/** Whether a text without a scheme is an address and can hardly be anything else: four decimal parts, brackets, `localhost`. */
export function isBareAddress(text: string): boolean {
  return /^(?:\d{1,3}(?:\.\d{1,3}){3}|localhost|\[[0-9a-f:.]+\]|metadata\.google\.internal)(?:[:/]|$)/i.test(text);
}

function schemeStart(text: string, colon: number, from: number): number | undefined {
  let start = colon;
  const first = Math.max(from, colon - MAX_SCHEME_CHARS);
  while (start > first && /[a-z0-9+.-]/i.test(text.charAt(start - 1))) start -= 1;
  while (start < colon && !/[a-z]/i.test(text.charAt(start))) start += 1;
  return colon - start > 1 ? start : undefined;
}

/** Whether a scheme and what follows its colon are an address rather than a sentence, a key or a name with a colon in it. */
export function isMeantScheme(scheme: string, rest: string): boolean {
  if (/^[/\\]/.test(rest)) return isFetched(scheme) || /^[/\\]{2}/.test(rest);
  if (scheme === "http" || scheme === "https")
    return rest.startsWith(UNKNOWN) || /^(?:localhost|\[|[^\s"'`]{0,60}\.)/i.test(rest);
  return SLASHLESS_SCHEMES.has(scheme) && /^[^\s"'`]/.test(rest);
}

function endOfAddress(text: string, colon: number): number {
  // A comma ends it only in front of the next one: hosts of users' names may hold commas.
  const ends = /[\s"'`<>]|[,;|](?=[a-z][a-z0-9+.-]{0,20}:\/\/)/gi;
  ends.lastIndex = colon + 1;
  const end = ends.exec(text);
  return end === null ? text.length : end.index;
}

function withoutSigns(address: string): string {
  const signs = address.includes("[") ? ".,;:!?)}|\\" : ".,;:!?)]}|\\";
  let end = address.length;
  while (end > 0 && signs.includes(address.charAt(end - 1))) end -= 1;
  return address.slice(0, end);
}
