import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor } from "../../../src/core/redaction/redactor.ts";

const redactor = createRedactor();

function redactText(text: string): string {
  return redactor.redactText(text);
}

/** Each text with what is to be left of it. */
const CASES: readonly (readonly [string, string, string])[] = [
  ["a bearer credential", "sent Bearer abc123 to it", "sent Bearer [redacted] to it"],
  ["a basic credential", "use basic dXNlcjpwYXNz.", "use basic [redacted]"],
  ["an authorization header", "Authorization: Bearer abc was sent", "Authorization: [redacted] was sent"],
  ["one of an unknown scheme", "authorization: Custom abc\nHost: x", "authorization: [redacted]\nHost: x"],
  [
    "one of many parameters",
    'Authorization: Digest username="M", response="66"\nHost: x',
    "Authorization: [redacted]\nHost: x",
  ],
  [
    "one in a command",
    `curl -H "Authorization: Digest a=1, b=2" https://x`,
    `curl -H "Authorization: [redacted]" https://x`,
  ],
  ["cookies to the end of the line", "Cookie: a=b; c=d\nHost: x", "Cookie: [redacted]\nHost: x"],
  ["cookies in a command", "curl -H 'Cookie: a=b; c=d' -v", "curl -H 'Cookie: [redacted]' -v"],
  ["a JSON Web Token", "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_x ok", "got [redacted] ok"],
  ["an encrypted one", "x-eyJhbGciOiJSU0EifQ.aaaa.bbbb.cccc.dddd", "x-[redacted]"],
  [
    "a private key block",
    "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY----- rest",
    "[redacted] rest",
  ],
  ["a private key block without end", "k: -----BEGIN PRIVATE KEY-----\nMII\nabc", "k: [redacted]"],
  ["a PGP block", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nx\n-----END PGP PRIVATE KEY BLOCK-----", "[redacted]"],
  ["a password in a URL", "postgres://user:pa:s@s@db:5432/x", "postgres://user:[redacted]@db:5432/x"],
  ["a password without user", "redis://:hunter2@cache", "redis://:[redacted]@cache"],
  [
    "a key as user of a URL",
    "https://abcdefghijklmnopqrstuvwxyz@h https://kkkk:@h",
    "https://[redacted]@h https://[redacted]:@h",
  ],
  ["a user named like a secret", "https://token:abc@host/x", "https://token:[redacted]@host/x"],
  ["a query string", "GET /x?a=1&token=abc&b=2#c", "GET /x?a=1&token=[redacted]&b=2#c"],
  [
    "what signs a URL",
    "https://h/x?sig=abc&X-Amz-Signature=def&key=ghi",
    "https://h/x?sig=[redacted]&X-Amz-Signature=def&key=[redacted]",
  ],
  [
    "a form with brackets",
    "user[password]=a&user%5Btoken%5D=b&x=1",
    "user[password]=[redacted]&user%5Btoken%5D=[redacted]&x=1",
  ],
  ["an assignment", "password=hunter2 user=bob", "password=[redacted] user=bob"],
  ["an assignment with spaces", "password : hunter2, user: bob", "password : [redacted], user: bob"],
  ["an arrow", "api_key => 'abc', x => 1", "api_key => '[redacted]', x => 1"],
  ["a connection string", "Server=x;Password=abc;Database=y", "Server=x;Password=[redacted];Database=y"],
  ["an environment variable", "export AWS_SECRET_ACCESS_KEY=abc/d+e", "export AWS_SECRET_ACCESS_KEY=[redacted]"],
  ["a quoted value", `DB_PASSWORD='it is' x`, `DB_PASSWORD='[redacted]' x`],
  ["a value whose quote is missing", 'token="abc def\nnext', 'token="[redacted]\nnext'],
  ["JSON", '{"password":"a\\"b","user":"bob"}', '{"password":"[redacted]","user":"bob"}'],
  ["JSON in JSON", '"{\\"password\\":\\"a\\\\\\"b\\",\\"x\\":1}"', '"{\\"password\\":\\"[redacted]\\",\\"x\\":1}"'],
  ["an object", 'credentials: {"user": "a", "list": [1, {}]} rest', "credentials: [redacted] rest"],
  ["an object without end", "secrets: [a, {b", "secrets: [redacted]"],
  ["a value on the next line", "password:\n  hunter2\nnext", "password:\n  [redacted]\nnext"],
  ["a YAML list", "passwords:\n  - a1\nnext: 1", "passwords:\n  [redacted]\nnext: 1"],
  [
    "an option of a command",
    "mysql --password hunter2 -h x --token=abc",
    "mysql --password [redacted] -h x --token=[redacted]",
  ],
  ["a name of several words", "the card number: 4111 1111 1111 1111, thanks", "the card number: [redacted], thanks"],
  ["text in brackets", "(password: abc)", "(password: [redacted])"],
  ["a scheme without credential", "token: Bearer", "token: [redacted]"],
  ["a scheme before nothing", "auth: Basic ; next", "auth: [redacted] ; next"],
  ["no more than there is", "redis://:@cache password=abc", "redis://:@cache password=[redacted]"],
  ["an ampersand that parts nothing", "password=a&b&c=1", "password=[redacted]&c=1"],
  ["more than is redacted", "password=[redacted]abc", "password=[redacted]"],
  ["what only then stands before an @", "https://xpassword=[redacted]abc?;@", "https://[redacted]@"],
  ["more before what is redacted", "password=abc[redacted]", "password=[redacted]"],
];

const KNOWN_KEYS = [
  ...[
    "sk-abcdefghij0123456789",
    "sk-proj-abc_def-ghijklmno",
    "sk-ant-REDACTED",
    "sk_live_abcdefgh12",
    "rk_test_abcdefgh12",
  ],
  ...[
    "ghp_abcdefghijklmnop",
    "gho_abcdefghijklmnop",
    "ghs_abcdefghijklmnop",
    "github_pat_abcdefghijklmnop",
    "glpat-abcdefghij",
  ],
  ...["xoxb-123456789012-abc", "xoxp-123456789012-abc", "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"],
  ...["AIzaSyA-abcdefghijklmnopq", "npm_abcdefghijklmnop", "pypi-abcdefghijklmnop", "hf_abcdefghijklmnop"],
  ...[
    "SG.abcdefgh12.abcdefgh34",
    "csk_abcdefghij_klmnopqrstuvwxyz0123456789",
    "whsec_abcdefghijklmnop=",
    "hvs.abcdefghijklmnop",
  ],
];

const ORDINARY = [
  "basic understanding of bearer bonds and bearer of news",
  "my secret is out, the token ring too: see below",
  "maxTokens=500, tokens: 12, token_count: 3",
  "requirePassword: false, password=null",
  "git@github.com:a/b and ssh://git@host/x or https://h:8080/@scope/pkg",
  "at 12:30:45 on 2025-01-01T00:00:00Z in namespace a::b",
  "sort key: name, colour code: red, tokenizer=fast",
  "sk-SK, task-force, npm_config, eyJust a name, SG.short",
  "password=; secret:",
  "--verbose --name bob -x y",
  "",
  "x=1",
];

describe("redactText", () => {
  test.each(CASES)("redactText() takes %s out and keeps what surrounds it", (_, text, redacted) => {
    expect(redactText(text)).toBe(redacted);
  });

  test.each(KNOWN_KEYS)("redactText() knows the key %s anywhere in a text", (key) => {
    expect(redactText(`before ${key} after`)).toBe("before [redacted] after");
    expect(redactText(`["${key}"]`)).toBe('["[redacted]"]');
    expect(redactText(`name_${key}`)).toBe("name_[redacted]");
  });

  test.each(ORDINARY)("redactText() leaves ordinary text alone: %s", (text) => {
    expect(redactText(text)).toBe(text);
  });

  test("redactText() redacts a text whole that is too long to be searched", () => {
    expect(redactText("a".repeat(1_048_577))).toBe("[redacted]");
    expect(redactText("a".repeat(1_048_576))).toHaveLength(1_048_576);
  });

  test("redactText() finds nothing more in what it has redacted, whatever the text", () => {
    const part = fc.oneof(
      fc.constantFrom(...CASES.map(([, text]) => text), ...KNOWN_KEYS, "[redacted]"),
      fc.constantFrom(
        "password",
        "token",
        "Bearer",
        "Cookie",
        "--token",
        "key",
        "authorization",
        "basic",
        "eyJ",
        "://",
        "-----BEGIN PRIVATE KEY-----",
      ),
      fc.constantFrom(
        " ",
        "=",
        ": ",
        ":",
        '"',
        "'",
        "\\",
        "\\\\",
        "&",
        "?",
        "{",
        "}",
        "[",
        "]",
        "@",
        ",",
        ";",
        "\n",
        "-",
        "|",
        ".",
      ),
      fc.string({ unit: "binary", maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const once = redactText(parts.join(""));
        expect(redactText(once)).toBe(once);
      }),
      { numRuns: 2_000 },
    );
  });

  test("redactText() lets no part of an assigned secret through, whatever surrounds the assignment", () => {
    const key = fc.constantFrom("password", "api_key", "clientSecret", "X-Auth-Token", "DB_PASSWORD");
    const form = fc.constantFrom(
      "K=V",
      "K: V",
      '"K":"V"',
      "K='V'",
      "--K V",
      "?K=V&x=1",
      '{\\"K\\":\\"V\\"}',
      "K := V",
      "(K=V)",
    );
    const around = fc.constantFrom("", "see ", "{a:1} ", "x=1 ", '"quoted" ', "line\n");
    const secret = fc
      .stringMatching(/^[A-Za-z0-9!#$%^*+/_.-]{6,30}[A-Za-z0-9]$/)
      .filter((text) => !text.startsWith("-"));
    fc.assert(
      fc.property(fc.tuple(key, form), around, secret, ([name, template], text, value) => {
        const whole = text + template.replace("K", () => name).replace("V", () => value) + ` ${text}`;
        expect(redactText(whole)).not.toContain(value);
        expect(redactText(whole)).toContain("[redacted]");
      }),
    );
  });
});
