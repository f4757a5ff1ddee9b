import { afterAll, beforeAll, expect, test } from "vitest";
import { publishFileDocument } from "../../src/gateway/policy-documents.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { openVoting, type Voting } from "../gateway/voting.ts";

let voting: Voting;
let ada: Caller;

const STAGED = `
version: 1
default: deny
rules:
  - name: staged
    match: { action: pay.staged }
    effect: require_approval
    approval: { stages: [{ approvers: [group:finance] }, { approvers: [group:finance] }], decide_by: 1h }
`;

beforeAll(async () => {
  voting = await openVoting();
  ada = await voting.voter("ada");
  await voting.voter("ben");
  await publishFileDocument(voting.desk.store, STAGED);
});
afterAll(() => voting.close());

test("vote() that is sent again without a key approves no second stage", async () => {
  const ref = await voting.ask("staged");
  const { digest } = await voting.read(ref);
  await voting.vote(ada, ref, { digest });
  await voting.vote(ada, ref, { digest }).catch(() => undefined);
  expect(await voting.read(ref)).toMatchObject({ status: "pending", stage: 1 });
});
