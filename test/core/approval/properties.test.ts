import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { approversAt, deadlineOf, nextChangeAtMs } from "../../../src/core/approval/clocks.ts";
import { votersWho } from "../../../src/core/approval/count-votes.ts";
import { countSpareApprovers } from "../../../src/core/approval/reach.ts";
import type { ReceivedVote } from "../../../src/core/approval/state.ts";
import { retell } from "./replay.ts";
import { anyScript, silentScript } from "./scripts.ts";
import { type Look, playOut, votesOf } from "./world.ts";

const RUNS = { numRuns: 400 };

/** Holds every play of a script against a claim. */
function everyPlay(claim: (looks: readonly Look[]) => void, scripts = anyScript): void {
  fc.assert(
    fc.property(scripts, (script) => claim(playOut(script))),
    RUNS,
  );
}

function happeningsOf(looks: readonly Look[]) {
  return looks.flatMap((look) => look.happenings);
}

/** The votes in an order of which these numbers decide. */
function shuffle(votes: readonly ReceivedVote[], ranks: readonly number[]): ReceivedVote[] {
  const ranked = votes.map((vote, index) => ({ vote, rank: ranks[index % ranks.length] ?? 0 }));
  return ranked
    .toReversed()
    .sort((one, other) => one.rank - other.rank)
    .map(({ vote }) => vote);
}

function fail(): never {
  throw new Error("Nobody looked");
}

describe("advanceApproval() over any votes, edits, role changes, cancels and looks", () => {
  it("comes to exactly one resolution, or to an edit, and never changes it", () => {
    everyPlay((looks) => {
      const ends = happeningsOf(looks).filter(({ kind }) => kind === "resolved" || kind === "edited");
      expect(ends).toHaveLength(1);
      for (const { before, after, happenings } of looks) {
        if (before.resolution === undefined) continue;
        expect(after).toEqual(before);
        expect(happenings.filter(({ kind }) => kind !== "refused")).toEqual([]);
      }
    });
  });

  it("is read back from what is kept of it just as it was", () => {
    everyPlay((looks) => {
      for (const [index, { after }] of looks.slice(0, -1).entries()) expect(looks[index + 1]?.before).toEqual(after);
    });
  });

  it("judges every vote exactly once, at the look that sees it", () => {
    everyPlay((looks) => {
      for (const { votes, happenings } of looks) {
        const judged = happenings.flatMap((one) =>
          one.kind === "counted" || one.kind === "refused" ? [one.vote] : [],
        );
        expect(judged.toSorted()).toEqual(votes.map((vote) => vote.id).toSorted());
      }
    });
  });

  it("gives the same answer whatever order the votes of a look come in", () => {
    fc.assert(
      fc.property(anyScript, fc.array(fc.nat(9), { minLength: 7, maxLength: 7 }), (script, ranks) => {
        const shuffled = playOut(script, (votes) => shuffle(votes, ranks));
        const answers = (looks: readonly Look[]) => looks.map(({ after, happenings }) => ({ after, happenings }));
        expect(answers(shuffled)).toEqual(answers(playOut(script)));
      }),
      RUNS,
    );
  });
});

describe("advanceApproval() is explained by its record", () => {
  it("stands at every look where the happenings and their votes alone say it does", () => {
    everyPlay((looks) => {
      const votes = votesOf(looks);
      for (const [index, { after }] of looks.entries()) {
        const told = retell(after.terms, votes, happeningsOf(looks.slice(0, index + 1)));
        const standing = [...after.progress.done.map((stage) => stage.standing), after.counted];
        expect(told.standing).toEqual(standing.map((stage) => stage.map((vote) => vote.id)));
        expect(told).toMatchObject({ stage: after.progress.stage, isResolved: after.resolution !== undefined });
      }
    });
  });

  it("is decided as the record says, and otherwise by a cancel, by the clock, or since too few people were left", () => {
    everyPlay((looks) => {
      const { after } = looks.at(-1) ?? fail();
      const { decided } = retell(after.terms, votesOf(looks), happeningsOf(looks));
      const status = after.resolution?.status;
      if (decided !== undefined) expect(status).toBe(decided);
      else if (status === "rejected") expect(countSpareApprovers(after)).toBeLessThan(0);
      else expect(["expired", "canceled", undefined]).toContain(status);
    });
  });
});

/** Every vote that counted, with the stage that was open then. */
function countedIn(looks: readonly Look[]) {
  const votes = votesOf(looks);
  return looks.flatMap(({ before, happenings }) => {
    let stage = before.progress.stage;
    return happenings.flatMap((happening) => {
      if (happening.kind === "stage_opened") stage = happening.stage;
      const vote = happening.kind === "counted" ? votes.get(happening.vote) : undefined;
      return vote === undefined ? [] : [{ vote, stage, before }];
    });
  });
}

describe("advanceApproval() counts nobody it shouldn't", () => {
  it("counts a person once in a stage", () => {
    everyPlay((looks) => {
      for (const { after } of looks) {
        for (const standing of [...after.progress.done.map((stage) => stage.standing), after.counted]) {
          expect(new Set(standing.map((vote) => vote.voter)).size).toBe(standing.length);
        }
      }
    });
  });

  it("is approved only by enough people for each stage who are approvers now, didn't ask and aren't excluded", () => {
    everyPlay((looks) => {
      const { after, nowMs, isApprover } =
        looks.find((look) => look.after.resolution !== undefined) ?? looks[0] ?? fail();
      if (after.resolution?.status !== "approved") return;
      const people = [...after.progress.done.map((stage) => stage.by), votersWho("approve", after.counted)];
      expect(people).toHaveLength(after.terms.stages.length);
      for (const [index, { approve }] of after.terms.stages.entries()) {
        const by = people[index] ?? [];
        const before = after.terms.exclude.includes("previous_stage") ? people.slice(0, index).flat() : [];
        const approvers = approversAt(after, index, nowMs);
        const good = by.filter((voter) => isApprover(approvers, voter) && voter !== "agent" && !before.includes(voter));
        expect(new Set(good).size).toBeGreaterThanOrEqual(approve);
      }
      expect(after.resolution.by.toSorted()).toEqual([...new Set(people.flat())].toSorted());
    });
  });

  it("counts only votes that a door wrote, on this input and the open stage, by no requester, in time, with a due reason", () => {
    everyPlay((looks) => {
      for (const { vote, stage, before } of countedIn(looks)) {
        expect(vote).toMatchObject({ authentic: true, round: 1, digest: "d1", stage });
        expect(vote.voter).not.toBe("agent");
        expect(vote.fault).toBeUndefined();
        const isOfStageBefore = stage === before.progress.stage;
        expect(vote.madeAtMs).toBeLessThanOrEqual(isOfStageBefore ? deadlineOf(before) : before.decideByAtMs);
        if (before.terms.requireReason !== false && vote.decision === "reject") expect(vote.reason).toBe("why");
      }
    });
  });

  it("never decides by silence", () => {
    everyPlay((looks) => {
      expect(looks.at(-1)?.after.resolution).toMatchObject({ status: "expired", by: [] });
    }, silentScript);
  });
});

describe("advanceApproval() and the clock", () => {
  it("fires every reminder that is due before the end once, or counts it as missed, and no escalation twice", () => {
    everyPlay((looks) => {
      const due = looks.flatMap(({ happenings }) =>
        happenings.flatMap((one) => (one.kind === "reminded" ? [{ atMs: one.atMs, count: one.missed + 1 }] : [])),
      );
      const { after } = looks.at(-1) ?? fail();
      const everyMs = after.terms.stages[0]?.remindEveryMs ?? Infinity;
      const spanMs = deadlineOf(after) - after.openedAtMs;
      const total = due.reduce((sum, { count }) => sum + count, 0);
      expect(total).toBe(Math.ceil(spanMs / everyMs) - 1);
      expect(new Set(due.map(({ atMs }) => atMs)).size).toBe(due.length);
    }, silentScript);
  });

  it("fires nothing twice for one opening of a stage, and nothing that isn't due before its deadline", () => {
    everyPlay((looks) => {
      const fired = looks.flatMap(({ after, happenings, nowMs }) =>
        happenings.flatMap((one) => {
          if (one.kind !== "reminded" && one.kind !== "escalated") return [];
          expect(one.atMs).toBeLessThanOrEqual(nowMs);
          expect(one.atMs).toBeLessThan(deadlineOf(after));
          const which = one.kind === "reminded" ? one.atMs : one.index;
          return [`${one.kind} ${one.stage} ${after.progress.stageOpenedAtMs} ${which}`];
        }),
      );
      expect(new Set(fired).size).toBe(fired.length);
    });
  });

  it("names, after each look, an instant yet to come, and changes nothing by itself before it", () => {
    everyPlay((looks) => {
      for (const [index, { after, nowMs, happenings }] of looks.entries()) {
        const atMs = nextChangeAtMs(after);
        if (atMs === undefined || happenings.some(({ kind }) => kind === "edited")) continue;
        expect(atMs).toBeGreaterThan(nowMs);
        const next = looks[index + 1];
        if (next !== undefined && next.votes.length === 0 && next.nowMs < atMs && next.after.resolution === undefined)
          expect(next.happenings).toEqual([]);
      }
    });
  });
});
