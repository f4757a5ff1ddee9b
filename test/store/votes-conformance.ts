import { beforeEach, describe, expect, test } from "vitest";
import type { InvocationRef } from "../../src/contract/ids.ts";
import type { Db } from "../../src/store/db.ts";
import { createApprovalTable } from "../../src/store/approvals.ts";
import { createVoteTable } from "../../src/store/votes.ts";
import { newApproval, OPENED_AT_MS, recordApproval, recordVote } from "../support/recorded-approvals.ts";

/** What the votes' table must do, whatever database is underneath. */
export function describeVotes(db: () => Db): void {
  describe("createVoteTable()", () => {
    const votes = () => createVoteTable(db());
    let ref: InvocationRef;
    beforeEach(async () => {
      await db().transaction((tx) => tx.runScript("truncate approval, vote, invocation, input_revision"));
      ref = await recordApproval(db());
    });
    const at = (offsetMs: number) => ({ made_at: OPENED_AT_MS + offsetMs });

    test("insert() keeps a vote as it was made, received and not judged", async () => {
      const edit = '{"/note":"a\\u0000b"}';
      const change = { stage: 2, edit, grant_terms: '{"uses":1}', reason: "Because", idempotency_key: "k", ...at(1) };
      const id = await recordVote(db(), ref, { decision: "reject", ...change });
      expect(await votes().get("default", id)).toMatchObject({
        ...{
          tenant: "default",
          id,
          invocation: ref.id,
          round: 1,
          digest: "d",
          voter: "bob",
          decision: "reject",
          mac: "m",
        },
        ...{ ...change, state: "received", code: null },
      });
      expect(await votes().get("acme", id)).toBeUndefined();
    });

    test("judge() gives each vote its state and code, of this tenant only", async () => {
      const ids = [await recordVote(db(), ref), await recordVote(db(), ref), await recordVote(db(), ref)];
      const [counted = "", replaced = "", refused = ""] = ids;
      const judgements = [
        { id: counted, state: "counted" as const },
        { id: replaced, state: "replaced" as const },
        { id: refused, state: "refused" as const, code: "self_approval" as const },
      ];
      await votes().judge("acme", judgements);
      expect((await votes().listOfRound(ref, 1)).map(({ state }) => state)).toEqual([
        "received",
        "received",
        "received",
      ]);
      await votes().judge("default", judgements);
      await votes().judge("default", []);
      const rows = await Promise.all(ids.map((id) => votes().get("default", id)));
      expect(rows.map((row) => [row?.state, row?.code])).toEqual([
        ["counted", null],
        ["replaced", null],
        ["refused", "self_approval"],
      ]);
    });

    test("judge() takes a thousand votes at once", async () => {
      for (let index = 0; index < 1_000; index += 1) await recordVote(db(), ref, { voter: `voter-${index}` });
      const received = await votes().listOfRound(ref, 1);
      await votes().judge(
        "default",
        received.map(({ id }) => ({ id, state: "counted" })),
      );
      const states = new Set((await votes().listOfRound(ref, 1)).map(({ state }) => state));
      expect([received.length, ...states]).toEqual([1_000, "counted"]);
    });

    test("listOfRound() gives what isn't refused of one round, oldest first and then by id", async () => {
      const second = await recordVote(db(), ref, at(2));
      const first = await recordVote(db(), ref, at(1));
      const same = await recordVote(db(), ref, at(2));
      const refused = await recordVote(db(), ref, at(0));
      await recordVote(db(), ref, { round: 2 });
      await votes().judge("default", [{ id: refused, state: "refused", code: "forbidden" }]);
      const ids = (await votes().listOfRound(ref, 1)).map(({ id }) => id);
      expect(ids).toEqual([first, ...[second, same].toSorted()]);
    });

    test("listOfVoter() gives one voter's of the round, and listVoters() everybody of the newest round", async () => {
      const mine = await recordVote(db(), ref, at(1));
      const refused = await recordVote(db(), ref, { voter: "cy" });
      await recordVote(db(), ref, { voter: "dan" });
      await recordVote(db(), ref, { voter: "dan" });
      await votes().judge("default", [{ id: refused, state: "refused", code: "forbidden" }]);
      expect((await votes().listOfVoter(ref, 1, "bob")).map(({ id }) => id)).toEqual([mine]);
      expect(await votes().listOfVoter(ref, 1, "cy")).toEqual([]);
      expect(await votes().listVoters(ref)).toEqual(["bob", "dan"]);
      await createApprovalTable(db()).open(newApproval(ref, { round: 2 }));
      expect(await votes().listVoters(ref)).toEqual([]);
    });

    test("leaseReceived() gives what nobody has judged for a while, once per lease", async () => {
      const waiting = await recordVote(db(), ref);
      const judged = await recordVote(db(), ref);
      await votes().judge("default", [{ id: judged, state: "replaced" }]);
      await recordVote(db(), ref, { made_at: Date.now() + 60_000 });
      const lease = { olderThanMs: 5_000, leaseMs: 10_000, limit: 10 };
      expect(await votes().leaseReceived(lease)).toEqual([{ tenant: "default", id: waiting, invocation: ref.id }]);
      expect(await votes().leaseReceived(lease)).toEqual([]);
    });
  });
}
