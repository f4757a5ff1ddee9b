import { MAX_URLS } from "../../limits.ts";
import { UNKNOWN } from "../shell/command.ts";
import { classifyAsDecimal, NO_HOST, readHost } from "./read-host.ts";
import {
  FETCHED_SCHEMES,
  HOSTLESS_SCHEMES,
  MESSAGE_SCHEMES,
  SLASHLESS_SCHEMES,
  SPECIAL_PORTS,
  WRAPPING_SCHEMES,
} from "./schemes.ts";
import { type HostFact, UNKNOWN_URL, type UrlFact } from "./url-fact.ts";

/** Addresses inside addresses, as in `view-source:view-source:…`, that are unwrapped. */
const MAX_WRAPPINGS = 4;

/**
 * Without what browsers drop: tabs and line ends anywhere, control characters and spaces around it.
 * `from` is the least of these characters: 1 leaves the `UNKNOWN` of a command's word in place.
 */
export function trimUrl(text: string, from: 0 | 1): string {
  const isTrimmed = (code: number): boolean => code >= from && code <= 0x20;
  let start = 0;
  let end = text.length;
  while (start < end && isTrimmed(text.charCodeAt(start))) start += 1;
  while (end > start && isTrimmed(text.charCodeAt(end - 1))) end -= 1;
  const trimmed = text.slice(start, end);
  return /[\t\n\r]/.test(trimmed) ? trimmed.replace(/[\t\n\r]+/g, "") : trimmed;
}

/** The scheme of an address, in lower case; undefined for `localhost:8080`, `user:word@host`, `C:\x`, and what has none. */
export function schemeOf(text: string): string | undefined {
  const [, name] = /^([a-z][a-z0-9+.-]{1,40}):/i.exec(text) ?? [];
  if (name === undefined) return undefined;
  const scheme = name.toLowerCase();
  const rest = text.slice(name.length + 1);
  if (isFetched(scheme)) return scheme;
  const isPort = rest.startsWith(UNKNOWN) || /^\d{1,5}(?:[/?#\\]|$)/.test(rest);
  const isPassword = !MESSAGE_SCHEMES.has(scheme) && /^[^/?#\\@]+@/.test(rest);
  return isPort || isPassword ? undefined : scheme;
}

/** Whether browsers and HTTP clients act upon a scheme, so that it is meant as one wherever it stands. */
export function isFetched(scheme: string): boolean {
  return FETCHED_SCHEMES.has(scheme) || SLASHLESS_SCHEMES.has(scheme);
}

/**
 * Reads an address the way clients do, all of them: where they differ (`http://a.example\@127.0.0.1`), each reading is one
 * fact. A text without a scheme is read under `fallback`. `UNKNOWN` in it stands for any text. Never throws.
 */
export function parseUrl(text: string, fallback: string): UrlFact[] {
  return parseWrapped(trimUrl(text, 1), fallback, 0);
}

/** Reads addresses one after the other, until there are more than a call may have. */
export function parseUrls(texts: Iterable<string>): UrlFact[] {
  const facts: UrlFact[] = [];
  for (const text of texts) {
    facts.push(...parseUrl(text, "http"));
    if (facts.length > MAX_URLS) break;
  }
  return facts;
}

function parseWrapped(text: string, fallback: string, depth: number): UrlFact[] {
  const scheme = schemeOf(text);
  const known = knownPartOf(text, scheme);
  if (known === undefined) return [{ ...UNKNOWN_URL, scheme }];
  if (scheme === undefined) {
    const place = fallback === "file" ? known : known.replace(/^[/\\]+/, "");
    return parseHierarchical(`//${place}`, fallback);
  }
  const rest = known.slice(scheme.length + 1);
  if (WRAPPING_SCHEMES.has(scheme) && depth < MAX_WRAPPINGS) {
    return [withoutHost(scheme), ...parseWrapped(rest, fallback, depth + 1)];
  }
  const hasHost = SPECIAL_PORTS.has(scheme) || scheme === "file" || /^[/\\]{2}/.test(rest);
  return hasHost && !HOSTLESS_SCHEMES.has(scheme) ? parseHierarchical(rest, scheme) : [withoutHost(scheme)];
}

/** The text up to its first unknown part, when that stands behind the host; undefined when it may belong to the host or the scheme. */
function knownPartOf(text: string, scheme: string | undefined): string | undefined {
  const cut = text.indexOf(UNKNOWN);
  if (cut < 0) return text;
  const start = scheme === undefined ? 0 : scheme.length + 1;
  const slashes = text.slice(start).search(/[^/\\]/);
  const isAddress = slashes > 1 || scheme === undefined || SPECIAL_PORTS.has(scheme);
  if (!isAddress) return text.slice(0, cut);
  // Not at a backslash: clients don't agree on whether the host ends there.
  const end = text.slice(start + slashes, cut).search(/[/?#]/);
  return end < 0 ? undefined : text.slice(0, cut);
}

function withoutHost(scheme: string): UrlFact {
  return { scheme, host: NO_HOST, port: undefined, hasCredentials: false, isDownload: false };
}

/** What stands behind the colon: slashes, authority and the rest. */
function parseHierarchical(rest: string, scheme: string): UrlFact[] {
  const fact = parseAuthority(rest, scheme);
  if (!rest.includes("\\")) return [fact ?? { ...UNKNOWN_URL, scheme }];
  // Browsers take a backslash for a slash, curl and others for a character of the user's name.
  const other = parseAuthority(rest.replaceAll("\\", "%5C"), scheme);
  const readings = [fact, other].filter((reading) => reading !== undefined);
  return readings.length === 0 ? [{ ...UNKNOWN_URL, scheme }] : readings;
}

function parseAuthority(rest: string, scheme: string): UrlFact | undefined {
  const url = tryParse(`${scheme}:${withoutZone(rest)}`);
  if (url === undefined) return undefined;
  const host = readHostOf(url, scheme);
  return (
    host && {
      scheme,
      host: withDecimalReading(host, rest),
      port: url.port === "" ? SPECIAL_PORTS.get(scheme) : Number(url.port),
      hasCredentials: url.username !== "" || url.password !== "",
      isDownload: false,
    }
  );
}

/** Only hosts of web schemes are normalised by the parser; clients resolve the others all the same. */
function readHostOf({ hostname }: URL, scheme: string): HostFact | undefined {
  if (hostname === "" || SPECIAL_PORTS.has(scheme)) return readHost(hostname);
  const url = tryParse(`http://${hostname}`);
  return url && readHost(url.hostname);
}

function tryParse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** `[fe80::1%25eth0]` names a network card, which the parser refuses and clients take. */
function withoutZone(rest: string): string {
  return rest.includes("[") ? rest.replace(/^([/\\]*(?:[^/?#\\]*@)?\[[^\]%]*)%[^\]]*\]/, "$1]") : rest;
}

function withDecimalReading(host: HostFact, rest: string): HostFact {
  if (!/^\d/.test(host.host)) return host;
  const spelled = rest.replace(/^[/\\]*(?:[^/?#\\]*@)?/, "").replace(/[/?#\\:].*$/s, "");
  if (spelled === host.host) return host;
  const others = classifyAsDecimal(spelled).filter((other) => !host.classes.includes(other));
  return others.length === 0 ? host : { ...host, classes: [...host.classes, ...others] };
}
