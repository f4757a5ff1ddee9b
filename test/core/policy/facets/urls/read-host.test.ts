import { describe, expect, it } from "vitest";
import { readHost } from "../../../../../src/core/policy/facets/urls/read-host.ts";

describe("readHost", () => {
  it.each<[host: string, classes: string]>([
    ["8.8.8.8", "public"],
    ["127.8.9.10", "loopback"],
    ["10.0.0.1", "private"],
    ["172.16.0.1", "private"],
    ["172.32.0.1", "public"],
    ["192.168.1.1", "private"],
    ["169.254.1.1", "link_local"],
    ["169.254.169.254", "metadata link_local"],
    ["100.100.100.200", "metadata reserved"],
    ["168.63.129.16", "metadata"],
    ["0.0.0.0", "unspecified"],
    ["0.1.2.3", "unspecified"],
    ["100.64.0.1", "reserved"],
    ["198.18.0.1", "reserved"],
    ["192.0.2.1", "reserved"],
    ["203.0.113.9", "reserved"],
    ["224.0.0.1", "reserved"],
    ["255.255.255.255", "reserved"],
    ["[::1]", "loopback"],
    ["[::]", "unspecified"],
    ["[fe80::1]", "link_local"],
    ["[fec0::1]", "private"],
    ["[fd00::1]", "private"],
    ["[fd00:ec2::254]", "metadata private"],
    ["[ff02::1]", "reserved"],
    ["[2001:db8::1]", "reserved"],
    ["[2606:4700::1111]", "public"],
    ["[::ffff:a00:1]", "private"],
    ["[::ffff:808:808]", "public"],
    ["[::7f00:1]", "loopback"],
    ["[::ffff:0:7f00:1]", "reserved loopback"],
    ["[64:ff9b::7f00:1]", "reserved loopback"],
    ["[64:ff9b:1:7f00:0:100::]", "reserved unspecified loopback"],
    ["[2002:a00:1::1]", "reserved private"],
    ["[2001:0:7f00:1:0:0:f5ff:fffe]", "reserved loopback private"],
    ["[2606:4700::5efe:a00:1]", "private"],
    ["[2606:4700::200:5efe:a00:1]", "private"],
  ])("readHost() says that %s is %s", (host, classes) => {
    expect(readHost(host)?.classes.join(" ")).toBe(classes);
    expect(readHost(host)?.isInternalName).toBe(false);
  });

  it.each<[host: string, classes: string]>([
    ["localhost", "loopback"],
    ["LOCALHOST.", "loopback"],
    ["a.b.localhost", "loopback"],
    ["localhost.localdomain", "loopback"],
    ["ip6-localhost", "loopback"],
    ["intranet", ""],
    ["printer.local", ""],
    ["api.internal", ""],
    ["wiki.corp", ""],
    ["wiki.intranet", ""],
    ["nas.lan", ""],
    ["nas.home.arpa", ""],
    ["kubernetes.default", ""],
    ["kubernetes.default.svc", ""],
    ["web.shop.svc.cluster.local", ""],
    ["metadata", "metadata"],
    ["metadata.google.internal", "metadata"],
    ["instance-data", "metadata"],
    ["metadata.tencentyun.com", "metadata"],
    ["127.0.0.1.nip.io", "loopback"],
    ["app-10-0-0-1.nip.io", "private"],
    ["app.0a000001.nip.io", "private"],
    ["8.8.8.8.sslip.io", "public"],
    ["7f000001.c0a80001.rbndr.us", "loopback private"],
    ["make-8.8.8.8-rebind-127.0.0.1-rr.1u.ms", "public loopback"],
    ["999.0.0.1.nip.io", ""],
    ["nip.io", ""],
    ["localtest.me", ""],
    ["a.b.lvh.me", ""],
    ["x.127-0-0-1.org.uk", "loopback"],
  ])("readHost() says that the name %s leads inside (%s)", (host, classes) => {
    expect(readHost(host)).toEqual({
      host: host.toLowerCase().replace(/\.$/, ""),
      classes: classes.split(" ").filter((name) => name !== ""),
      isInternalName: true,
    });
  });

  it.each([
    "example.com",
    "localhost.example.com",
    "10.example.com",
    "169.254.example",
    "127.0.0.1.example.com",
    "notlocalhost.com",
    "internal.example.com",
    "local.example",
    "mynip.io",
    "nip.io.example.com",
    "metadata.example.com",
    "xn--bcher-kva.example",
    "_dmarc.example.com",
  ])("readHost() says nothing about the name %s", (host) => {
    expect(readHost(host)).toEqual({ host, classes: [], isInternalName: false });
  });

  it.each(["a..b", ".a", "a b", "a$b", "*.a", "a,b", "é.example", ".", `${"a.".repeat(127)}a`])(
    "readHost() finds %j odd",
    (host) => {
      expect(readHost(host)).toBeUndefined();
    },
  );

  it("readHost() knows that there may be no host", () => {
    expect(readHost("")).toEqual({ host: "", classes: [], isInternalName: false });
  });

  it("readHost() writes a mapped address as the one that it is", () => {
    expect(readHost("[::ffff:7f00:1]")?.host).toBe("127.0.0.1");
    expect(readHost("[::1]")?.host).toBe("::1");
  });
});
