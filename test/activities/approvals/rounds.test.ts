import { afterAll, beforeAll, expect, test } from "vitest";
import { publishFileDocument } from "../../../src/gateway/policy-documents.ts";
import type { Desk } from "../desk.ts";
import {
  approvalOf,
  approvalPolicy,
  approveBy,
  ask,
  cast,
  eventsOf,
  execute,
  look,
  openApprovalDesk,
  rowOf,
  voteOf,
} from "./approval-desk.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await openApprovalDesk();
});
afterAll(() => desk.close());

test("recordVotes() puts an edited input to other people than its editor, and runs it", async () => {
  const { ref } = await ask(desk, "one", { amountCents: 500, password: "hunter2" });
  const before = await rowOf(desk, ref);
  const edit = await cast(desk, ref, { voter: "ada", edit: { "/amountCents": 400 } });
  expect(await look(desk, ref)).toMatchObject({ kind: "wait" });
  const approval = await approvalOf(desk, ref);
  expect(approval).toMatchObject({
    round: 2,
    status: "pending",
    requesters: ["agent", "ada"],
    because: "ada changed /amountCents",
  });
  expect(approval.digest).not.toBe(before.digest);
  const own = await cast(desk, ref, { voter: "ada" });
  await look(desk, ref);
  expect(await voteOf(desk, ref, own)).toMatchObject({ state: "refused", code: "self_approval" });
  expect(await voteOf(desk, ref, edit)).toMatchObject({ state: "counted" });
  expect(await approveBy(desk, ref, "fay")).toMatchObject({ kind: "execute" });
  expect(await execute(desk, ref)).toMatchObject({ result: { status: "executed" } });
  expect(desk.acts.find((act) => act.id === ref.id)?.input).toEqual({ amountCents: 400, password: "hunter2" });
});

test("recordVotes() keeps the original input, and the difference field by field without secrets", async () => {
  const { ref } = await ask(desk, "one", { amountCents: 500, password: "hunter2" });
  await cast(desk, ref, { voter: "ada", edit: { "/amountCents": 400, "/password": "hunter3" } });
  await look(desk, ref);
  const revisions = await desk.store.db.query<{
    round: number;
    input: string;
    author: string;
    difference: string | null;
  }>("select round, input, author, difference from input_revision where invocation = $1 order by round", [ref.id]);
  expect(revisions).toMatchObject([
    { round: 1, input: expect.stringContaining("500") as string, difference: null },
    { round: 2, author: "approver ada" },
  ]);
  expect(JSON.parse(revisions[1]?.difference ?? "")).toContainEqual({ pointer: "/amountCents", from: 500, to: 400 });
  const [, decided] = await eventsOf(desk, ref, "invocation.decided");
  expect(decided?.data["changes"]).toEqual(JSON.parse(revisions[1]?.difference ?? ""));
  const recorded = JSON.stringify(await desk.store.audit.listOfInvocation(ref.tenant, ref.id));
  expect(`${revisions[1]?.difference}${recorded}`).not.toMatch(/hunter/);
});

test.each<[string, Record<string, unknown>, string]>([
  ["a field that nobody may edit", { "/owner": "eve" }, "forbidden"],
  ["a value that the action doesn't take", { "/amountCents": -1 }, "invalid_input"],
  ["nothing new", { "/amountCents": 500 }, "invalid_input"],
])("recordVotes() refuses a vote that edits %s, and the round goes on", async (_what, edit, code) => {
  const { ref } = await ask(desk, "one");
  const id = await cast(desk, ref, { voter: "ada", edit });
  expect(await look(desk, ref)).toMatchObject({ kind: "wait" });
  expect(await voteOf(desk, ref, id)).toMatchObject({ state: "refused", code });
  expect(await approvalOf(desk, ref)).toMatchObject({ round: 1 });
  expect(await approveBy(desk, ref, "fay")).toMatchObject({ kind: "execute" });
});

test("recordVotes() denies an edited input that policy denies", async () => {
  const { ref } = await ask(desk, "one");
  await cast(desk, ref, { voter: "ada", edit: { "/amountCents": 1_000_001 } });
  expect(await look(desk, ref)).toMatchObject({
    kind: "closed",
    result: { status: "denied", error: { code: "action_denied" } },
  });
  expect((await eventsOf(desk, ref, "invocation.decided")).map(({ data }) => data["round"])).toEqual([1, 2]);
});

test("recordVotes() runs an edited input that policy allows by itself", async () => {
  const { ref } = await ask(desk, "one");
  await cast(desk, ref, { voter: "ada", edit: { "/amountCents": 5 } });
  expect(await look(desk, ref)).toMatchObject({ kind: "execute" });
  expect(await execute(desk, ref)).toMatchObject({ result: { status: "executed" } });
});

test("recordVotes() lets an earlier vote cover nothing of an edited input", async () => {
  const { ref } = await ask(desk, "two");
  await approveBy(desk, ref, "ada");
  const { digest } = await rowOf(desk, ref);
  await desk.store.db.query(
    `update approval set terms = jsonb_set(terms::jsonb, '{edit}', '{"allow":["/amountCents"]}')::text where invocation = $1`,
    [ref.id],
  );
  await cast(desk, ref, { voter: "bob", edit: { "/amountCents": 400 } });
  await look(desk, ref);
  const stale = await cast(desk, ref, { voter: "fay", digest });
  await look(desk, ref);
  expect(await voteOf(desk, ref, stale)).toMatchObject({ code: "digest_mismatch" });
  expect(await approveBy(desk, ref, "fay")).toMatchObject({ kind: "wait" });
  expect(await approveBy(desk, ref, "ada")).toMatchObject({ kind: "execute" });
});

test("recordVotes() asks again when the policy's terms have changed meanwhile, and shows why", async () => {
  const { ref } = await ask(desk, "one");
  await publishFileDocument(
    desk.store,
    approvalPolicy({ one: "approvers: [group:finance], approve: 2, decide_by: 1h" }),
  );
  expect(await approveBy(desk, ref, "ada")).toMatchObject({ kind: "wait" });
  expect(await approvalOf(desk, ref)).toMatchObject({ round: 2, because: expect.stringContaining("policy") as string });
  expect(await eventsOf(desk, ref, "approval.resolved")).toEqual([]);
  expect(await approveBy(desk, ref, "ada", "fay")).toMatchObject({ kind: "execute" });
  expect(await eventsOf(desk, ref, "approval.resolved")).toHaveLength(1);
  await publishFileDocument(desk.store, approvalPolicy());
});

test("recordVotes() denies when the policy has changed meanwhile and the terms say so", async () => {
  const { ref } = await ask(desk, "strict");
  await publishFileDocument(desk.store, approvalPolicy({ strict: "approvers: [group:board], decide_by: 1h" }));
  expect(await approveBy(desk, ref, "ada")).toMatchObject({
    result: { status: "denied", error: { code: "action_denied" } },
  });
  await publishFileDocument(desk.store, approvalPolicy());
});

test("recordVotes() takes another version of the policy that comes to the same for none", async () => {
  const { ref } = await ask(desk, "one");
  await publishFileDocument(desk.store, `${approvalPolicy()}# another version\n`);
  expect(await approveBy(desk, ref, "ada")).toMatchObject({ kind: "execute" });
});

test("executeAction() asks again when the policy has changed between the resolution and the start", async () => {
  const { ref } = await ask(desk, "one");
  expect(await approveBy(desk, ref, "ada")).toMatchObject({ kind: "execute" });
  await publishFileDocument(desk.store, approvalPolicy({ one: "approvers: [group:board], decide_by: 1h" }));
  expect(await execute(desk, ref)).toMatchObject({ kind: "wait" });
  expect(await approveBy(desk, ref, "bea")).toMatchObject({ kind: "execute" });
  expect(await execute(desk, ref)).toMatchObject({ result: { status: "executed" } });
  expect(desk.acts.filter((act) => act.id === ref.id)).toHaveLength(1);
  await publishFileDocument(desk.store, approvalPolicy());
});
