import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { GrantTerms } from "../../../src/contract/grants.ts";
import type { InvocationRef } from "../../../src/contract/ids.ts";
import { publishFileDocument } from "../../../src/gateway/policy-documents.ts";
import { activitiesOf, type Desk, perform } from "../desk.ts";
import {
  approvalPolicy,
  approveBy,
  ask,
  cast,
  eventsOf,
  execute,
  look,
  openApprovalDesk,
  rowOf,
} from "./approval-desk.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await openApprovalDesk();
});
beforeEach(() => desk.store.db.query("delete from approval_grant"));
afterAll(() => desk.close());

const TERMS: GrantTerms = { uses: 2, expiresInMs: 3_600_000, scope: "actor", bounds: { "/amountCents": { lte: 600 } } };

/** A call that people approved with a grant for later ones. */
async function grantBy(name: string, voters: readonly string[], grant: GrantTerms = TERMS): Promise<InvocationRef> {
  const { ref } = await ask(desk, name);
  for (const voter of voters) {
    await cast(desk, ref, { voter, grant });
    await look(desk, ref);
  }
  return ref;
}

async function effectOf(ref: InvocationRef): Promise<Record<string, unknown>> {
  return JSON.parse((await rowOf(desk, ref)).verdict ?? "{}") as Record<string, unknown>;
}

test("decideInvocation() lets a grant stand for the approval, as often as it says, and records each use", async () => {
  const source = await grantBy("one", ["ada"]);
  expect(await eventsOf(desk, source, "grant.issued")).toMatchObject([
    { principal: "ada", data: { uses: 2, scope: "actor" } },
  ]);
  const [first, second, third] = [
    await ask(desk, "one"),
    await ask(desk, "one", { amountCents: 600 }),
    await ask(desk, "one"),
  ];
  expect([first.step.kind, second.step.kind, third.step.kind]).toEqual(["execute", "execute", "wait"]);
  expect(await effectOf(first.ref)).toMatchObject({
    effect: "allow",
    granted: [{ by: "ada" }],
    reason: "Granted in advance by ada",
  });
  expect(await eventsOf(desk, first.ref, "grant.used")).toMatchObject([{ data: { by: "ada" } }]);
  expect(await execute(desk, first.ref)).toMatchObject({ result: { status: "executed" } });
});

test.each<[string, Record<string, unknown>]>([
  ["beyond its bounds", { amountCents: 601 }],
  ["with another field than the approved call", { amountCents: 500, owner: "eve" }],
])("decideInvocation() asks people about a call %s", async (_what, input) => {
  await grantBy("one", ["ada"]);
  expect((await ask(desk, "one", input)).step).toMatchObject({ kind: "wait" });
});

test("decideInvocation() needs as many grants as the terms ask people for", async () => {
  await grantBy("two", ["ada"]);
  const { ref } = await ask(desk, "two");
  await approveBy(desk, ref, "ada", "bob");
  expect((await ask(desk, "two")).step).toMatchObject({ kind: "wait" });
  await grantBy("two", ["ada", "bob"]);
  const covered = await ask(desk, "two");
  expect(covered.step).toMatchObject({ kind: "execute" });
  expect(await eventsOf(desk, covered.ref, "grant.used")).toHaveLength(2);
});

test("decideInvocation() lets no grant soften a denial", async () => {
  await grantBy("one", ["ada"], { ...TERMS, bounds: { "/amountCents": { gt: 0 } } });
  expect((await ask(desk, "one", { amountCents: 1_000_001 })).step).toMatchObject({ result: { status: "denied" } });
});

test("decideInvocation() does not go by the grant of somebody who may not approve any longer", async () => {
  await desk.caller({ subject: "gus", groups: ["finance"] });
  await grantBy("one", ["gus"]);
  await desk.gateway.putPrincipal(desk.admin, "gus", { groups: [] });
  expect((await ask(desk, "one")).step).toMatchObject({ kind: "wait" });
});

test("decideInvocation() goes by no grant of another policy version", async () => {
  await grantBy("one", ["ada"]);
  await publishFileDocument(desk.store, `${approvalPolicy()}# another version\n`);
  expect((await ask(desk, "one")).step).toMatchObject({ kind: "wait" });
});

test.each<[string, string]>([
  ["more uses than its vote asked for", "uses = 100"],
  ["other bounds than its vote's", `bounds = '{"/amountCents":{"lte":100000}}'`],
  ["more time than its vote asked for", "expires_at = expires_at + interval '1 day'"],
  ["another issuer than its voter", "issuer = 'fay'"],
  ["another time", "issued_at = issued_at + interval '1 year', expires_at = expires_at + interval '1 year'"],
  ["another version of the action", "action_version = 'other'"],
])("decideInvocation() goes by no grant that was given %s by hand", async (_what, change) => {
  await grantBy("one", ["ada"]);
  await desk.store.db.query(`update approval_grant set ${change}`);
  expect((await ask(desk, "one")).step).toMatchObject({ kind: "wait" });
});

test("decideInvocation() is covered exactly as often as a grant has uses, however many calls come at once", async () => {
  await grantBy("one", ["ada"], { ...TERMS, uses: 3 });
  const refs = await Promise.all(Array.from({ length: 8 }, () => desk.accept("pay.one", { amountCents: 500 })));
  const steps = await Promise.all(refs.map((ref) => perform(() => activitiesOf(desk).decideInvocation(ref))));
  expect(steps.filter((step) => step.kind === "execute")).toHaveLength(3);
  const [grant] = await desk.store.db.query<{ used: number }>("select used from approval_grant");
  expect(grant?.used).toBe(3);
});

test("decideInvocation() goes by no grant whose approved input was changed by hand", async () => {
  const { id } = await grantBy("one", ["ada"]);
  await desk.store.db.query(
    `update input_revision set input = '{"amountCents":500,"owner":"eve"}' where invocation = $1`,
    [id],
  );
  expect((await ask(desk, "one", { amountCents: 500, owner: "eve" })).step).toMatchObject({ kind: "wait" });
});

test("recordVotes() issues no grant of a vote that did not become an approval", async () => {
  const { ref } = await ask(desk, "two");
  await cast(desk, ref, { voter: "ada", grant: TERMS });
  await look(desk, ref);
  for (const voter of ["bob", "fay"]) await cast(desk, ref, { voter, decision: "reject" });
  expect(await look(desk, ref)).toMatchObject({ result: { status: "rejected" } });
  expect(await desk.store.db.query("select id from approval_grant")).toEqual([]);
});
