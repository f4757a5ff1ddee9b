import { beforeAll, expect, test } from "vitest";
import { type ApartServer, startApart } from "../support/apart-server.ts";
import { countEffects, readEffects, REVIEWER } from "../support/chaos-server.ts";
import { eventually } from "../support/processes.ts";
import { temporalAddress } from "../support/temporal-server.ts";
import type { WireAnswer, WireCaller } from "../support/wire-caller.ts";

let server: ApartServer;
/** The same key at either HTTP process. */
let agents: readonly WireCaller[];
let adas: readonly WireCaller[];
let bobs: readonly WireCaller[];

beforeAll(async () => {
  server = await startApart({ temporalAddress: temporalAddress(), apiCount: 2 });
  agents = await server.callers("agent", { kind: "agent" });
  adas = await server.callers("ada", REVIEWER);
  bobs = await server.callers("bob", REVIEWER);
});

function at(callers: readonly WireCaller[], index: number): WireCaller {
  const caller = callers[index % callers.length];
  if (caller === undefined) throw new Error("There is no caller");
  return caller;
}

test("countersign api twice on one database: 64 calls at once with one key are one invocation with one effect", async () => {
  const input = { text: "same key", takesMs: 200 };
  const calls = Array.from({ length: 64 }, (_, index) =>
    at(agents, index).invoke("chaos.idempotent", input, { key: "same" }),
  );
  const answers = await Promise.all(calls);
  const [first] = answers;
  const expected = { status: "executed", id: first?.body.id, output: { key: first?.body.id } };
  expect(answers.map(({ status, body }) => ({ status, body }))).toMatchObject(
    answers.map(() => ({ status: 200, body: expected })),
  );
  expect(answers.filter(({ body }) => body.replayed !== true)).toHaveLength(1);
  expect(countEffects(server.workspace, first?.body.id ?? "")).toBe(1);
});

test("countersign api twice on one database: opposite votes at once through both make one resolution, and both hear it", async () => {
  const asked = await Promise.all(
    Array.from({ length: 8 }, (_, index) => at(agents, index).invoke("chaos.asked", { text: `votes ${index}` })),
  );
  for (const { body } of asked) {
    const rejecting = at(bobs, 1).call(`/v1/approvals/${body.id}/reject`, { body: { reason: "No" } });
    const votes = await Promise.all([at(adas, 0).approve(body.id), rejecting]);
    const end = await at(agents, 0).read(body.id, 20_000);
    const winner = end.status === "executed" ? 0 : 1;
    expect(["executed", "rejected"]).toContain(end.status);
    expect([200, 202]).toContain(votes[winner]?.status);
    expect([202, 409]).toContain(votes[1 - winner]?.status);
    expect(countEffects(server.workspace, body.id)).toBe(winner === 0 ? 1 : 0);
    expect(await countResolutions(body.id)).toBe(1);
  }
});

async function countResolutions(id: string): Promise<number> {
  const { body } = await server.admin.call<{ items: { type: string }[] }>(`/v1/invocations/${id}/events`);
  return body.items.filter(({ type }) => type === "approval.resolved").length;
}

/** Calls an action and waits until it has begun. */
async function begin(action: string, input: { readonly text: string }): Promise<string> {
  const { body } = await at(agents, 0).invoke(action, input, { waitMs: 0 });
  await eventually(() => readEffects(server.workspace).some(({ key }) => key === body.id), { what: input.text });
  return body.id;
}

test("countersign worker drains on SIGTERM or leaves what hangs, and HTTP keeps calls and votes until another comes", async () => {
  const waiting = await at(agents, 0).invoke("chaos.asked", { text: "voted while no worker runs" });
  const drained = await begin("chaos.once", { text: "drained", takesMs: 1_500 } as { text: string });
  const deaf = await begin("chaos.once", { text: "deaf", hang: "after" } as { text: string });
  const handed = await begin("chaos.idempotent", { text: "handed over", hang: "before" } as { text: string });

  expect(await server.stopWorker()).toMatchObject({ code: 0, signal: null });
  expect(await at(agents, 0).read(drained)).toMatchObject({ status: "executed", attempts: 1 });

  const called = await at(agents, 1).invoke("chaos.once", { text: "called while no worker runs" }, { waitMs: 0 });
  expect(called).toMatchObject({ status: 202, body: { status: "accepted" } });
  const vote: WireAnswer = await at(adas, 1).approve(waiting.body.id);
  expect(vote).toMatchObject({
    status: 202,
    body: { status: "pending", votes: [{ voter: "ada", state: "received" }] },
  });

  await server.startWorker();
  const ends = {
    executed: [drained, handed, called.body.id, waiting.body.id],
    uncertain: [deaf],
  };
  for (const [status, ids] of Object.entries(ends)) {
    for (const id of ids) expect(await at(agents, 0).read(id, 30_000)).toMatchObject({ status });
  }
  const counts = [drained, deaf, handed, called.body.id, waiting.body.id].map((id) =>
    countEffects(server.workspace, id),
  );
  expect(counts).toEqual([1, 1, 1, 1, 1]);
});
