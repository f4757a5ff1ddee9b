import { z } from "zod";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defineAction } from "../../src/action/define-action.ts";
import { describeAction } from "../../src/action/describe-action.ts";
import type { InvocationRef } from "../../src/contract/ids.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { openVoting, type Voting } from "./voting.ts";

let voting: Voting;
let ada: Caller;

beforeAll(async () => {
  voting = await openVoting();
  [ada] = await Promise.all([voting.voter("ada"), voting.voter("ben")]);
});
afterAll(() => voting.close());

/** Has ada vote with a grant on a call of an action. */
async function grantOn(name: "two" | "reasoned"): Promise<InvocationRef> {
  const ref = await voting.ask(name);
  const bounds = { "/card": { eq: "4111-s3cret" }, "/note": { eq: "plain" } };
  await voting.vote(ada, ref, { grant: { uses: 1, expiresIn: "1h", bounds } });
  return ref;
}

/** The bounds that a look at the one approval shows, and those that the list shows. */
async function boundsShown(ref: InvocationRef) {
  const { items } = await voting.gateway.listApprovals(voting.desk.admin, {}, { limit: 200 });
  const views = [await voting.read(ref), items.find(({ id }) => id === ref.id)];
  return views.map((view) => view?.votes[0]?.grant?.bounds);
}

test("getApproval() and listApprovals() keep a grant's bounds secret that were secret when they were given", async () => {
  const ref = await grantOn("two");
  const secret = { "/card": { eq: "[redacted]" }, "/note": { eq: "plain" } };
  expect(await boundsShown(ref)).toEqual([secret, secret]);
  const input = z.object({ other: z.string() });
  const next = defineAction({ name: "pay.two", description: "Pays", input, run: () => ({}) });
  await voting.desk.store.manifests.publish([describeAction(next, "desk")]);
  expect(await boundsShown(ref)).toEqual([secret, secret]);
});

test("getApproval() and listApprovals() show no bound's value where nobody knows the action's secrets", async () => {
  const ref = await grantOn("reasoned");
  const hidden = { "/card": { eq: "[redacted]" }, "/note": { eq: "[redacted]" } };
  await voting.desk.store.db.query("update approval set status = 'superseded' where invocation = $1", [ref.id]);
  expect(await boundsShown(ref)).toEqual([hidden, hidden]);
  await voting.desk.store.db.query("update approval set status = 'pending' where invocation = $1", [ref.id]);
  await voting.desk.store.db.query("delete from action_manifest where name = 'pay.reasoned'");
  expect(await boundsShown(ref)).toEqual([hidden, hidden]);
});
