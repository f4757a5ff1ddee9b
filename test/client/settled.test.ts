import { afterEach, describe, expect, it, vi } from "vitest";
import { createClient } from "../../src/client/create-client.ts";
import type { ClientOptions } from "../../src/client/options.ts";
import type { OnSettled, OnSettledError } from "../../src/client/settled.ts";
import { buildPendingView, buildProblem, buildView } from "./wire-answers.ts";
import { type CannedAnswer, startWireServer } from "./wire-server.ts";

afterEach(() => void vi.restoreAllMocks());

async function connect(options: Partial<ClientOptions>, ...answers: readonly CannedAnswer[]) {
  const { url, seen } = await startWireServer(...answers);
  return { seen, client: createClient({ baseUrl: url, maxRetries: 0, ...options }) };
}

const PENDING = { status: 202, body: buildPendingView() };
const EXECUTED = { status: 200, body: buildView({ status: "executed", output: { ok: true } }) };

describe("onSettled", () => {
  it.each(["executed", "denied", "rejected", "expired", "canceled", "failed", "uncertain"] as const)(
    "is called once when invoke answers with a call that is %s",
    async (status) => {
      const onSettled = vi.fn<OnSettled>();
      const body = buildView({ status });
      const { client } = await connect({}, { status: 200, body });
      await client.invoke("test.echo", {}, { onSettled });
      expect(onSettled.mock.calls.map(([invocation]) => invocation.status)).toEqual([status]);
    },
  );

  it("is called in the background when invoke answers with an open call, once that is closed", async () => {
    const onSettled = vi.fn<OnSettled>();
    const denied = { status: 200, body: buildView({ status: "rejected" }) };
    const { client, seen } = await connect({}, PENDING, PENDING, denied);
    expect((await client.invoke("test.echo", {}, { onSettled })).status).toBe("pending");
    expect(onSettled).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(onSettled).toHaveBeenCalledTimes(1), { timeout: 10_000 });
    expect(onSettled.mock.calls[0]?.[0].status).toBe("rejected");
    expect(seen).toHaveLength(3);
  });

  it("is called before run and guard answer or reject", async () => {
    const told: string[] = [];
    const onSettled: OnSettled = ({ status }) => void told.push(status);
    const denied = buildProblem(403, "action_denied", { invocation: buildView({ status: "denied" }) });
    const { client } = await connect({}, PENDING, EXECUTED, denied);
    expect(await client.run("test.echo", {}, { onSettled })).toEqual({ ok: true });
    expect(told).toEqual(["executed"]);
    const guarded = client.guard({ name: "test.echo" } as never, { onSettled });
    await expect(guarded({})).rejects.toMatchObject({ code: "action_denied" });
    expect(told).toEqual(["executed", "denied"]);
  });

  it("is not called for a call that was never accepted", async () => {
    const onSettled = vi.fn<OnSettled>();
    const { client } = await connect({}, buildProblem(404, "action_not_found"));
    await expect(client.invoke("test.echo", {}, { onSettled })).rejects.toMatchObject({ code: "action_not_found" });
    await expect(client.run("test.echo", {}, { onSettled })).rejects.toMatchObject({ code: "action_not_found" });
    expect(onSettled).not.toHaveBeenCalled();
  });

  it("changes nothing of the answer when it throws or rejects: onSettledError is told", async () => {
    const onSettledError = vi.fn<OnSettledError>();
    const { client } = await connect({ onSettledError }, EXECUTED);
    const faults = [new Error("Thrown"), new Error("Rejected")];
    await client.invoke("test.echo", {}, { onSettled: () => Promise.reject(faults[1] ?? expect.fail()) });
    const throwing = (): void => {
      throw faults[0] ?? expect.fail();
    };
    expect(await client.run("test.echo", {}, { onSettled: throwing })).toEqual({ ok: true });
    await vi.waitFor(() => expect(onSettledError).toHaveBeenCalledTimes(2));
    expect(new Set(onSettledError.mock.calls.map(([error]) => error))).toEqual(new Set(faults));
    expect(onSettledError.mock.calls[0]?.[1]).toMatchObject({ status: "executed" });
  });

  it("tells a warning of the process where nobody handles its errors, and where the handler fails itself", async () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const cause = new Error("Mine");
    const failing = { onSettled: () => Promise.reject(cause) };
    for (const options of [{}, { onSettledError: () => expect.fail("Handler") }]) {
      const { client } = await connect(options, EXECUTED);
      await client.invoke("test.echo", {}, failing);
    }
    await vi.waitFor(() => expect(emitWarning).toHaveBeenCalledTimes(2));
    expect(emitWarning.mock.calls[0]?.[0]).toMatchObject({ code: "internal", cause });
  });

  it("ends with the signal, without a word", async () => {
    const [onSettled, onSettledError] = [vi.fn<OnSettled>(), vi.fn<OnSettledError>()];
    const { client, seen } = await connect({ onSettledError }, PENDING, "hang");
    const stop = new AbortController();
    await client.invoke("test.echo", {}, { onSettled, signal: stop.signal });
    await vi.waitFor(() => expect(seen).toHaveLength(2));
    stop.abort(new Error("Enough"));
    await new Promise((resolve) => setImmediate(resolve));
    expect([onSettled.mock.calls.length, onSettledError.mock.calls.length]).toEqual([0, 0]);
  });

  it("tells onSettledError when the end can't be learnt any more", async () => {
    const [onSettled, onSettledError] = [vi.fn<OnSettled>(), vi.fn<OnSettledError>()];
    const { client } = await connect({ onSettledError }, PENDING, buildProblem(401, "unauthenticated"));
    await client.invoke("test.echo", {}, { onSettled });
    await vi.waitFor(() => expect(onSettledError).toHaveBeenCalledTimes(1));
    expect(onSettledError.mock.calls[0]).toMatchObject([{ code: "unauthenticated" }, { status: "pending" }]);
    expect(onSettled).not.toHaveBeenCalled();
  });
});
