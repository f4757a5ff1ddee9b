import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { ReplayAnswer, ReplayRequest } from "../../src/contract/policy-replay.ts";
import type { Permission } from "../../src/contract/principal.ts";
import type { Caller, Gateway } from "../../src/gateway/gateway.ts";
import { createReplayMethods } from "../../src/gateway/replay-policy.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import { manifestOf } from "../support/manifests.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import {
  ADMIN_KEY,
  codeOf,
  createCaller,
  createIdentityGateway,
  createPorts,
  type IdentityGateway,
} from "./identity-gateway.ts";

const NO_RULES = { version: 1, rules: [] };
const PROPOSED = {
  version: 1,
  default: "deny",
  rules: [
    { name: "reads", match: { action: "file.read" }, effect: "allow" },
    { name: "writes", match: { action: "file.write" }, effect: "require_approval" },
  ],
};

let store: TestStore;
let gateway: IdentityGateway & Pick<Gateway, "replayPolicy">;
let operator: Caller;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  const ports = createPorts({ ...store });
  gateway = { ...createIdentityGateway(ports), ...createReplayMethods(ports) };
  operator = await gateway.authenticate(ADMIN_KEY);
});

function replay(request: Partial<ReplayRequest> = {}): Promise<ReplayAnswer> {
  return gateway.replayPolicy(operator, { policy: PROPOSED, ...request });
}

test("replayPolicy() counts what stays and lists what changes, newest first, without any input", async () => {
  const secret = { token: "hunter2" };
  await recordInvocation(store.db, { action: "file.read", verdict: { effect: "allow", rule: "reads" } });
  const older = await recordInvocation(store.db, {
    ...{ action: "file.write", input: secret, createdAt: "2026-01-01T00:00:00.123Z" },
    verdict: { effect: "allow", rule: "all" },
  });
  const newer = await recordInvocation(store.db, { action: "file.drop", input: secret, verdict: { effect: "allow" } });
  const answer = await replay();
  expect(answer).toEqual({
    considered: 3,
    unchanged: 1,
    changed: 2,
    transitions: [
      { from: "allow", to: "deny", count: 1 },
      { from: "allow", to: "require_approval", count: 1 },
    ],
    changes: [
      {
        ...{ id: newer, action: "file.drop", actor: "ada", createdAt: expect.any(String) },
        ...{ from: { effect: "allow" }, to: { effect: "deny" } },
      },
      {
        ...{ id: older, action: "file.write", actor: "ada", createdAt: "2026-01-01T00:00:00.123Z" },
        ...{ from: { effect: "allow", rule: "all" }, to: { effect: "require_approval", rule: "writes" } },
      },
    ],
  });
  expect(JSON.stringify(answer)).not.toContain("hunter2");
});

test("replayPolicy() takes what grants stood for as the approval that policy asked for", async () => {
  const granted = [{ grant: "grt_1", by: "ada" }];
  await recordInvocation(store.db, { action: "file.write", verdict: { effect: "allow", rule: "writes", granted } });
  await recordInvocation(store.db, { action: "file.drop", verdict: { effect: "allow", rule: "drops", granted } });
  expect(await replay()).toMatchObject({
    ...{ considered: 2, unchanged: 1, transitions: [{ from: "require_approval", to: "deny", count: 1 }] },
    changes: [{ from: { effect: "require_approval", rule: "drops" }, to: { effect: "deny" } }],
  });
});

test("replayPolicy() takes what only a budget brought to people as what policy said of it", async () => {
  const exceeds = true as const;
  await recordInvocation(store.db, {
    action: "file.write",
    verdict: { effect: "require_approval", rule: "w", exceeds },
  });
  expect(await replay()).toMatchObject({ considered: 1, transitions: [{ from: "allow", count: 1 }] });
});

test("replayPolicy() takes a session for the run, as the decision did", async () => {
  const policy = { version: 1, default: "deny", rules: [{ name: "mine", match: { run: "s1" }, effect: "allow" }] };
  for (const session of ["s1", { id: "s1" }, "s2"])
    await recordInvocation(store.db, { session, verdict: { effect: "deny" } });
  expect(await replay({ policy })).toMatchObject({ considered: 3, changed: 2 });
});

test("replayPolicy() counts another rule of the same effect as a change, and the commonest transition first", async () => {
  for (const rule of ["mine", "yours", "reads"])
    await recordInvocation(store.db, { action: "file.read", verdict: { effect: "allow", rule } });
  await recordInvocation(store.db, { action: "file.drop", verdict: { effect: "allow", rule: "mine" } });
  expect((await replay()).transitions).toEqual([
    { from: "allow", to: "allow", count: 2 },
    { from: "allow", to: "deny", count: 1 },
  ]);
});

test("replayPolicy() asks with the input, actor and run of the time and the manifest of today", async () => {
  await store.manifests.publish([manifestOf({ name: "pay.out", risk: "high", requiredScopes: ["finance"] })]);
  const verdict = { effect: "deny" as const };
  const base = { action: "pay.out", verdict, run: "r1", input: { a: 1 } };
  const actor = { kind: "agent" as const, roles: ["clerk"], scopes: ["finance"] };
  const right = await recordInvocation(store.db, { ...base, actor });
  await recordInvocation(store.db, { ...base, actor: { ...actor, roles: [] } });
  await recordInvocation(store.db, { ...base, actor: { ...actor, scopes: [] } });
  await recordInvocation(store.db, { ...base, actor, run: "r2" });
  const match = { risk: "high", roles: "clerk", kind: "agent", run: "r1" };
  const { changes, changed } = await replay({ policy: { version: 1, rules: [{ name: "a", match, effect: "allow" }] } });
  expect([changed, changes[0]?.id]).toEqual([1, right]);
});

test("replayPolicy() leaves out what policy was never asked about, and other tenants", async () => {
  await recordInvocation(store.db, { verdict: null });
  await recordInvocation(store.db, { tenant: "acme" });
  expect(await replay()).toMatchObject({ considered: 0, changed: 0, transitions: [], changes: [] });
  const boss = await createCaller(gateway, { subject: "boss", tenant: "acme", permissions: ["policy", "audit"] });
  expect(await gateway.replayPolicy(boss, { policy: NO_RULES })).toMatchObject({ considered: 1 });
});

test("replayPolicy() keeps to the period, the action and the limit", async () => {
  for (const day of ["01", "02", "03", "04"])
    await recordInvocation(store.db, { action: `day.${day}`, createdAt: `2026-01-${day}T00:00:00Z` });
  const seen = async (request: Partial<ReplayRequest>) => {
    const { changes, more } = await replay(request);
    return [...changes.map(({ action }) => action), ...(more === true ? ["more"] : [])];
  };
  expect(await seen({ after: "2026-01-01T00:00:00Z", before: "2026-01-04T00:00:00Z" })).toEqual(["day.03", "day.02"]);
  expect(await seen({ action: "day.02" })).toEqual(["day.02"]);
  expect(await seen({ limit: 3 })).toEqual(["day.04", "day.03", "day.02", "more"]);
  expect(await seen({ limit: 4 })).toHaveLength(4);
});

test("replayPolicy() reads across pages, also where many invocations were made in one instant", async () => {
  const createdAt = "2026-01-01T00:00:00Z";
  const made = await Promise.all(Array.from({ length: 450 }, () => recordInvocation(store.db, { createdAt })));
  const answer = await replay();
  expect(answer).toMatchObject({ considered: 450, changed: 450, truncated: true });
  const ids = answer.changes.map(({ id }) => id);
  expect(ids).toEqual(made.toSorted().toReversed().slice(0, 200));
});

test("replayPolicy() lets other work run meanwhile", async () => {
  const input = { text: "x".repeat(20_000) };
  for (let count = 0; count < 40; count += 1) await recordInvocation(store.db, { input });
  const rules = Array.from({ length: 40 }, (_, index) => ({
    ...{ name: `rule ${index}`, effect: "deny" },
    match: { args_pattern: `[a-w0-9]{${index + 1}}[^x ]$` },
  }));
  let turns = 0;
  let isOver = false;
  const tick = (): void => {
    turns += 1;
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  await replay({ policy: { version: 1, rules } });
  isOver = true;
  expect(turns).toBeGreaterThan(5);
});

test("replayPolicy() takes a default, and says where an answer is only a caution", async () => {
  await recordInvocation(store.db, { action: "bash", input: { command: "$X" } });
  const rules = [{ name: "no rm", match: { command: { program: "rm" } }, effect: "deny" }];
  const { changes } = await replay({ policy: { version: 1, rules }, defaultEffect: "allow" });
  expect(changes[0]?.to).toEqual({ effect: "require_approval", rule: "no rm", uncertain: true });
  expect(await replay({ policy: NO_RULES, defaultEffect: "allow" })).toMatchObject({ considered: 1, changed: 0 });
});

test("replayPolicy() keeps the other layer in force", async () => {
  const only = (effect: string) =>
    `version: 1\ndefault: allow\nrules: [{ name: ${effect}, match: { action: a }, effect: ${effect} }]\n`;
  await gateway.putPolicy(operator, only("deny"), "organisation");
  await gateway.putPolicy(operator, only("require_approval"));
  await recordInvocation(store.db, { action: "a" });
  const toOf = async (request: Partial<ReplayRequest>) => (await replay(request)).changes.map(({ to }) => to.effect);
  expect(await toOf({ policy: only("allow") })).toEqual(["deny"]);
  expect(await toOf({ policy: only("allow"), layer: "organisation" })).toEqual(["require_approval"]);
});

test("replayPolicy() takes templates by name", async () => {
  await recordInvocation(store.db, { action: "drop_everything" });
  const { changes } = await replay({ policy: { templates: ["strict"] } });
  expect(changes[0]?.to.effect).toBe("deny");
  expect(await codeOf(replay({ policy: { templates: ["strikt"] } }))).toBe("invalid_policy");
});

test("replayPolicy() writes nothing", async () => {
  await recordInvocation(store.db, {});
  const before = await store.db.query("select * from invocation");
  await replay();
  expect(await store.db.query("select * from invocation")).toEqual(before);
  expect((await store.audit.list("default", {}, { limit: 50 })).items).toEqual([]);
});

test("replayPolicy() refuses documents with faults", async () => {
  for (const policy of ["rules: {", {}]) expect(await codeOf(replay({ policy }))).toBe("invalid_policy");
});

test.each<[Permission[], boolean]>([
  [["policy"], false],
  [["audit"], false],
  [["policy", "audit"], true],
  [["admin"], true],
])("replayPolicy() with the permissions %j: %j", async (permissions, isAllowed) => {
  const ada = await createCaller(gateway, { subject: "ada", permissions });
  const answer = gateway.replayPolicy(ada, { policy: NO_RULES });
  await (isAllowed
    ? expect(answer).resolves.toMatchObject({ considered: 0 })
    : expect(answer).rejects.toMatchObject({ code: "forbidden" }));
});
