import { describe, expect, it } from "vitest";
import { urlsOf } from "./sources.ts";

const LOCAL = "http:localhost loopback internal";
const METADATA = "http:169.254.169.254 metadata link_local";

describe("readUrls() in inputs", () => {
  it.each<[action: string, input: unknown, expected: readonly string[]]>([
    ["any", { url: "https://example.com/a" }, ["https:example.com"]],
    ["any", { URL: "http://localhost" }, [LOCAL]],
    ["any", { request: { options: [{ baseUrl: "http://localhost/" }] } }, [LOCAL]],
    ["any", { urls: ["https://example.com", "http://localhost"] }, ["https:example.com", LOCAL]],
    ["any", { callback_url: "localhost:3000/done" }, [LOCAL]],
    ["any", { url_to_fetch: "localhost/x" }, [LOCAL]],
    ["any", { host: "localhost", port: 5432 }, [LOCAL]],
    ["any", { dbHost: "10.0.0.1" }, ["http:10.0.0.1 private"]],
    ["any", { hostname: "0x7f.1" }, ["http:127.0.0.1 loopback"]],
    ["any", { hostname: "2130706433" }, ["http:127.0.0.1 loopback"]],
    ["any", { host: "::1" }, ["http:::1 loopback"]],
    ["any", { host: "fe80::1%eth0" }, ["http:fe80::1 link_local"]],
    ["any", { url: "//localhost/x" }, [LOCAL]],
    ["any", { url: "\\\\localhost\\x" }, [LOCAL]],
    ["any", { url: "git@10.0.0.1:team/repo.git" }, ["http:10.0.0.1 private"]],
    ["any", { uri: "s3://bucket/key" }, ["s3:"]],
    ["any", { uri: "urn:isbn:123" }, ["urn:"]],
    ["any", { url: "see http://localhost:3000/." }, [LOCAL]],
    ["any", { url: "http://localhost:3000 is down" }, [LOCAL]],
    ["any", { url: "see (http://[::1])." }, ["http:::1 loopback"]],
    ["any", { url: "see 1http://localhost" }, [LOCAL]],
    ["any", { url: "http://1.1.1.1 &@127.0.0.1/" }, ["http:127.0.0.1 loopback credentials", "http:1.1.1.1 public"]],
    ["any", { url: "https://a.example,http://localhost/" }, ["https:a.example", LOCAL]],
    ["any", { url: "https://a.example\nhttp://localhost\n" }, ["https:a.example", LOCAL]],
    ["any", { url: "ht\ntp://loc\talhost" }, [LOCAL]],
    ["any", { url: "\u0000http://localhost\u0000" }, [LOCAL]],
    ["any", { url: "http://a\u0000b/" }, ["http:?"]],
    ["any", { url: "http://a b/" }, ["http:a internal"]],
    ["any", { url: "http://a,b/" }, ["http:?"]],
    ["any", { weird: "http://localhost" }, [LOCAL]],
    ["any", { weird: " file:///etc/passwd " }, ["file:"]],
    ["any", { weird: "javascript:alert(1)" }, ["javascript:"]],
    ["any", { list: ["http://localhost http://10.0.0.1"] }, [LOCAL, "http:10.0.0.1 private"]],
    ["any", { "http://localhost/": "x" }, [LOCAL]],
    ["any", "http://localhost", [LOCAL]],
    ["any", { target: "localhost:8080" }, [LOCAL]],
    ["any", { target: "10.0.0.1" }, ["http:10.0.0.1 private"]],
    ["any", { mailServer: "mail.internal" }, ["http:mail.internal internal"]],
    ["any", { proxy: "socks5://localhost:1080" }, ["socks5:localhost loopback internal"]],
    ["any", { api_server: "db.corp" }, ["http:db.corp internal"]],
    ["http_get", "localhost", [LOCAL]],
    ["http_get", "169.254.169.254/latest", [METADATA]],
    ["http_get", ["127.1"], ["http:127.0.0.1 loopback"]],
    ["http_get", { url: "intranet" }, ["http:intranet internal"]],
    ["http_get", { target: "127.1" }, ["http:127.0.0.1 loopback"]],
    ["http_get", { target: "//localhost" }, [LOCAL]],
    ["http_get", { q: "http://localhost" }, [LOCAL]],
    ["fetch", { input: "fetch http://169.254.169.254/ please" }, [METADATA]],
    ["fetch", { input: "fetch 169.254.169.254/latest (now)" }, [METADATA]],
    ["browser_agent", { task: "go to localhost:8080, then to [::1]" }, [LOCAL, "http:::1 loopback"]],
    ["browser_evaluate", { function: "() => fetch('http://localhost/x')" }, [LOCAL]],
    ["execute_python", { code: "requests.get('http://169.254.169.254/')" }, [METADATA]],
    ["python_repl", { code: 'connect(("169.254.169.254", 80))' }, [METADATA]],
    ["run_code", { code: "open('/dev/tcp/10.0.0.1/80')" }, ["http:10.0.0.1 private"]],
    ["run_code", { code: "get('http://' + host)" }, ["http:?"]],
    ["run_code", { code: "get(f'http://{host}/x')" }, ["http:?"]],
    ["run_code", { code: "get('http://%s/x' % host)" }, ["http:?"]],
    ["http_get", { url: "https://example.com", save_as: "x" }, ["https:example.com saved"]],
    ["http_get", { url: "https://example.com", save_as: "" }, ["https:example.com"]],
    ["any", { url: "https://example.com", save_as: "x" }, ["https:example.com"]],
    ["http_get", { url: "https://example.com", output: "a.zip" }, ["https:example.com saved"]],
    ["http_get", { url: "https://example.com", out: "/tmp/a" }, ["https:example.com saved"]],
    ["http_get", { url: "https://example.com", output: "json" }, ["https:example.com"]],
    ["any", { url: "url:http://localhost" }, ["url:", "http:localhost loopback internal"]],
  ])("%s %j speaks of %j", (action, input, expected) => {
    expect(urlsOf(action, input)).toEqual(expected);
  });

  it.each<[action: string, input: unknown]>([
    ["bash", { command: "git status" }],
    ["Write", { file_path: "a.md", content: "The server runs on http://localhost:3000" }],
    ["Write", { file_path: "a.txt", content: "http://localhost:3000" }],
    ["Edit", { old_string: "http://localhost:3000", new_string: "https://example.com" }],
    ["Grep", { pattern: "http://localhost:3000" }],
    ["git_commit", { message: "http://localhost:3000" }],
    ["post", { note_text: "Start it, then open http://localhost:3000 in a browser" }],
    ["http_post", { body: '{"callback":"http://localhost"}' }],
    ["http_get", { headers: { Referer: "http://localhost" } }],
    ["browser_search", { query: "what listens on http://localhost:3000" }],
    ["browser_type", { text: "localhost" }],
    ["any", { url: "/relative/path" }],
    ["any", { url: "?q=localhost" }],
    ["any", { url: "#localhost" }],
    ["any", { url: "index" }],
    ["any", { url: "C:\\x" }],
    ["any", { url: "http://" }],
    ["any", { url: "" }],
    ["any", { url: "TODO: find out" }],
    ["any", { url: "just some words" }],
    ["any", { host: "42" }],
    ["any", { target: "production" }],
    ["any", { target: "build:prod" }],
    ["any", { target: "//foo/bar:baz" }],
    ["any", { target: "127.1" }],
    ["any", { page: "2" }],
    ["any", { origin: "main" }],
    ["any", { address: "10 Downing Street, London" }],
    ["any", { address: "root@localhost" }],
    ["any", { curl: "--help" }],
    ["any", { time: "10:30" }],
    ["any", { tag: "http:8080-alpine" }],
    ["any", { digest: "sha256:abcdef" }],
    ["any", { package: "npm:left-pad@1" }],
    ["any", { dsn: "postgres://localhost/db" }],
    ["any", { image: "data:image/png;base64,AAAA" }],
    ["any", { drive: "C:/x" }],
    ["any", { place: "localhost:8080" }],
    ["any", { note: "key: value" }],
    ["any", { n: 2130706433 }],
    ["browser_click", { target: "submit" }],
    ["browser_click", "submit"],
    ["http_get", "1234"],
    ["http_get", { url: "/relative/path" }],
    ["http_get", { url: "./relative" }],
    ["create_gist", { code: "fetch('http://localhost')" }],
  ])("%s %j speaks of no address", (action, input) => {
    expect(urlsOf(action, input)).toEqual([]);
  });

  it("readUrls() can't know what was cut from an input", () => {
    const cyclic: Record<string, unknown> = { url: "https://example.com" };
    cyclic["self"] = cyclic;
    expect(urlsOf("any", cyclic)).toContain("?:?");
  });

  it("readUrls() can't know what lies beyond its limit", () => {
    const urls = Array.from({ length: 300 }, (_, index) => `https://a${index}.example`);
    const found = urlsOf("any", { urls });
    expect(found).toHaveLength(201);
    expect(found.at(-1)).toBe("?:?");
  });

  it("readUrls() can't know what lies beyond its limit in a second text", () => {
    const text = Array.from({ length: 150 }, (_, index) => `https://a${index}.example`).join(" ");
    const found = urlsOf("any", { a: text, b: text, c: text });
    expect(found).toHaveLength(201);
    expect(found.filter((url) => url === "?:?")).toHaveLength(1);
  });

  it.each(["http://a ", "http:", ":", "://", "'", '"a', "a:b ", "/dev/tcp/", "//", ",http://", "[", "\\", "@", "."])(
    "readUrls() takes linear time with many %j",
    (part) => {
      const text = part.repeat(Math.floor(65_536 / part.length));
      const start = performance.now();
      for (const key of ["url", "target", "input", "code", "x"]) urlsOf("browser", { [key]: text });
      expect(performance.now() - start).toBeLessThan(500);
    },
  );
});
