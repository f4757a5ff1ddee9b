import { expect, test } from "vitest";
import { countVote, tallyVotes, votersWho } from "../../../src/core/approval/count-votes.ts";
import { voteOf } from "./events.ts";

const counted = [
  { id: "v1", voter: "ada", decision: "approve" },
  { id: "v2", voter: "ben", decision: "reject" },
] as const;

test.each([
  [[], { approve: 0, reject: 0 }],
  [["approve"], { approve: 1, reject: 0 }],
  [["reject", "approve", "reject"], { approve: 1, reject: 2 }],
] as const)("tallyVotes() of %j is %j", (decisions, tally) => {
  expect(tallyVotes(decisions.map((decision) => ({ decision })))).toEqual(tally);
});

test("votersWho() names those who say so, in the order they voted", () => {
  expect(votersWho("approve", [...counted, { id: "v3", voter: "abe", decision: "approve" }])).toEqual(["ada", "abe"]);
});

test("countVote() adds a person's first vote behind the others, with no more of it than counts", () => {
  const vote = voteOf({ id: "v3", voter: "cleo" });
  const third = { id: "v3", voter: "cleo", decision: "approve" };
  expect(countVote(counted, vote)).toEqual({ counted: [...counted, third], replaces: undefined });
});

test("countVote() replaces a person's earlier vote", () => {
  const vote = voteOf({ id: "v3", voter: "ada", decision: "reject" });
  const newest = { id: "v3", voter: "ada", decision: "reject" };
  expect(countVote(counted, vote)).toEqual({ counted: [counted[1], newest], replaces: "v1" });
});
