import { MAX_URLS } from "../../limits.ts";
import { findEmbedded, isBareAddress, isMeantScheme } from "./find-embedded.ts";
import { isFetched, parseUrl, parseUrls, schemeOf, trimUrl } from "./parse-url.ts";
import type { UrlFact } from "./url-fact.ts";

/** A lone number below this is no address that anybody would ask for: it would lie in 0.0.0.0/8. */
const LEAST_ADDRESS_NUMBER = 2 ** 24;

/** What may stand for a host where no scheme says that one is meant. */
interface BareHosts {
  /** Names of one label, such as `intranet`. */
  readonly labels: boolean;
  /** Addresses as numbers and in short forms, such as `127.1`. */
  readonly numbers: boolean;
  /** Two slashes in front, as in `//host/path`. */
  readonly slashes: boolean;
  /** A user's name in front, as in `git@host:path`. */
  readonly users: boolean;
}

/** The addresses in a text where an address is expected, with any scheme or none. */
export function readAddress(text: string, isFetcher: boolean): UrlFact[] {
  return splitAddresses(text).flatMap((part) => {
    const scheme = schemeOf(part);
    if (isMeant(part, scheme)) return readWhole(part);
    const hosts = readBareHost(part, { labels: isFetcher, numbers: true, slashes: true, users: true });
    if (hosts.length > 0) return hosts;
    const isSentence = part.includes(" ");
    if (isSentence) return readSentence(part);
    return scheme !== undefined && hasContent(part, scheme) ? parseUrl(part, "http") : [];
  });
}

/** The addresses in a text that may be an address and may be something else: those that look like one. */
export function readPlace(text: string, isFetcher: boolean): UrlFact[] {
  return splitAddresses(text).flatMap((part) => {
    if (isMeant(part, schemeOf(part))) return readWhole(part);
    return readBareHost(part, { labels: false, numbers: isFetcher, slashes: isFetcher, users: false });
  });
}

/** The addresses in a text that tells a tool what to fetch: an address, or a sentence with some. */
export function readTask(text: string): UrlFact[] {
  return /\s/.test(trimUrl(text, 0)) ? readSentence(text) : readPlace(text, true);
}

/** The addresses of a text that is nothing else: one with a scheme that clients act upon, or several with spaces between. */
export function readAbsolute(text: string): UrlFact[] {
  if (!text.includes(":")) return [];
  return splitAddresses(text).flatMap((part) => {
    const scheme = schemeOf(part);
    if (scheme === undefined || part.includes(" ") || !isFetched(scheme)) return [];
    // Data is there already: nobody goes anywhere for it.
    return scheme !== "data" && isMeant(part, scheme) ? parseUrl(part, "http") : [];
  });
}

/** Several addresses with spaces or lines between, or the whole text as one. */
function splitAddresses(text: string): readonly string[] {
  const trimmed = trimUrl(text, 0);
  if (trimmed.length === text.length && !/\s/.test(text)) return [text];
  // Besides an empty one in front, one more than a call may have: beyond that, all is unknown anyway.
  const parts = text.split(/[\s\0]+/, MAX_URLS + 2).filter((part) => part !== "");
  return parts.every((part) => isMeant(part, schemeOf(part))) ? parts : [trimmed];
}

function isMeant(text: string, scheme: string | undefined): boolean {
  return scheme !== undefined && hasContent(text, scheme) && isMeantScheme(scheme, text.slice(scheme.length + 1));
}

/** Whether more than slashes stands behind the scheme. */
function hasContent(text: string, scheme: string): boolean {
  return /[^/\\]/.test(text.slice(scheme.length + 1));
}

/** An address that may be several (`http://a,http://b`) or be followed by a sentence. */
function readWhole(text: string): UrlFact[] {
  const facts = parseUrl(text, "http");
  const isSentence = text.includes(" ");
  if (facts.every(isKnown) && !isSentence) return facts;
  const parts = [...findEmbedded(text)];
  if (parts.length < 2 && !isSentence) return facts;
  return [...facts.filter(isKnown), ...parseUrls(parts)];
}

/** The addresses among the words of a longer text. */
export function readSentence(text: string): UrlFact[] {
  const bare = text.split(/[\s"'`<>(),;]+/).filter(isBareAddress);
  return [findEmbedded(text), bare].flatMap(parseUrls);
}

function readBareHost(text: string, allowed: BareHosts): UrlFact[] {
  if (/^[/\\]{2}[^/\\]/.test(text)) return allowed.slashes ? parseUrl(text, "http") : [];
  const authority = text.replace(/[/?#\\\s].*$/s, "");
  if (authority === "" || /^\s/.test(text.slice(authority.length))) return [];
  const bracketed = /^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*(?:%\w+)?$/i.test(authority) ? `[${authority}]` : undefined;
  if (bracketed !== undefined) return parseUrl(bracketed + text.slice(authority.length), "http").filter(isKnown);
  if (schemeOf(text) !== undefined || (authority.includes("@") && !allowed.users)) return [];
  const facts = parseUrl(text, "http").filter((fact) => isLikelyHost(fact, authority, allowed));
  const [, host] = (allowed.users ? /^[^@:]+@([^@:]+):[^@]*$/.exec(authority) : undefined) ?? [];
  return facts.length > 0 || host === undefined ? facts : parseUrl(host, "http").filter(isKnown);
}

function isKnown({ host }: UrlFact): boolean {
  return host !== undefined;
}

function isLikelyHost({ host: fact }: UrlFact, authority: string, { labels, numbers }: BareHosts): boolean {
  if (fact === undefined) return false;
  const { host, classes, isInternalName } = fact;
  const hasPort = /:\d{1,5}$/.test(authority);
  if (isInternalName) return labels || hasPort || host.includes(".") || classes.includes("loopback");
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(host) || authority.includes(host)) return true;
  const isNumber = /^\d+$/.test(authority) && Number(authority) < LEAST_ADDRESS_NUMBER;
  return numbers && !isNumber;
}
