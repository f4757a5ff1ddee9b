import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAllowance, type WebhookAllowance } from "../../../src/core/webhooks/allowance.ts";
import { isOneOf, mayCall, readTarget, type WebhookTarget } from "../../../src/core/webhooks/target.ts";

function allow(...texts: readonly string[]): WebhookAllowance[] {
  return texts.map((text) => parseAllowance(text) ?? expect.fail(`${text} is no allowance`));
}

function targetOf(url: string, allowances: readonly WebhookAllowance[] = []): WebhookTarget {
  return readTarget(url, allowances).target ?? expect.fail(`${url} may not be called`);
}

/** Addresses that lead inside, to the machine itself, to nobody or to many, in every notation that hides them. */
const INSIDE = [
  ...["127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"],
  ...["169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192"],
  ...["192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"],
  ...["::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "100::1"],
  ...["::2", "fe80::1%eth0", "4000::1", "5f00::1", "3fff::1", "1fff::1"],
  // IPv4 inside IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP
  ...["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::127.0.0.1", "::a9fe:a9fe", "::ffff:0:127.0.0.1"],
  ...["64:ff9b::7f00:1", "64:ff9b::169.254.169.254", "64:ff9b:1::10.0.0.1", "2002:7f00:1::", "2002:a9fe:a9fe::1"],
  ...["2001:0:7f00:1::", "2001::5601:5601", "2606:4700::5efe:127.0.0.1", "2606:4700::200:5efe:10.0.0.1"],
];

const OUTSIDE = ["93.184.215.14", "1.1.1.1", "8.8.8.8", "172.32.0.1", "2606:4700:4700::1111", "2a00:1450:4001::64"];

describe("readTarget()", () => {
  it("reads host, port and path, the host in the form that it is compared in", () => {
    expect(targetOf("https://Hooks.Example.com/a/../b?c=d")).toEqual({
      url: "https://hooks.example.com/b?c=d",
      ...{ isSecure: true, host: "hooks.example.com", port: 443, path: "/b?c=d", isAllowedHost: false },
    });
    expect(targetOf("https://[2606:4700::1]:8443")).toMatchObject({ host: "2606:4700::1", port: 8443, path: "/" });
    expect(targetOf("https://пример.рф/").host).toBe("xn--e1afmkfd.xn--p1ai");
  });

  it.each([
    ...["", "hooks.example.com", "//hooks.example.com", "ftp://hooks.example.com", "file:///etc/passwd", "https://"],
    ...["javascript:alert(1)", "data:text/plain,x", "https://exa mple.com", " https://example.com", "unix:/run/x.sock"],
    ...["https://example.com\\@10.0.0.1/", "https:\\\\example.com", "https://example.com/\r\nx: y", "https://a\tb.com"],
    ...["https://example.com:99999/", "https://exa%00mple.com/", "https://1.2.3.4.5/", "https://0x100000000/"],
  ])("refuses %j, which is no URL of the kind", (url) => {
    expect(readTarget(url, []).problem).toBe("must be an https URL");
  });

  it.each([
    ["https://user@example.com/", "must hold no user name and no password"],
    ["https://:secret@example.com/", "must hold no user name and no password"],
    ["https://example.com@10.0.0.1/", "must hold no user name and no password"],
    ["https://example.com/#x", "must have no fragment"],
    ["http://example.com/", "must be an https URL, unless the operator allows its host"],
    ["http://1.1.1.1/", "must be an https URL, unless the operator allows its host"],
  ])("refuses %s and says why", (url, problem) => {
    expect(readTarget(url, [])).toEqual({ problem });
  });

  it.each([
    ...INSIDE.filter((address) => !address.includes("%")).map((address) =>
      address.includes(":") ? `[${address}]` : address,
    ),
    // Other notations of 127.0.0.1 and 169.254.169.254 that a URL's reader takes
    ...["2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "127.1", "0", "127.0.0.1.", "①②⑦.0.0.1", "127。0。0。1"],
    ...["2852039166", "0xa9fea9fe", "169.254.43518", "0251.0376.0251.0376", "[0:0:0:0:0:ffff:7f00:0001]"],
  ])("refuses https://%s, whose address isn't public", (host) => {
    expect(readTarget(`https://${host}/`, [])).toEqual({ problem: "must not name an address that isn't public" });
  });

  it.each(OUTSIDE)("takes the public address %s over TLS", (address) => {
    expect(targetOf(`https://${address.includes(":") ? `[${address}]` : address}/`).host).toBe(address);
  });

  it("takes private addresses and plain HTTP where the operator allows them, and nowhere else", () => {
    const allowances = allow("hooks.internal", "127.0.0.1:9000", "10.0.0.0/8", "[::1]:9000");
    for (const url of [
      "http://hooks.internal/",
      "http://hooks.internal:81/",
      "http://127.0.0.1:9000/",
      "http://10.1.2.3/",
    ]) {
      expect(targetOf(url, allowances).url).toBe(url);
    }
    expect(targetOf("http://[::1]:9000/", allowances).isAllowedHost).toBe(true);
    for (const url of [
      "http://127.0.0.1/",
      "https://127.0.0.1:9001/",
      "http://11.0.0.1/",
      "http://x.hooks.internal/",
    ]) {
      expect(readTarget(url, allowances).problem).toBeDefined();
    }
    for (const url of ["http://hooks.internal.evil.com/", "http://hooks.internal./", "http://[::1]/"]) {
      expect(readTarget(url, allowances).problem).toBeDefined();
    }
  });
});

describe("mayCall()", () => {
  const target = targetOf("https://hooks.example.com/");

  it.each(INSIDE)("refuses a name that has the address %s, alone or among public ones", (address) => {
    for (const addresses of [[address], ["1.1.1.1", address], [address, "2606:4700:4700::1111"]]) {
      expect(mayCall(target, addresses, [])).toBe(false);
    }
  });

  it("takes a name all of whose addresses are public", () => {
    expect(mayCall(target, OUTSIDE, [])).toBe(true);
  });

  it.each([[[]], [[""]], [["localhost"]], [["1.1.1.1", "not an address"]]])(
    "refuses the addresses %j, an allowed host's too",
    (addresses) => {
      const allowances = allow("hooks.example.com");
      expect(mayCall(target, addresses, [])).toBe(false);
      expect(mayCall(targetOf(target.url, allowances), addresses, allowances)).toBe(false);
    },
  );

  it("takes what is allowed: any address of an allowed host, and addresses in allowed ranges however they are written", () => {
    const host = allow("hooks.example.com");
    expect(mayCall(targetOf(target.url, host), ["10.0.0.1", "127.0.0.1"], host)).toBe(true);
    const range = allow("10.0.0.0/8", "fd12::/16");
    expect(mayCall(target, ["10.255.0.1", "::ffff:10.0.0.1", "fd12::9", "1.1.1.1"], range)).toBe(true);
    for (const other of ["11.0.0.1", "10.0.0.1.", "fd13::1", "64:ff9b::10.0.0.1", "127.0.0.1"]) {
      expect(mayCall(target, ["10.0.0.1", other], range)).toBe(other === "11.0.0.1");
    }
  });

  it("never lets an address inside hide among others", () => {
    const outside = fc.array(fc.constantFrom(...OUTSIDE), { maxLength: 5 });
    fc.assert(
      fc.property(outside, fc.constantFrom(...INSIDE), fc.nat(5), (others, inside, place) => {
        expect(mayCall(target, others.toSpliced(place, 0, inside), [])).toBe(false);
      }),
    );
  });

  it("refuses every private IPv4 address behind every IPv6 form that carries one", () => {
    const parts = fc.tuple(fc.constantFrom(10, 127, 0), fc.nat(255), fc.nat(255), fc.nat(255));
    const forms = ["::ffff:%s", "::%s", "64:ff9b::%s", "::ffff:0:%s", "2606:4700::5efe:%s"];
    fc.assert(
      fc.property(parts, fc.constantFrom(...forms), (octets, form) => {
        expect(mayCall(target, [form.replace("%s", octets.join("."))], [])).toBe(false);
      }),
    );
  });
});

describe("isOneOf()", () => {
  it("finds an address however it is written", () => {
    expect(isOneOf("::ffff:127.0.0.1", ["1.1.1.1", "127.0.0.1"])).toBe(true);
    expect(isOneOf("2606:4700:0:0::1", ["2606:4700::1"])).toBe(true);
    expect(isOneOf("127.0.0.2", ["127.0.0.1"])).toBe(false);
    expect(isOneOf(undefined, ["127.0.0.1"])).toBe(false);
    expect(isOneOf("", ["127.0.0.1"])).toBe(false);
  });
});

describe("parseAllowance()", () => {
  it.each([
    ["Hooks.Internal", { kind: "host", host: "hooks.internal", port: undefined }],
    ["hooks.internal:8080", { kind: "host", host: "hooks.internal", port: 8080 }],
    ["127.0.0.1:9000", { kind: "host", host: "127.0.0.1", port: 9000 }],
    ["[::1]:9000", { kind: "host", host: "::1", port: 9000 }],
    ["localhost", { kind: "host", host: "localhost", port: undefined }],
  ])("reads the host %s", (text, allowance) => {
    expect(parseAllowance(text)).toEqual(allowance);
  });

  it.each([
    ["10.0.0.0/8", "10.9.9.9", "11.0.0.0"],
    ["127.0.0.1", "127.0.0.1", "127.0.0.2"],
    ["::1", "::1", "::2"],
    ["::ffff:10.0.0.1", "10.0.0.1", "10.0.0.2"],
    ["fd00::/8", "fd12::1", "fe80::1"],
  ])("reads the range %s, in which %s lies and %s doesn't", (text, inside, outside) => {
    const target = targetOf("https://hooks.example.com/");
    expect(mayCall(target, [inside], allow(text))).toBe(true);
    expect(mayCall(target, [outside, "1.1.1.1"], allow(text))).toBe(outside === "11.0.0.0");
  });

  it.each([
    "",
    "*",
    "*.example.com",
    "http://x",
    "x/y",
    "x:99999",
    "x:y",
    "a b",
    "10.0.0.0/33",
    "10/8",
    "::1/200",
    "[]",
  ])("refuses %j", (text) => {
    expect(parseAllowance(text)).toBeUndefined();
  });
});
