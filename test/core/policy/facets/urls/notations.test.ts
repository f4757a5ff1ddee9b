import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseUrl } from "../../../../../src/core/policy/facets/urls/parse-url.ts";

type Octets = readonly [number, number, number, number];
type Notation = (octets: Octets) => string;

function toNumber(octets: readonly number[]): number {
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

function toFullwidth(text: string): string {
  return text.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).replaceAll(".", "\u3002");
}

function toPercent(text: string): string {
  return Array.from(text, (char) => `%${char.charCodeAt(0).toString(16)}`).join("");
}

/** Ways in which programs write the same IPv4 address. */
const NOTATIONS: Readonly<Record<string, Notation>> = {
  dotted: (octets) => octets.join("."),
  "with a dot behind": (octets) => `${octets.join(".")}.`,
  decimal: (octets) => String(toNumber(octets)),
  hexadecimal: (octets) => `0x${toNumber(octets).toString(16)}`,
  "hexadecimal with zeros": (octets) => `0x0000${toNumber(octets).toString(16)}`,
  octal: (octets) => `0${toNumber(octets).toString(8)}`,
  "two parts": ([first, ...rest]) => `${first}.${toNumber(rest)}`,
  "three parts": ([first, second, ...rest]) => `${first}.${second}.${toNumber(rest)}`,
  "hexadecimal parts": (octets) => octets.map((octet) => `0x${octet.toString(16)}`).join("."),
  "mixed parts": ([first, ...rest]) => `0X${first.toString(16)}.${toNumber(rest)}`,
  fullwidth: (octets) => toFullwidth(octets.join(".")),
  percent: (octets) => toPercent(octets.join(".")),
  mapped: (octets) => `[::ffff:${octets.join(".")}]`,
  "mapped in hexadecimal": (octets) =>
    `[::FFFF:${toNumber(octets.slice(0, 2)).toString(16)}:${toNumber(octets.slice(2)).toString(16)}]`,
};

const octet = fc.nat({ max: 255 });
const address = fc.tuple(octet, octet, octet, octet);

function readHosts(text: string): readonly unknown[] {
  return parseUrl(text, "http").map(({ host }) => host);
}

describe("parseUrl", () => {
  it.each(Object.entries(NOTATIONS))("parseUrl() reads the same address from its %s notation", (_, notation) => {
    fc.assert(
      fc.property(
        address,
        fc.constantFrom("http://", "HTTPS:", "http:\\\\", "http://ann@", "gopher://"),
        (octets, start) => {
          expect(readHosts(`${start}${notation(octets)}:8080/x`)).toEqual(
            readHosts(`http://${octets.join(".")}:8080/x`),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it("parseUrl() sees at least what an IPv6 address carries", () => {
    const carriers: readonly Notation[] = [
      ([a, b, c, d]) => `64:ff9b::${a}.${b}.${c}.${d}`,
      ([a, b, c, d]) => `2002:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}::1`,
      ([a, b, c, d]) => `2001::${((a * 256 + b) ^ 0xffff).toString(16)}:${((c * 256 + d) ^ 0xffff).toString(16)}`,
      ([a, b, c, d]) => `2606:4700::5efe:${a}.${b}.${c}.${d}`,
    ];
    fc.assert(
      fc.property(address, fc.constantFrom(...carriers), (octets, carry) => {
        const [plain] = parseUrl(`http://${octets.join(".")}`, "http");
        const [carried] = parseUrl(`http://[${carry(octets)}]`, "http");
        const internal = plain?.host?.classes.filter((name) => name !== "public" && name !== "metadata") ?? [];
        for (const name of internal) expect(carried?.host?.classes).toContain(name);
      }),
      { numRuns: 200 },
    );
  });

  it("parseUrl() takes nothing behind the host for the host", () => {
    const inside = fc.constantFrom(
      "localhost",
      "127.0.0.1",
      "http://10.0.0.1/",
      "@169.254.169.254",
      "[::1]",
      "//localhost",
    );
    const start = fc.constantFrom("/", "?q=", "#", "/a?next=", "/@");
    fc.assert(
      fc.property(start, fc.array(inside, { minLength: 1, maxLength: 3 }), (sign, parts) => {
        expect(readHosts(`https://www.example.com${sign}${parts.join("&")}`)).toEqual([
          { host: "www.example.com", classes: [], isInternalName: false },
        ]);
      }),
    );
  });
});
