import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { RunFilter } from "../../src/contract/guards.ts";
import type { Caller, Gateway } from "../../src/gateway/gateway.ts";
import type { GatewayPorts } from "../../src/gateway/ports.ts";
import { createRunMethods } from "../../src/gateway/runs.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { codeOf, createCaller, createIdentityGateway, createPorts, type KeyWish } from "./identity-gateway.ts";

const PAGE: RunFilter = { limit: 50 };

let store: TestStore;
let ports: GatewayPorts;
let runs: Pick<Gateway, "startRun" | "endRun" | "listRuns" | "getRun">;
let ada: Caller;
let bob: Caller;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  ports = createPorts({ ...store });
  runs = createRunMethods(ports);
  ada = await callerOf({ subject: "ada" });
  bob = await callerOf({ subject: "bob" });
});

function callerOf(wish: KeyWish): Promise<Caller> {
  return createCaller(createIdentityGateway(ports), wish);
}

/** What was recorded of runs, oldest first. */
async function eventsOf(tenant = "default") {
  const { items } = await store.audit.list(tenant, {}, { limit: 200 });
  return items
    .toReversed()
    .filter(({ type }) => type.startsWith("run."))
    .map(({ type, principal, actor, data }) => ({ type, principal, actor, data }));
}

/** Puts a call of the run on record that ended so. */
async function recordCall(run: string, status: "executed" | "denied", refusal?: object): Promise<void> {
  const id = await recordInvocation(store.db, { run, actor: { subject: "ada" } });
  const error = refusal === undefined ? null : JSON.stringify(refusal);
  await store.invocations.update({ tenant: "default", id }, { status, error });
}

test("startRun() makes a run and records it, and is the same run when it is sent again", async () => {
  const start = { id: "r 1", user: "eve", parent: "r0" };
  const { run, isNew } = await runs.startRun(ada, start);
  expect(run).toEqual({
    ...{ id: "r 1", tenant: "default", actor: "ada", user: "eve", parent: "r0", status: "open" },
    startedAt: expect.stringMatching(/Z$/),
  });
  expect(isNew).toBe(true);
  expect(await runs.startRun(ada, start)).toEqual({ run, isNew: false });
  expect(await eventsOf()).toEqual([
    { type: "run.started", principal: "ada", actor: "ada", data: { run: "r 1", user: "eve", parent: "r0" } },
  ]);
});

test("startRun() makes an id where none is given, another each time", async () => {
  const [one, other] = [await runs.startRun(ada, {}), await runs.startRun(ada, {})];
  expect(one.run.id).toMatch(/^run-[0-9a-f-]{36}$/);
  expect(other.run.id).not.toBe(one.run.id);
  expect(one.run).not.toHaveProperty("user");
});

test("startRun() by many at once makes and records one run", async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => runs.startRun(ada, { id: "r" })));
  expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
  expect(await eventsOf()).toHaveLength(1);
});

test("startRun() refuses another user or parent, and a run that has ended", async () => {
  await runs.startRun(ada, { id: "r", user: "eve" });
  expect(await codeOf(runs.startRun(ada, { id: "r" }))).toBe("idempotency_conflict");
  expect(await codeOf(runs.startRun(ada, { id: "r", user: "eve", parent: "p" }))).toBe("idempotency_conflict");
  await runs.endRun(ada, { id: "r", outcome: "success" });
  expect(await codeOf(runs.startRun(ada, { id: "r", user: "eve" }))).toBe("already_final");
});

test("startRun() takes over a run that only calls had named, once", async () => {
  await recordCall("r", "executed");
  expect(await runs.getRun(ada, "r")).toMatchObject({ status: "open", totals: { calls: 1 } });
  expect(await eventsOf()).toEqual([]);
  expect(await runs.startRun(ada, { id: "r", user: "eve" })).toMatchObject({ isNew: false, run: { user: "eve" } });
  expect(await runs.startRun(ada, { id: "r", user: "eve" })).toMatchObject({ isNew: false });
  expect(await runs.getRun(ada, "r")).toMatchObject({ user: "eve" });
  expect(await eventsOf()).toHaveLength(1);
});

test.each([
  [{ id: "a\u0000" }, "invalid_input"],
  [{ user: "\ud800" }, "invalid_input"],
  [{ parent: "\u0000" }, "invalid_input"],
  [{ id: ".." }, "invalid_request"],
  [{ id: "r", parent: "r" }, "invalid_request"],
  [{ onBehalfOf: "bob" }, "forbidden"],
])("startRun(%j) is refused", async (command, code) => {
  expect(await codeOf(runs.startRun(ada, command))).toBe(code);
  expect((await runs.listRuns(ada, PAGE)).items).toEqual([]);
});

test("startRun() and endRun() need invoke, listRuns() and getRun() need read", async () => {
  const reader = await callerOf({ subject: "reader", permissions: ["read"] });
  const writer = await callerOf({ subject: "writer", permissions: ["invoke"] });
  expect(await codeOf(runs.startRun(reader, {}))).toBe("forbidden");
  expect(await codeOf(runs.endRun(reader, { id: "r", outcome: "success" }))).toBe("forbidden");
  expect(await codeOf(runs.listRuns(writer, PAGE))).toBe("forbidden");
  expect(await codeOf(runs.getRun(writer, "r"))).toBe("forbidden");
});

test("startRun() keeps the user as the redactor shows it", async () => {
  const redacting = createRunMethods({ ...ports, redact: () => "[redacted]" });
  expect((await redacting.startRun(ada, { id: "r", user: "secret" })).run.user).toBe("[redacted]");
  expect(await redacting.startRun(ada, { id: "r", user: "secret" })).toMatchObject({ isNew: false });
  expect(JSON.stringify([await store.db.query("select * from run"), await eventsOf()])).not.toContain("secret");
});

test("startRun() and endRun() with act_as are about the other's run, which the caller's own key doesn't share", async () => {
  const proxy = await callerOf({ subject: "proxy", permissions: ["invoke", "read", "act_as"] });
  const { run } = await runs.startRun(proxy, { id: "r", onBehalfOf: "bob" });
  expect(run.actor).toBe("bob");
  expect(await codeOf(runs.endRun(proxy, { id: "r", outcome: "success" }))).toBe("not_found");
  expect(await codeOf(runs.startRun(proxy, { onBehalfOf: "nobody" }))).toBe("invalid_request");
  expect(await runs.endRun(proxy, { id: "r", outcome: "failed", onBehalfOf: "bob" })).toMatchObject({ actor: "bob" });
  expect(await runs.getRun(bob, "r")).toMatchObject({ status: "failed" });
  expect((await eventsOf()).map(({ principal, actor }) => [principal, actor])).toEqual([
    ["proxy", "bob"],
    ["proxy", "bob"],
  ]);
});

test("endRun() counts calls by status and refusals by guard, and records them", async () => {
  await runs.startRun(ada, { id: "r" });
  await recordCall("r", "executed");
  await recordCall("other", "executed");
  for (const guard of ["rate", "rate", "attempts", "breaker", "facts", "facts", "facts", "budget"])
    await recordCall("r", "denied", { code: "any_code", details: { guard } });
  for (const code of ["invalid_input", "action_denied"]) await recordCall("r", "denied", { code });
  await recordCall("r", "denied");
  const run = await runs.endRun(ada, { id: "r", outcome: "blocked" });
  const totals = {
    ...{ calls: 12, byStatus: { executed: 1, denied: 11 }, spent: { usd: 0, tokens: 0, units: 0 } },
    refusals: { rate: 2, attempts: 1, breaker: 1, facts: 3, budget: 1, schema: 1 },
  };
  expect(run).toMatchObject({ status: "blocked", endedAt: expect.stringMatching(/Z$/), totals });
  expect((await eventsOf())[1]).toEqual({
    ...{ type: "run.ended", principal: "ada", actor: "ada" },
    data: { run: "r", outcome: "blocked", totals },
  });
});

test("endRun() gives amounts in units, of every attempt", async () => {
  await runs.startRun(ada, { id: "r" });
  const invocation = await recordInvocation(store.db, { run: "r" });
  for (const [attempt, spent] of ['{"usd":1500000,"units":250000}', '{"usd":1,"tokens":42000000}'].entries()) {
    await store.db.query(
      `insert into execution (tenant, invocation, attempt, round, token, mode, digest, state, worker, spent)
       values ('default', $1, $2, 1, 't', 'idempotent', 'd', 'executed', 'w', $3)`,
      [invocation, attempt, spent],
    );
  }
  const { totals } = await runs.endRun(ada, { id: "r", outcome: "success" });
  expect(totals?.spent).toEqual({ usd: 1.500001, tokens: 42, units: 0.25 });
});

test("endRun() twice ends and records once, and refuses another outcome", async () => {
  await runs.startRun(ada, { id: "r" });
  const answers = await Promise.all([1, 2, 3].map(() => runs.endRun(ada, { id: "r", outcome: "success" })));
  expect(new Set(answers.map((run) => JSON.stringify(run))).size).toBe(1);
  expect(await codeOf(runs.endRun(ada, { id: "r", outcome: "failed" }))).toBe("already_final");
  expect((await eventsOf()).map(({ type }) => type)).toEqual(["run.started", "run.ended"]);
});

test("getRun() and endRun() answer for another actor's and another tenant's run as for none", async () => {
  await runs.startRun(ada, { id: "r" });
  const foreign = await callerOf({ subject: "ada", tenant: "acme", permissions: ["invoke", "read", "audit"] });
  const absent = await runs.getRun(bob, "none").catch((error: unknown) => error);
  for (const ask of [
    runs.getRun(bob, "r"),
    runs.getRun(bob, "r", "ada"),
    runs.getRun(foreign, "r"),
    runs.getRun(foreign, "r", "ada"),
    runs.endRun(bob, { id: "r", outcome: "success" }),
    runs.endRun(foreign, { id: "r", outcome: "success" }),
    runs.getRun(ada, "r\u0000"),
    runs.getRun(ada, "r", "\ud800"),
    runs.endRun(ada, { id: "\u0000", outcome: "success" }),
  ])
    expect(await ask.catch((error: unknown) => error)).toEqual(absent);
  expect(await runs.getRun(ada, "r")).toMatchObject({ status: "open" });
});

test("listRuns() and getRun() show one's own runs, and with audit the whole tenant's", async () => {
  await runs.startRun(ada, { id: "r" });
  await runs.startRun(bob, { id: "r" });
  await runs.endRun(bob, { id: "r", outcome: "failed" });
  const auditor = await callerOf({ subject: "auditor", permissions: ["audit"] });
  const actorsOf = async (caller: Caller, filter: Partial<RunFilter> = {}) =>
    (await runs.listRuns(caller, { ...PAGE, ...filter })).items.map(({ actor }) => actor);
  expect(await actorsOf(ada)).toEqual(["ada"]);
  expect(await actorsOf(ada, { actor: "bob" })).toEqual([]);
  expect((await actorsOf(auditor)).toSorted()).toEqual(["ada", "bob"]);
  expect(await actorsOf(auditor, { actor: "bob" })).toEqual(["bob"]);
  expect(await actorsOf(auditor, { status: "open" })).toEqual(["ada"]);
  expect(await runs.getRun(auditor, "r", "bob")).toMatchObject({
    actor: "bob",
    status: "failed",
    totals: { calls: 0 },
  });
  expect(await codeOf(runs.getRun(auditor, "r"))).toBe("not_found");
});
