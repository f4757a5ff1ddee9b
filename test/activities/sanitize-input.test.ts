import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { z } from "zod";
import { createActivities } from "../../activities/index.ts";
import { defineAction } from "../../src/action/define-action.ts";
import { describeAction } from "../../src/action/describe-action.ts";
import type { InvocationRef } from "../../src/contract/ids.ts";
import type { Step } from "../../src/contract/run.ts";
import { inputDigest } from "../../src/core/digest.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { activitiesOf, type Desk, eventTypes, insertVote, openDesk, perform, rowOf } from "./desk.ts";
import { breakAfter, dumpTables } from "./faults.ts";

let desk: Desk;
let agent: Caller;

beforeAll(async () => {
  desk = await openDesk();
  await desk.caller({ subject: "ada" });
  agent = await desk.caller({ subject: "agent" });
});
afterAll(() => desk.close());
beforeEach(() => {
  desk.acts.length = 0;
});

/** Publishes a policy of one rule for everything. */
async function publish(sanitize: object, effect = "sanitize", rest: object = {}): Promise<string> {
  const approval = { approvers: ["user:ada"], decide_by: "1h" };
  const rules = [{ name: "cleans", effect, sanitize, approval, match: { action: "free.*" } }];
  const document = JSON.stringify({ version: 1, rules, ...rest });
  return (await desk.gateway.putPolicy(desk.admin, document)).version;
}

function decide(ref: InvocationRef, attempt = 1): Promise<Step> {
  return perform(() => activitiesOf(desk).decideInvocation(ref), attempt);
}

async function decideAndRun(ref: InvocationRef): Promise<void> {
  const step = await decide(ref);
  if (step.kind === "execute") await perform(() => activitiesOf(desk).executeAction(ref));
}

interface Revision {
  readonly round: number;
  readonly input: string;
  readonly salt: string;
  readonly digest: string;
  readonly author: string;
}

function revisionsOf(ref: InvocationRef): Promise<Revision[]> {
  const text = "select round, input, salt, digest, author from input_revision where invocation = $1 order by round";
  return desk.store.db.query<Revision & Record<string, never>>(text, [ref.id]);
}

async function decidedData(ref: InvocationRef): Promise<Record<string, unknown>> {
  const events = await desk.store.audit.listOfInvocation(ref.tenant, ref.id);
  return events.find(({ type }) => type === "invocation.decided")?.data as Record<string, unknown>;
}

describe("decideInvocation() by a rule that changes the input", () => {
  it.each(["free.idempotent", "free.inline", "free.at_most_once"])("runs %s with the changed input", async (action) => {
    const version = await publish({ set: { "/text": "clean" } });
    const ref = await desk.accept(action, { text: "dirty" });
    const sent = (await rowOf(desk, ref)).digest;
    await decideAndRun(ref);
    expect(desk.acts.map(({ input }) => input)).toEqual([{ text: "clean" }]);
    const row = await rowOf(desk, ref);
    const { id: invocation, tenant, actor, action_version: actionVersion } = row;
    const revisions = await revisionsOf(ref);
    expect(revisions.map(({ round, input, author }) => ({ round, input, author }))).toEqual([
      { round: 1, input: '{"text":"dirty"}', author: "agent" },
      { round: 2, input: '{"text":"clean"}', author: `policy ${version}` },
    ]);
    const salt = revisions[1]?.salt ?? "";
    const parts = { invocation, tenant, actor, action, actionVersion, round: 2, salt, input: { text: "clean" } };
    expect(row).toMatchObject({ status: "executed", round: 2, digest: inputDigest(parts) });
    expect(row.digest).not.toBe(sent);
    expect(revisions.map(({ digest }) => digest)).toEqual([sent, row.digest]);
    expect(salt).not.toBe(revisions[0]?.salt);
  });

  it("shows the changed input, redacted, and records which places were changed and no value", async () => {
    await publish({ set: { "/text": "api_key=abcdef123456" }, mask: ["/other"], remove: ["/text"] });
    const ref = await desk.accept("free.idempotent", { text: "dirty" });
    await decide(ref);
    const view = await desk.gateway.getInvocation(desk.admin, ref.id);
    expect(JSON.stringify(view.input)).not.toMatch(/dirty|abcdef123456/);
    expect(view.verdict).toMatchObject({ effect: "sanitize", rule: "cleans" });
    const data = await decidedData(ref);
    expect(data).toMatchObject({
      round: 2,
      sanitized: { set: ["/text"], removed: ["/text"], masked: [] },
      obligations: {},
    });
    const recorded = JSON.stringify([data, (await rowOf(desk, ref)).verdict]);
    expect(recorded).not.toContain("abcdef123456");
    expect(recorded).not.toContain("dirty");
  });

  it("answers a retry with the same key and the input as it was sent, and refuses another input", async () => {
    await publish({ set: { "/text": "clean" } });
    const command = { action: "free.idempotent", input: { text: "dirty" }, idempotencyKey: "k-1", waitMs: 0 };
    const first = await desk.gateway.invoke(agent, command);
    await decideAndRun({ tenant: first.tenant, id: first.id as InvocationRef["id"] });
    const again = await desk.gateway.invoke(agent, command);
    expect(again).toMatchObject({ id: first.id, replayed: true, status: "executed", input: { text: "clean" } });
    const other = desk.gateway.invoke(agent, { ...command, input: { text: "clean" } });
    await expect(other).rejects.toMatchObject({ code: "idempotency_conflict" });
    expect(desk.acts).toHaveLength(1);
  });

  it("gives the decision that is recorded when it is run again, and writes nothing more", async () => {
    await publish({ set: { "/text": "clean" } });
    const ref = await desk.accept("free.idempotent", { text: "dirty" });
    const first = await decide(ref);
    const tables = await dumpTables(desk.store.db);
    await publish({ set: { "/text": "cleaner" } });
    const published = await dumpTables(desk.store.db);
    expect(await decide(ref, 2)).toEqual(first);
    expect(await dumpTables(desk.store.db)).toBe(published);
    expect(tables).not.toBe(published);
  });

  it("leaves nothing behind when it breaks off, after whichever statement it does", async () => {
    await publish({ set: { "/text": "clean" } });
    const ref = await desk.accept("free.at_most_once", { text: "dirty" });
    const before = await dumpTables(desk.store.db);
    let broken = 0;
    for (let dead = true; dead; broken += 1) {
      const db = breakAfter(desk.store.db, (_text, index) => index === broken);
      const step = await perform(() => activitiesOf(desk, db).decideInvocation(ref), broken + 1).catch(() => undefined);
      dead = step === undefined;
      if (dead) expect(await dumpTables(desk.store.db)).toBe(before);
    }
    expect(broken).toBeGreaterThan(5);
    expect(await revisionsOf(ref)).toHaveLength(2);
  });
});

describe("decideInvocation() by a rule that changes the input and asks for an approval", () => {
  it("lets people approve the changed input, and runs that", async () => {
    await publish({ remove: ["/text"] }, "require_approval");
    const ref = await desk.accept("free.idempotent", { text: "dirty" });
    const sent = (await rowOf(desk, ref)).digest;
    expect(await decide(ref)).toMatchObject({ kind: "wait" });
    const approval = await desk.gateway.getApproval(desk.admin, ref.id);
    const { digest } = await rowOf(desk, ref);
    expect(approval).toMatchObject({ digest, input: {}, status: "pending" });
    expect(digest).not.toBe(sent);
    const activities = activitiesOf(desk);
    await insertVote(desk, ref, { round: 1, digest: sent });
    expect(await perform(() => activities.recordVotes(ref, { canceled: false }))).toMatchObject({ kind: "wait" });
    await insertVote(desk, ref, { round: 2 });
    expect(await perform(() => activities.recordVotes(ref, { canceled: false }))).toMatchObject({ kind: "execute" });
    await perform(() => activities.executeAction(ref));
    expect(desk.acts.map(({ input }) => input)).toEqual([{}]);
    expect(await rowOf(desk, ref)).toMatchObject({ status: "executed", digest });
  });

  it("merges what the organisation wants changed with what the tenant asks for", async () => {
    const rules = [{ name: "org", effect: "sanitize", sanitize: { set: { "/text": "org" } } }];
    const wide = JSON.stringify({ version: 1, default: "allow", rules });
    await publish({ set: { "/text": "tenant" } }, "require_approval");
    await desk.gateway.putPolicy(desk.admin, wide, "organisation");
    const ref = await desk.accept("free.idempotent", { text: "dirty" });
    await decide(ref);
    expect(await desk.gateway.getApproval(desk.admin, ref.id)).toMatchObject({ input: { text: "org" } });
    expect((await rowOf(desk, ref)).verdict).toMatch(/"policyVersion":"\d+-\w{12}\+organisation-1-\w{12}"/);
    await desk.gateway.putPolicy(desk.admin, "{ version: 1, default: allow }", "organisation");
  });
});

describe("decideInvocation() of an input that can't be changed as policy wants", () => {
  it.each<[what: string, sanitize: object, message: string]>([
    [
      "what the schema's type refuses",
      { set: { "/text": 7 } },
      "Policy wants the input changed, and then: The input at /text doesn't fit the action's schema",
    ],
    [
      "what a refinement refuses",
      { set: { "/text": "refined away" } },
      "Policy wants the input changed, and then: The input at /text doesn't fit the action's schema",
    ],
    [
      "a place that isn't there",
      { set: { "/a/b": 1 } },
      "Policy wants the input changed, and then: The input has no place for /a/b, which the policy sets",
    ],
    [
      "more than an input may hold",
      { set: { "/text": "x".repeat(65_536) } },
      "Policy wants the input changed, and then: The input is larger than 65536 bytes",
    ],
    [
      "a key that no input has",
      { set: { "/__proto__": 1 } },
      "Policy wants the input changed, and then: The input has a member named __proto__, which is not allowed",
    ],
  ])("denies %s, says why without values, and runs nothing", async (_, sanitize, message) => {
    await publish(sanitize);
    const ref = await desk.accept("free.inline", { text: "dirty secret" });
    const step = await decide(ref);
    expect(step).toMatchObject({ kind: "closed", result: { status: "denied", error: { code: "action_denied" } } });
    const row = await rowOf(desk, ref);
    expect(row).toMatchObject({ round: 1, status: "denied" });
    expect(JSON.parse(row.error ?? "")).toMatchObject({ message });
    expect(JSON.parse(row.verdict ?? "")).toMatchObject({ effect: "deny", reason: message, rule: "cleans" });
    expect(JSON.stringify([step, row.verdict, await decidedData(ref)])).not.toMatch(/dirty|refined away|xxx/);
    expect(desk.acts).toEqual([]);
    expect(await revisionsOf(ref)).toHaveLength(1);
    expect(await eventTypes(desk, ref)).toEqual(["invocation.requested", "invocation.decided", "invocation.closed"]);
  });

  it("keeps its idempotency key, as any denial does", async () => {
    await publish({ set: { "/text": 7 } });
    const command = { action: "free.idempotent", input: { text: "dirty" }, idempotencyKey: "k-2", waitMs: 0 };
    const first = await desk.gateway.invoke(agent, command);
    await decide({ tenant: first.tenant, id: first.id as InvocationRef["id"] });
    expect(await desk.gateway.invoke(agent, command)).toMatchObject({ id: first.id, replayed: true, status: "denied" });
  });

  it("asks a schema that waits outside of the transaction, about both inputs", async () => {
    const asked: string[] = [];
    const slow = defineAction({
      name: "free.slow",
      description: "Its schema asks somebody else",
      input: z.object({
        text: z.string().refine(async (text) => {
          asked.push(text);
          await desk.store.ping();
          return text !== "bad";
        }),
      }),
      run: async () => ({}),
    });
    await desk.store.manifests.publish([describeAction(slow, "desk")]);
    const ports = { ...desk.ports, actions: new Map([...desk.ports.actions, [slow.name, slow]]) };
    const judge = async (to: string): Promise<Step> => {
      await publish({ set: { "/text": to } });
      const ref = await desk.accept("free.slow", { text: "dirty" });
      return perform(() => createActivities(ports).decideInvocation(ref));
    };
    expect(await judge("good")).toMatchObject({ kind: "execute" });
    expect(await judge("bad")).toMatchObject({
      kind: "closed",
      result: { status: "denied", error: { code: "action_denied" } },
    });
    expect(asked).toEqual(["dirty", "good", "dirty", "bad"]);
  });
});

test("executeAction() runs nothing when a change that policy made is undone by hand", async () => {
  await publish({ set: { "/text": "clean" } });
  const ref = await desk.accept("free.at_most_once", { text: "dirty" });
  await decide(ref);
  const [sent] = await revisionsOf(ref);
  await desk.store.db.query("update invocation set round = 1, digest = $2 where id = $1", [ref.id, sent?.digest ?? ""]);
  await perform(() => activitiesOf(desk).executeAction(ref));
  expect(desk.acts).toEqual([]);
  expect(await rowOf(desk, ref)).toMatchObject({ status: "failed" });
});

test("executeAction() runs nothing when the changed input was changed again by hand", async () => {
  await publish({ set: { "/text": "clean" } });
  const ref = await desk.accept("free.at_most_once", { text: "dirty" });
  await decide(ref);
  await desk.store.db.query("update input_revision set input = $2 where invocation = $1 and round = 2", [
    ref.id,
    '{"text":"x"}',
  ]);
  await perform(() => activitiesOf(desk).executeAction(ref));
  expect(desk.acts).toEqual([]);
  expect(await rowOf(desk, ref)).toMatchObject({ status: "failed" });
});
