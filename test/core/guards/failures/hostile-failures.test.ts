import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FailureKind } from "../../../../src/contract/policy.ts";
import { classifyFailure } from "../../../../src/core/guards/failures/classify-failure.ts";

const THROWING: ProxyHandler<object> = {
  get: () => {
    throw new Error("get");
  },
  has: () => {
    throw new Error("has");
  },
  getPrototypeOf: () => {
    throw new Error("getPrototypeOf");
  },
  ownKeys: () => {
    throw new Error("ownKeys");
  },
};

/** Something that has every member, each of which has every member. */
function bottomless(): object {
  return new Proxy(() => undefined, { get: () => bottomless() });
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe("classifyFailure() of what nobody should throw", () => {
  test.each([
    undefined,
    null,
    0,
    Number.NaN,
    "ECONNREFUSED",
    Symbol("x"),
    10n,
    true,
    () => 1,
    [],
    {},
    Object.create(null),
  ])("classifyFailure() gives unknown, case %#", (thrown: unknown) => expect(classifyFailure(thrown)).toBe("unknown"));

  test("classifyFailure() never throws over proxies that do, are revoked or have no end", () => {
    for (const thrown of [new Proxy({}, THROWING), new Proxy(new Error("x"), THROWING), revoked(), bottomless()]) {
      expect(classifyFailure(thrown)).toBe("unknown");
      expect(classifyFailure({ cause: thrown, errors: thrown, response: thrown, error: thrown })).toBe("unknown");
      expect(classifyFailure({ cause: thrown, errors: [thrown], status: 404 })).toBe("not_found");
    }
  });

  test("classifyFailure() reads around getters that throw", () => {
    const error = {
      get code(): string {
        throw new Error("no code for you");
      },
      status: 429,
    };
    expect(classifyFailure(error)).toBe("throttled");
  });

  test("classifyFailure() ends on cycles and reads what stands beside them", () => {
    const first: { cause?: unknown; errors?: unknown[] } = {};
    const second = { cause: first, errors: [first, { code: "EPIPE" }] };
    first.cause = second;
    first.errors = [first, second];
    expect(classifyFailure(first)).toBe("transport");
  });

  test("classifyFailure() follows causes far, and not for ever", () => {
    const nest = (depth: number) => {
      let error: unknown = { code: "ECONNRESET" };
      for (let level = 0; level < depth; level += 1) error = { cause: error };
      return error;
    };
    expect(classifyFailure(nest(50))).toBe("transport");
    expect(classifyFailure(nest(100_000))).toBe("unknown");
  });

  test.each([Number.POSITIVE_INFINITY, -1, Number.NaN, 1e300, 0.5, "3"])(
    "classifyFailure() takes a list of length %s",
    (length) => expect(classifyFailure({ errors: { length, 40: { code: "EPIPE" } } })).toBe("unknown"),
  );

  test("classifyFailure() gives a kind for anything at all", () => {
    const anything = fc.anything({
      key: fc.constantFrom("cause", "errors", "code", "status", "error", "response", "data", "body", "name", "details"),
      values: [
        fc.string(),
        fc.integer(),
        fc.constantFrom("EPIPE", "40001", "SlowDown", 404, 14, "{", '{"code":1}', null),
      ],
      maxDepth: 5,
      withNullPrototype: true,
    });
    fc.assert(
      fc.property(anything, (thrown) => {
        expect(FailureKind.options).toContain(classifyFailure(thrown));
      }),
    );
  });
});
