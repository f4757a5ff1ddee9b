import { describe, expect, it, test } from "vitest";
import { toGrantTerms } from "../../src/gateway/grant-terms.ts";

const REQUEST = { uses: 3, expiresIn: "1h", bounds: { "/amountCents": { lte: 100 } } };

describe("toGrantTerms()", () => {
  it("reads the time, and is for the actor within no bounds unless told", () => {
    expect(toGrantTerms({ uses: 3, expiresIn: "90s" })).toEqual({
      ...{ uses: 3, expiresInMs: 90_000, scope: "actor", bounds: {} },
    });
    expect(toGrantTerms({ ...REQUEST, scope: "run" })).toEqual({
      ...{ uses: 3, expiresInMs: 3_600_000, scope: "run", bounds: REQUEST.bounds },
    });
    expect(toGrantTerms({ ...REQUEST, expiresIn: "366d" }).expiresInMs).toBe(31_622_400_000);
  });

  test.each([
    [{ expiresIn: "soon" }, "/grant/expiresIn", "must be a duration such as 90s, 15m, 24h or 7d"],
    [{ expiresIn: "0s" }, "/grant/expiresIn", "must be a duration such as 90s, 15m, 24h or 7d"],
    [{ expiresIn: "367d" }, "/grant/expiresIn", "is at most 366d"],
    [{ bounds: { "/a": { less: 1 } } }, "/grant/bounds", "can't be read: /a.less: Unknown key"],
    [{ bounds: { a: { lte: 1 } } }, "/grant/bounds", "can't be read: a: This must be a JSON pointer"],
    [{ bounds: { "/a": { eq: "\0" } } }, "/grant/bounds/~1a/eq", "holds a NUL character"],
  ])("refuses %j at %s", (change, pointer, message) => {
    expect(() => toGrantTerms({ ...REQUEST, ...change })).toThrow(
      expect.objectContaining({
        code: "invalid_request",
        details: { errors: [{ pointer, message: expect.stringContaining(message) }] },
      }),
    );
  });
});
