import ipaddr from "ipaddr.js";
import { METADATA_ADDRESSES } from "./internal-names.ts";
import type { AddressClass } from "./url-fact.ts";

/** What the address ranges of the registries mean for somebody who asks whether an address leads inside. Ranges not named here are reserved. */
const CLASS_OF_RANGE: ReadonlyMap<string, AddressClass> = new Map([
  ["unicast", "public"],
  ["loopback", "loopback"],
  ["private", "private"],
  ["uniqueLocal", "private"],
  ["deprecatedSiteLocal", "private"],
  ["linkLocal", "link_local"],
  ["unspecified", "unspecified"],
]);

/** An address in its usual notation; one that is an IPv4 address inside an IPv6 one (`::ffff:7f00:1`) is that IPv4 address. */
export function normalizeAddress(text: string): string {
  return ipaddr.process(text).toString();
}

/**
 * The classes of an address in its usual notation. An IPv6 address that carries an IPv4 one (mapped, translated or tunnelled)
 * has that one's classes too. `public` stands only where nothing else does.
 */
export function classifyAddress(text: string): readonly AddressClass[] {
  const address = ipaddr.parse(text);
  const classes = new Set<AddressClass>();
  addClasses(classes, address);
  if (address instanceof ipaddr.IPv6) {
    for (const octets of findCarried(address.parts)) addClasses(classes, new ipaddr.IPv4(octets));
  }
  if (classes.size > 1) classes.delete("public");
  return [...classes];
}

function addClasses(classes: Set<AddressClass>, address: ipaddr.IPv4 | ipaddr.IPv6): void {
  if (METADATA_ADDRESSES.has(address.toString())) classes.add("metadata");
  const range = address.range();
  // A mapped address is the one that it carries, and nothing of its own.
  if (range !== "ipv4Mapped") classes.add(CLASS_OF_RANGE.get(range) ?? "reserved");
}

/** The IPv4 addresses, as octets, that an IPv6 address of these eight parts may carry. */
function findCarried(parts: readonly number[]): number[][] {
  const [p0 = 0, p1 = 0, p2 = 0, p3 = 0, p4 = 0, p5 = 0, p6 = 0, p7 = 0] = parts;
  const isZeroTo64 = (p0 | p1 | p2 | p3) === 0;
  const last = toOctets(p6, p7);
  // ::ffff:a.b.c.d, and the older ::a.b.c.d, which begins above ::1
  if (isZeroTo64 && p4 === 0 && (p5 === 0xffff || (p5 === 0 && p6 !== 0))) return [last];
  // ::ffff:0:a.b.c.d of RFC 2765
  if (isZeroTo64 && p4 === 0xffff && p5 === 0) return [last];
  // 64:ff9b::/96 of RFC 6052, and 64:ff9b:1::/48 of RFC 8215, whose address may stand right behind the prefix
  if (p0 === 0x64 && p1 === 0xff9b && p2 === 0) return [last];
  if (p0 === 0x64 && p1 === 0xff9b) return [last, toOctets(p3, ((p4 & 0xff) << 8) | (p5 >> 8))];
  // 6to4 of RFC 3056
  if (p0 === 0x2002) return [toOctets(p1, p2)];
  // Teredo of RFC 4380: the server, and the client with its bits turned round
  if (p0 === 0x2001 && p1 === 0) return [toOctets(p2, p3), toOctets(p6 ^ 0xffff, p7 ^ 0xffff)];
  // ISATAP of RFC 5214, behind any prefix
  if ((p4 & 0xfdff) === 0 && p5 === 0x5efe) return [last];
  return [];
}

function toOctets(high: number, low: number): number[] {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff];
}
