import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../../../src/core/policy/facets/shell/command.ts";
import { parseUrl } from "../../../../../src/core/policy/facets/urls/parse-url.ts";
import { describe as show } from "./sources.ts";

function read(text: string): readonly string[] {
  return parseUrl(text.replaceAll("$", UNKNOWN), "http").map(show);
}

describe("parseUrl", () => {
  it.each([
    "http://127.0.0.1",
    "http:127.0.0.1",
    "http:/127.0.0.1/",
    "http:///127.0.0.1",
    "http:\\\\127.0.0.1",
    "HTTP://127.0.0.1",
    " \u0001http://127.0.0.1 ",
    "ht\ntp://127.0.\t0.1",
    "http://127.1",
    "http://127.0.1",
    "http://0x7f.1",
    "http://0x7f000001",
    "http://017700000001",
    "http://2130706433",
    "http://0177.0.0x0.1",
    "http://127.0.0.1.",
    "http://127.0.0.1..",
    "http://%31%32%37.0.0.1",
    "http://①②⑦.⓪.⓪.①",
    "http://127。0。0。1",
    "http://127.0.0.1:80",
    "http://[::ffff:127.0.0.1]",
    "http://[::ffff:7f00:1]",
    "http://[0:0:0:0:0:FFFF:7F00:0001]",
    "127.0.0.1/path",
    "//127.0.0.1",
    "\\\\127.0.0.1",
  ])("parseUrl() reads 127.0.0.1 from %j", (text) => {
    expect(read(text)).toEqual(["http:127.0.0.1 loopback"]);
  });

  it.each<[text: string, expected: readonly string[]]>([
    ["https://example.com/a?b#c", ["https:example.com"]],
    ["https://EXAMPLE.com./", ["https:example.com"]],
    ["https://bücher.example", ["https:xn--bcher-kva.example"]],
    ["http://example.com@127.0.0.1/", ["http:127.0.0.1 loopback credentials"]],
    ["http://a:b@c@127.0.0.1/", ["http:127.0.0.1 loopback credentials"]],
    ["user:word@127.0.0.1", ["http:127.0.0.1 loopback credentials"]],
    ["http://example.com\\@127.0.0.1/", ["http:example.com", "http:127.0.0.1 loopback credentials"]],
    ["http://127.0.0.1\\@example.com/", ["http:127.0.0.1 loopback", "http:example.com credentials"]],
    ["http://[\\]", ["http:?"]],
    ["localhost:8080", ["http:localhost loopback internal"]],
    ["http://ⓁⓄⒸⒶⓁⒽⓄⓈⓉ", ["http:localhost loopback internal"]],
    ["http://010.0.0.1", ["http:8.0.0.1 public private"]],
    ["http://me@010.0.0.1:80/", ["http:8.0.0.1 public private credentials"]],
    ["http://0127.0.0.1", ["http:87.0.0.1 public loopback"]],
    ["http://010.0.0.8", ["http:8.0.0.8 public private"]],
    ["http://0377.0377.0377.0377", ["http:255.255.255.255 reserved"]],
    ["http://010.0.0.1/?x=8.0.0.1", ["http:8.0.0.1 public private"]],
    ["http://%31%32%37.1/]", ["http:127.0.0.1 loopback"]],
    ["http://ann@[fe80::1%eth0]/", ["http:fe80::1 link_local credentials"]],
    ["http://example.com\\$@127.0.0.1/", ["http:?"]],
    ["http://1.2.3.4.5", ["http:?"]],
    ["http://256.1.1.1", ["http:?"]],
    ["http://a b/", ["http:?"]],
    ["http://{a,b}.example", ["http:?"]],
    ["http://a..b", ["http:?"]],
    ["http://*.example", ["http:?"]],
    ["http://example.com:99999", ["http:?"]],
    [`http://${"a".repeat(300)}.example`, ["http:?"]],
    ["http://[fe80::1%25eth0]:80/", ["http:fe80::1 link_local"]],
    ["gopher://127.1:6379/_x", ["gopher:127.0.0.1 loopback"]],
    ["dict://%31%32%37.1/", ["dict:127.0.0.1 loopback"]],
    ["ldap://a b/", ["ldap:?"]],
    ["foo://a{b/", ["foo:?"]],
    ["ftp://127.1", ["ftp:127.0.0.1 loopback"]],
    ["file:///etc/passwd", ["file:"]],
    ["file:/etc/passwd", ["file:"]],
    ["file:etc", ["file:"]],
    ["FILE://localhost/etc/passwd", ["file:"]],
    ["file://10.0.0.1/share", ["file:10.0.0.1 private"]],
    ["data:text/html,x", ["data:"]],
    ["javascript:alert(1)", ["javascript:"]],
    ["mailto:ann@example.com", ["mailto:"]],
    ["chrome://settings", ["chrome:"]],
    ["view-source:http://127.0.0.1", ["view-source:", "http:127.0.0.1 loopback"]],
    ["blob:https://example.com/x", ["blob:", "https:example.com"]],
    ["jar:jar:jar:jar:jar:http://127.0.0.1", ["jar:", "jar:", "jar:", "jar:", "jar:"]],
    ["$", ["?:?"]],
    ["$/path", ["?:?"]],
    ["http$", ["?:?"]],
    ["$://example.com", ["?:?"]],
    ["http://$", ["http:?"]],
    ["http:$", ["http:?"]],
    ["http://$/path", ["http:?"]],
    ["http://a$.example/path", ["http:?"]],
    ["https://ann:$@example.com/", ["https:?"]],
    ["http://localhost:$/", ["http:?"]],
    ["localhost:$", ["?:?"]],
    ["https://example.com/$", ["https:example.com"]],
    ["https://example.com?q=$", ["https:example.com"]],
    ["example.com/$", ["http:example.com"]],
    ["file://$", ["file:?"]],
    ["data:$", ["data:"]],
  ])("parseUrl() reads %j as %j", (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it("parseUrl() fills in the port of the scheme", () => {
    const portsOf = (text: string): readonly unknown[] => parseUrl(text, "http").map(({ port }) => port);
    expect(portsOf("http://a.example")).toEqual([80]);
    expect(portsOf("https://a.example")).toEqual([443]);
    expect(portsOf("https://a.example:8443")).toEqual([8443]);
    expect(portsOf("gopher://a.example:80")).toEqual([80]);
    expect(portsOf("gopher://a.example")).toEqual([undefined]);
  });

  it("parseUrl() never throws, and reads hosts in their normal form only", () => {
    const part = fc.constantFrom(
      "http:",
      "/",
      "\\",
      "@",
      ":",
      "[",
      "]",
      "127.1",
      "a.b",
      UNKNOWN,
      "%31",
      "file:",
      "?",
      "#",
      "é",
      " ",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(part, { maxLength: 12 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (source) => {
        for (const { host } of parseUrl(source, "http")) expect(host?.host ?? "").toMatch(/^[a-z0-9_.:-]*$/);
      }),
      { numRuns: 500 },
    );
  });

  it.each([" ", "\n", "[", "]", "@", "\\", "/", "%31", "a.", ":", "http:", "view-source:", UNKNOWN])(
    "parseUrl() takes linear time with many %j",
    (part) => {
      const text = part.repeat(Math.floor(65_536 / part.length));
      const start = performance.now();
      for (const source of [text, `http://${text}`, `a${text}b`]) parseUrl(source, "http");
      expect(performance.now() - start).toBeLessThan(300);
    },
  );
});
