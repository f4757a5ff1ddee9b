import type { PolicyCall } from "countersign/policy";
import { describe, expect, it } from "vitest";
import { compileRules, faultsOfMatch } from "../documents.ts";

/** What a restricting rule with this condition makes of a call that is allowed otherwise. */
function deny(url: unknown, call: PolicyCall): string {
  return compileRules([{ match: { url }, effect: "deny" }], { default: "allow" }).evaluate(call).effect;
}

/** Whether a permitting rule with this condition allows a call that is denied otherwise. */
function allow(url: unknown, call: PolicyCall): string {
  return compileRules([{ match: { url }, effect: "allow" }], { default: "deny" }).evaluate(call).effect;
}

function at(url: unknown): PolicyCall {
  return { action: "http_get", input: { url } };
}

/** An address of which nothing but the scheme can be known. */
const ODD = at("http://a,b/");

describe("match.url", () => {
  it.each<[url: unknown, address: string, expected: boolean]>([
    [{ scheme: "https" }, "https://a.example", true],
    [{ scheme: ["ftp", "https"] }, "HTTPS://a.example", true],
    [{ scheme: "https" }, "http://a.example", false],
    [{ except_scheme: ["http", "https"] }, "ftp://a.example", true],
    [{ except_scheme: ["http", "https"] }, "https://a.example", false],
    [{ host: "a.example" }, "https://A.example./x", true],
    [{ host: "a.example" }, "https://b.a.example", false],
    [{ host: "*.example" }, "https://c.b.a.example", true],
    [{ host: "*.example" }, "https://example", false],
    [{ host: "{a,b}.example" }, "https://b.example", true],
    [{ host: ["~^10\\."] }, "http://10.0.0.1", true],
    [{ host: ["re:^10\\."] }, "http://0xa.1", true],
    [{ host: ["~^10\\."] }, "http://110.0.0.1", false],
    [{ host: "::1" }, "http://[0:0::1]/", true],
    [{ host: "*" }, "file:///x", false],
    [{ except_host: ["*.example"] }, "https://a.example", false],
    [{ except_host: ["*.example"] }, "https://a.test", true],
    [{ except_host: ["*.example"] }, "file:///x", true],
    [{ ip: "private" }, "http://10.1", true],
    [{ ip: ["loopback", "link_local", "metadata"] }, "http://169.254.169.254", true],
    [{ ip: "public" }, "http://8.8.8.8", true],
    [{ ip: "public" }, "http://a.example", false],
    [{ ip: "loopback" }, "http://localhost", true],
    [{ name: "internal" }, "http://localhost", true],
    [{ name: "internal" }, "http://127.0.0.1", false],
    [{ name: "internal" }, "http://a.example", false],
    [{ name: "public" }, "http://a.example", true],
    [{ name: "public" }, "http://127.0.0.1", false],
    [{ name: "public" }, "http://wiki.corp", false],
    [{ name: ["public", "internal"] }, "file:///x", false],
    [{ port: 443 }, "https://a.example", true],
    [{ port: [80, 8080] }, "http://a.example:8080", true],
    [{ port: 8080 }, "http://a.example", false],
    [{ port: 80 }, "gopher://a.example", false],
    [{ credentials: true }, "https://ann@a.example", true],
    [{ credentials: true }, "https://a.example", false],
    [{ credentials: false }, "https://a.example", true],
    [{ download: false }, "https://a.example", true],
    [{ download: true }, "https://a.example", false],
    [{ scheme: "https", host: "a.example" }, "https://a.example", true],
    [{ scheme: "https", host: "a.example" }, "http://a.example", false],
    [[{ scheme: "ftp" }, { host: "a.example" }], "https://a.example", true],
    [[{ scheme: "ftp" }, { host: "a.example" }], "https://b.example", false],
  ])("match.url %j asked about %j answers %j", (url, address, expected) => {
    expect(deny(url, at(address))).toBe(expected ? "deny" : "allow");
    expect(allow(url, at(address))).toBe(expected ? "allow" : "deny");
  });

  it("match.url holds of a download", () => {
    expect(deny({ download: true }, { action: "http_get", input: { url: "a.example", save_as: "x" } })).toBe("deny");
  });

  it.each<[url: unknown]>([
    [{ host: "a.example" }],
    [{ except_host: "a.example" }],
    [{ ip: "private" }],
    [{ name: "internal" }],
    [{ port: 80 }],
    [{ credentials: true }],
  ])("match.url %j asks a person where the host can't be known, and permits nothing", (url) => {
    expect(deny(url, ODD)).toBe("require_approval");
    expect(allow(url, ODD)).toBe("deny");
  });

  it("match.url asks a person where the scheme can't be known", () => {
    const call: PolicyCall = { action: "bash", input: { command: "curl $URL" } };
    expect(deny({ scheme: "ftp" }, call)).toBe("require_approval");
    expect(deny({ except_scheme: "https" }, call)).toBe("require_approval");
    expect(allow({ scheme: "https" }, call)).toBe("deny");
  });

  it("match.url takes a bare host for no scheme at all", () => {
    const call: PolicyCall = { action: "bash", input: { command: "nc a.example 80" } };
    expect(deny({ except_scheme: "https" }, call)).toBe("allow");
    expect(deny({ scheme: "http" }, call)).toBe("allow");
    expect(deny({ host: "a.example" }, call)).toBe("deny");
  });

  it("match.url of several addresses holds when any fits, and permits when every one does", () => {
    const both = at(["https://a.example", "https://b.example"]);
    expect(deny({ host: "b.example" }, both)).toBe("deny");
    expect(allow({ host: "b.example" }, both)).toBe("deny");
    expect(allow([{ host: "a.example" }, { host: "b.example" }], both)).toBe("allow");
    expect(deny({ ip: "link_local" }, at("http://169.254.169.254"))).toBe("deny");
    expect(allow({ ip: "link_local" }, at("http://169.254.169.254"))).toBe("deny");
    // The address can be read in two ways, of which one is public.
    expect(allow({ ip: "public" }, at("http://010.0.0.1"))).toBe("deny");
  });

  it("match.url permits a call without any address only where it is optional", () => {
    const none = at("/relative");
    expect(allow({ scheme: "https" }, none)).toBe("deny");
    expect(allow({ scheme: "https", optional: true }, none)).toBe("allow");
    expect(allow({ scheme: "https", optional: true }, at("http://a.example"))).toBe("deny");
    expect(allow({ scheme: "https", optional: false }, none)).toBe("deny");
  });

  it("match.url none holds of a call without any address", () => {
    expect(deny("none", at("/relative"))).toBe("deny");
    expect(deny("none", at("https://a.example"))).toBe("allow");
    expect(deny("none", ODD)).toBe("allow");
    expect(deny("none", { action: "bash", input: { command: "curl $URL" } })).toBe("require_approval");
  });

  it.each<[url: unknown, fault: string]>([
    ["some", "This must be a mapping of keys to values"],
    [[], "This list is empty"],
    [{}, "This mapping asks for nothing"],
    [{ optional: true }, "This mapping asks for nothing"],
    [{ optional: 1, scheme: "http" }, "This must be true or false"],
    [{ hosts: "a" }, 'Unknown key "hosts"'],
    [{ scheme: "HTTP" }, "A scheme is written in lower case"],
    [{ scheme: "http:" }, "without a colon"],
    [{ scheme: 1 }, "This must be text"],
    [{ host: "A.example" }, "in lower case"],
    [{ host: "bücher.example" }, "in ASCII"],
    [{ host: "10.0.0.0/8" }, "A host has no slash"],
    [{ host: "re:(" }, "The regex is not valid"],
    [{ ip: "localhost" }, "This must be one of loopback"],
    [{ name: "external" }, "This must be one of internal, public"],
    [{ port: 0 }, "This must be a whole number from 1 to 65535"],
    [{ credentials: "yes" }, "This must be true or false"],
    [{ download: [] }, "This must be true or false"],
    [{ except_scheme: [] }, "This list is empty"],
  ])("match.url refuses %j", (url, fault) => {
    expect(
      faultsOfMatch({ url })
        .map(({ message }) => message)
        .join(),
    ).toContain(fault);
  });

  it("match.url suggests the key that was meant", () => {
    expect(faultsOfMatch({ url: { hosts: "a" } })[0]?.hint).toContain("host");
  });

  it("match.url says what it looks for and sees, without paths and passwords", () => {
    const url = [
      { scheme: ["ftp"], host: "*.example", name: "public", credentials: false, download: true },
      { except_scheme: "http", except_host: "x", port: 80, ip: "private" },
    ];
    const policy = compileRules([{ match: { url }, effect: "deny" }]);
    const explain = (call: PolicyCall) => policy.explain(call)[0]?.failed;
    expect(explain(at(["https://ann:secret@a.example/token", "http://a,b", "file:///x"]))).toEqual({
      field: "url",
      expected: [
        "ftp",
        "*.example",
        "public name",
        "no credentials",
        "download",
        "not http:",
        "not x",
        "private",
        "port 80",
      ],
      saw: ["https://a.example:443", "http://a host that can't be known", "file://"],
    });
    expect(explain({ action: "bash", input: { command: "nc a.example 80; curl $X" } })?.saw).toEqual([
      "a.example:80",
      "an unknown scheme, a host that can't be known",
    ]);
    expect(compileRules([{ match: { url: "none" }, effect: "deny" }]).explain(at("http://b"))[0]?.failed).toEqual({
      field: "url",
      expected: ["none"],
      saw: ["http://b:80"],
    });
  });
});
