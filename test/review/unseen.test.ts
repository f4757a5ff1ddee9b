import { afterAll, beforeAll, expect, test } from "vitest";
import { publishFileDocument } from "../../src/gateway/policy-documents.ts";
import { openVoting, type Voting } from "../gateway/voting.ts";

let voting: Voting;

beforeAll(async () => {
  voting = await openVoting();
  await publishFileDocument(
    voting.desk.store,
    `
version: 1
default: deny
rules:
  - name: two
    match: { action: pay.two }
    effect: require_approval
    approval: { approvers: [group:finance], approve: 2, deny: 2, decide_by: 1h, edit: { allow: [/amountCents] } }
`,
  );
});
afterAll(() => voting.close());

test("vote() without a digest doesn't count for an input that somebody edited a moment before", async () => {
  const [ada, ben] = [await voting.voter("ada"), await voting.voter("ben")];
  await voting.voter("cleo");
  const ref = await voting.ask("two", { amountCents: 10 });
  await voting.gateway.getApproval(ben, ref.id);
  await voting.vote(ada, ref, { edit: { "/amountCents": 1_000 } });
  await voting.vote(ben, ref).catch(() => undefined);
  expect(await voting.read(ref)).toMatchObject({ round: 2, tally: { approve: 0 } });
});

test("decideInvocation() denies what only people could approve who have no permission to vote", async () => {
  const fresh = await openVoting();
  try {
    for (const subject of ["x", "y"]) {
      await fresh.desk.caller({ subject, groups: ["finance"], permissions: ["invoke"] });
    }
    const ref = await fresh.ask("two");
    expect((await fresh.gateway.getInvocation(fresh.desk.admin, ref.id)).status).toBe("denied");
  } finally {
    await fresh.close();
  }
});
