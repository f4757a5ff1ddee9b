import { describe, expect, it } from "vitest";
import { type ShellCommand, UNKNOWN_COMMAND } from "../../../../../src/core/policy/facets/shell/command.ts";
import { buildCommand, buildWord, commandUrlsOf } from "./sources.ts";

const LOCAL = "http:localhost loopback internal";
const BARE_LOCAL = ":localhost loopback internal";
const WEB = "https:example.com";

describe("readUrls() in commands", () => {
  it.each<[line: string, expected: readonly string[]]>([
    ["curl localhost:8080", [LOCAL]],
    ["CURL.EXE http://localhost", [LOCAL]],
    ["curl -sSL -H Host:x -d http://x -X POST https://example.com", [WEB]],
    ["curl -sd x https://example.com", [WEB]],
    ["curl --url=http://localhost", [LOCAL]],
    ["curl --url http://localhost", [LOCAL]],
    ["curl -e http://localhost https://example.com", [WEB]],
    ["curl --data @http://localhost https://example.com", [WEB]],
    ["curl -x http://localhost:3128 https://example.com", [WEB, BARE_LOCAL]],
    ["curl --socks5-hostname localhost:9050 https://example.com", [WEB, BARE_LOCAL]],
    ["curl --resolve example.com:443:127.0.0.1 https://example.com", [WEB, ":127.0.0.1 loopback"]],
    ["curl --resolve example.com:443:[::1],10.0.0.1 https://example.com", [WEB, ":::1 loopback", ":10.0.0.1 private"]],
    ["curl --resolve example.com:443:::1 https://example.com", [WEB, ":::1 loopback"]],
    ["curl --resolve a:80:$ https://example.com", [WEB, "?:?"]],
    ["curl --resolve x https://example.com", [WEB, "?:?"]],
    ["curl --connect-to ::127.0.0.1:80 https://example.com", [WEB, ":127.0.0.1 loopback"]],
    ["curl --connect-to a:1:[::1]:80 https://example.com", [WEB, ":::1 loopback"]],
    ["curl --connect-to a:1:: https://example.com", [WEB]],
    ["curl --connect-to a https://example.com", [WEB, "?:?"]],
    ["curl --connect-to a:80:$:80 https://example.com", [WEB, "?:?"]],
    ["curl --unix-socket /var/run/docker.sock http://example.com/x", ["http:example.com", "unix:"]],
    ["curl --proto-default file /etc/passwd", ["file:"]],
    ["curl ftp.example.com/x", ["ftp:ftp.example.com"]],
    ["curl file:///etc/passwd", ["file:"]],
    ["curl -K urls.txt", ["?:?"]],
    ["curl $", ["?:?"]],
    ["curl http://$/x", ["http:?"]],
    ["curl https://example.com/$", [WEB]],
    ["curl -s$ https://example.com", [WEB, "?:?"]],
    ["curl", []],
    ["curl --version", []],
    ["curl -", []],
    ["curl -o f https://example.com", [`${WEB} saved`]],
    ["curl -of https://example.com", [`${WEB} saved`]],
    ["curl --output=f https://example.com", [`${WEB} saved`]],
    ["curl -sOL https://example.com", [`${WEB} saved`]],
    ["curl -o /dev/null https://example.com", [WEB]],
    ["curl -o - https://example.com", [WEB]],
    ["wget https://example.com", [`${WEB} saved`]],
    ["wget -qO- https://example.com", [WEB]],
    ["wget -O /dev/null https://example.com", [WEB]],
    ["wget -O f https://example.com", [`${WEB} saved`]],
    ["wget --spid https://example.com", [WEB]],
    ["wget -i urls.txt", ["?:? saved"]],
    [
      "wget -e use_proxy=yes -e https_proxy=localhost:3128 https://example.com",
      [`${WEB} saved`, `${BARE_LOCAL} saved`],
    ],
    ["http :8080/x", [LOCAL]],
    ["http POST localhost name=x", [LOCAL]],
    ["http example.com name==localhost url=http://localhost", ["http:example.com"]],
    ["xh -d https://example.com", [`${WEB} saved`]],
    ["http --offline -d https://example.com", [WEB]],
    ["aria2c https://example.com", [`${WEB} saved`]],
    ["aria2c --dry-run https://example.com", [WEB]],
    ["yt-dlp -j https://example.com", [WEB]],
    ["yt-dlp https://example.com", [`${WEB} saved`]],
    ["axel -n 10 https://example.com", [`${WEB} saved`]],
    ["ftp example.com", ["ftp:example.com"]],
    ["chromium --headless --app=http://localhost https://example.com", [WEB, LOCAL]],
    ["firefox localhost:3000", [LOCAL]],
    ["lynx -dump localhost", [LOCAL]],
    ["open README.md", []],
    ["open -a Safari http://localhost", [LOCAL]],
    ["xdg-open $", ["?:?"]],
    ["nc localhost 80", [BARE_LOCAL]],
    ["nc -zv $ 80", [":?", "?:?"]],
    ["nc -l 8080", []],
    ["nc -U /run/x", []],
    ["nc", []],
    ["telnet localhost", [BARE_LOCAL]],
    ["openssl s_client -connect localhost:443", [BARE_LOCAL]],
    ["openssl x509 -in a.pem", []],
    ["socat - TCP:localhost:80", [BARE_LOCAL]],
    ["socat TCP-LISTEN:80,fork TCP4:[::1]:80", [":::1 loopback"]],
    ["Invoke-WebRequest -Uri http://localhost -OutFile f", [`${LOCAL} saved`]],
    ["iwr https://example.com -Out f", [`${WEB} saved`]],
    ["irm https://example.com", [WEB]],
    ["certutil -urlcache -f https://example.com f", [`${WEB} saved`]],
    ["git clone http://localhost/x.git", [LOCAL]],
    ["git remote add origin http://localhost/x.git", [LOCAL]],
    ["git commit -m http://localhost", []],
    ["git clone git@example.com:x", []],
    ["git clone ssh://git@example.com/x", []],
    ["pip install --index-url http://localhost/simple x", [LOCAL]],
    ["npm install --registry=http://localhost", [LOCAL]],
    ["mytool url=http://localhost", [LOCAL]],
    ["mytool http://$/x", ["http:?"]],
    ["mytool $", []],
    ["make API=http://localhost test", []],
    ["cmake -DAPI_URL=http://localhost .", []],
    ["mytool --header=Referer:http://localhost", []],
    ["mytool a:b 10:30 sha256:abc C:\\x data:,x", []],
    ["psql postgres://localhost/db", []],
    ["echo http://localhost", []],
    ["grep -r http://localhost src", []],
    ['gawk BEGIN{s="/inet/tcp/0/localhost/80"}', [BARE_LOCAL]],
    ["awk {print}", []],
    ["ls", []],
  ])("%s goes to %j", (line, expected) => {
    expect(commandUrlsOf(buildCommand(line))).toEqual(expected);
  });

  it("readUrls() takes brackets of an unquoted address for brackets", () => {
    const word = { ...buildWord("http://\\[::1\\]/?x"), isGlob: true };
    expect(commandUrlsOf(buildCommand("curl", { args: [word] }))).toEqual(["http:::1 loopback"]);
  });

  it("readUrls() can't know what lies beyond its limit", () => {
    const commands = Array.from({ length: 300 }, (_, index) => buildCommand(`curl https://a${index}.example`));
    expect(commandUrlsOf(...commands)).toHaveLength(201);
    expect(commandUrlsOf(...commands).at(-1)).toBe("?:?");
  });

  it("readUrls() reads a list from standard input", () => {
    const list = (text: string): readonly string[] =>
      commandUrlsOf(buildCommand("wget -qO- -i -", { stdin: buildWord(text) }));
    expect(list("https://example.com\nlocalhost/x\n")).toEqual([WEB, LOCAL]);
    expect(list("$")).toEqual(["?:?"]);
    expect(list("nothing")).toEqual(["?:?"]);
    expect(commandUrlsOf(buildCommand("curl -K -", { stdin: buildWord('url = "http://localhost"') }))).toEqual([LOCAL]);
  });

  it("readUrls() sees the hosts that the shell connects to", () => {
    const redirects = [{ access: "write", target: buildWord("/dev/tcp/localhost/80") }] as const;
    expect(commandUrlsOf(buildCommand("exec", { redirects }))).toEqual([BARE_LOCAL]);
    const value = buildWord("http://localhost:3128");
    const assignments = [
      { name: "https_proxy", value },
      { name: "HTTP_PROXY", value: buildWord("") },
      { name: "BASE_URL", value },
    ];
    expect(commandUrlsOf(buildCommand("curl https://example.com", { assignments }))).toEqual([BARE_LOCAL, WEB]);
  });

  it("readUrls() reads a program's text", () => {
    const code = (text: string): readonly string[] =>
      commandUrlsOf(buildCommand("python3 -c x", { code: buildWord(text) }));
    expect(code("urlopen('http://localhost/')")).toEqual([LOCAL]);
    expect(code("print(1)")).toEqual([]);
    expect(code("$")).toEqual(["?:?"]);
  });

  it("readUrls() takes a word with spaces for a text", () => {
    expect(commandUrlsOf(buildCommand("mytool", { args: [buildWord("http://localhost is down")] }))).toEqual([]);
  });

  it("readUrls() sees the sockets of awk's program", () => {
    const code = buildWord('BEGIN { print |& "/inet/tcp/0/localhost/80" }');
    expect(commandUrlsOf(buildCommand("gawk x", { code }))).toEqual([BARE_LOCAL]);
  });

  it("readUrls() can't know what a command goes to that can't be known", () => {
    expect(commandUrlsOf(buildCommand("ls"), UNKNOWN_COMMAND)).toEqual(["?:?"]);
  });

  describe("and what is saved", () => {
    const fetched = buildCommand("curl https://example.com");
    const piped = { stdin: buildWord("$") };
    const overwrite = (target: string) => [{ access: "overwrite", target: buildWord(target) }] as const;

    it.each<[name: string, commands: readonly ShellCommand[], isSaved: boolean]>([
      ["> file", [{ ...fetched, redirects: overwrite("f") }], true],
      ["> /dev/null", [{ ...fetched, redirects: overwrite("/dev/null") }], false],
      ["< file", [{ ...fetched, redirects: [{ access: "read", target: buildWord("f") }] }], false],
      ["| tee file", [fetched, buildCommand("tee -a f", piped)], true],
      ["| tee /dev/stderr", [fetched, buildCommand("tee /dev/stderr", piped)], false],
      [
        "| jq | cat > file",
        [fetched, buildCommand("jq .", piped), buildCommand("cat", { ...piped, redirects: overwrite("f") })],
        true,
      ],
      ["| jq", [fetched, buildCommand("jq .", piped)], false],
      ["; cat > file", [fetched, buildCommand("cat", { redirects: overwrite("f") })], false],
      ["| tar xz", [fetched, buildCommand("tar xz", piped)], true],
      ["| tar -xz", [fetched, buildCommand("tar -C x -xz", piped)], true],
      ["| tar t", [fetched, buildCommand("tar t x", piped)], false],
      ["| dd of=f", [fetched, buildCommand("dd of=f", piped)], true],
      ["| dd", [fetched, buildCommand("dd bs=1", piped)], false],
      ["| sponge f", [fetched, buildCommand("sponge f", piped)], true],
      ["| $X", [fetched, { ...UNKNOWN_COMMAND, ...piped }], false],
    ])("curl %s", (_, commands, isSaved) => {
      expect(commandUrlsOf(...commands)[0]).toBe(isSaved ? `${WEB} saved` : WEB);
    });
  });
});
