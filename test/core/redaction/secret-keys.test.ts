import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor, type Redactor } from "../../../src/core/redaction/redactor.ts";
import { SECRET_NAMES } from "../../../src/core/redaction/secret-names.ts";

const redactor = createRedactor();

/** Whether a member of this key is redacted. */
function hides(key: string, value: unknown = "x1", by: Redactor = redactor): boolean {
  return Object.values(by.redact({ [key]: value }) as object)[0] === "[redacted]";
}

const SECRET_KEYS = [
  ...["password", "Passwords", "passwd", "PWD", "passphrase", "pass-phrase", "passcode", "pass", "secret", "secrets"],
  ...[
    "token",
    "accessToken",
    "refresh_token",
    "ID-TOKEN",
    "id token",
    "nextPageToken",
    "api key",
    "apikey",
    "API_KEYS",
  ],
  ...["authorization", "Proxy-Authorization", "cookie", "set-cookie", "Set-Cookie2", "clientSecret", "client.secret"],
  ...[
    "privateKey",
    "private_key_pem",
    "credential",
    "aws-credentials",
    "creds",
    "ssn",
    "userSSNs",
    "Social Security Number",
  ],
  ...[
    "cardNumber",
    "card_no",
    "credit card",
    "pan",
    "cvv",
    "cvv2",
    "CVC",
    "pin",
    "cardPin",
    "otp",
    "totp",
    "sessionKey",
  ],
  ...[
    "bearer",
    "jwt",
    "JWTs",
    "signing_key",
    "encryptionKey",
    "accessKey",
    "auth",
    "user_password",
    "X_API_KEY",
    "XApiKey",
  ],
  ...["dbPassword", "dbpassword", "DBPASSWORD", "stripeSecretKey", "myToken", "authtoken", "oauth2Token", "token2"],
  ...["password_old", "passwordHash", "passwordHint", "password_confirmation", "smtp_pass", "pAsSwOrD", "uSeR_aPiKeY"],
  ...[
    "ｐａｓｓｗｏｒｄ",
    "user/password",
    "$password",
    "password[]",
    "db:password:1",
    "openaiapikey",
    "recovery_codes",
  ],
];

const PLAIN_KEYS = [
  ...[
    "tokenize",
    "tokenizer",
    "author",
    "authorName",
    "authority",
    "compass",
    "compass_points",
    "secretary",
    "passenger",
  ],
  ...[
    "passport",
    "passed",
    "bypass",
    "boarding_pass",
    "company",
    "span",
    "expand",
    "shipping",
    "spin",
    "pinned",
    "ownership",
  ],
  ...[
    "keyboard",
    "monkey",
    "key",
    "publicKey",
    "idempotencyKey",
    "primary_key",
    "session",
    "sessionId",
    "signature",
    "hash",
  ],
  ...[
    "credit",
    "card",
    "cardholder",
    "number",
    "security",
    "social",
    "code",
    "access",
    "client",
    "api",
    "invoiceId",
    "",
  ],
  ...["tokenType", "token_count", "token_expires_at", "tokenUsage", "passwordPolicy", "secretName", "secret_names"],
  ...["token_endpoint", "cookie_name", "cookies_policy_accepted", "password-stdin", "__proto__x", "classname", "🔑"],
];

describe("createRedactor", () => {
  test.each(SECRET_KEYS)("createRedactor() hides what %j holds", (key) => {
    expect(hides(key)).toBe(true);
    expect(hides(key, { nested: ["x1"] })).toBe(true);
  });

  test.each(PLAIN_KEYS)("createRedactor() shows what %j holds", (key) => {
    expect(hides(key)).toBe(false);
    expect(hides(key, 123)).toBe(false);
  });

  test("createRedactor() knows each name in any case, with any separators, and with words around it", () => {
    const letters = fc
      .constantFrom(...SECRET_NAMES)
      .chain((name) =>
        fc.tuple(fc.constant(name), fc.array(fc.boolean(), { minLength: name.length, maxLength: name.length })),
      );
    const around = fc.constantFrom("", "user", "my", "old");
    const separator = fc.constantFrom("_", "-", " ", ".", "/", ":");
    fc.assert(
      fc.property(letters, fc.tuple(around, around), separator, ([name, upper], [before, after], between) => {
        const mixed = Array.from(name, (letter, index) => (upper[index] === true ? letter.toUpperCase() : letter)).join(
          "",
        );
        const key = [before, mixed, after].filter((part) => part !== "").join(between);
        expect(hides(key)).toBe(true);
      }),
    );
  });

  test.each([
    "maxTokens",
    "max_tokens",
    "totalTokens",
    "inputTokens",
    "tokens",
    "maxtokens",
    "token_per_call",
    "promptTokens",
  ])("createRedactor() shows counts of tokens: %s", (key) => {
    expect([hides(key, 4096), hides(key, 12n), hides(key, "4096")]).toEqual([false, false, false]);
    expect([hides(key, "abc"), hides(key, "1234567890123456"), hides(key, ["abc"])]).toEqual([true, true, true]);
  });

  test("createRedactor() hides numbers under every other name", () => {
    expect(
      ["token", "otp", "pin", "password", "cardNumber", "nextToken"].map((key) => hides(key, 123456)),
    ).not.toContain(false);
  });

  test("createRedactor() shows a bare yes, no or nothing under a secret name", () => {
    const value = { requirePassword: true, password: null, token: false };
    expect(redactor.redact(value)).toEqual(value);
  });

  test("createRedactor() takes further names and matches them like its own", () => {
    const by = createRedactor({ extraKeyPatterns: ["iban", "Tax-ID", "one two three four five", "", "--"] });
    const secret = ["IBAN", "customer_iban", "ibans", "taxId", "TAX_ID", "tax id", "oneTwoThreeFourFive", "password"];
    expect(secret.map((key) => hides(key, "x1", by))).toEqual(secret.map(() => true));
    expect(["iban", "taxes", "id", ""].map((key) => hides(key))).toEqual([false, false, false, false]);
    expect(by.redactText("iban=DE1 tax id: 77, name: x")).toBe("iban=[redacted] tax id: [redacted], name: x");
  });

  test("createRedactor() judges keys the same when it has seen more of them than it remembers", () => {
    for (let index = 0; index < 2_100; index++) redactor.redact({ [`member${index}`]: 1 });
    expect([hides("password"), hides("member1"), hides(`${"long_".repeat(40)}password`)]).toEqual([true, false, true]);
  });
});
