import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor } from "../../../src/core/redaction/redactor.ts";

const redactor = createRedactor();

function nested(depth: number, innermost: unknown): unknown {
  let value = innermost;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? { a: value } : [value];
  return value;
}

describe("redact", () => {
  test("redact() copies what holds no secret, equal and apart", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: fc.constantFrom("a", "b", "ü", " ") }), (value) => {
        const before = structuredClone(value);
        expect(redactor.redact(value)).toEqual(before);
        expect(value).toEqual(before);
      }),
    );
    const list = { items: [{ a: 1 }] };
    expect((redactor.redact(list) as typeof list).items[0]).not.toBe(list.items[0]);
  });

  test("redact() redacts by key and by value at any depth and never changes its argument", () => {
    const value = { note: "Bearer abc123", list: [{ user: "bob", login: { dbPassword: "x", port: 1 } }] };
    const before = structuredClone(value);
    expect(redactor.redact(value)).toEqual({
      note: "Bearer [redacted]",
      list: [{ user: "bob", login: { dbPassword: "[redacted]", port: 1 } }],
    });
    expect(value).toEqual(before);
  });

  test("redact() changes nothing in what it has redacted, whatever the value", () => {
    const key = fc.oneof(
      fc.constantFrom("password", "token=abcdef123456", "Bearer abcdef123456", "name", "value", "x"),
      fc.string(),
    );
    const text = fc.oneof(
      fc.constantFrom("password=abc def", "--token", "abc", "Cookie: a=b; c", "https://u:p@h"),
      fc.string(),
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.double(),
        fc.boolean(),
        fc.array(tie("tree")),
        fc.dictionary(key, tie("tree")),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const once = redactor.redact(value);
        expect(redactor.redact(once)).toEqual(once);
      }),
    );
  });

  test("redact() takes a name beside a value for the value's key", () => {
    const value = [
      { name: "DB_PASSWORD", value: "x" },
      { key: "api_token", value: 5 },
      { name: "PORT", value: "80" },
      { name: "password" },
    ];
    expect(redactor.redact(value)).toEqual([
      { name: "DB_PASSWORD", value: "[redacted]" },
      { key: "api_token", value: "[redacted]" },
      { name: "PORT", value: "80" },
      { name: "password" },
    ]);
  });

  test("redact() takes what follows an option in a list for its value", () => {
    const command = ["login", "--password", "x", "--token", "--quiet", "--api-key", 5, "password", "y"];
    expect(redactor.redact(command)).toEqual([
      "login",
      "--password",
      "[redacted]",
      "--token",
      "--quiet",
      "--api-key",
      5,
      "password",
      "y",
    ]);
  });

  test("redact() redacts keys that are secrets themselves and drops no member", () => {
    const value = { AKIAIOSFODNN7EXAMPLE: 1, AKIAIOSFODNN8EXAMPLE: 2, AKIAIOSFODNN9EXAMPLE: 3 };
    expect(redactor.redact(value)).toEqual({ "[redacted]": 1, "[redacted] 2": 2, "[redacted] 3": 3 });
  });
});

describe("redact with secretFields", () => {
  test.each<[string, readonly string[], unknown]>([
    ["a member", ["/a/b"], { a: { b: "[redacted]", c: [1, { d: null }] }, "x/y": { "m~n": 1 } }],
    ["a whole object", ["/a"], { a: "[redacted]", "x/y": { "m~n": 1 } }],
    [
      "an item's member, even if it is null",
      ["/a/c/1/d"],
      { a: { b: true, c: [1, { d: "[redacted]" }] }, "x/y": { "m~n": 1 } },
    ],
    ["an item", ["/a/c/0"], { a: { b: true, c: ["[redacted]", { d: null }] }, "x/y": { "m~n": 1 } }],
    ["escaped tokens", ["/x~1y/m~0n"], { a: { b: true, c: [1, { d: null }] }, "x/y": { "m~n": "[redacted]" } }],
    [
      "several, one inside the other",
      ["/a/b", "/a/c", "/a/c/0"],
      { a: { b: "[redacted]", c: "[redacted]" }, "x/y": { "m~n": 1 } },
    ],
    ["a pointer without its slash", ["a/b"], { a: { b: "[redacted]", c: [1, { d: null }] }, "x/y": { "m~n": 1 } }],
    ["everything", [""], "[redacted]"],
    [
      "nothing where there is nothing",
      ["/none", "/a/b/c", "/a/c/9", "/a/c/-", "/toString"],
      { a: { b: true, c: [1, { d: null }] }, "x/y": { "m~n": 1 } },
    ],
  ])("redact() redacts %s", (_, pointers, redacted) => {
    expect(redactor.redact({ a: { b: true, c: [1, { d: null }] }, "x/y": { "m~n": 1 } }, pointers)).toEqual(redacted);
  });

  test("redact() tells the places of a shared object apart by pointer", () => {
    const shared = { code: 1 };
    expect(redactor.redact({ a: shared, b: shared, c: shared }, ["/b/code"])).toEqual({
      a: { code: 1 },
      b: { code: "[redacted]" },
      c: { code: 1 },
    });
  });
});

describe("redact of hostile values", () => {
  test("redact() reaches secrets 200 levels deep and redacts whole what lies deeper than it copies", () => {
    expect(JSON.stringify(redactor.redact(nested(200, { password: "hunter2" })))).not.toContain("hunter2");
    const deep = redactor.redact(nested(100_000, "hunter2"));
    expect(JSON.stringify(deep)).toContain('"[redacted]"');
    expect(redactor.redact(deep)).toEqual(deep);
  });

  test("redact() marks a cycle and copies shared parts once", () => {
    const cycle: Record<string, unknown> = { a: 1 };
    cycle["self"] = { again: cycle };
    expect(redactor.redact(cycle)).toEqual({ a: 1, self: { again: "[circular]" } });
    let shared: unknown = "x";
    for (let level = 0; level < 100; level++) shared = [shared, shared];
    expect(redactor.redact({ shared })).toBeDefined();
  });

  test("redact() takes __proto__ for a mere key", () => {
    const copy = redactor.redact(JSON.parse('{"__proto__":{"polluted":1,"password":"x"}}')) as object;
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"polluted":1,"password":"[redacted]"}}');
    expect("polluted" in {}).toBe(false);
  });

  test("redact() shows instances as JSON or as what they hold", () => {
    class Login {
      readonly user = "bob";
      readonly password = "x";
    }
    const value = {
      date: new Date(0),
      never: new Date(Number.NaN),
      url: new URL("https://u:p@h/"),
      map: new Map<unknown, unknown>([
        ["password", "x"],
        [1, "y"],
      ]),
      set: new Set(["Bearer abc123"]),
      login: new Login(),
      boxed: Object("Bearer abc123") as unknown,
      bytes: Buffer.from("hunter2"),
      array: new Uint8Array([1]),
      buffer: new ArrayBuffer(1),
      big: 12n,
      bare: Object.assign(Object.create(null) as object, { secret: "x" }),
    };
    expect(redactor.redact(value)).toEqual({
      date: "1970-01-01T00:00:00.000Z",
      never: null,
      url: "https://u:[redacted]@h/",
      map: { "1": "y", password: "[redacted]" },
      set: ["Bearer [redacted]"],
      login: { user: "bob", password: "[redacted]" },
      boxed: "Bearer [redacted]",
      bytes: "[binary]",
      array: "[binary]",
      buffer: "[binary]",
      big: "12",
      bare: { secret: "[redacted]" },
    });
  });

  test("redact() shows an error with its message, cause and own members", () => {
    const cause = new Error("token=abc failed");
    const copy = redactor.redact(
      Object.assign(new TypeError("Bearer abc123", { cause }), { code: "E1", password: "x" }),
    );
    expect(copy).toMatchObject({ name: "TypeError", message: "Bearer [redacted]", code: "E1", password: "[redacted]" });
    expect(copy).toMatchObject({ cause: { message: "token=[redacted] failed" } });
    expect(JSON.stringify(copy)).not.toContain("abc");
  });

  test("redact() leaves out what JSON has no word for", () => {
    expect(redactor.redact([() => 1, Symbol("x"), undefined])).toEqual([undefined, undefined, undefined]);
  });

  test("redact() calls toJSON, also one that gives itself, and ends where one never ends", () => {
    const self = { a: 1, toJSON: (): unknown => self };
    const endless = { toJSON: (): unknown => ({ ...endless }) };
    expect(redactor.redact({ json: { toJSON: () => ({ password: "x" }) }, self, endless })).toEqual({
      json: { password: "[redacted]" },
      self: { a: 1, toJSON: undefined },
      endless: "[redacted]",
    });
  });

  test("redact() marks what can't be read instead of throwing", () => {
    const throwing = (): never => {
      throw new Error("no");
    };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const value = {
      getter: Object.defineProperty({}, "a", { get: throwing, enumerable: true }),
      json: { toJSON: throwing },
      proxy: new Proxy({}, { ownKeys: throwing }),
      revoked: proxy as unknown,
      map: new Map([[Object.create(null) as unknown, 1]]),
    };
    const unreadable = "[unreadable]";
    expect(redactor.redact(value)).toEqual({
      getter: unreadable,
      json: unreadable,
      proxy: unreadable,
      revoked: unreadable,
      map: unreadable,
    });
  });

  test("redact() redacts a list whole that is too long to be anything but hostile", () => {
    const holes: unknown[] = [];
    holes.length = 4_000_000_000;
    expect(redactor.redact(holes)).toBe("[redacted]");
  });

  test("redact() never throws, whatever the value", () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withNullPrototype: true,
          withTypedArray: true,
          withSparseArray: true,
          withBoxedValues: true,
        }),
        (value) => {
          expect(() => JSON.stringify(redactor.redact(value, ["/a/0", ""]))).not.toThrow();
          expect(() => JSON.stringify(redactor.redact(value))).not.toThrow();
        },
      ),
    );
  });
});
