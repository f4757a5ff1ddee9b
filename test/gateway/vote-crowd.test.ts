import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Caller } from "../../src/gateway/gateway.ts";
import { openVoting, type Voting } from "./voting.ts";

const CROWD = 60;

let voting: Voting;
let crowd: Caller[];

beforeAll(async () => {
  voting = await openVoting();
  const template = await voting.voter("first");
  const { store } = voting.desk;
  crowd = Array.from({ length: CROWD }, (_, index) => ({
    ...template,
    principal: { ...template.principal, subject: `voter-${index}` },
  }));
  for (const { principal } of crowd) await store.principals.insert(principal);
});
afterAll(() => voting.close());

test("vote() answers a crowd, and asks once for all who wait for the same news", async () => {
  const { votes, approvals } = voting.desk.store;
  const [looks, views] = [vi.spyOn(votes, "listJudged"), vi.spyOn(approvals, "get")];
  const ref = await voting.ask("two");
  const answers = await Promise.allSettled(crowd.map((caller) => voting.vote(caller, ref)));
  const calls = [looks, views].map(({ mock }) => mock.calls.length);
  vi.restoreAllMocks();
  const late = answers.filter(({ status }) => status === "rejected");
  expect(late).toMatchObject(Array.from({ length: CROWD - 2 }, () => ({ reason: { code: "already_resolved" } })));
  expect((await voting.read(ref)).resolution?.by).toHaveLength(2);
  for (const count of [...calls, voting.signals.length]) expect(count).toBeLessThan(CROWD / 2);
});
