import { describe, expect, test } from "vitest";
import { ApprovalTerms } from "../../src/contract/approval-terms.ts";
import { RecordedVerdict } from "../../src/contract/policy.ts";
import { advanceApproval } from "../../src/core/approval/advance.ts";
import { openingProgress } from "../../src/core/approval/clocks.ts";
import { approvalStateOf } from "../../src/core/approval/read-approval.ts";
import { canonicalJson } from "../../src/core/canonical.ts";
import { computeVoteMac, isAuthenticVote } from "../../src/core/vote-mac.ts";
import { createApprovalTable } from "../../src/store/approvals.ts";
import type { InvocationId, VoteId } from "../../src/contract/ids.ts";
import type { Db, Transaction } from "../../src/store/db.ts";
import { createInvocationTable } from "../../src/store/invocations.ts";
import { readMigrations } from "../../src/store/migrate.ts";
import { createVoteTable } from "../../src/store/votes.ts";
import { buildCall, compileRules } from "../core/policy/documents.ts";

const OPENED_AT_MS = Date.parse("2026-03-01T12:00:00.123Z");
const HOUR_MS = 3_600_000;
const KEY = "k".repeat(40);

/** Terms as they were kept before there were stages. */
interface OldTerms {
  readonly approve: number;
  readonly approvers: readonly string[];
  readonly decideByMs: number;
  readonly deny: number;
  readonly executeByMs?: number;
  readonly requireReason: boolean;
}

const PLAIN: OldTerms = {
  ...{ approve: 1, approvers: ["group:finance", 'user:a"d\\a'], decideByMs: HOUR_MS, deny: 1, requireReason: false },
};

/** What bringing rows of earlier versions up to date must do, whatever database is underneath. */
export function describeApprovalsMigration(db: () => Db): void {
  describe("0003_approvals.sql", () => {
    test("0003_approvals.sql turns terms into the ones that policy gives today, in approval and verdict alike", async () => {
      await inOldSchema(db(), async (tx, upgrade) => {
        const terms = { ...PLAIN, executeByMs: 2 * HOUR_MS, requireReason: true };
        await insertOldApproval(tx, "ivn_plain", PLAIN);
        await insertOldApproval(tx, "ivn_full", terms);
        await upgrade();
        const plain = { approvers: [...PLAIN.approvers], decide_by: "1h" };
        expect(await readTerms(tx, "ivn_plain")).toEqual(todaysTerms(plain));
        const full = { ...plain, execute_by: "2h", require_reason: true };
        expect(await readTerms(tx, "ivn_full")).toEqual(todaysTerms(full));
      });
    });

    test("0003_approvals.sql leaves an open approval answerable by the vote that was received before", async () => {
      await inOldSchema(db(), async (tx, upgrade) => {
        await insertOldApproval(tx, "ivn_open", PLAIN);
        await insertOldVote(tx, "ivn_open");
        await upgrade();
        const ref = { tenant: "default", id: "ivn_open" as InvocationId };
        const held = (await createApprovalTable(tx).lock(ref))?.approval;
        if (held === undefined) throw new Error("The approval is gone");
        expect(held).toMatchObject({ actor: "ada", asks_by_rule: false, because: null, status: "pending" });
        expect(held.asked).toEqual(PLAIN.approvers);
        expect(held.progress).toBe(canonicalJson(openingProgress(OPENED_AT_MS)));
        const [vote] = await createVoteTable(tx).listOfRound(ref, 1);
        if (vote === undefined) throw new Error("The vote is gone");
        expect(isAuthenticVote(KEY, vote)).toBe(true);
        const received = { ...vote, reason: undefined, madeAtMs: vote.made_at, authentic: true };
        const nowMs = OPENED_AT_MS + 2;
        const events = { votes: [received], cancel: undefined, nowMs, isApprover: () => true };
        const { state } = advanceApproval(approvalStateOf(held, []), events);
        expect(state.resolution).toMatchObject({ status: "approved", by: ["bob"] });
      });
    });

    test("0003_approvals.sql gives a forged vote that says no instant one that its MAC doesn't fit", async () => {
      await inOldSchema(db(), async (tx, upgrade) => {
        await insertOldApproval(tx, "ivn_forged", PLAIN);
        await insertOldVote(tx, "ivn_forged");
        await tx.query("update vote set made_at = 'infinity'");
        await upgrade();
        const [vote] = await createVoteTable(tx).listOfRound(
          { tenant: "default", id: "ivn_forged" as InvocationId },
          1,
        );
        expect(vote).toMatchObject({ made_at: 0, state: "received" });
        expect(vote && isAuthenticVote(KEY, vote)).toBe(false);
      });
    });

    test("0003_approvals.sql leaves what has no approval, and what was resolved, as it was", async () => {
      await inOldSchema(db(), async (tx, upgrade) => {
        const verdict = '{"effect":"allow","reason":"\\"approval\\":{\\u0000","policyVersion":"1"}';
        await insertOldInvocation(tx, "ivn_allowed", verdict);
        await insertOldApproval(tx, "ivn_done", PLAIN);
        await tx.query("update approval set status = 'approved', resolution = '{}', resolved_at = opened_at");
        await upgrade();
        const rows = await tx.query("select verdict from invocation where id = 'ivn_allowed'");
        expect(rows).toEqual([{ verdict }]);
        const done = await createApprovalTable(tx).get({ tenant: "default", id: "ivn_done" as InvocationId });
        expect(done).toMatchObject({ status: "approved", resolution: "{}", resolved_at: OPENED_AT_MS });
      });
    });
  });
}

/** Runs a test in a schema as it was before, and upgrades it when told to; nothing of it stays. */
async function inOldSchema(
  db: Db,
  work: (tx: Transaction, upgrade: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const [first, second, third] = await readMigrations();
  await db.transaction(async (tx) => {
    await tx.runScript("create schema upgrade; set local search_path to upgrade");
    await tx.runScript(first?.script ?? "");
    await tx.runScript(second?.script ?? "");
    await work(tx, () => tx.runScript(third?.script ?? ""));
    await tx.runScript("drop schema upgrade cascade");
  });
}

async function insertOldInvocation(tx: Transaction, id: string, verdict: string): Promise<void> {
  await tx.query(
    `insert into invocation (tenant, id, action, action_version, task_queue, actor, actor_principal, status, request_hash, digest,
       input_view, verdict)
     values ('default', $1, 'test.echo', 'v1', 'tests', 'ada', '{}', 'pending', 'r', 'd', '{}', $2)`,
    [id, verdict],
  );
}

async function insertOldApproval(tx: Transaction, id: string, terms: OldTerms): Promise<void> {
  const verdict = canonicalJson({
    ...{ effect: "require_approval", rule: "r", reason: "As the rule says", policyVersion: "1-0", defaulted: false },
    ...{ obligations: { approval: terms, limits: { attempts: { perRun: 3 } } }, matched: [], shadow: [] },
  });
  await insertOldInvocation(tx, id, verdict);
  await tx.query(
    `insert into approval (tenant, invocation, round, status, action, requesters, approvers, terms, digest, opened_at, decide_by)
     values ('default', $1, 1, 'pending', 'test.echo', array['ada'], $2, $3, 'd', $4, $5)`,
    [id, terms.approvers, canonicalJson(terms), new Date(OPENED_AT_MS), new Date(OPENED_AT_MS + terms.decideByMs)],
  );
}

/** A vote with the MAC of its time, which knew no stages, edits and grants. */
async function insertOldVote(tx: Transaction, invocation: string): Promise<void> {
  const vote = {
    ...{ id: "vote_old" as VoteId, tenant: "default", invocation, round: 1, digest: "d", voter: "bob" },
    ...{ decision: "approve" as const, reason: null, madeAtMs: OPENED_AT_MS + 1 },
  };
  await tx.query(
    `insert into vote (tenant, id, invocation, round, digest, voter, decision, made_at, mac, state)
     values ('default', 'vote_old', $1, 1, 'd', 'bob', 'approve', $2, $3, 'received')`,
    [invocation, new Date(vote.madeAtMs), computeVoteMac(KEY, vote)],
  );
}

/** The approval's terms, which must be canonical and those of the verdict too. */
async function readTerms(tx: Transaction, id: string): Promise<ApprovalTerms> {
  const ref = { tenant: "default", id: id as InvocationId };
  const { terms: text = "", ...approval } = (await createApprovalTable(tx).lock(ref))?.approval ?? {};
  const terms = ApprovalTerms.parse(JSON.parse(text));
  expect(approval).toMatchObject({ round: 1 });
  expect(text).toBe(canonicalJson(terms));
  const { verdict } = (await createInvocationTable(tx).get(ref)) ?? {};
  const { obligations } = RecordedVerdict.parse(JSON.parse(verdict ?? ""));
  expect(obligations).toEqual({ approval: terms, limits: { attempts: { perRun: 3 } } });
  return terms;
}

/** What policy makes today of the keys that documents had before. */
function todaysTerms(approval: Readonly<Record<string, unknown>>): ApprovalTerms | undefined {
  const policy = compileRules([{ effect: "require_approval", approval }]);
  return policy.evaluate(buildCall()).obligations.approval;
}
