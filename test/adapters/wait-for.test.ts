import { expect, test, vi } from "vitest";
import { reasonOf, waitFor, type Waiting } from "../../src/adapters/wait-for.ts";
import type { Log } from "../../src/gateway/ports.ts";

/** A part that fails with these errors, one each time, and then is there. */
function partAfter(...errors: readonly Error[]) {
  const left = [...errors];
  return vi.fn<() => Promise<string>>(async () => {
    const error = left.shift();
    if (error !== undefined) throw error;
    return "there";
  });
}

function patience(): Waiting & { readonly log: ReturnType<typeof vi.fn<Log>>; readonly stop: AbortController } {
  const stop = new AbortController();
  return { log: vi.fn<Log>(), signal: stop.signal, stop };
}

test("waitFor() says nothing of what is there at once", async () => {
  const waiting = patience();
  expect(await waitFor({ what: "the part", attempt: partAfter() }, waiting)).toBe("there");
  expect(waiting.log).not.toHaveBeenCalled();
});

test("waitFor() tries again until the part is there, and tells each reason once and that it is over", async () => {
  const waiting = { ...patience(), show: vi.fn<(sentence: string) => void>() };
  const attempt = partAfter(new Error("away"), new Error("away"), new Error("starting"));
  await waitFor({ what: "the part", attempt, fields: { address: "here:1" } }, waiting);
  expect(attempt).toHaveBeenCalledTimes(4);
  expect(waiting.log.mock.calls).toEqual([
    ["warn", "Waiting for the part", { address: "here:1", reason: "away", waitedMs: 0 }],
    ["warn", "Waiting for the part", { address: "here:1", reason: "starting", waitedMs: expect.any(Number) }],
    ["info", "No more waiting for the part", { address: "here:1", waitedMs: expect.any(Number) }],
  ]);
  expect(waiting.show).toHaveBeenCalledExactlyOnceWith("Waiting for the part");
});

test("waitFor() ends at an error that no waiting helps", async () => {
  const attempt = partAfter(new Error("away"), new Error("wrong password"));
  const isTemporary = (error: unknown): boolean => error instanceof Error && error.message === "away";
  await expect(waitFor({ what: "the part", attempt, isTemporary }, patience())).rejects.toThrow("wrong password");
  expect(attempt).toHaveBeenCalledTimes(2);
});

test("waitFor() rejects at once when it is given up, with the last error", async () => {
  const waiting = patience();
  waiting.log.mockImplementation(() => waiting.stop.abort(new Error("Stopped")));
  const attempt = partAfter(new Error("away"));
  await expect(waitFor({ what: "the part", attempt }, waiting)).rejects.toThrow("away");
  await expect(waitFor({ what: "the part", attempt }, waiting)).rejects.toThrow("Stopped");
  expect(attempt).toHaveBeenCalledTimes(1);
});

test("waitFor() doesn't wait for a try that hangs when it is given up, and lets go of what comes late", async () => {
  const waiting = patience();
  let come: (value: string) => void = () => undefined;
  const attempt = (): Promise<string> => new Promise((resolve) => (come = resolve));
  const discard = vi.fn<(value: string) => void>();
  const waited = waitFor({ what: "the part", attempt, discard }, waiting);
  waiting.stop.abort(new Error("Stopped"));
  await expect(waited).rejects.toThrow("Stopped");
  come("late");
  await vi.waitFor(() => expect(discard).toHaveBeenCalledExactlyOnceWith("late"));
});

test.each<[name: string, error: unknown, reason: string]>([
  ["an error", new Error("no\n  such host"), "no such host"],
  ["the innermost cause", new Error("outer", { cause: new Error("inner") }), "inner"],
  ["a cause that says nothing", new Error("outer", { cause: new Error("") }), "outer"],
  [
    "several addresses",
    Object.assign(new AggregateError([new Error("refused")], ""), { code: "ECONNREFUSED" }),
    "refused",
  ],
  ["a code alone", Object.assign(new Error(""), { code: "ECONNRESET" }), "ECONNRESET"],
  ["what is no error", "text", "for an unknown reason"],
])("reasonOf() gives the reason of %s", (_, error, reason) => {
  expect(reasonOf(error)).toBe(reason);
});
