import { expect, test, vi } from "vitest";
import { endWithin } from "../../src/process/end-within.ts";

test("endWithin() waits for an end that comes in time, and says nothing", async () => {
  const note = vi.fn<(line: string) => void>();
  await endWithin(Promise.resolve(), { limitMs: 1_000, note });
  expect(note).not.toHaveBeenCalled();
});

test("endWithin() goes on when the end takes too long, and says so", async () => {
  const note = vi.fn<(line: string) => void>();
  await endWithin(new Promise(() => undefined), { limitMs: 20, note });
  expect(note).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("Not everything ended within 0.02 s"));
});

test("endWithin() hands on why an end failed", async () => {
  const failing = endWithin(Promise.reject(new Error("won't go")), { limitMs: 1_000, note: () => undefined });
  await expect(failing).rejects.toThrow("won't go");
});
