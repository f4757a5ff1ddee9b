import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  advanceApproval,
  type ApprovalEvents,
  type ApprovalState,
  type ReceivedVote,
  type RequestedCancel,
} from "../../../src/core/approval/approval.ts";
import { cancelOf, DECIDE_BY_AT_MS, OPENED_AT_MS, openApproval } from "./events.ts";

const voter = fc.constantFrom("ada", "ben", "cleo", "agent", "helper");
const threshold = fc.integer({ min: 1, max: 3 });
const anyState = fc
  .record({ approve: threshold, deny: threshold, requireReason: fc.boolean(), executeByMs: fc.constantFrom(1, 1_000) })
  .map(openApproval);

/** Around the deadline and few, so that votes of one millisecond and votes on its edge are common. */
const anyInstant = fc.constantFrom(-59_999, -2, -1, 0, 1, 2, 60_000).map((offset) => DECIDE_BY_AT_MS + offset);

const anyVote: fc.Arbitrary<Omit<ReceivedVote, "id">> = fc.record({
  voter,
  decision: fc.constantFrom("approve", "reject"),
  reason: fc.constantFrom(undefined, "", "why"),
  round: mostly(1, 2),
  digest: mostly("d1", "d2"),
  madeAtMs: anyInstant,
  authentic: mostly(true, false),
  eligible: mostly(true, false),
});
const anyVotes = fc
  .array(anyVote, { maxLength: 8 })
  .map((votes): ReceivedVote[] => votes.map((vote, index) => ({ ...vote, id: `vote_${index}` })));
const anyCancel: fc.Arbitrary<RequestedCancel | undefined> = fc.option(
  anyInstant.map((atMs) => cancelOf({ atMs })),
  { nil: undefined },
);
const anyEvents: fc.Arbitrary<ApprovalEvents> = fc.record({
  votes: anyVotes,
  cancel: anyCancel,
  nowMs: fc.integer({ min: DECIDE_BY_AT_MS - 2, max: DECIDE_BY_AT_MS + 60_001 }),
});

function mostly<Value>(usual: Value, seldom: Value) {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(seldom) });
}

/** Whether a vote can do anything at all: authentic, by somebody eligible who didn't ask, in time, of what is being decided. */
function isGood(vote: ReceivedVote, { requesters, round, digest }: ApprovalState): boolean {
  const isOfThis = vote.round === round && vote.digest === digest;
  return (
    vote.authentic && vote.eligible && isOfThis && vote.madeAtMs <= DECIDE_BY_AT_MS && !requesters.includes(vote.voter)
  );
}

/** Votes as a run sees them that is woken again and again: in the order they were made, each look at the time of its last vote. */
function advanceInBatches(
  start: ApprovalState,
  { votes, nowMs }: ApprovalEvents,
  cuts: readonly number[],
): ApprovalState {
  const sorted = votes.toSorted((one, other) => one.madeAtMs - other.madeAtMs || (one.id < other.id ? -1 : 1));
  const edges = [...new Set([0, ...cuts.map((cut) => cut % (sorted.length + 1)), sorted.length])].sort((a, b) => a - b);
  let state = start;
  for (const [index, from] of edges.entries()) {
    const batch = sorted.slice(from, edges[index + 1] ?? sorted.length);
    const lookedAtMs = batch.at(-1)?.madeAtMs ?? OPENED_AT_MS;
    state = advanceApproval(state, { votes: batch, cancel: undefined, nowMs: lookedAtMs }).state;
  }
  return advanceApproval(state, { votes: [], cancel: undefined, nowMs }).state;
}

describe("advanceApproval() properties", () => {
  it("gives one and the same answer whatever order the votes of a batch come in", () => {
    const shuffled = anyEvents.chain((events) =>
      fc.tuple(fc.constant(events), fc.shuffledSubarray([...events.votes], { minLength: events.votes.length })),
    );
    fc.assert(
      fc.property(anyState, shuffled, (start, [events, votes]) => {
        expect(advanceApproval(start, { ...events, votes })).toEqual(advanceApproval(start, events));
      }),
    );
  });

  it("gives the same state whether votes are judged at once or in batches, in the order they were made", () => {
    fc.assert(
      fc.property(anyState, anyEvents, fc.array(fc.nat(8)), (start, { votes, nowMs }, cuts) => {
        const lastMs = Math.max(nowMs, ...votes.map((vote) => vote.madeAtMs));
        const events = { votes, cancel: undefined, nowMs: lastMs };
        expect(advanceInBatches(start, events, cuts)).toEqual(advanceApproval(start, events).state);
      }),
    );
  });

  it("never changes a resolved approval, whatever follows", () => {
    fc.assert(
      fc.property(anyState, fc.array(anyEvents, { minLength: 2, maxLength: 5 }), (start, looks) => {
        let state = start;
        for (const events of looks) {
          const next = advanceApproval(state, events);
          if (state.resolution !== undefined) {
            expect(next.state).toEqual(state);
            expect(next.judgements.filter((judgement) => judgement.state === "counted")).toEqual([]);
          }
          state = next.state;
        }
      }),
    );
  });

  it("judges every vote exactly once", () => {
    fc.assert(
      fc.property(anyState, anyEvents, (start, events) => {
        const judged = advanceApproval(start, events).judgements.map((judgement) => judgement.id);
        expect(judged.toSorted()).toEqual(events.votes.map((vote) => vote.id).toSorted());
      }),
    );
  });

  it("counts no vote that was made after the deadline, and asks the clock nothing about one made before", () => {
    fc.assert(
      fc.property(anyState, anyEvents, fc.nat(86_400_000), (start, events, lateMs) => {
        const { judgements } = advanceApproval(start, events);
        const counted = new Set(judgements.filter(({ state }) => state === "counted").map(({ id }) => id));
        for (const vote of events.votes)
          if (counted.has(vote.id)) expect(vote.madeAtMs).toBeLessThanOrEqual(DECIDE_BY_AT_MS);
        expect(advanceApproval(start, { ...events, nowMs: events.nowMs + lateMs }).judgements).toEqual(judgements);
      }),
    );
  });

  it("is approved or rejected only by as many good votes of different people as the terms ask for", () => {
    fc.assert(
      fc.property(anyState, anyEvents, (start, events) => {
        const { resolution } = advanceApproval(start, events).state;
        const [status, decision, needed] =
          resolution?.status === "approved"
            ? (["approved", "approve", start.terms.approve] as const)
            : (["rejected", "reject", start.terms.deny] as const);
        if (resolution?.status !== status) return;
        const good = events.votes.filter((vote) => vote.decision === decision && isGood(vote, start));
        expect(resolution.by.length).toBe(needed);
        expect(new Set(resolution.by).size).toBe(needed);
        expect(good.map((vote) => vote.voter)).toEqual(expect.arrayContaining([...resolution.by]));
      }),
    );
  });

  it("is never approved by silence, nor by votes that are all bad, whatever the clock says", () => {
    fc.assert(
      fc.property(anyState, anyEvents, fc.nat(86_400_000), (start, events, lateMs) => {
        const bad = events.votes.filter((vote) => !isGood(vote, start));
        const { state } = advanceApproval(start, { ...events, votes: bad, nowMs: events.nowMs + lateMs });
        expect(state.counted).toEqual([]);
        expect(["canceled", "expired", undefined]).toContain(state.resolution?.status);
      }),
    );
  });

  it("is canceled by a cancel whatever votes come with it", () => {
    fc.assert(
      fc.property(anyState, anyEvents, (start, events) => {
        const { state } = advanceApproval(start, { ...events, cancel: cancelOf() });
        expect(state.resolution).toMatchObject({ status: "canceled", by: ["agent"] });
      }),
    );
  });
});
