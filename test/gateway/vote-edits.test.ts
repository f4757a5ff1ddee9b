import { afterAll, beforeAll, expect, test } from "vitest";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { canonicalJson } from "../../src/core/canonical.ts";
import type { Ballot, Caller } from "../../src/gateway/gateway.ts";
import { insertVote } from "../activities/desk.ts";
import { openVoting, type Voting } from "./voting.ts";

const TOKEN = `ghp_${"a1B2c3D4e5".repeat(4).slice(0, 36)}`;

let voting: Voting;
let ada: Caller;
let ben: Caller;
let cleo: Caller;

beforeAll(async () => {
  voting = await openVoting();
  [ada, ben, cleo] = await Promise.all([voting.voter("ada"), voting.voter("ben"), voting.voter("cleo")]);
});
afterAll(() => voting.close());

/** Everything that a door may show of a call, and everything on record, as one text. */
async function everythingShown(ref: InvocationRef): Promise<string> {
  const { gateway, desk } = voting;
  const views = [await gateway.getInvocation(desk.admin, ref.id), await voting.read(ref)];
  return JSON.stringify([views, await desk.store.audit.listOfInvocation(ref.tenant, ref.id)]);
}

test("vote() with an edit answers with the approval of the round that it opened", async () => {
  const ref = await voting.ask("two");
  await voting.vote(ben, ref);
  const { digest } = await voting.read(ref);
  const { confirmed, approval } = await voting.vote(ada, ref, { edit: { "/amountCents": 400 }, digest });
  expect(confirmed).toBe(true);
  expect(approval).toMatchObject({ status: "pending", round: 2, votes: [], tally: { approve: 0 } });
  expect(approval.input).toMatchObject({ amountCents: 400, note: "first" });
  expect(approval.digest).not.toBe(digest);
  const { input = "" } = (await voting.desk.store.invocations.readRequest(ref)) ?? {};
  expect(JSON.parse(input)).toEqual({ amountCents: 400, note: "first", card: "4111-s3cret" });
});

test("vote() doesn't count for the edited input whoever edited it, nor who voted on the one before", async () => {
  const ref = await voting.ask("two");
  const { digest } = await voting.read(ref);
  await voting.vote(ada, ref, { edit: { "/amountCents": 400 } });
  await expect(voting.vote(ada, ref)).rejects.toMatchObject({ code: "self_approval" });
  await expect(voting.vote(ben, ref, { digest })).rejects.toMatchObject({ code: "digest_mismatch" });
  await voting.vote(ben, ref);
  expect(await voting.vote(cleo, ref)).toMatchObject({ approval: { status: "approved", round: 2 } });
});

test("vote() takes a request of the same key for the vote that it was, whatever was edited since", async () => {
  const ref = await voting.ask("two");
  const edit = { edit: { "/amountCents": 400 }, idempotencyKey: "edit-1" };
  const plain = { idempotencyKey: "plain-1" };
  await voting.vote(ben, ref, plain);
  await voting.vote(ada, ref, edit);
  for (const [caller, ballot] of [[ada, edit] as const, [ben, plain] as const]) {
    const { confirmed, approval } = await voting.vote(caller, ref, ballot);
    expect([confirmed, approval.round, approval.votes]).toEqual([true, 2, []]);
  }
});

test("vote() shows and records the places of an edit, and its values nowhere", async () => {
  const ref = await voting.ask("two");
  await voting.vote(ada, ref, { edit: { "/card": "5500-n3w-s3cret" } });
  const refused = voting.vote(ben, ref, { edit: { "/note": "m1splaced-s3cret", "/card": "t00-s3cret" } });
  await expect(refused).rejects.toMatchObject({ code: "forbidden", details: { misplaced: ["/note"] } });
  const shown = await everythingShown(ref);
  expect(shown).not.toMatch(/s3cret/);
  expect(shown).toContain(`"/card"`);
  const [kept] = await voting.desk.store.votes.listOfRound(ref, 1);
  expect(kept?.edit).toBe(`{"/card":"5500-n3w-s3cret"}`);
});

test.each<[string, Ballot["edit"], string]>([
  ["that changes nothing", { "/amountCents": 900 }, "invalid_request"],
  ["of a place that the terms don't name", { "/note": "s3cret" }, "forbidden"],
  ["of a place that isn't there", { "/tags/0": "s3cret" }, "invalid_input"],
  ["that the action's schema refuses", { "/amountCents": 1_234_567 }, "invalid_input"],
  ["of another type", { "/amountCents": "s3cret" }, "invalid_input"],
  ["that makes the input too large", { "/tags": ["s3cret".repeat(11_000)] }, "too_large"],
])("vote() refuses an edit %s, repeats no value and records it", async (_what, edit, code) => {
  const ref = await voting.ask("two");
  const error: unknown = await voting.vote(ada, ref, { edit }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code, details: { approval: { round: 1, votes: [] } } });
  expect(JSON.stringify([String(error), error])).not.toMatch(/s3cret|1234567/);
  expect(await everythingShown(ref)).not.toMatch(/s3cret|1234567/);
  const events = await voting.desk.store.audit.listOfInvocation(ref.tenant, ref.id);
  expect(events.at(-1)).toMatchObject({
    type: "approval.vote_refused",
    data: { code, at: "door", edit: Object.keys(edit ?? {}) },
  });
});

test("vote() keeps no secret that stands in an edit's pointer, and twenty pointers at most", async () => {
  const ref = await voting.ask("two");
  const others = Array.from({ length: 40 }, (_, index) => [`/other${index}`, "x"] as const);
  const edit = { [`/headers/${TOKEN}`]: "x", ...Object.fromEntries(others) };
  const error: unknown = await voting.vote(ada, ref, { edit }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "forbidden" });
  expect(JSON.stringify([String(error), error])).not.toContain(TOKEN);
  const events = await voting.desk.store.audit.listOfInvocation(ref.tenant, ref.id);
  expect(events.at(-1)?.data["edit"]).toHaveLength(20);
  expect(await everythingShown(ref)).not.toContain(TOKEN);
});

test("vote() repeats no secret that stands in a pointer that leads nowhere, or twice to one place", async () => {
  const ref = await voting.ask("two");
  const place = `/card/${TOKEN}`;
  for (const [edit, code] of [
    [{ [place]: "x" }, "invalid_input"] as const,
    [{ [place]: 1, [`${place}/a`]: 2 }, "invalid_request"] as const,
  ]) {
    const error: unknown = await voting.vote(ada, ref, { edit }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    expect(JSON.stringify([String(error), error])).not.toContain(TOKEN);
  }
});

test("getApproval() shows no secret that stands in the pointer of a kept edit", async () => {
  const ref = await voting.ask("two");
  await insertVote(voting.desk, ref, { voter: "ada", edit: canonicalJson({ [`/card/${TOKEN}`]: "x" }) });
  const { votes } = await voting.read(ref);
  expect(votes).toMatchObject([{ voter: "ada", edit: [expect.stringMatching(/^\/card\//)] }]);
  expect(JSON.stringify(votes)).not.toContain(TOKEN);
});

test("vote() refuses an edit after which nobody would be left to approve", async () => {
  const boss = await voting.voter("boss", []);
  const ref = await voting.ask("one");
  const voted = voting.vote(boss, ref, { edit: { "/amountCents": 400 } });
  await expect(voted).rejects.toMatchObject({
    code: "unsatisfiable_approval",
    message: expect.stringMatching(/^Nobody could approve the edited input: /),
  });
  expect(await voting.vote(boss, ref)).toMatchObject({ approval: { status: "approved", round: 1 } });
});

test("vote() takes an edit without a digest for one of the round that it came upon", async () => {
  const ref = await voting.ask("two");
  const edits = [ada, ben].map((caller, index) => voting.vote(caller, ref, { edit: { "/amountCents": 400 + index } }));
  const results = await Promise.allSettled(edits);
  expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(results.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "digest_mismatch" } });
  expect(await voting.read(ref)).toMatchObject({ round: 2 });
});

test("vote() keeps the terms of a grant under the vote's MAC and shows them with the vote", async () => {
  const ref = await voting.ask("two");
  const bounds = { "/amountCents": { lte: 1_000 } };
  const { approval } = await voting.vote(ada, ref, { grant: { uses: 2, expiresIn: "30m", bounds } });
  const grant = { uses: 2, expiresInMs: 1_800_000, scope: "actor", bounds };
  expect(approval.votes).toMatchObject([{ state: "counted", grant }]);
});
