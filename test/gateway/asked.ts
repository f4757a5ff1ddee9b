import type { ApprovalStage, ApprovalTerms } from "../../src/contract/approval-terms.ts";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { openingProgress } from "../../src/core/approval/clocks.ts";
import type { ApprovalProgress } from "../../src/core/approval/state.ts";
import { canonicalJson } from "../../src/core/canonical.ts";
import type { NewApproval } from "../../src/store/approvals.ts";
import type { VoteRow } from "../../src/store/votes.ts";
import type { Recorded } from "../support/decided-invocations.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import type { TestStore } from "../support/pglite.ts";
import { newApproval, recordVote } from "../support/recorded-approvals.ts";

/** What a test says of a request for approval. */
export interface Asked extends Recorded, Partial<Pick<NewApproval, "approvers" | "requesters">> {
  readonly terms?: Partial<ApprovalTerms>;
  readonly progress?: Partial<ApprovalProgress>;
  /** Redacted input; the input itself unless given. */
  readonly inputView?: unknown;
  /** Epoch milliseconds; ten seconds ago unless given. */
  readonly openedAtMs?: number;
}

/** A stage that one of finance decides, changed as a test needs it. */
export function stageOf(change: Partial<ApprovalStage> = {}): ApprovalStage {
  return { approvers: ["group:finance"], approve: 1, deny: 1, ...change };
}

/** Terms of one such stage within an hour, changed as a test needs them. */
export function termsOf(change: Partial<ApprovalTerms> = {}): ApprovalTerms {
  return {
    ...{ stages: [stageOf()], decideByMs: 3_600_000, exclude: ["requester"], requireReason: false },
    onDrift: "ask_again",
    ...change,
  };
}

/** Puts a pending request of ada's on record. */
export async function ask(store: TestStore, asked: Asked = {}): Promise<InvocationRef> {
  const { tenant = "default", action = "test.echo", openedAtMs = Date.now() - 10_000, input = {} } = asked;
  const verdict = { effect: "require_approval" as const, rule: "asks", reason: "Needs a person" };
  const ref = { tenant, id: await recordInvocation(store.db, { ...asked, verdict, action, tenant, input }) };
  const inputView = canonicalJson(asked.inputView ?? input);
  await store.db.query(`update invocation set input_view = $3, status = 'pending' where tenant = $1 and id = $2`, [
    ...[tenant, ref.id, inputView],
  ]);
  const terms = termsOf(asked.terms);
  const progress = { ...openingProgress(openedAtMs), ...asked.progress };
  const stage = terms.stages[progress.stage] ?? stageOf();
  await store.approvals.open(
    newApproval(ref, {
      ...{ action, terms: canonicalJson(terms), progress: canonicalJson(progress) },
      ...{ approvers: asked.approvers ?? stage.approvers, requesters: asked.requesters ?? ["ada"] },
      ...{ openedAt: new Date(openedAtMs), decideBy: new Date(openedAtMs + terms.decideByMs) },
    }),
  );
  return ref;
}

/** Puts a judged vote on record. */
export async function recordJudged(
  store: TestStore,
  ref: InvocationRef,
  { state, ...vote }: Partial<Omit<VoteRow, "code">> & Pick<VoteRow, "voter">,
): Promise<void> {
  const id = await recordVote(store.db, ref, vote);
  if (state === "received") return;
  const refused = { id, state: "refused" as const, code: "not_an_approver" as const };
  await store.votes.judge(ref.tenant, [state === "refused" ? refused : { id, state: state ?? "counted" }]);
}
