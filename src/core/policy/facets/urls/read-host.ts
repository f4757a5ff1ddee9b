import { classifyAddress, normalizeAddress } from "./classify-address.ts";
import { INTERNAL_SUFFIXES, LOOPBACK_NAMES, METADATA_NAMES, REBINDING_DOMAINS } from "./internal-names.ts";
import type { AddressClass, HostFact } from "./url-fact.ts";

/** Characters of a host name, by RFC 1035. */
const MAX_HOST_CHARS = 253;

/** No host at all, as in `file:///etc/passwd`. */
export const NO_HOST: HostFact = Object.freeze({ host: "", classes: [], isInternalName: false });

/** What can be said of a host that the WHATWG parser has normalised; undefined when it is odd: no such name can exist. */
export function readHost(hostname: string): HostFact | undefined {
  if (hostname === "") return NO_HOST;
  if (hostname.startsWith("[")) return readAddress(hostname.slice(1, -1));
  const host = withoutTrailingDots(hostname.toLowerCase());
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return readAddress(host);
  if (host.length > MAX_HOST_CHARS || !/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(host)) return undefined;
  return readName(host);
}

/**
 * The classes of four decimal parts, for a host that a URL parser takes for octal: other programs read `010.0.0.1` as 10.0.0.1.
 * None for hosts that have no such part.
 */
export function classifyAsDecimal(host: string): readonly AddressClass[] {
  const parts = host.split(".");
  const isQuad = parts.length === 4 && parts.every((part) => /^\d{1,12}$/.test(part) && Number(part) < 256);
  return isQuad ? classifyAddress(parts.map(Number).join(".")) : [];
}

function readAddress(host: string): HostFact {
  return { host: normalizeAddress(host), classes: classifyAddress(host), isInternalName: false };
}

function readName(host: string): HostFact {
  const labels = host.split(".");
  const suffix = labels.slice(-1).join(".");
  const pair = labels.slice(-2).join(".");
  if (LOOPBACK_NAMES.has(host) || suffix === "localhost") return { host, classes: ["loopback"], isInternalName: true };
  if (METADATA_NAMES.has(host)) return { host, classes: ["metadata"], isInternalName: true };
  const isHelper = REBINDING_DOMAINS.has(pair) || REBINDING_DOMAINS.has(labels.slice(-3).join("."));
  if (isHelper) return { host, classes: findSpelledAddress(host), isInternalName: true };
  const isInternalName = labels.length === 1 || INTERNAL_SUFFIXES.has(suffix) || INTERNAL_SUFFIXES.has(pair);
  return { host, classes: [], isInternalName };
}

/** The classes of the address that a rebinding helper would answer with: `10.0.0.1.nip.io`, `app-10-0-0-1.nip.io`, `0a000001.nip.io`. */
function findSpelledAddress(host: string): readonly AddressClass[] {
  const classes: AddressClass[] = [];
  for (const quad of host.matchAll(/(?<=^|[.-])(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})(?=[.-])/g))
    classes.push(...classifyAsDecimal(quad.slice(1).join(".")));
  for (const [hex] of host.matchAll(/(?<=^|[.-])[0-9a-f]{8}(?=[.-])/g))
    classes.push(...classifyAddress([0, 2, 4, 6].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(".")));
  return classes;
}

function withoutTrailingDots(host: string): string {
  let end = host.length;
  while (end > 0 && host[end - 1] === ".") end -= 1;
  return host.slice(0, end);
}
