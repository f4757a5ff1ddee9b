import fc from "fast-check";
import { expect, test } from "vitest";
import { retryDelayMs, sleep } from "../../src/client/retry.ts";

test("retryDelayMs() doubles up to eight seconds and takes off at most half", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (retry, random) => {
      const fullMs = Math.min(8_000, 500 * 2 ** (retry - 1));
      const delayMs = retryDelayMs(retry, random);
      return delayMs >= fullMs / 2 - 1 && delayMs <= fullMs;
    }),
  );
});

test("retryDelayMs() waits as long as the server asks", () => {
  expect(retryDelayMs(1, 0, 30_000)).toBe(30_000);
});

test("sleep() ends early with the signal's reason", async () => {
  await expect(sleep(60_000, AbortSignal.abort("before"))).rejects.toBe("before");
  const controller = new AbortController();
  const outcome = expect(sleep(60_000, controller.signal)).rejects.toBe("during");
  controller.abort("during");
  await outcome;
});
