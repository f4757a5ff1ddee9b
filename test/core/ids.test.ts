import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  newInvocationId,
  newVoteId,
  newWebhookId,
  parseInvocationId,
  parseVoteId,
  parseWebhookId,
} from "../../src/core/ids.ts";

const BYTES = fc.uint8Array({ minLength: 26, maxLength: 26 });

describe("newInvocationId", () => {
  test("newInvocationId() and newVoteId() give ids that their parsers take and the other's refuses", () => {
    fc.assert(
      fc.property(BYTES, (bytes) => {
        const invocation = newInvocationId(() => bytes);
        const vote = newVoteId(() => bytes);
        expect(invocation).toMatch(/^ivn_[0-9a-z]{26}$/);
        expect([parseInvocationId(invocation), parseVoteId(invocation)]).toEqual([invocation, undefined]);
        expect([parseVoteId(vote), parseInvocationId(vote)]).toEqual([vote, undefined]);
      }),
    );
  });

  test("newInvocationId() uses 5 bits of each byte: 32 bytes in a row give 32 different characters", () => {
    const characters = Array.from({ length: 32 }, (_, value) =>
      newVoteId((size) => new Uint8Array(size).fill(value)).at(-1),
    );
    expect(characters.join("")).toBe("0123456789abcdefghjkmnpqrstvwxyz");
  });

  test("newInvocationId() refuses a source that gives too few bytes", () => {
    expect(() => newInvocationId(() => new Uint8Array(3))).toThrow("Expected 26 random bytes, got 3");
  });
});

describe("parseInvocationId", () => {
  test.each([
    [""],
    ["ivn_"],
    ["inv_00000000000000000000000000"],
    ["ivn_0000000000000000000000000"],
    ["ivn_000000000000000000000000000"],
    ["ivn_0000000000000000000000000u"],
    ["IVN_00000000000000000000000000"],
    ["ivn_0000000000000000000000000A"],
    ["ivn_00000000000000000000000000\n"],
    [" ivn_00000000000000000000000000"],
    ["ivn_0000000000000000000000000\0"],
    ["../ivn_0000000000000000000000000"],
  ])("parseInvocationId(%j) is undefined", (text) => {
    expect(parseInvocationId(text)).toBeUndefined();
  });

  test("parseInvocationId() takes an id as it is", () => {
    expect(parseInvocationId("ivn_00000000000000000000000000")).toBe("ivn_00000000000000000000000000");
  });
});

test("parseWebhookId() takes what newWebhookId() gives, and no other id", () => {
  const id = newWebhookId((size) => new Uint8Array(size).fill(7));
  expect([parseWebhookId(id), parseVoteId(id)]).toEqual([id, undefined]);
  expect([parseWebhookId("whk_"), parseWebhookId(id.replace("whk", "ivn"))]).toEqual([undefined, undefined]);
});
