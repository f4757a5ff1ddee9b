import { expect, test, vi } from "vitest";
import { z } from "zod";
import { defineAction } from "../../src/action/define-action.ts";
import { createClient } from "../../src/client/create-client.ts";
import type { ClientOptions } from "../../src/client/options.ts";
import { CountersignError } from "../../src/core/countersign-error.ts";
import { ERROR_CODES, type ErrorCode } from "../../src/core/errors.ts";
import { buildProblem, buildView } from "./wire-answers.ts";
import { type SeenRequest, startWireServer } from "./wire-server.ts";

const OK = { status: 200, body: buildView({ output: { done: true } }) };
const REFUSING_CODES = [
  ...["budget_exceeded", "forbidden", "action_denied", "not_an_approver", "self_approval", "approval_rejected"],
  ...["approval_expired", "invocation_canceled", "fact_missing", "unsatisfiable_approval", "run_required"],
  ...["session_required", "rate_limited", "attempts_exceeded", "circuit_open", "too_large"],
];

function connect(url: string, options: ClientOptions = {}) {
  return createClient({ baseUrl: url, apiKey: "csk_test_key", maxRetries: 0, ...options });
}

/** What a test looks at in a request: where it went, and what it said. */
function sentOf({ url, body }: SeenRequest): [string, Record<string, unknown>] {
  return [url.replace("/v1/actions/", "").replace("/invocations", ""), body as Record<string, unknown>];
}

function runOf(request: SeenRequest | undefined): unknown {
  return (request?.body as { readonly run?: string } | undefined)?.run;
}

test("withRun() starts a run, gives it to the work and its calls, and ends it with the work's result", async () => {
  const server = await startWireServer(OK);
  const client = connect(server.url, { onBehalfOf: "ada" });
  const guarded = client.guard(defineAction({ name: "c", description: "C", input: z.object({}), run: () => ({}) }));
  const result = await client.withRun({ id: "r 1/ü", user: "eve" }, async (run) => {
    await client.invoke("a", {});
    await client.run("b", {});
    await guarded({});
    return run;
  });
  expect(result).toEqual({ id: "r 1/ü", user: "eve" });
  expect(server.seen.map(sentOf)).toEqual([
    ["/v1/runs", { id: "r 1/ü", user: "eve", onBehalfOf: "ada" }],
    ...["a", "b", "c"].map((name) => [name, { input: {}, run: "r 1/ü", onBehalfOf: "ada" }]),
    ["/v1/runs/r%201%2F%C3%BC/end", { outcome: "success", onBehalfOf: "ada" }],
  ]);
});

test("withRun() lets a call name another run, and leaves other clients and later calls alone", async () => {
  const server = await startWireServer(OK);
  const [client, other] = [connect(server.url), connect(server.url)];
  await client.withRun({}, async () => {
    await client.invoke("a", {}, { run: "mine" });
    await other.invoke("a", {});
  });
  await client.invoke("a", {});
  const calls = server.seen.filter(({ url }) => url.includes("/invocations"));
  expect(calls.map(runOf)).toEqual(["mine", undefined, undefined]);
  expect(sentOf(server.seen[0] as SeenRequest)[1]["id"]).toMatch(/^run-[0-9a-f-]{36}$/);
});

test("withRun() of 50 runs, each waiting for all others between its calls, mixes none up", async () => {
  const server = await startWireServer(OK);
  const client = connect(server.url);
  const meet = createBarrier(50);
  const work = async (index: number) => {
    for (let round = 0; round < 4; round += 1) {
      await meet();
      await (round % 2 === 0 ? client.invoke("a", { index }) : client.run("a", { index }));
    }
  };
  await Promise.all(Array.from({ length: 50 }, (_, index) => client.withRun({ id: `r${index}` }, () => work(index))));
  const calls = server.seen.filter(({ url }) => url.includes("/invocations"));
  expect(calls).toHaveLength(200);
  for (const call of calls) {
    const { input, run } = call.body as { input: { index: number }; run: string };
    expect(run).toBe(`r${input.index}`);
  }
  expect(server.seen.filter(({ url }) => url.endsWith("/end"))).toHaveLength(50);
  // They did mix: calls of other runs lie between the first and the last of each.
  expect(new Set(calls.slice(0, 50).map(runOf)).size).toBe(50);
});

test("withRun() inside a run names it as parent, and gives it back afterwards", async () => {
  const server = await startWireServer(OK);
  const client = connect(server.url);
  await client.withRun({ id: "outer" }, async () => {
    await Promise.all([
      client.withRun({ id: "one" }, () => client.invoke("a", {})),
      client.withRun({ id: "two" }, () => client.withRun({ id: "deep" }, () => client.invoke("b", {}))),
    ]);
    await client.invoke("c", {});
  });
  const sent = new Map(
    server.seen.map((request) => [sentOf(request)[1]["id"] ?? sentOf(request)[0], sentOf(request)[1]]),
  );
  const parents = ["outer", "one", "two", "deep"].map((id) => sent.get(id)?.["parent"]);
  expect(parents).toEqual([undefined, "outer", "outer", "two"]);
  expect(["a", "b", "c"].map((name) => sent.get(name)?.["run"])).toEqual(["one", "deep", "outer"]);
});

test("withRun() keeps what its work left behind in the run, and out of it what came from elsewhere", async () => {
  const server = await startWireServer(OK);
  const client = connect(server.url);
  const jobs = createQueue();
  const consumer = jobs.next().then(() => client.invoke("elsewhere", {}));
  let left: Promise<unknown> = Promise.resolve();
  const later = createBarrier(2);
  await client.withRun({ id: "r" }, async () => {
    jobs.push();
    left = later().then(() => client.invoke("left", {}));
    await consumer;
  });
  await later();
  await left;
  const runs = new Map(server.seen.map((request) => [sentOf(request)[0], runOf(request)]));
  expect([runs.get("elsewhere"), runs.get("left")]).toEqual([undefined, "r"]);
  expect(server.seen.map(({ url }) => url).indexOf("/v1/runs/r/end")).toBe(2);
});

test.each(Object.keys(ERROR_CODES) as ErrorCode[])("withRun() rethrows %s as it is and ends by it", async (code) => {
  const server = await startWireServer(OK);
  const error = new CountersignError(code, "No");
  const work = connect(server.url).withRun({ id: "r" }, () => Promise.reject(error));
  await expect(work).rejects.toBe(error);
  const outcome = REFUSING_CODES.includes(code) ? "blocked" : "failed";
  expect(sentOf(server.seen[1] as SeenRequest)[1]).toEqual({ outcome });
});

test.each([new Error("Out of paper"), { code: "action_denied" }, "text", undefined])(
  "withRun() rethrows %j as it is and ends as failed",
  async (thrown) => {
    const server = await startWireServer(OK);
    const work = connect(server.url).withRun({}, () => {
      throw thrown as Error;
    });
    expect(await work.catch((error: unknown) => ({ error }))).toEqual({ error: thrown });
    expect(sentOf(server.seen[1] as SeenRequest)[1]).toEqual({ outcome: "failed" });
  },
);

test("withRun() ends as blocked when a call of it was refused, and takes plain results too", async () => {
  const denied = buildView({ status: "denied", error: { code: "rate_limited", message: "Slow", retryable: true } });
  const server = await startWireServer(OK, buildProblem(429, "rate_limited", { invocation: denied }), OK);
  const client = connect(server.url);
  await expect(client.withRun({}, () => client.run("a", {}))).rejects.toMatchObject({ code: "rate_limited" });
  expect(sentOf(server.seen[2] as SeenRequest)[1]).toEqual({ outcome: "blocked" });
  expect(await client.withRun({}, () => 7)).toBe(7);
});

test("withRun() gives result and error also when the end can't be recorded", async () => {
  const lost = buildProblem(409, "already_final");
  const server = await startWireServer(OK, lost, OK, "drop");
  const client = connect(server.url);
  expect(await client.withRun({}, () => "done")).toBe("done");
  const error = new Error("Out of paper");
  await expect(client.withRun({}, () => Promise.reject(error))).rejects.toBe(error);
  expect(server.seen).toHaveLength(4);
});

test("withRun() does no work when the run can't be started, and repeats start and end after a lost answer", async () => {
  const refusing = await startWireServer(buildProblem(409, "already_final"));
  const work = vi.fn<() => void>();
  await expect(connect(refusing.url).withRun({ id: "r" }, work)).rejects.toMatchObject({ code: "already_final" });
  expect(work).not.toHaveBeenCalled();
  const losing = await startWireServer("drop", OK, "drop", OK);
  await connect(losing.url, { maxRetries: 1 }).withRun({}, work);
  expect(work).toHaveBeenCalledTimes(1);
  const [first, again, end, endAgain] = losing.seen;
  expect([first?.body, end?.body]).toEqual([again?.body, endAgain?.body]);
});

test.each(["", ".", "..", "\ud800"])("withRun() refuses the id %j before it sends", async (id) => {
  const server = await startWireServer(OK);
  const work = connect(server.url).withRun({ id }, () => 1);
  await expect(work).rejects.toMatchObject({ code: "invalid_request" });
  expect(server.seen).toEqual([]);
});

test("withRun() hands its signal on, does nothing when it is aborted, and ends the run all the same", async () => {
  const server = await startWireServer(OK);
  const client = connect(server.url);
  const controller = new AbortController();
  const work = client.withRun({ id: "r", signal: controller.signal }, async ({ signal }) => {
    controller.abort(new Error("Enough"));
    signal?.throwIfAborted();
  });
  await expect(work).rejects.toThrow("Enough");
  expect(server.seen.map(({ url }) => url)).toEqual(["/v1/runs", "/v1/runs/r/end"]);
  await expect(client.withRun({ signal: controller.signal }, () => 1)).rejects.toThrow("Enough");
  expect(server.seen).toHaveLength(2);
});

test("withRun() says why it can't be where no process follows asynchronous work; calls can", async () => {
  const server = await startWireServer(OK);
  vi.stubGlobal("process", undefined);
  const client = connect(server.url);
  vi.unstubAllGlobals();
  const work = client.withRun({}, () => 1);
  await expect(work).rejects.toMatchObject({ code: "invalid_request", message: expect.stringContaining("Node.js") });
  expect(await client.invoke("a", {}, { run: "r" })).toMatchObject({ status: "executed" });
  expect(server.seen).toHaveLength(1);
});

test("budget() inside a run spends of the run", async () => {
  const server = await startWireServer({ status: 200, body: { items: [] } });
  const client = connect(server.url);
  const llm = client.budget({ name: "llm" });
  await client.withRun({ id: "r" }, () => llm.read());
  expect(server.seen[1]?.url).toBe("/v1/budgets/llm?run=r");
});

test("runs.list() and runs.get() send filter, page and actor as query", async () => {
  const server = await startWireServer({ status: 200, body: { items: [], id: "r" } });
  const client = connect(server.url);
  expect(await client.runs.list({ status: "open", actor: "ada", limit: 1, cursor: "c" })).toMatchObject({ items: [] });
  expect(await client.runs.get("a/b", { actor: "ada" })).toMatchObject({ id: "r" });
  await client.runs.list();
  await connect(server.url, { onBehalfOf: "bob" }).runs.get("r");
  expect(server.seen.map(({ url }) => url)).toEqual([
    "/v1/runs?status=open&actor=ada&limit=1&cursor=c",
    "/v1/runs/a%2Fb?actor=ada",
    "/v1/runs",
    "/v1/runs/r?actor=bob",
  ]);
});

/** Lets nobody on before `size` have come, again and again. */
function createBarrier(size: number): () => Promise<void> {
  let waiting: (() => void)[] = [];
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length < size) return;
      for (const go of waiting) go();
      waiting = [];
    });
}

/** A consumer that stands outside of every run waits here for what work inside puts in. */
function createQueue() {
  let push = (): void => undefined;
  const pushed = new Promise<void>((resolve) => (push = resolve));
  return { push: () => push(), next: () => pushed };
}
